"""Two transactions that are in each other's way, on PostgreSQL: both end well."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from fantasyf1.kit.transactions import atomic
from races.models import Season
from tests.factories import SeasonFactory

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def cross(one: Callable) -> list[object]:
    """Two transactions hold a row each, and then want the other's; returns what became of them."""
    seasons = [SeasonFactory.create(year=year).pk for year in (2025, 2026)]
    meet = Barrier(2)
    has_met: set[int] = set()

    @one
    def hold(first: int, second: int) -> str:
        Season.objects.filter(pk=first).update(results_version=first)
        if first not in has_met:
            has_met.add(first)
            meet.wait(timeout=30)
        Season.objects.filter(pk=second).update(results_version=first)
        return "done"

    def run(pair: tuple[int, int]) -> object:
        try:
            return hold(*pair)
        except OperationalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [tuple(seasons), tuple(reversed(seasons))]))


def test_who_was_in_the_way_begins_again():
    assert cross(atomic) == ["done", "done"]


def test_without_that_one_of_them_fails():
    """The twin."""
    assert sum(isinstance(one, OperationalError) for one in cross(transaction.atomic)) == 1


def test_what_goes_wrong_otherwise_is_not_tried_again():
    calls = []

    @atomic
    def wrong() -> None:
        calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    with pytest.raises(Exception, match="nowhere"):
        wrong()
    assert len(calls) == 1


def test_within_a_transaction_only_the_whole_can_begin_again():
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
