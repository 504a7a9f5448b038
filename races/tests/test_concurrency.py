"""Concurrency on PostgreSQL: the season's row lock serializes writers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from time import sleep

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from notifications.models import Notification
from races.models import Classification, OutboundRateLimit, Quarantine, Race, ResultCheck, Season
from races.selectors import due_checks
from races.services import (
    ImplausibleClassification,
    freeze_line_up,
    load_pack,
    poll_next_race,
    polling,
    record_classification,
    record_manual_classification,
    record_season,
    schedule_checks,
)
from races.sources import rate_limit
from races.sources.fixtures import read_pack
from races.tests.fake_source import FakeSource
from races.tests.test_fixtures import LATER
from races.tests.test_results import ROWS, changed, classification_dto
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
WRITERS = 8


def run_concurrently(*calls: Callable[[], object]) -> list[object]:
    """Run the calls concurrently, each in its own thread and connection; returns their results."""
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
    return lambda: record_classification(season=race.season, dto=classification_dto(race, rows), source=source, now=now)


def test_the_same_classification_is_recorded_once(race):
    recorded = run_concurrently(*[recorder(race, ROWS)] * WRITERS)
    assert sum(classification is not None for classification in recorded) == 1
    assert Classification.objects.get().results.count() == 20
    assert Season.objects.get().results_version == 1


def test_concurrent_classifications_get_revisions_without_gaps(race):
    run_concurrently(*[recorder(race, changed(20, laps=40 + number)) for number in range(WRITERS)])
    revisions = Classification.objects.order_by("revision").values_list("revision", flat=True)
    assert list(revisions) == list(range(1, WRITERS + 1))
    assert race.entries.count() == 20


def test_without_the_lock_the_writers_collide(race, monkeypatch):
    """Mutant without the row lock: the unique constraint still prevents duplicates, with an error."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)

    def collide() -> None:
        for attempt in range(20):
            run_concurrently(
                *[recorder(race, changed(20, laps=40, grid=attempt * WRITERS + number)) for number in range(WRITERS)]
            )

    with pytest.raises(IntegrityError, match="one_classification_per_revision"):
        collide()


def test_a_payload_received_eight_times_is_one_case_and_one_notification(race):
    UserFactory.create(is_superuser=True)

    def refused() -> None:
        with pytest.raises(ImplausibleClassification):
            recorder(race, ROWS[:7])()

    for _ in range(5):  # With a lock that conflicts with foreign key checks, nearly every round deadlocked.
        run_concurrently(*[refused] * WRITERS)
    assert Quarantine.objects.get().times_seen == 5 * WRITERS
    assert Notification.objects.count() == 1


def workers(race: Race) -> list[FakeSource]:
    """Poll with eight workers at once; returns their sources."""
    now = race.expected_start + timedelta(hours=1)
    schedule_checks(season=race.season, now=now)
    sources = [FakeSource() for _ in range(WRITERS)]
    run_concurrently(*[lambda source=source: poll_next_race(source=source, now=now) for source in sources])
    return sources


def test_a_check_is_claimed_by_one_worker(race):
    assert sorted(len(source.asked) for source in workers(race)) == [0] * (WRITERS - 1) + [1]


def test_without_the_conditional_claim_several_workers_poll(race, monkeypatch):
    """Mutant without the conditional UPDATE: every worker that sees the check takes it."""

    def take(now: datetime) -> Race | None:
        check = due_checks(now).first()
        sleep(0.2)
        return check.race if check else None

    monkeypatch.setattr(polling, "_claim", take)
    assert sum(len(source.asked) for source in workers(race)) > 1


def test_two_concurrent_beats_schedule_checks_once(race):
    now = race.expected_start
    run_concurrently(*[lambda: schedule_checks(season=race.season, now=now)] * WRITERS)
    stages = list(ResultCheck.objects.values_list("stage", flat=True))
    assert len(stages) == len(set(stages)) > 5


def test_concurrent_manual_and_api_results_give_two_revisions_or_a_case(race):
    admin = UserFactory.create(is_superuser=True)
    now = race.expected_start + timedelta(hours=3)

    def by_hand() -> object:
        return record_manual_classification(race=race, kind="race", rows=ROWS, by=admin, reason="Document 47", now=now)

    run_concurrently(by_hand, recorder(race, changed(20, laps=50)))
    counts = Classification.objects.order_by("-revision")[0]
    assert (counts.source, counts.is_held) == ("administrator", True)
    assert Classification.objects.count() + Quarantine.objects.count() == 2


def test_a_season_is_recorded_once():
    dto = read_pack(2026).season
    run_concurrently(*[lambda: record_season(dto=dto, now=LATER)] * WRITERS)
    assert Season.objects.get().races.count() == 23
    assert Race.objects.get(round=1).entries.count() == 22


def test_a_season_pack_is_loaded_once():
    pack = read_pack(2026)
    run_concurrently(*[lambda: load_pack(pack=pack, now=LATER)] * 3)
    assert Classification.objects.count() == 15


def test_a_line_up_is_fixed_once(race):
    moments = [race.expected_start - timedelta(days=number) for number in range(WRITERS)]
    run_concurrently(*[lambda now=now: freeze_line_up(race=race, now=now) for now in moments])
    race.refresh_from_db()
    assert race.line_up_frozen_at in moments
    assert race.entries.filter(in_line_up=True).count() == 20


def test_the_rate_limit_gives_every_request_its_own_slot(settings):
    settings.F1_API_PER_SECOND = 1000
    run_concurrently(*[lambda: rate_limit.wait_for_rate_limit("https://f1.example/")] * WRITERS)
    assert len(set(OutboundRateLimit.objects.get().request_times)) == WRITERS
