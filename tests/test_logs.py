"""Log lines as JSON: one for each request, task and stream, with ids, and nowhere a secret."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from core import log_format
from core.scrubbing import REMOVED, is_secret_name, scrub, scrub_text
from core.tasks import delete_expired_rate_limits
from core.tasks.task_log import logger as task_logger
from fantasyf1.ops.supervisor import Printer
from tests.conftest import Application
from tests.support.cast import access_token
from tests.support.servers import Server, database_env

ROOT = Path(settings.BASE_DIR)
SECRET = "hush-Zm9vYmFy_7d2c"
# A converter that makes a secret from a path, and what it is called.
SECRET_PARAMETERS = ("token", "key", "code")
HEADERS = {
    "Authorization": f"Bearer eyJhbGciOiJIUzI1NiJ9.{SECRET}.{SECRET}",
    "Cookie": f"sessionid={SECRET}; csrftoken={SECRET}",
    "Idempotency-Key": SECRET,
}
# Secrets that are not in a path.
QUERIES = [
    f"/accounts/sign-up/?invitation={SECRET}",
    f"/live/drafts/1/?watch={SECRET}",
    f"/accounts/sign-in/?next=/pick/{SECRET}/",
    f"/api/v1/nothing?token={SECRET}",
]
BODIES = {"password": SECRET, "username": "bob@example.org", "token": SECRET, "refresh": f"eyJhbGciOi.{SECRET}.x"}

Lines = Callable[[], list[dict[str, Any]]]


def secret_paths(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """The paths of all routes that a secret is part of."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from secret_paths(pattern.url_patterns, route)
        elif any(name in pattern.pattern.converters for name in SECRET_PARAMETERS):
            for name, converter in pattern.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
                value = SECRET if name in SECRET_PARAMETERS else "1"
                route = route.replace(f"<{kind}:{name}>", value)
            yield route
    if before == "/":
        yield f"/accounts/reset/1-{SECRET}/"


PATHS = [*secret_paths(get_resolver().url_patterns), *QUERIES]


def test_the_table_has_the_routes_with_secrets():
    for path in ("pick", "watch", "calendar", "join", "invitations", "accounts/confirm", "accounts/undo-email"):
        assert any(found.startswith(f"/{path}/{SECRET}") for found in PATHS), path
    assert not [path for path in PATHS if "<" in path]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_with_a_secret_survives(path):
    assert SECRET not in scrub_text(f"Not Found: {path}")
    assert SECRET not in scrub_text(f"https://f1.example.org{path} was refused")


@pytest.mark.parametrize(
    "text",
    [
        f"redis://:{SECRET}@cache:6379/1",
        f"postgresql://fantasyf1:{SECRET}@postgresql:5432/fantasyf1 does not respond",
        f"https://{SECRET}@sentry.example.org/42",
        f"Authorization: Bearer {SECRET}",
        f"{{'password': '{SECRET}', 'name': 'Bob'}}",
        f'{{"new_password1": "{SECRET}"}}',
        f"Set-Cookie: sessionid={SECRET}; Path=/",
        f"Idempotency-Key: {SECRET}",
        f"Key (email)=({SECRET}@example.org) already exists.",
        f"Key (user_id, token_hash)=(5, {SECRET}) already exists.",
        f"{SECRET}@example.org is not a member",
        f"https://discord.com/api/webhooks/123456/{SECRET} responded with 404",
        f"https://hooks.slack.com/services/T000/{SECRET}",
    ],
)
def test_no_secret_in_a_text_survives(text):
    assert SECRET not in scrub_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Not Found: /leagues/17/settings/",
        "Round 3, Australian Grand Prix, race: accepted as revision 2",
        "Revoked a token family of user 5: a used refresh token was sent again",
        "Cannot end the turn in draft 12 now, the next sweep tries again: deadlock detected",
        "/invitations/17/ is not found",
    ],
)
def test_what_is_no_secret_stays(text):
    assert scrub_text(text) == text


def test_values_are_scrubbed_by_name_at_any_depth():
    assert scrub({"a": [{"Cookie": "x", "status": 404}], "password": "x"}) == {
        "a": [{"Cookie": REMOVED, "status": 404}],
        "password": REMOVED,
    }
    assert [name for name in ("request_id", "task_id", "user_id", *log_format.FIELDS) if is_secret_name(name)] == []


