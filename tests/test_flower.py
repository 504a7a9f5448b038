"""Flower sees the tasks of a worker that sends events, and the proxy lets only administrators reach it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from celery import Celery
from django.conf import settings
from django.urls import reverse

from tests.support.caddy import Caddy
from tests.support.factories import UserFactory
from tests.support.own_redis import OwnRedis
from tests.test_supervisor import clean_env, free_port, wait_until

TASK = "core.tasks.delete_expired_rate_limits"


@pytest.fixture
def flower(tmp_path) -> Iterator[tuple[str, str]]:
    """The address of a Flower with a worker, started as docker-compose.yml does, and that of their broker."""
    redis, port = OwnRedis(), free_port()
    env = clean_env(
        FANTASYF1_HOME=str(tmp_path),
        BROKER_URL=redis.url,
        PORT=str(port),
        TASK_EVENTS="true",
        FLOWER_UNAUTHENTICATED_API="true",
    )
    with ExitStack() as stack:
        stack.callback(redis.kill)
        for name in ("worker", "flower"):
            command = [sys.executable, "-m", "fantasyf1.ops.entrypoints", name]
            process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env)
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
        yield f"http://127.0.0.1:{port}/flower", redis.url


def read(address: str) -> dict[str, Any]:
    """What Flower's API says; nothing if it does not respond yet."""
    with suppress(httpx.HTTPError):
        answer = httpx.get(address, timeout=5)
        return dict(answer.json()) if answer.is_success else {}
    return {}


@pytest.mark.postgresql  # for the Redis of these tests
def test_flower_shows_what_the_worker_does(flower):
    address, broker = flower
    # The worker's database has no tables, so the task fails.
    wait_until(lambda: any(read(f"{address}/api/workers?status=true").values()))
    Celery(broker=f"{broker}/2").send_task(TASK, queue=settings.DEFAULT_QUEUE)
    wait_until(lambda: [task["name"] for task in read(f"{address}/api/tasks?state=FAILURE").values()] == [TASK])
    (failed,) = read(f"{address}/api/tasks").values()
    assert "no such table" in failed["exception"]


@pytest.mark.django_db
class TestAccess:
    @pytest.fixture
    def may_use(self, client) -> Any:
        return lambda: client.get(reverse("admin:flower_access"))

    def test_administrators_may_use_it(self, client, may_use):
        client.force_login(UserFactory.create(is_superuser=True, is_staff=True))
        assert may_use().status_code == 204

    def test_without_a_second_factor_they_have_to_set_it_up(self, client, may_use, settings):
        settings.ADMINISTRATORS_NEED_CODES = True
        client.force_login(UserFactory.create(is_superuser=True, is_staff=True))
        assert may_use().status_code == 302

    def test_visitors_sign_in_first(self, may_use):
        assert may_use().url == "/admin/login/?next=/flower/"

    def test_managers_may_not(self, client, may_use, league, alice):
        client.force_login(alice)
        assert may_use().status_code == 403


class Site(BaseHTTPRequestHandler):
    """The pages and Flower in one: says who has answered. The cookie `administrator` opens Flower."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, text = 200, b"pages"
        if self.path == "/admin/flower-access/":
            status, text = (204, b"") if "administrator" in self.headers.get("Cookie", "") else (403, b"refused")
        elif self.path.startswith("/flower/"):
            text = b"flower"
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET  # noqa: N815 - the name in http.server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(tmp_path) -> Iterator[httpx.Client]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        caddy = Caddy(tmp_path, dict.fromkeys(("pages", "pages-2", "live", "flower"), site.server_port))
        with httpx.Client(base_url=f"http://localhost:{caddy.port}", timeout=60) as client:
            wait_until(lambda: _responds(client))
            yield client
        caddy.stop()
        site.shutdown()


def _responds(client: httpx.Client) -> bool:
    with suppress(httpx.HTTPError):
        return client.get("/").is_success
    return False


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_proxy_asks_the_site_before_each_request(proxy, method):
    refused = proxy.request(method, "/flower/api/workers")
    assert (refused.status_code, refused.text) == (403, "refused")
    passed = proxy.request(method, "/flower/api/workers", headers={"Cookie": "administrator"})
    assert (passed.status_code, passed.text) == (200, "flower")
    assert passed.headers["X-Frame-Options"] == "DENY"
