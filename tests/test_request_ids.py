"""Every line that a request or its tasks leave in the log has the id of the response."""

import logging
import re
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path

import httpx
import pytest
from celery.app.trace import trace_task_ret
from django.conf import settings
from django.test import RequestFactory
from kombu import Connection

from core.services import rate_limits
from core.tasks import delete_expired_rate_limits
from core.tasks.enqueue import enqueue_on_commit
from core.web.request_ids import VALID_REQUEST_ID, current, use
from fantasyf1.celery import app
from tests.conftest import Application
from tests.support.cast import access_token
from tests.support.servers import Server, database_env

LINE = re.compile(
    r"[0-9-]{10} [0-9:,]+ (?P<level>[A-Z]+) (?P<logger>\S+) \[request=(?P<id>\S+) task=(?P<task>\S+)\]: .*"
)
TOO_LARGE = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
# The database has no tables, so what reads from it fails.
REQUESTS = [
    ("POST", "/api/v1/auth/login", b"{", 400),
    ("GET", "/api/v1/leagues", b"", 401),
    ("GET", "/api/v1/nonsense", b"", 404),
    ("GET", "/live/nonsense", b"", 404),
    ("DELETE", "/api/v1/races", b"", 405),
    ("POST", "/live/health", b"", 405),
    ("POST", "/accounts/sign-in/", TOO_LARGE, 413),
    ("POST", "/api/v1/auth/login", TOO_LARGE, 413),
    ("GET", "/api/v1/races?season=2025", b"", 500),
    ("GET", "/races/2025/", b"", 500),
]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="module")
def site(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with database_env(tmp_path_factory.mktemp("home")) as env:
        server = Server(env | {"HTTPS": "false"}, log=log)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
            yield client
        server.stop()


@pytest.mark.parametrize("chosen", [{"X-Request-ID": "app-7f3a"}, {}], ids=["chosen", "generated"])
def test_the_lines_of_an_error_have_its_id(site, log, chosen):
    for method, path, body, status in REQUESTS:
        before = len(log.read_text())
        answer = site.request(method, path, content=body, headers={"Content-Type": "application/json"} | chosen)
        assert answer.status_code == status, path
        request_id = answer.headers["X-Request-ID"]
        assert VALID_REQUEST_ID.fullmatch(request_id), path
        assert chosen.get("X-Request-ID", request_id) == request_id, path
        lines = [match for line in log.read_text()[before:].splitlines() if (match := LINE.fullmatch(line))]
        assert {line["id"] for line in lines} == {request_id}, path
        assert ("ERROR" if status == 500 else "WARNING") in {line["level"] for line in lines}, path


@pytest.mark.parametrize("path", ["/live/health", "/healthz"])
def test_responses_without_django_have_an_id(site, path):
    assert site.get(path, headers={"X-Request-ID": "app-7f3a"}).headers["X-Request-ID"] == "app-7f3a"


@pytest.fixture
def lines() -> Iterator[Callable[[], list["re.Match[str]"]]]:
    """Yield a function that returns the lines of the log so far, as the settings format them."""
    (own,) = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    stream = StringIO()
    before = own.setStream(stream)
    yield lambda: [match for line in stream.getvalue().splitlines() if (match := LINE.fullmatch(line))]
    own.setStream(before)


def test_a_refusal_has_the_id_of_its_response(application: Application, alice, league, lines):
    join = {"code": league.code, "constructor_name": "Twice"}
    request = RequestFactory().post("/api/v1/leagues/join", join, content_type="application/json")
    credentials = {"HTTP_AUTHORIZATION": f"Bearer {access_token(alice)}", "HTTP_X_REQUEST_ID": "app-7f3a"}
    starts: list[tuple[str, list[tuple[str, str]]]] = []
    b"".join(application(request.environ | credentials, lambda *start: starts.append(start)))
    ((status, headers),) = starts
    assert status == "409 Conflict"
    assert dict(headers)["X-Request-ID"] == "app-7f3a"
    assert [(line["logger"], line["id"]) for line in lines() if line["level"] == "WARNING"] == [
        ("django.request", "app-7f3a")
    ]


@pytest.mark.django_db(transaction=True)
class TestTasks:
    @pytest.fixture(autouse=True)
    def broker(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
        """Yield the connection to a broker in memory, which gets the task's messages."""
        with Connection("memory://") as broker:
            send = partial(delete_expired_rate_limits.apply_async, connection=broker)  # type: ignore[call-arg]
            monkeypatch.setattr(delete_expired_rate_limits, "apply_async", send)
            yield broker
            with broker.SimpleQueue(settings.DEFAULT_QUEUE) as queue:
                queue.clear()  # all connections to memory share it

    @pytest.fixture(autouse=True)
    def does(self, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
        """Return the list of what the task does."""
        does: list[Callable[[], object]] = [lambda: logging.getLogger("core").warning("A warning.")]
        monkeypatch.setattr(rate_limits, "delete_expired_rate_limits", lambda now: len([do() for do in does]))
        return does

    def run_next(self, broker: Connection) -> str:
        """Run the next task in the queue as a worker does; returns its id."""
        with broker.SimpleQueue(settings.DEFAULT_QUEUE) as queue:
            message = queue.get(timeout=10)
            message.ack()
        headers, kind = message.headers, (message.content_type, message.content_encoding)
        trace_task_ret(headers["task"], headers["id"], headers, message.body, *kind, app=app)
        return str(headers["id"])

    def test_the_lines_of_a_task_have_the_id_of_the_request(self, broker, lines):
        with use("app-7f3a"):
            enqueue_on_commit(delete_expired_rate_limits)
        task_id = self.run_next(broker)
        assert [(line["id"], line["task"]) for line in lines()] == [("app-7f3a", task_id)]

    def test_so_do_those_of_its_failure(self, broker, lines, does):
        does[0] = lambda: 1 / 0
        with use("app-7f3a"):
            enqueue_on_commit(delete_expired_rate_limits)
        task_id = self.run_next(broker)
        (line,) = lines()
        assert (line["level"], line["id"], line["task"]) == ("ERROR", "app-7f3a", task_id)

    def test_a_task_of_beat_passes_its_own_id_on(self, broker, lines, does):
        does.append(lambda: enqueue_on_commit(delete_expired_rate_limits))
        delete_expired_rate_limits.apply_async()
        first = self.run_next(broker)
        second = self.run_next(broker)
        assert [(line["id"], line["task"]) for line in lines()] == [(first, first), (first, second)]

    def test_a_thread_forgets_the_ids(self, broker, lines):
        with use("app-7f3a"):
            enqueue_on_commit(delete_expired_rate_limits)
        self.run_next(broker)
        assert current() == ""
