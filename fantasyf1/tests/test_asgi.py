"""The ASGI routes in front of Django."""

import asyncio
import threading
from concurrent.futures import wait

import httpx
import pytest
from django.conf import settings

from fantasyf1 import asgi, health
from fantasyf1.asgi import application


def ask(method: str, path: str) -> httpx.Response:
    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path)

    return asyncio.run(request())


def test_the_health_check_does_not_use_the_database():
    answer = ask("GET", "/live/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


def test_a_head_response_has_no_body():
    answer = ask("HEAD", "/live/health")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_process_whose_threads_are_all_busy_is_not_healthy(monkeypatch):
    answer = ask("GET", "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.1)
    release = threading.Event()
    busy = [asgi.threads.submit(release.wait) for _ in range(settings.WEB_THREADS)]
    try:
        answer = ask("GET", "/healthz")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
        assert ask("GET", "/live/health").status_code == 200
    finally:
        release.set()
        wait(busy)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_refuse_post(path):
    answer = ask("POST", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/live/", "/live/nothing", "/live/health/", "/live/health/more"])
def test_other_live_paths_are_not_found(path):
    answer = ask("GET", path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_the_health_check_refuses_post():
    answer = ask("POST", "/live/health")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/live", "/livery", "/no/such/page"])
def test_other_paths_go_to_django(path):
    answer = ask("GET", path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_body_reaches_django_whatever_kind_of_awaitable_the_server_gives():
    """granian's `receive` returns a future and no coroutine: once every form failed while all pages worked."""
    sent = []

    async def post() -> None:
        loop = asyncio.get_running_loop()
        body = loop.create_future()
        body.set_result({"type": "http.request", "body": b"{half", "more_body": False})
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"5")]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "root_path": "",
            "query_string": b"",
            "method": "POST",
            "path": "/api/v1/auth/login",
            "headers": headers,
            "server": ("localhost", 80),
        }

        async def send(message):
            sent.append(message)

        await application(scope, lambda: body, send)

    asyncio.run(post())
    assert sent[0]["status"] == 400
    assert b"JSON" in sent[1]["body"]


def test_a_websocket_is_closed():
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    asyncio.run(application({"type": "websocket", "path": "/live/health"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_it_follows_the_lifespan_protocol():
    events, sent = iter(["lifespan.startup", "lifespan.shutdown"]), []

    async def send(message):
        sent.append(message["type"])

    async def receive():
        return {"type": next(events)}

    asyncio.run(application({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_a_process_that_is_about_to_stop_is_not_ready_and_closes_connections(monkeypatch):
    assert "connection" not in ask("GET", "/robots.txt").headers
    monkeypatch.setattr(asgi.drain, "is_on", True)
    answer = ask("GET", "/readyz")
    assert (answer.status_code, answer.headers["connection"]) == (503, "close")
    for path in ("/live/health", "/robots.txt"):
        answer = ask("GET", path)
        assert (answer.status_code, answer.headers["connection"]) == (200, "close"), path
