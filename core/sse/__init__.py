"""Server-sent events: thousands of live streams in one process, each with authentication and authorization.

Events are database rows. The events of each topic, such as one draft, are numbered from 1 without gaps. Redis pub/sub
messages, or polling for the highest number, only say that there are new rows to read. A connection knows the number
that it sent last and gets the rows after it, so no event is missed and none is sent twice.

Services publish wake-ups through the pub/sub module. The registry holds the connections of a process, a topic holds
the latest events of one followed object, and a connection is one open stream. The auth module identifies a client by
session cookie or bearer token; the protocol module formats the bytes.
"""
