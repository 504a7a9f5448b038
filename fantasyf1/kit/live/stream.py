"""One open SSE connection."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from .asgi import Message, Send
from .callers import Person

# How long a send may block once the server's and the kernel's buffers are full, because the client does not read.
PATIENCE_SECONDS = 15


def body(chunk: bytes) -> Message:
    """The ASGI message for a chunk of a stream: created once and sent to all connections that need the same bytes."""
    return {"type": "http.response.body", "body": chunk, "more_body": True}


END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Stream:
    """A connection that other tasks write to: its own coroutine only waits for the client to disconnect.

    `seq` is the number of the last event that was sent. `task` is the task that is writing to it, if that takes time:
    because the client does not read, or because rows have to be fetched first.
    """

    __slots__ = ("_send", "ends_at", "is_over", "person", "pk", "seq", "task")

    def __init__(self, send: Send, person: Person, pk: int, seq: int, ends_at: float) -> None:
        self.person, self.pk, self.seq, self.ends_at = person, pk, seq, ends_at
        self.task: asyncio.Task[None] | None = None
        self.is_over = False
        self._send = send

    def write(self, message: Message, seq: int, then: "Callable[[Stream], None]") -> None:
        """Send without waiting if possible. If the client is slow, a task finishes the send and then calls `then`.

        This is what an eager task does (Python 3.12): the first step runs synchronously, and only a send that does not
        complete in it costs a task. With thousands of streams, creating tasks would take most of the time.
        """
        if self.is_over:
            return
        self.seq = seq
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:
            return
        except OSError:  # some servers raise it when the client has disconnected
            self.is_over = True
            return
        self.task = asyncio.create_task(self._finish_write(_Begun(waits_for, sending), then))

    async def _finish_write(self, sending: Awaitable[None], then: "Callable[[Stream], None]") -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await sending
        except (TimeoutError, OSError):
            self.task = None
            self.close()
        else:
            self.task = None
            then(self)

    def close(self, final_chunk: bytes = b"") -> None:
        """Close the connection after what was sent so far. The client reconnects and gets what it missed."""
        if self.is_over:
            return
        self.is_over = True
        if self.task is not None:
            self.task.cancel()
        # The end of the response makes the server send `http.disconnect` to the coroutine that waits for it.
        for message in (body(final_chunk), END) if final_chunk else (END,):
            self._send_last(message)

    def _send_last(self, message: Message) -> None:
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except (StopIteration, OSError):
            return
        self.task = asyncio.create_task(self._finish_close(_Begun(waits_for, sending)))

    async def _finish_close(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await sending
        except (TimeoutError, OSError):
            return


class _Begun:
    """The rest of an awaitable whose first step has run and yielded `waits_for`."""

    def __init__(self, waits_for: Any, rest: Generator[Any, Any, None]) -> None:
        self._waits_for, self._rest = waits_for, rest

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._rest
