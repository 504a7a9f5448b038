"""The bytes of server-sent events, and the position that a client asks for.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json

from .asgi import Message, header, query

GARBAGE = -1
# An event and not a comment: a page is not shown comments, and would not notice that a line has gone dead. No number,
# so that a client's position stays what it was.
BEAT = b"event: beat\ndata: {}\n\n"
# The client's position counts for nothing here: it forgets it, its page reloads, and everything follows from the start.
RESET = b"event: reset\nid: 0\ndata: {}\n\n"
# Somebody has opened more streams than one may have: a page that is told so does not come back by itself.
REPLACED = b"event: replaced\ndata: {}\n\n"


def event(name: str, content: dict[str, object], *, seq: int) -> bytes:
    r"""One numbered event. JSON in ASCII has no line break in it, whatever the people in it are called.

    >>> event("draft", {"driver": "Pérez\n\nevent: reset"}, seq=3)
    b'event: draft\nid: 3\ndata: {"driver":"P\\u00e9rez\\n\\nevent: reset"}\n\n'
    """
    return f"event: {name}\nid: {seq}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n".encode("ascii")


def retry(milliseconds: int) -> bytes:
    return b"retry: %d\n\n" % milliseconds


def position(scope: Message) -> int:
    """The number of the last event that the client has: 0 for none, GARBAGE for what is not a number.

    `Last-Event-ID` wins, because a browser that comes back repeats the address, with the `?after=` that its page was
    made with: EventSource cannot send a header the first time.
    """
    return read_position(header(scope, b"last-event-id") or query(scope, "after"))


def read_position(text: str) -> int:
    """
    >>> [read_position(text) for text in ("", "0", "42", "-1", "four", "٤", "9" * 40)]
    [0, 0, 42, -1, -1, -1, -1]
    """
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else GARBAGE
