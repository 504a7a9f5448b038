"""Stops a web process without failing a request: SIGTERM first drains it, and only then stops the server.

When granian stops (2.8.7), it closes every connection that is idle at that moment. A request that is on its way on such
a connection gets no response. So for a while before that, while everything is still served, `/readyz` says 503, so that
a proxy sends nothing new, and every response closes its connection. Finally the kernel drops the packets with which new
connections begin. Their clients send these again after a second: to the next process, or to a port that is closed.
"""

import asyncio
import ctypes
import os
import signal
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress

from core.sse.asgi import Header, Message, Send

CLOSE: Header = (b"connection", b"close")
# Connections that have been accepted send their request within this time.
LAST_REQUESTS_SECONDS = 0.5

# From <asm-generic/socket.h> of Linux; Python has no names for them.
SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
# The program `return 0` of the classic BPF: drop every packet.
DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))


class Drain:
    """The state of this process: `is_on` from SIGTERM on."""

    def __init__(self) -> None:
        self.is_on = False
        self._task: asyncio.Task[None] | None = None

    def begin(self, seconds: float) -> None:
        """Drain for this long, then stop the server; with 0, stop it at once. Does nothing if it has begun."""
        if not self.is_on:
            self.is_on = True
            self._task = asyncio.get_running_loop().create_task(self._stop_after(seconds))

    async def _stop_after(self, seconds: float) -> None:
        if seconds:
            await asyncio.sleep(seconds)
            refuse_connections()
            await asyncio.sleep(LAST_REQUESTS_SECONDS)
        # SIGINT still has the handler of the server, or of the entry point that has started it.
        os.kill(os.getpid(), signal.SIGINT)


class ClosingSend:
    """Sends messages, and tells the client to close its connection after the response."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [header for header in message["headers"] if header[0] != CLOSE[0]]
            message = {**message, "headers": [*headers, CLOSE]}
        await self._send(message)


def refuse_connections() -> None:
    """Let the kernel drop what arrives for the listening sockets of this process. Only on Linux."""
    program = struct.pack("HL", 1, ctypes.addressof(DROP_ALL))
    for listener in _listeners():
        with suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def accept_connections() -> None:
    """Undo `refuse_connections`: granian may replace a single process that was stopped, with the same socket."""
    for listener in _listeners():
        with suppress(OSError):  # there is no filter
            listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def _listeners() -> Iterator[socket.socket]:
    """The listening TCP sockets of this process. The caller has them until it asks for the next one."""
    with suppress(FileNotFoundError):  # another system than Linux
        for name in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                yield from _listener(int(name))


def _listener(descriptor: int) -> Iterator[socket.socket]:
    """The file descriptor as a socket, if it is one that listens. Raises `OSError` if it has been closed."""
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return
    with socket.socket(fileno=os.dup(descriptor)) as found:
        is_tcp = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
        if is_tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            yield found
