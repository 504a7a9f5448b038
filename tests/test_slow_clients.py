"""Clients that send or read slowly hold connections, but no threads: the site responds to everybody else meanwhile.

Real server processes with two threads, as `script/server` and as `docker-compose.yml` run them.
"""

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.support.servers import Server
from tests.support.slow_clients import FORM, LOGIN, ProductionServer, connect, half_open_requests, response_to, send
from tests.test_supervisor import TIMEOUT_SECONDS, RunningInstallation, free_port

# More than the buffers of the server and of the kernel take from a server whose client does not read.
LARGE_RESPONSE_BYTES = 32_000_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a complete installation without leagues."""
    folder = tmp_path_factory.mktemp("home")
    assert RunningInstallation(folder, "--empty").ready().stop() == 0
    return folder


@pytest.fixture(scope="module", params=["embedded", "production"])
def port(request: pytest.FixtureRequest, home: Path) -> Iterator[int]:
    env = {"FANTASYF1_HOME": str(home), "HTTPS": "false", "WEB_THREADS": "2"}
    server = Server(env) if request.param == "embedded" else ProductionServer(env)
    yield server.port
    server.stop()


def status_of(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_SECONDS) as page:
            return int(page.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)


def response_to_trickle(client: socket.socket) -> tuple[int, bytes]:
    """Send a byte now and then until the server responds."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    client.settimeout(0.2)
    while time.monotonic() < deadline:
        try:
            client.recv(1, socket.MSG_PEEK)
            break
        except TimeoutError:
            with suppress(ConnectionError):
                client.sendall(b" ")
        except ConnectionError:
            break
    client.settimeout(TIMEOUT_SECONDS)
    return response_to(client)


def test_pages_respond_while_bodies_do_not_arrive(port: int) -> None:
    held = half_open_requests(port, 40)
    trickle = send(port, f"{FORM}Content-Length: 5000\r\n\r\n".encode())
    with ExitStack() as stack:
        for client in (*held, trickle):
            stack.enter_context(client)
        for path in ("/", "/api/v1/seasons", "/healthz", "/readyz", "/live/health"):
            assert status_of(port, path) == 200, path
        assert response_to_trickle(trickle)[0] == 408
        responses = [response_to(client) for client in held]
    assert {status for status, _ in responses} == {408}
    assert json.loads(responses[0][1])["error"]["code"] == "too_slow"
    assert responses[1][1] == b"The request did not arrive in time. Try again."


def test_a_body_that_is_too_large_is_refused(port: int) -> None:
    by_length = send(port, f"{LOGIN}Content-Length: 1048577\r\n\r\n{{".encode())
    status, body = response_to(by_length)
    assert (status, json.loads(body)["error"]["code"]) == (413, "too_large")
    in_chunks = send(port, f"{FORM}Transfer-Encoding: chunked\r\n\r\n100001\r\n".encode() + bytes(0x100001))
    assert response_to(in_chunks) == (413, b"The request is too large. At most 1,048,576 bytes are accepted.")


@pytest.mark.parametrize("padding", [0, 1_000_000])
def test_a_complete_body_reaches_django_however_it_is_sent(port: int, padding: int) -> None:
    body = b'{"username": "nobody", "password": "wrong"%s}' % (b" " * padding)
    head = f"{LOGIN}Connection: close\r\n"
    by_length = send(port, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert response_to(by_length)[0] == 401
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    in_chunks = send(port, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk)
    assert response_to(in_chunks)[0] == 401


@pytest.mark.parametrize("framing", ["Content-Length: 500\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n32\r\n"])
def test_a_body_that_breaks_off_does_not_reach_django(port: int, framing: str) -> None:
    client = send(port, f"{LOGIN}{framing}".encode() + b'{"username": "nobody", "password": "wrong"}       ')
    client.shutdown(socket.SHUT_WR)
    assert response_to(client)[0] == 400


@pytest.fixture(scope="module")
def large_response_port() -> Iterator[int]:
    server = Server({"DJANGO_SETTINGS_MODULE": "fantasyf1.settings"}, ["tests.processes.large_response_server"])
    yield server.port
    server.stop()


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_client_that_does_not_read_holds_no_thread(large_response_port: int, kind: str) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            client = stack.enter_context(connect(large_response_port, receive_buffer=4096))
            client.sendall(f"GET /{kind}/{LARGE_RESPONSE_BYTES} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert client.recv(12) == b"HTTP/1.1 200"
        assert status_of(large_response_port, "/memory/10") == 200


@pytest.mark.parametrize("kind", ["memory", "file"])
@pytest.mark.parametrize("size", [0, 10, 65_536, 65_537, LARGE_RESPONSE_BYTES])
def test_a_response_of_any_size_is_complete(large_response_port: int, kind: str, size: int) -> None:
    url = f"http://127.0.0.1:{large_response_port}/{kind}/{size}"
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
        assert len(response.read()) == size


def test_a_process_without_its_database_is_alive_but_not_ready(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing/fantasyf1.sqlite3"
    env = {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "false", "SITE_URL": "http://localhost", "DATABASE_URL": url}
    server = Server(env)
    try:
        assert [status_of(server.port, path) for path in ("/healthz", "/readyz")] == [200, 503]
    finally:
        server.stop()


def test_a_process_without_redis_is_ready(home: Path) -> None:
    env = {"FANTASYF1_HOME": str(home), "HTTPS": "false", "REDIS_URL": f"redis://127.0.0.1:{free_port()}"}
    server = Server(env)
    try:
        assert status_of(server.port, "/readyz") == 200
    finally:
        server.stop()
