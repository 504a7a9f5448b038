"""Live streams (server-sent events): what is followed, who may follow it, and how a process serves thousands of them.

The events are rows, numbered from 1 without gaps for each thing that is followed. Everything else is a hint: a message
in Redis, or a look at the highest numbers now and then, only says that there are rows to read. A stream knows the
number that it sent last and is given what comes after it, so that nothing is missed and nothing comes twice.

    announce   tells all processes that there are new rows             (`wake`, called by services)
    Hub        the streams of one process: doors, rooms, heartbeats    (`hub`)
    Room       what the process knows of one thing that is followed    (`room`)
    Stream     one open connection                                     (`stream`)
    Caller     who asks, by session cookie or bearer token             (`callers`)
    sse        the bytes of the protocol
"""
