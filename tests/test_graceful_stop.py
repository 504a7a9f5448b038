"""A web process that is stopped by SIGTERM answers every request that was sent before it stopped listening.

Real server processes, as `script/server` and as `docker-compose.yml` run them, under the load of clients that keep
their connection and of clients that open a new one for each request.
"""

import signal
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import pytest

from fantasyf1.draining import LAST_REQUESTS_SECONDS
from tests.support.servers import Server, database_env
from tests.support.slow_clients import ProductionServer
from tests.test_supervisor import TIMEOUT_SECONDS, wait_until

CLIENTS = 16
DRAIN_SECONDS = 2
# A client that hesitates for longer, because the machine is busy, may find that its connection has been closed.
PROMPT_SECONDS = LAST_REQUESTS_SECONDS / 2
PAGE = "/robots.txt"  # by Django, without tables in the database
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class Client(threading.Thread):
    """Sends requests until the site refuses its connection."""

    def __init__(self, port: int, method: str, *, keeps_connection: bool) -> None:
        super().__init__(daemon=True)
        self.port, self.method, self.keeps_connection = port, method, keeps_connection
        self.statuses: list[int] = []
        self.failures: list[str] = []

    def run(self) -> None:
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
            try:
                connection.connect()
            except OSError:
                return
            self._use(connection)
            connection.close()

    def _use(self, connection: HTTPConnection) -> None:
        is_open, requests = True, 0
        while is_open:
            ready_at = time.monotonic()
            is_prompt = False
            try:
                connection.request(self.method, PAGE, "" if self.method == "POST" else None, HEADERS)
                is_prompt = time.monotonic() - ready_at < PROMPT_SECONDS
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException) as error:
                if is_prompt:
                    self.failures.append(f"{self.method} {requests}: {error!r}")
                return
            requests += 1
            self.statuses.append(response.status)
            is_open = self.keeps_connection and not _closes(response)


def _closes(response: HTTPResponse) -> bool:
    return response.getheader("Connection", "").lower() == "close"


@pytest.fixture(params=["embedded", "production"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with database_env(tmp_path) as env:
        env |= {"HTTPS": "false", "DRAIN_SECONDS": str(DRAIN_SECONDS), "LOG_LEVEL": "CRITICAL"}
        server = Server(env) if request.param == "embedded" else ProductionServer(env)
        yield server
        server.stop(signal.SIGKILL)


def test_no_request_fails(server: Server) -> None:
    clients = [
        Client(server.port, method, keeps_connection=keeps_connection)
        for method in ("GET", "POST")
        for keeps_connection in (True, False)
        for _ in range(CLIENTS // 4)
    ]
    for client in clients:
        client.start()
    wait_until(lambda: all(len(client.statuses) > 2 for client in clients))
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(TIMEOUT_SECONDS) == 0
    for client in clients:
        client.join(TIMEOUT_SECONDS)
        assert not client.is_alive()
        assert client.failures == []
        assert set(client.statuses) == {200 if client.method == "GET" else 403}
