"""Who has to wait while many leagues are scored in one transaction: neither readers nor players who pick."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from constructors.services import rename_constructor
from scoring.leaderboards import leaderboard
from scoring.services import bulk_sql

from .support.factories import grid
from .support.stories import filled, opened, pick, scored

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@contextmanager
def scoring_in_progress(league: int, draft: int) -> Iterator[None]:
    """Hold the locks of scoring in another connection, from its first statement to its commit."""
    held, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            bulk_sql.lock_league_rows([league])
            bulk_sql.lock_draft_rows([draft])
            bulk_sql.mark_scored([draft])
            held.set()
            done.wait(60)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert held.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        yield
    finally:
        done.set()
        thread.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_scoring_blocks_changes_of_the_league_but_no_picks_or_reads(league, race, alices, bobs):
    first = scored(filled(opened(league)))
    grid(league.season.races.get(round=2))
    second = opened(league, [alices, bobs])
    with scoring_in_progress(league.pk, first.pk):
        pick(second, alices, "driver_1")
        assert len(leaderboard(league)) == 2
        with pytest.raises(OperationalError):
            rename_constructor(constructor=alices, name="Alice Grand Prix", by=alices.owner)
    rename_constructor(constructor=alices, name="Alice Grand Prix", by=alices.owner)
