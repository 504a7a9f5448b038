"""What the metrics of a process count: requests, statements, cache reads, tasks, picks and refusals."""

from datetime import timedelta

import pytest
from celery import Task, signals
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import RequestFactory

from core import clock, metrics
from core.api.throttling import AddressThrottle
from core.cache.safe_cache import read_through
from core.errors import RateLimited
from core.metrics import Work, measured_work
from core.metrics.tasks import SENT_AT_HEADER
from core.services.rate_limits import RateLimitRule, consume
from core.tasks import delete_expired_rate_limits
from core.web.request_metrics import MeasuredWSGI
from fantasyf1.ops.direct_sweep import run_directly
from tests.support.metrics import Growth


def answer_of(status: str, name: str = "", statements: int = 0) -> MeasuredWSGI:
    """A measured application that responds with this status, as the view of this name, after some SQL statements."""

    def application(environ, start_response):
        if work := metrics.current():
            work.name = name
        for _ in range(statements):
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        start_response(status, [])
        return [b""]

    return MeasuredWSGI(application)


def request(application: MeasuredWSGI, method: str = "GET", path: str = "/leagues/7/") -> None:
    application({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *_: None)


@pytest.mark.django_db
def test_a_request_counts_under_the_name_of_its_view(client):
    growth = Growth()
    with measured_work(is_request=True) as work:
        client.get("/leagues/123456/")
    assert work.name == "pages:league_home"
    request(answer_of("404 Not Found", "pages:league_home", statements=3))
    labels = {"view": "pages:league_home", "method": "GET", "status": "4xx"}
    assert growth.of("fantasyf1_http_request_duration_seconds_count", **labels) == 1
    assert growth.of("fantasyf1_http_request_database_queries_sum", view="pages:league_home") == 3
    assert growth.of("fantasyf1_http_request_database_seconds_sum", view="pages:league_home") > 0


@pytest.mark.parametrize(
    ("path", "status", "view"),
    [("/static/css/site.css", "200 OK", "static"), ("/static/no", "404 Not Found", "none"), ("/wp", "400 Bad", "none")],
)
def test_paths_are_never_labels(path, status, view):
    growth = Growth()
    request(answer_of(status), path=path)
    assert growth.labels_of("fantasyf1_http_request_duration_seconds_count", "view") == {view}


def test_methods_that_do_not_exist_count_as_others():
    growth = Growth()
    request(answer_of("200 OK", "home"), method="BREW")
    assert growth.labels_of("fantasyf1_http_request_duration_seconds_count", "method") == {"other"}


def test_an_application_that_raises_counts_as_a_server_error():
    def application(environ, start_response):
        raise ZeroDivisionError

    growth = Growth()
    with pytest.raises(ZeroDivisionError):
        request(MeasuredWSGI(application))
    assert growth.labels_of("fantasyf1_http_request_duration_seconds_count", "status") == {"5xx"}


def test_a_label_has_a_limited_number_of_values(monkeypatch):
    monkeypatch.setattr(metrics, "_label_values", {})
    monkeypatch.setattr(metrics, "MAX_LABEL_VALUES", 3)
    growth = Growth()
    for number in range(10):
        request(answer_of("200 OK", f"bounded:{number}"))
    views = growth.labels_of("fantasyf1_http_request_duration_seconds_count", "view")
    assert views == {"bounded:0", "bounded:1", "bounded:2", "other"}


@pytest.mark.django_db
def test_statements_that_fail_are_counted_by_exception():
    growth = Growth()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing_like_this")
    assert len(growth.labels_of("fantasyf1_database_errors_total", "error")) == 1
    assert growth.of("fantasyf1_database_query_duration_seconds_count") == 1


def test_reads_of_the_cache_are_hits_or_misses_by_family():
    cache.delete("family-of-tests:7:v1")
    growth = Growth()
    for _ in range(3):
        read_through("family-of-tests:7:v1", lambda: "value", seconds=60)
    assert growth.of("fantasyf1_cache_requests_total", family="family-of-tests", result="miss") == 1
    assert growth.of("fantasyf1_cache_requests_total", family="family-of-tests", result="hit") == 2


@pytest.mark.django_db
def test_a_refusal_by_a_rate_limit_counts_under_its_kind():
    growth = Growth()
    limits = [RateLimitRule("tests by", "alice", 1, timedelta(hours=1))]
    consume(limits, now=clock.now())
    with pytest.raises(RateLimited):
        consume(limits, now=clock.now())
    assert growth.of("fantasyf1_rate_limit_refusals_total", scope="tests by") == 1


def test_a_refusal_by_a_throttle_counts(settings):
    settings.API_PER_MINUTE_AND_ADDRESS = 1
    growth = Growth()
    asked = RequestFactory().get("/api/v1/leagues", REMOTE_ADDR="203.0.113.77")
    wrapped = type("Wrapped", (), {"_request": asked})()
    allowed = [AddressThrottle().allow_request(wrapped, None) for _ in range(3)]
    assert growth.of("fantasyf1_rate_limit_refusals_total", scope="api by address") == allowed.count(False) > 0


class Failing(Task):
    name = "tests.failing"

    def run(self) -> None:
        raise KeyError("a bug")


@pytest.mark.django_db
def test_a_task_is_measured_with_its_statements():
    growth, name = Growth(), delete_expired_rate_limits.name
    delete_expired_rate_limits.apply()
    assert growth.of("fantasyf1_task_duration_seconds_count", task=name) == 1
    assert growth.of("fantasyf1_task_database_queries_sum", task=name) >= 1
    assert growth.of("fantasyf1_task_failures_total", task=name) == 0
    assert metrics.current() is None


@pytest.fixture
def failing():
    """A registered task that fails."""
    app = delete_expired_rate_limits.app
    yield app.register_task(Failing())
    app.tasks.unregister(Failing.name)


@pytest.mark.django_db
def test_a_task_that_fails_is_counted(failing):
    growth = Growth()
    failing.apply()
    assert growth.of("fantasyf1_task_failures_total", task=Failing.name) == 1
    assert growth.of("fantasyf1_task_duration_seconds_count", task=Failing.name) == 1


@pytest.mark.django_db
def test_a_task_of_the_direct_sweep_is_measured_too(monkeypatch):
    monkeypatch.setattr("fantasyf1.ops.direct_sweep.close_old_connections", lambda: None)
    growth, name = Growth(), delete_expired_rate_limits.name
    run_directly(name)
    assert growth.of("fantasyf1_task_duration_seconds_count", task=name) == 1


def test_a_message_says_when_it_was_sent():
    headers: dict[str, object] = {}
    signals.before_task_publish.send(sender="any.task", headers=headers)
    assert isinstance(headers[SENT_AT_HEADER], float)


def test_outside_of_requests_and_tasks_there_is_no_work():
    assert metrics.current() is None
    with measured_work(is_request=True) as work:
        assert metrics.current() is work
    assert isinstance(work, Work)
    assert metrics.current() is None
