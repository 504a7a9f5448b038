"""Several writers at the same moment, on PostgreSQL: the locked season lets one through after the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from races import budget
from races.models import ApiBudget, Classification, Race, Season
from races.pack import read_pack
from races.services import fix_line_up, load_pack, record_classification, record_season
from races.tests.test_packs import LATER
from races.tests.test_results import ROWS, changed, facts_for
from tests.factories import SeasonFactory, grid, weekend

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WRITERS = 8


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run each call in a thread and a connection of its own, all beginning together; returns what they returned."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait(timeout=10)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def race() -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


def recorder(race: Race, rows: tuple) -> Callable[[], object]:
    now = race.expected_start + timedelta(hours=3)
    source = Classification.Source.API
    return lambda: record_classification(season=race.season, facts=facts_for(race, rows), source=source, now=now)


def test_the_same_classification_is_accepted_once(race):
    recorded = at_once(*[recorder(race, ROWS)] * WRITERS)
    assert sum(one is not None for one in recorded) == 1
    assert Classification.objects.get().results.count() == 20
    assert Season.objects.get().results_version == 1


def test_different_classifications_get_revisions_without_a_gap(race):
    at_once(*[recorder(race, changed(20, laps=40 + number)) for number in range(WRITERS)])
    revisions = Classification.objects.order_by("revision").values_list("revision", flat=True)
    assert list(revisions) == list(range(1, WRITERS + 1))
    assert race.entries.count() == 20


def test_without_the_lock_the_writers_collide(race, monkeypatch):
    """The twin: the constraint is the last guard, and it answers with an error instead of a number."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)

    def collide() -> None:
        for attempt in range(20):
            at_once(*[recorder(race, changed(20, laps=40, grid=attempt * WRITERS + one)) for one in range(WRITERS)])

    with pytest.raises(IntegrityError, match="one_classification_per_revision"):
        collide()


def test_a_season_is_recorded_once():
    facts = read_pack(2026).season
    at_once(*[lambda: record_season(facts=facts, now=LATER)] * WRITERS)
    assert Season.objects.get().races.count() == 23
    assert Race.objects.get(round=1).entries.count() == 22


def test_a_pack_is_loaded_once():
    pack = read_pack(2026)
    at_once(*[lambda: load_pack(pack=pack, now=LATER)] * 3)
    assert Classification.objects.count() == 15


def test_a_line_up_is_fixed_by_the_first(race):
    moments = [race.expected_start - timedelta(days=number) for number in range(WRITERS)]
    at_once(*[lambda now=now: fix_line_up(race=race, now=now) for now in moments])
    race.refresh_from_db()
    assert race.line_up_fixed_at in moments
    assert race.entries.filter(in_line_up=True).count() == 20


def test_the_budget_gives_every_request_a_place_of_its_own(settings):
    settings.F1_API_PER_SECOND = 1000
    at_once(*[lambda: budget.wait_for_turn("https://f1.example/")] * WRITERS)
    assert len(set(ApiBudget.objects.get().asked_at)) == WRITERS
