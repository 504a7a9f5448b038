"""One open connection."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from .asgi import Message, Send
from .callers import Person

# How long a client may leave what it was sent unread, once the server's and the kernel's buffers are full.
PATIENCE_SECONDS = 15


def body(chunk: bytes) -> Message:
    """The ASGI message for a piece of a stream: made once and sent to all who need the same bytes."""
    return {"type": "http.response.body", "body": chunk, "more_body": True}


END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Stream:
    """A connection that is written to from outside: its own coroutine only waits for the client to go.

    `seq` is the number of the last event that it was sent. `work` is the task that writes to it for as long as
    something does that takes time: a client that does not read, or rows that have to be fetched first.
    """

    __slots__ = ("_send", "ends_at", "is_over", "person", "pk", "seq", "work")

    def __init__(self, send: Send, person: Person, pk: int, seq: int, ends_at: float) -> None:
        self.person, self.pk, self.seq, self.ends_at = person, pk, seq, ends_at
        self.work: asyncio.Task[None] | None = None
        self.is_over = False
        self._send = send

    def write(self, message: Message, seq: int, then: "Callable[[Stream], None]") -> None:
        """Send without waiting, as a rule. Where the client is slow a task waits instead and calls `then` after it.

        This is what an eager task (Python 3.12) does: the first step is made here and now, and only what does not
        end with it costs a task. With thousands of streams and one event that is most of the time.
        """
        if self.is_over:
            return
        self.seq = seq
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:
            return
        except OSError:  # some servers say so when the client has gone
            self.is_over = True
            return
        self.work = asyncio.create_task(self._wait(_Begun(waits_for, sending), then))

    async def _wait(self, sending: Awaitable[None], then: "Callable[[Stream], None]") -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await sending
        except (TimeoutError, OSError):
            self.work = None
            self.end()
        else:
            self.work = None
            then(self)

    def end(self, last_words: bytes = b"") -> None:
        """Close the connection after what was sent so far. The client comes back and gets what it missed."""
        if self.is_over:
            return
        self.is_over = True
        if self.work is not None:
            self.work.cancel()
        # An answer that has ended makes the server say `http.disconnect` to the coroutine that waits for it.
        for message in (body(last_words), END) if last_words else (END,):
            self._send_at_once(message)

    def _send_at_once(self, message: Message) -> None:
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except (StopIteration, OSError):
            return
        self.work = asyncio.create_task(self._finish(_Begun(waits_for, sending)))

    async def _finish(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await sending
        except (TimeoutError, OSError):
            return


class _Begun:
    """What is left of an awaitable after its first step, at which it asked to wait for `waits_for`."""

    def __init__(self, waits_for: Any, rest: Generator[Any, Any, None]) -> None:
        self._waits_for, self._rest = waits_for, rest

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._rest
