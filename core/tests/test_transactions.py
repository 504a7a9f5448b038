"""Retries on PostgreSQL: after a deadlock, and if the connection was lost before the commit was sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from core.transactions import atomic
from races.models import Season
from tests.support.factories import SeasonFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def deadlock(decorator: Callable) -> list[object]:
    """Run two transactions that lock one row each and then the other's; return their results or errors."""
    seasons = [SeasonFactory.create(year=year).pk for year in (2025, 2026)]
    barrier = Barrier(2)
    has_waited: set[int] = set()

    @decorator
    def update_both(first: int, second: int) -> str:
        Season.objects.filter(pk=first).update(results_version=first)
        if first not in has_waited:
            has_waited.add(first)
            barrier.wait(timeout=30)
        Season.objects.filter(pk=second).update(results_version=first)
        return "done"

    def run(pair: tuple[int, int]) -> object:
        try:
            return update_both(*pair)
        except OperationalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [tuple(seasons), tuple(reversed(seasons))]))


def test_a_serialization_failure_is_retried():
    assert deadlock(atomic) == ["done", "done"]


def test_without_retries_one_transaction_fails():
    """The counterpart, with Django's `atomic`."""
    assert sum(isinstance(result, OperationalError) for result in deadlock(transaction.atomic)) == 1


def test_other_errors_are_not_retried():
    calls = []

    @atomic
    def wrong() -> None:
        calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    with pytest.raises(Exception, match="nowhere"):
        wrong()
    assert len(calls) == 1


def test_an_inner_block_is_not_retried_alone():
    calls = []

    @atomic
    def part() -> None:
        calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40P01'; END $$")

    with pytest.raises(OperationalError, match="in the way"), transaction.atomic():
        part()
    assert len(calls) == 1
    with pytest.raises(OperationalError, match="in the way"):
        part()
    assert len(calls) == 5


def end_session() -> None:
    """End the session of this thread's connection, as a restart of the server does."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


class TestLostConnections:
    def test_nothing_has_happened_before_the_commit_so_it_is_retried(self):
        calls: list[int] = []

        @atomic
        def create() -> str:
            SeasonFactory.create(year=2025 + len(calls))
            calls.append(1)
            if len(calls) == 1:
                end_session()
            SeasonFactory.create(year=2030)
            return "done"

        assert create() == "done"
        assert sorted(Season.objects.values_list("year", flat=True)) == [2026, 2030]

    def test_a_commit_may_have_happened_so_it_is_not_retried(self):
        calls = []

        @atomic
        def create() -> None:
            calls.append(SeasonFactory.create(year=2025))
            end_session()

        with pytest.raises(OperationalError):
            create()
        assert len(calls) == 1

    def test_what_follows_the_commit_is_not_retried(self):
        calls = []

        @atomic
        def create() -> None:
            calls.append(SeasonFactory.create(year=2025))
            transaction.on_commit(end_session)
            transaction.on_commit(Season.objects.count)

        with pytest.raises(OperationalError):
            create()
        assert len(calls) == 1
        connection.close()
        assert Season.objects.count() == 1
