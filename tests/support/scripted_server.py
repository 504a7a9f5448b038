"""A TCP server on this machine that treats each connection as a test says: redirects, drips, hangs, sends too much."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

# Receives the connection and the head and body of the request, as far as they were read.
Respond = Callable[["ScriptedServer", socket.socket], None]


class ScriptedServer:
    """Accepts connections and calls `respond` for each, in a thread of its own. `requests` holds what was read."""

    def __init__(self, respond: Respond, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.respond, self.tls = respond, tls
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self.listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self.listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{shown}:{self.port}"
        self.accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self.accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepting.join(10)

    def read_request(self, connection: socket.socket) -> bytes:
        """The head and the body, by Content-Length."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += _received(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", 0)):
            body += _received(connection)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def drip(self, connection: socket.socket, data: bytes) -> None:
        """Send the bytes again and again, one at a time, until the other side has had enough."""
        while not self.stopped.wait(0.02):
            for byte in data:
                connection.send(bytes([byte]))
                self.stopped.wait(0.02)

    def _accept(self) -> None:
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client may close the connection at any time.
        with suppress(OSError), connection:
            secure = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with secure:
                self.respond(self, secure)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


def always(response: bytes) -> Respond:
    """Send this response to each request of a connection."""

    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        while True:
            server.read_request(connection)
            connection.sendall(response)

    return respond
