"""Which errors are a reason to try again later, and how reads are repeated."""

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import RequestFactory
from psycopg import errors
from psycopg_pool import PoolTimeout

from core.api.views import server_error
from core.database_errors import is_connection_lost, is_unavailable
from core.web.retries import CONNECTION_LOST, RetriedReads


def caused_by(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        caused_by(errors.AdminShutdown()),
        caused_by(errors.CannotConnectNow()),
        caused_by(errors.TooManyConnections()),
        caused_by(errors.OperationalError("server closed the connection unexpectedly")),
        caused_by(errors.InterfaceError("connection already closed"), InterfaceError),
    ],
)
def test_a_lost_connection_is_a_reason_to_try_again(error):
    assert is_unavailable(error)
    assert is_connection_lost(error)


def test_a_pool_has_waited_already():
    error = caused_by(PoolTimeout())
    assert is_unavailable(error)
    assert not is_connection_lost(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        RuntimeError(),
        OperationalError("database is locked"),
        caused_by(errors.QueryCanceled()),
        caused_by(errors.DiskFull()),
        caused_by(errors.UndefinedTable(), ProgrammingError),
    ],
)
def test_other_errors_are_errors(error):
    assert not is_unavailable(error)
    assert not is_connection_lost(error)


@pytest.mark.parametrize("path", ["/", "/api/v1/races"])
def test_the_response_says_when_to_try_again(path, caplog):
    request = RequestFactory().get(path)
    try:
        raise OperationalError from errors.AdminShutdown("terminating connection")
    except OperationalError:
        answer = server_error(request)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert request.META[CONNECTION_LOST]
    assert [record.levelname for record in caplog.records if record.name == "django.request"] == ["WARNING"]


class TestRetriedReads:
    def ask(self, *, lost: int, **environ: str) -> tuple[list[int], list[str]]:
        """Send a request to an application that loses the connection this many times; returns its calls, its status."""
        calls, statuses = [], []

        def application(environ, start_response):
            calls.append(1)
            if len(calls) <= lost:
                environ[CONNECTION_LOST] = True
            start_response("503 Service Unavailable" if len(calls) <= lost else "200 OK", [])
            return [b""]

        application = RetriedReads(application)
        list(application({"REQUEST_METHOD": "GET"} | environ, lambda status, headers: statuses.append(status)))
        return calls, statuses

    def test_a_read_is_repeated_once(self):
        assert self.ask(lost=0) == ([1], ["200 OK"])
        assert self.ask(lost=1) == ([1, 1], ["200 OK"])
        assert self.ask(lost=2) == ([1, 1], ["503 Service Unavailable"])

    @pytest.mark.parametrize("environ", [{"REQUEST_METHOD": "POST"}, {"CONTENT_LENGTH": "4"}])
    def test_other_requests_are_not(self, environ):
        assert self.ask(lost=1, **environ) == ([1], ["503 Service Unavailable"])
