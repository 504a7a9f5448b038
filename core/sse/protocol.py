"""The server-sent events protocol: formatting of events, and parsing of the last event id.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import json

from .asgi import Message, get_header, get_query_parameter

INVALID_POSITION = -1
# An event and not a comment, because EventSource hides comments and a page could not notice a dead connection. It has
# no id, so that the client's last event id stays the same.
HEARTBEAT = b"event: beat\ndata: {}\n\n"
# The client's last event id is invalid here: it is reset, the page reloads, and all events are sent from the start.
RESET = b"event: reset\nid: 0\ndata: {}\n\n"
# The user has opened more streams than allowed: a page that gets this event does not reconnect by itself.
REPLACED = b"event: replaced\ndata: {}\n\n"


def format_event(name: str, content: dict[str, object], *, seq: int) -> bytes:
    r"""Format one numbered event. JSON in ASCII contains no line break, whatever names it contains.

    >>> format_event("draft", {"driver": "Pérez\n\nevent: reset"}, seq=3)
    b'event: draft\nid: 3\ndata: {"driver":"P\\u00e9rez\\n\\nevent: reset"}\n\n'
    """
    return f"event: {name}\nid: {seq}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n".encode("ascii")


def format_part(name: str, content: dict[str, object]) -> bytes:
    r"""Format an event that has no number, because a numbered one follows it in the same write.

    >>> format_part("scores", {"league_id": 7})
    b'event: scores\ndata: {"league_id":7}\n\n'
    """
    return f"event: {name}\ndata: {json.dumps(content, separators=(',', ':'))}\n\n".encode("ascii")


def format_position(seq: int) -> bytes:
    r"""Tell the client a number without an event: EventSource remembers it, and calls nobody.

    >>> format_position(3)
    b'id: 3\n\n'
    """
    return b"id: %d\n\n" % seq


def format_retry(milliseconds: int) -> bytes:
    return b"retry: %d\n\n" % milliseconds


def last_event_id(scope: Message) -> int:
    """The number of the last event that the client has: 0 for none, -1 if it is not a number.

    `Last-Event-ID` takes precedence. EventSource cannot send a header the first time, so the page passes `?after=`,
    and a browser that reconnects repeats that URL.
    """
    return parse_last_event_id(get_header(scope, b"last-event-id") or get_query_parameter(scope, "after"))


def parse_last_event_id(text: str) -> int:
    """
    >>> [parse_last_event_id(text) for text in ("", "0", "42", "-1", "four", "٤", "9" * 40)]
    [0, 0, 42, -1, -1, -1, -1]
    """
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else INVALID_POSITION