# -- a real server -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="module")
def site(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server whose database has no tables, so what reads from it fails with a traceback."""
    with database_env(tmp_path_factory.mktemp("home")) as env:
        server = Server(env | {"HTTPS": "false", "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}, log=log)
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
            yield client
        server.stop()


def lines_of(text: str) -> list[dict[str, Any]]:
    """The lines as objects. Fails if one is not JSON."""
    return [json.loads(line) for line in text.splitlines()]


def test_no_line_of_a_request_has_a_secret(site, log):
    before = len(log.read_text())
    for path in PATHS:
        site.get(path, headers=HEADERS)
        site.post(path, headers=HEADERS | {"Cookie": ""}, data=BODIES)
    site.post("/api/v1/auth/login", json=BODIES)
    site.post("/api/v1/auth/refresh", json=BODIES)
    site.post("/accounts/sign-in/", data=BODIES)
    text = log.read_text()[before:]
    assert len([line for line in lines_of(text) if line["event"] == "request"]) >= 2 * (len(PATHS) - 1)
    assert "exception" in text
    assert [line for line in text.splitlines() if SECRET in line or "bob@example.org" in line] == []


def test_a_request_has_one_line_with_its_route(site, log):
    before = len(log.read_text())
    answer = site.get("/accounts/sign-up/?page=2", headers={"X-Request-ID": "app-7f3a"})
    (line,) = [line for line in lines_of(log.read_text()[before:]) if line["event"] == "request"]
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert (line["level"], line["request_id"], line["method"]) == ("info", "app-7f3a", "GET")
    assert (line["route"], line["view"]) == ("/accounts/sign-up/", "accounts:sign_up")
    assert line["status"] == answer.status_code
    assert line["duration_ms"] > 0
    assert "user_id" not in line


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/live/health", "/static/css/missing.css"])
def test_probes_and_static_files_leave_no_line_at_info(site, log, path):
    before = len(log.read_text())
    site.get(path)
    lines = lines_of(log.read_text()[before:])
    assert [line for line in lines if line["event"] == "request" and line["level"] != "debug"] == []


# -- users and tasks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Yield a function that returns the lines of the log so far, formatted as JSON."""
    (own,) = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    stream, formatter = StringIO(), own.formatter
    before = own.setStream(stream)
    own.setFormatter(log_format.json_formatter())
    yield lambda: lines_of(stream.getvalue())
    own.setStream(before)
    own.setFormatter(formatter)


def call(application: Application, path: str, user: Any) -> None:
    request = RequestFactory().get(path)
    credentials = {"HTTP_AUTHORIZATION": f"Bearer {access_token(user)}", "HTTP_X_REQUEST_ID": "app-7f3a"}
    b"".join(application(request.environ | credentials, lambda *start: None))


def test_a_request_names_the_user_and_counts_queries(application, alice, league, lines):
    call(application, f"/api/v1/leagues/{league.pk}", alice)
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["user_id"], line["status"], line["request_id"]) == (alice.pk, 200, "app-7f3a")
    assert line["route"] == "/api/v1/leagues/<int:league_id>"
    assert line["queries"] > 0
    assert alice.username not in json.dumps(line)


def test_so_do_the_other_lines_of_the_request(application, alice, league, lines):
    call(application, "/api/v1/leagues/999999", alice)
    refused = [line for line in lines() if line["event"] != "request"]
    assert {line.get("user_id") for line in refused} == {alice.pk}


@pytest.fixture
def task_lines(lines: Lines) -> Iterator[Lines]:
    level = task_logger.level
    task_logger.setLevel(logging.INFO)
    yield lambda: [line for line in lines() if line["event"] == "task"]
    task_logger.setLevel(level)


@pytest.mark.django_db
def test_a_task_has_one_line_at_its_end(task_lines):
    result = delete_expired_rate_limits.apply(task_id="5f2c")
    assert result.state == "SUCCESS"
    (line,) = task_lines()
    assert (line["task"], line["task_id"], line["state"]) == (
        "core.tasks.delete_expired_rate_limits",
        "5f2c",
        "SUCCESS",
    )
    assert line["duration_ms"] >= 0


@pytest.mark.django_db
def test_a_task_that_fails_says_so(task_lines, lines, monkeypatch):
    def fail(**_: Any) -> None:
        raise ValueError(f"refused redis://:{SECRET}@cache")

    monkeypatch.setattr("core.services.rate_limits.delete_expired_rate_limits", fail)
    delete_expired_rate_limits.apply(task_id="5f2c")
    (line,) = task_lines()
    assert line["state"] == "FAILURE"
    assert "ValueError" in json.dumps(lines())
    assert SECRET not in json.dumps(lines())


# -- granian and the supervisor ----------------------------------------------------------------------------------------


def test_granian_has_the_same_format_in_containers():
    assert json.loads((ROOT / "deploy" / "granian-log.json").read_text()) == log_format.granian_logging()


def test_the_supervisor_relays_lines_as_json(monkeypatch, capsys):
    monkeypatch.setenv("LOG_FORMAT", "json")
    say = Printer()
    say("Ready: http://127.0.0.1:8000/")
    say.relay("web", '{"event": "request", "status": 200}')
    said, relayed = lines_of(capsys.readouterr().out)
    assert (said["event"], said["process"]) == ("Ready: http://127.0.0.1:8000/", "supervisor")
    assert relayed == {"event": "request", "status": 200, "process": "web"}


def test_the_supervisor_relays_lines_as_text(monkeypatch, capsys):
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    Printer().relay("web", "Hello")
    assert capsys.readouterr().out == "web    | Hello\n"
