"""Clients that send or read slowly, to use up what the server has for everyone."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx

from attacks.report import Attack, Attempt
from attacks.target import Target
from tests.support.slow_clients import connect, half_open_requests, response_to, send

PATHS = ("/", "/api/v1/seasons", "/accounts/sign-in/", "/healthz", "/readyz", "/live/health")


def _pages_respond(target: Target, while_: str) -> Iterator[Attempt]:
    with target.client() as client:
        for path in PATHS:
            yield Attempt(f"{path} does not respond while {while_}", _responds(client, path))


def _responds(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code == 200
    except httpx.HTTPError:
        return False


def slow_bodies(target: Target) -> Iterator[Attempt]:
    count = 40 if target.quick else 200
    with ExitStack() as stack:
        clients = half_open_requests(target.port, count)
        for client in clients:
            stack.enter_context(client)
        yield from _pages_respond(target, f"{count} bodies do not arrive")
        for client in clients:
            yield Attempt("a body that does not arrive holds its connection", response_to(client)[0] == 408)


def slow_headers(target: Target) -> Iterator[Attempt]:
    count = 40 if target.quick else 200
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(send(target.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "))
        yield from _pages_respond(target, f"{count} headers do not arrive")


def slow_readers(target: Target) -> Iterator[Attempt]:
    count = 20 if target.quick else 100
    with ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(connect(target.port, receive_buffer=4096))
            client.sendall(b"GET /api/schema HTTP/1.1\r\nHost: localhost\r\n\r\n")
        yield from _pages_respond(target, f"{count} clients do not read their responses")


# What proxies and servers could understand as two requests, or as one with another path or host.
AMBIGUOUS = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    b"GET /x HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
)


def ambiguous_requests(target: Target) -> Iterator[Attempt]:
    for request in AMBIGUOUS:
        answer = _answer_to(target, request)
        responses = answer.count(b"HTTP/1.1 ")
        first = answer.split(b" ", 2)[1:2]
        held = responses <= 1 and not (first and first[0].startswith(b"5"))
        yield Attempt(f"{request[:70]!r} gets {responses} responses, of which the first is {first}", held)


def _answer_to(target: Target, request: bytes) -> bytes:
    received = b""
    with send(target.port, request) as client, suppress(ConnectionError, TimeoutError):
        client.settimeout(3)
        client.shutdown(socket.SHUT_WR)
        while part := client.recv(65_536):
            received += part
    return received


ATTACKS = [
    Attack("slow bodies", "hundreds of requests whose bodies do not arrive, at the local server", slow_bodies),
    Attack("slow bodies, production", "the same at the production server", slow_bodies, "production"),
    Attack("slow headers", "hundreds of requests whose headers do not arrive", slow_headers),
    Attack("slow readers", "clients that do not read their responses", slow_readers),
    Attack("ambiguous requests", "request smuggling, two hosts, odd lengths and encodings", ambiguous_requests),
]
