"""A strict receiver of webhooks on this machine. It verifies signatures as the Standard Webhooks specification says."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# How far the timestamp of a request may be from the receiver's clock.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Received:
    """A request that arrived. Names of headers are lower-case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str, now: datetime) -> None:
        """Raise `AssertionError` unless the request is signed with the secret and new."""
        timestamp = self.headers["webhook-timestamp"]
        assert abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds(), "too old, or from the future"
        signed = f"{self.message_id}.{timestamp}.".encode() + self.body
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        versions = [signature.split(",", 1) for signature in self.headers["webhook-signature"].split(" ")]
        assert any(version == "v1" and hmac.compare_digest(value, expected) for version, value in versions)


Answer = tuple[int, Mapping[str, str], bytes]


class WebhookReceiver:
    """Answers each request by its path: `answers[path]` is a status, an answer, or a function of the request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[Received] = []
        self.answers: dict[str, int | Answer | Callable[[Received], Answer]] = {}
        self.stopped = threading.Event()

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        return [request for request in self.received if request.path == path]

    def answer(self, request: Received) -> Answer:
        self.received.append(request)
        answer = self.answers.get(request.path, 204)
        if callable(answer):
            return answer(request)
        return (answer, {}, b"") if isinstance(answer, int) else answer

    def hang(self, _: Received) -> Answer:
        """Answer when the test is over."""
        self.stopped.wait(30)
        return 204, {}, b""


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.respond(*receiver.answer(Received(self.path, headers, body)))

        def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """The client hung up, as it does for bodies that are too large."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver = WebhookReceiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
