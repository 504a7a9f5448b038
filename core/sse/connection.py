"""One open SSE connection."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from .asgi import Message, Send
from .auth import Subscriber

# How long a send may block once the server's and the kernel's buffers are full, because the client does not read.
SEND_TIMEOUT_SECONDS = 15


def body_message(chunk: bytes) -> Message:
    """The ASGI message for a chunk of a stream: created once and sent to all connections that need the same bytes."""
    return {"type": "http.response.body", "body": chunk, "more_body": True}


END_MESSAGE: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class Connection:
    """A connection that other tasks write to: its own coroutine only waits for the client to disconnect.

    `seq` is the number of the last event that was sent. `task` is the task that is writing to it, if that takes time:
    because the client does not read, or because rows have to be fetched first.
    """

    __slots__ = ("_send", "ends_at", "is_closed", "pk", "seq", "subscriber", "task")

    def __init__(self, send: Send, subscriber: Subscriber, pk: int, seq: int, ends_at: float) -> None:
        self.subscriber, self.pk, self.seq, self.ends_at = subscriber, pk, seq, ends_at
        self.task: asyncio.Task[None] | None = None
        self.is_closed = False
        self._send = send

    def write(self, message: Message, seq: int, then: "Callable[[Connection], None]") -> None:
        """Send without waiting if possible. If the client is slow, a task finishes the send and then calls `then`.

        This is what an eager task does (Python 3.12): the first step runs synchronously, and only a send that does not
        complete in it costs a task. With thousands of streams, creating tasks would take most of the time.
        """
        if self.is_closed:
            return
        self.seq = seq
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except StopIteration:
            return
        except OSError:  # some servers raise it when the client has disconnected
            self.is_closed = True
            return
        self.task = asyncio.create_task(self._finish_write(_StartedAwaitable(waits_for, sending), then))

    async def _finish_write(self, sending: Awaitable[None], then: "Callable[[Connection], None]") -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await sending
        except (TimeoutError, OSError):
            self.task = None
            self.close()
        else:
            self.task = None
            then(self)

    def close(self, final_chunk: bytes = b"") -> None:
        """Close the connection after what was sent so far. The client reconnects and gets what it missed."""
        if self.is_closed:
            return
        self.is_closed = True
        if self.task is not None:
            self.task.cancel()
        # The end of the response makes the server send `http.disconnect` to the coroutine that waits for it.
        for message in (body_message(final_chunk), END_MESSAGE) if final_chunk else (END_MESSAGE,):
            self._send_last(message)

    def _send_last(self, message: Message) -> None:
        sending = self._send(message).__await__()
        try:
            waits_for = next(sending)
        except (StopIteration, OSError):
            return
        self.task = asyncio.create_task(self._finish_close(_StartedAwaitable(waits_for, sending)))

    async def _finish_close(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await sending
        except (TimeoutError, OSError):
            return


class _StartedAwaitable:
    """The rest of an awaitable whose first step has run and yielded `waits_for`."""

    def __init__(self, waits_for: Any, rest: Generator[Any, Any, None]) -> None:
        self._waits_for, self._rest = waits_for, rest

    def __await__(self) -> Generator[Any, Any, None]:
        yield self._waits_for
        yield from self._rest
