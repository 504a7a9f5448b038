"""Fixtures and hooks for these tests: the WSGI application as a server runs it, and messages at the end of a run."""

from collections.abc import Callable, Iterable, Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from fantasyf1 import wsgi

Application = Callable[..., Iterable[bytes]]


@pytest.fixture
def application(db: None) -> Iterator[Application]:
    """Yield the WSGI application, in the test's transaction.

    Like Django's test client, it keeps the database connection open.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield wsgi.application
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests recorded as "said", whether they passed or failed."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    said = {text for report in reports for name, text in getattr(report, "user_properties", ()) if name == "said"}
    for text in sorted(said):
        terminalreporter.write_line(text)
