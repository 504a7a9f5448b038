"""Clients that send their requests slowly, and the production server to which they send them."""

import shlex
import socket
from contextlib import closing, suppress

from rehearsal.compose import interpolate
from tests.support.servers import Server
from tests.test_documentation import COMPOSE
from tests.test_supervisor import TIMEOUT_SECONDS, free_port

LOGIN = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
FORM = "POST /accounts/sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
# Of each, one byte of the body arrives.
HALF_OPEN_REQUESTS = (
    f"{LOGIN}Content-Length: 50\r\n\r\n{{".encode(),
    f"{FORM}Transfer-Encoding: chunked\r\n\r\n32\r\na".encode(),
)


class ProductionServer(Server):
    """The service `pages` as `docker-compose.yml` starts it, with one process, on a port of this machine."""

    def __init__(self, env: dict[str, str]) -> None:
        port = free_port()
        command = interpolate(COMPOSE["services"]["pages"]["command"], {"WEB_WORKERS": "1"})
        here = {"0.0.0.0": "127.0.0.1", "8000": str(port)}  # noqa: S104 - what is replaced
        module, *options = [here.get(word, word) for word in shlex.split(command)]
        super().__init__(env, [module, "--log-level", "error", *options], port)


def connect(port: int, *, receive_buffer: int = 0) -> socket.socket:
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(TIMEOUT_SECONDS)
    client.connect(("127.0.0.1", port))
    return client


def send(port: int, request: bytes) -> socket.socket:
    client = connect(port)
    client.sendall(request)
    return client


def half_open_requests(port: int, count: int) -> list[socket.socket]:
    """Connections with requests whose bodies do not arrive, half of them with a length and half in chunks."""
    return [send(port, HALF_OPEN_REQUESTS[number % 2]) for number in range(count)]


def response_to(client: socket.socket) -> tuple[int, bytes]:
    """Status and body of a response, after which the server closes the connection."""
    received = b""
    with closing(client), suppress(ConnectionError):  # it is reset if something was sent to the server meanwhile
        while part := client.recv(65_536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body
