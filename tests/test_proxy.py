"""The reverse proxy as `deploy/Caddyfile` configures it, in front of services that restart, and of none at all."""

import base64
import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.support.caddy import Caddy
from tests.test_supervisor import free_port, wait_until

SERVICES = ("pages", "pages-2", "live")
POST_BODY = b"driver=max"


class Service:
    """A service that answers every request with its name, breaks off the next one, or is not there."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self.requests: Counter[str] = Counter()
        self.bodies: list[bytes] = []
        self.breaks_off = False
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path != "/readyz":
                    service.requests[self.command] += 1
                    service.bodies.append(body)
                    if service.breaks_off:
                        service.breaks_off = False
                        self.close_connection = True
                        return
                response = service.name.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(response)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(response)
                self.close_connection = True

            do_GET = do_POST = answer  # noqa: N815 - the names that the class asks for

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Proxy:
    """Caddy with the Caddyfile of the deployment. The services begin stopped."""

    def __init__(self, folder: Path, wait: str) -> None:
        self.services = {name: Service(name, free_port()) for name in SERVICES}
        self._caddy = Caddy(folder, {name: service.port for name, service in self.services.items()}, wait=wait)
        self.client = httpx.Client(base_url=f"http://localhost:{self._caddy.port}", timeout=60)

    def is_up(self) -> bool:
        with suppress(httpx.HTTPError):
            self.client.get("/")
            return True
        return False

    def stop(self) -> None:
        self.client.close()
        for service in self.services.values():
            service.stop()
        self._caddy.stop()


@contextmanager
def running_proxy(folder: Path, wait: str) -> Iterator[Proxy]:
    proxy = Proxy(folder, wait)
    try:
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture
def impatient(tmp_path):
    """A proxy that does not wait for its services, none of which runs."""
    with running_proxy(tmp_path, "1ms") as proxy:
        wait_until(proxy.is_up)
        yield proxy


@pytest.fixture
def patient(tmp_path):
    """A proxy that waits, and both services for pages."""
    with running_proxy(tmp_path, "60s") as proxy:
        for name in ("pages", "pages-2"):
            proxy.services[name].start()
        wait_until(proxy.is_up)
        yield proxy


def test_without_a_service_people_get_a_page_that_reloads_itself(impatient):
    response = impatient.client.get("/leagues/", headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Refresh"] == "5"
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    # Nothing else is loaded: the site that it would come from is away.
    assert re.findall(r"<script|<link|<img|\ssrc=|url\(", response.text) == []


def test_the_page_after_a_form_leads_to_the_home_page(impatient):
    """To load the address of the form again would send no form, and it may not be a page."""
    response = impatient.client.post("/leagues/1/lobby/ready/", content=POST_BODY)
    assert (response.status_code, response.headers["Refresh"]) == (503, "5; url=/")
    assert "Did you just send a form?" in response.text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/v1/leagues"), ("POST", "/api/v1/leagues"), ("GET", "/live/drafts/1/")]
)
def test_without_a_service_programs_get_an_error_of_the_api(impatient, method, path):
    response = impatient.client.request(method, path)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["Content-Type"] == "application/json"
    error = json.loads(response.text)["error"]
    assert (error["code"], error["fields"]) == ("unavailable", {})
    assert error["request_id"] == response.headers["X-Request-ID"] != ""
    assert error["message"].endswith(".")


def test_a_service_that_has_stopped_gets_no_requests(patient):
    patient.services["pages"].stop()
    for _ in range(20):
        assert patient.client.get("/").text == "pages-2"
        assert patient.client.post("/", content=POST_BODY).text == "pages-2"


def test_a_post_waits_for_a_service(patient):
    for name in ("pages", "pages-2"):
        patient.services[name].stop()
    restart = threading.Timer(1, patient.services["pages"].start)
    restart.start()
    assert patient.client.post("/", content=POST_BODY).text == "pages"
    restart.join()
    assert patient.services["pages"].bodies[-1] == POST_BODY


def test_a_stream_waits_for_its_service(patient):
    restart = threading.Timer(1, patient.services["live"].start)
    restart.start()
    assert patient.client.get("/live/drafts/1/").text == "live"
    restart.join()


def break_off_next(proxy: Proxy) -> None:
    """Whichever service gets the next request ends its connection without a response."""
    for name in ("pages", "pages-2"):
        proxy.services[name].requests.clear()
        proxy.services[name].breaks_off = True


def requests_of(proxy: Proxy) -> Counter[str]:
    return proxy.services["pages"].requests + proxy.services["pages-2"].requests


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("POST", {"Idempotency-Key": "5f6cdd1f"})], ids=["GET", "POST with a key"]
)
def test_a_request_without_a_response_is_sent_again_if_that_is_safe(patient, method, headers):
    break_off_next(patient)
    content = POST_BODY if method == "POST" else None
    assert patient.client.request(method, "/", headers=headers, content=content).status_code == 200
    # Each service has broken it off once.
    assert requests_of(patient)[method] == 3
    if content:
        assert {body for name in ("pages", "pages-2") for body in patient.services[name].bodies[-1:]} == {POST_BODY}


def test_a_post_without_a_key_is_not_sent_again(patient):
    break_off_next(patient)
    assert patient.client.post("/", content=POST_BODY).status_code == 503
    assert requests_of(patient)["POST"] == 1


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics?x=1", "/Metrics", "/%6detrics"])
def test_metrics_are_not_routed(patient, path):
    """Not even with a token: it would be sent through the proxy by mistake only."""
    before = sum(service.requests.total() for service in patient.services.values())
    response = patient.client.get(path, headers={"Authorization": "Bearer token"})
    assert response.status_code == 404
    assert sum(service.requests.total() for service in patient.services.values()) == before
