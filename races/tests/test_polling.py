"""Result checks: scheduled with the calendar, polled once, retried until they succeed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from races import services
from races.models import Quarantine, Race, ResultCheck, Season
from races.rules import VERIFICATION_PERIOD
from races.selectors import due_checks
from races.services import poll_next_race, schedule_checks, schedule_immediate_check, set_race_state
from races.sources.dto import CircuitDTO, ClassificationDTO, RaceDTO, ResultDTO, SeasonDTO, SessionDTO, TeamDTO
from races.sources.parser import SourceError
from races.tests.fake_source import FakeSource
from races.tests.test_results import ROWS, changed, classification_dto
from tests.support.factories import STARTS_AT, SeasonFactory, grid, results_for, weekend

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LAST_START = STARTS_AT + 2 * WEEK
END = LAST_START + VERIFICATION_PERIOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> Season:
    """Three race weekends of twenty cars, the second with a sprint."""
    season = SeasonFactory.create(grid_size=20)
    for number in (1, 2, 3):
        grid(weekend(season, number, sprint=number == 2), teams=10)
    return season


@pytest.fixture
def first(season: Season) -> Race:
    return season.races.get(round=1)


@pytest.fixture
def second(season: Season) -> Race:
    return season.races.get(round=2)


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def run(season, source) -> Callable[[datetime], list[str]]:
    """Schedule the checks, then poll everything that is due at `now`; returns the reports."""

    def run(now: datetime) -> list[str]:
        schedule_checks(season=season, now=now)
        found = []
        while (checked := poll_next_race(source=source, now=now)) is not None:
            found.append(str(checked))
        return found

    return run


def stages(race: Race, **lookups: object) -> list[str]:
    return list(race.checks.filter(**lookups).order_by("due_at", "pk").values_list("stage", flat=True))


def check(race: Race, stage: str) -> ResultCheck:
    return ResultCheck.objects.get(race=race, stage=stage)


def sprint_of(race: Race) -> ClassificationDTO:
    """A sprint result in the order of car numbers."""
    rows = tuple(replace(row, points=Decimal(max(0, 9 - row.position))) for row in ROWS)
    return classification_dto(race, rows, "sprint")


def publish(source: FakeSource, race: Race, rows: tuple[ResultDTO, ...] = ROWS) -> None:
    """Publish the race's results on the fake source."""
    source.races[race.round] = classification_dto(race, rows)


def polled_race(source: FakeSource, now: datetime) -> Race | None:
    """Poll once; returns the race that was polled, if any was due."""
    checked = poll_next_race(source=source, now=now)
    return checked.race if checked else None


class TestSchedule:
    def test_checks_of_a_race_are_scheduled_a_month_ahead(self, season, first, second):
        schedule_checks(season=season, now=STARTS_AT - DAY)
        begin = ["results", "24 h", "48 h", "72 h", "day 4", "day 5", "day 6", "day 7", "week 2", "week 3", "week 4"]
        assert stages(first) == begin
        assert stages(second)[:3] == ["sprint", "results", "24 h"]
        assert check(first, "results").due_at == STARTS_AT + HOUR
        assert check(second, "sprint").due_at == STARTS_AT + WEEK - timedelta(hours=28)

    def test_the_final_check_is_scheduled_near_the_end_of_the_season(self, season, first):
        schedule_checks(season=season, now=END - 10 * DAY)
        assert stages(first)[-1] == "the end"
        assert check(first, "the end").due_at == END

    def test_scheduling_again_changes_nothing(self, season):
        for _ in range(2):
            schedule_checks(season=season, now=STARTS_AT)
        before = list(ResultCheck.objects.order_by("pk").values())
        schedule_checks(season=season, now=STARTS_AT + HOUR)
        assert list(ResultCheck.objects.filter(pk__in=[row["id"] for row in before]).order_by("pk").values()) == before

    def test_missed_checks_are_reduced_to_one(self, season, first):
        schedule_checks(season=season, now=STARTS_AT + 5 * DAY + HOUR)
        assert stages(first, due_at__lte=STARTS_AT + 5 * DAY + HOUR) == ["results", "day 5"]

    def test_a_race_with_results_has_no_first_results_check(self, season, first):
        results_for(first)
        schedule_checks(season=season, now=STARTS_AT + HOUR)
        assert stages(first)[0] == "24 h"

    def test_a_demonstration_has_no_checks(self):
        season = SeasonFactory.create(is_demonstration=True)
        weekend(season)
        schedule_checks(season=season, now=STARTS_AT)
        assert not ResultCheck.objects.exists()

    def test_checks_follow_a_race_that_moves(self, season, first):
        schedule_checks(season=season, now=STARTS_AT - DAY)
        ResultCheck.objects.update(attempts=3, not_before=STARTS_AT)
        Race.objects.filter(pk=first.pk).update(starts_at=STARTS_AT + 2 * DAY)
        schedule_checks(season=season, now=STARTS_AT - DAY)
        moved = check(first, "results")
        assert (moved.due_at, moved.attempts, moved.not_before) == (STARTS_AT + 2 * DAY + HOUR, 0, None)

    def test_a_race_that_is_held_later_is_polled_again(self, season, first, run):
        run(STARTS_AT + DAY)
        assert check(first, "24 h").done_at is not None
        Race.objects.filter(pk=first.pk).update(starts_at=STARTS_AT + 2 * DAY)
        schedule_checks(season=season, now=STARTS_AT + DAY)
        assert check(first, "24 h").done_at is None

    @pytest.mark.parametrize("state", [Race.State.CANCELLED, Race.State.POSTPONED])
    def test_a_race_without_a_date_loses_its_checks_until_it_has_one(self, season, first, second, state):
        schedule_checks(season=season, now=STARTS_AT - DAY)
        set_race_state(race=second, state=state, now=STARTS_AT - DAY)
        assert stages(second) == []
        assert stages(first) != []
        set_race_state(race=second, state=Race.State.SCHEDULED, now=STARTS_AT - DAY)
        assert stages(second)[:2] == ["sprint", "results"]

    def test_the_final_check_follows_the_last_race(self, season, first):
        schedule_checks(season=season, now=END - 10 * DAY)
        set_race_state(race=season.races.get(round=3), state=Race.State.CANCELLED, now=END - 10 * DAY)
        assert check(first, "the end").due_at == END - WEEK


class TestTheFirstResults:
    def test_no_poll_happens_in_the_first_hour(self, run, source):
        assert run(STARTS_AT + HOUR - timedelta(seconds=1)) == []
        assert source.asked == []

    def test_the_race_is_polled_hourly_until_it_has_results(self, run, source, first):
        for hours in (1, 1.5, 2, 3):
            run(STARTS_AT + hours * HOUR)
        assert source.asked == [("race", 1)] * 3
        publish(source, first)
        assert run(STARTS_AT + 4 * HOUR) == ["Grand Prix 1 2025: race: revision 1"]
        assert check(first, "results").done_at == STARTS_AT + 4 * HOUR
        assert run(STARTS_AT + 5 * HOUR) == []

    def test_a_race_that_is_long_without_results_is_still_polled_every_hour(self, run, source, first):
        for hours in (*range(1, 49), *range(24 * 20, 24 * 20 + 24)):
            run(STARTS_AT + hours * HOUR)
        assert source.asked.count(("race", 1)) == 48 + 24
        assert check(first, "results").outcome == "race: no results yet"

    def test_a_sprint_is_polled_separately(self, run, source, first, second):
        publish(source, first)
        sprint_at = STARTS_AT + WEEK - timedelta(hours=29)
        run(sprint_at)
        source.asked.clear()
        run(sprint_at + HOUR)
        assert source.asked == [("sprint", 2)]
        assert check(second, "sprint").outcome == "sprint: no results yet"
        source.sprints[2] = sprint_of(second)
        assert run(sprint_at + 2 * HOUR) == ["Grand Prix 2 2025: sprint: revision 1"]


class TestVerification:
    @pytest.fixture
    def verified(self, run, source, first):
        publish(source, first)
        run(STARTS_AT + HOUR)
        source.asked.clear()
        return run

    def test_each_stage_polls_once(self, verified, source, first):
        for moment in (DAY, 2 * DAY, 3 * DAY, 4 * DAY):
            for _ in range(2):
                verified(STARTS_AT + moment)
        assert source.asked == [("race", 1)] * 4
        assert stages(first, done_at=None)[0] == "day 5"
        assert check(first, "72 h").outcome == "race: unchanged"

    def test_a_correction_is_found(self, verified, source, first):
        publish(source, first, rows=changed(20, status="Disqualified"))
        assert verified(STARTS_AT + 2 * DAY) == ["Grand Prix 1 2025: race: revision 2"]

    def test_checks_missed_during_an_outage_are_one_poll(self, verified, source, first):
        source.error = SourceError("The F1 API cannot be reached.")
        verified(STARTS_AT + DAY)
        verified(STARTS_AT + 2 * DAY)
        verified(STARTS_AT + 3 * DAY)
        source.error = None
        source.asked.clear()
        verified(STARTS_AT + 3 * DAY + HOUR)
        assert source.asked == [("race", 1)]
        assert stages(first, done_at=STARTS_AT + 3 * DAY + HOUR) == ["24 h", "48 h", "72 h"]

    def test_a_sprint_weekend_polls_sprint_and_race(self, run, source, second):
        run(STARTS_AT + WEEK + DAY)
        source.asked.clear()
        run(STARTS_AT + WEEK + 2 * DAY)
        assert source.asked.count(("sprint", 2)) == source.asked.count(("race", 2)) == 1

    def test_from_the_check_of_day_7_on_the_race_is_final_and_still_verified(self, verified, source, first):
        for days, state in ((1, "provisional"), (6, "provisional"), (7, "final")):
            verified(STARTS_AT + days * DAY)
            first.refresh_from_db()
            assert first.state == state, days
        publish(source, first, rows=changed(20, status="Disqualified"))
        assert "Grand Prix 1 2025: race: revision 2" in verified(STARTS_AT + 2 * WEEK)
        first.refresh_from_db()
        assert first.state == "final"

    def test_a_check_of_day_7_that_fails_makes_nothing_final(self, verified, source, first):
        source.error = SourceError("The F1 API cannot be reached.")
        verified(STARTS_AT + WEEK)
        first.refresh_from_db()
        assert first.state == "provisional"

    def test_after_the_last_stage_every_check_is_done(self, season, run, source):
        for race in season.races.all():
            publish(source, race)
        source.sprints[2] = sprint_of(season.races.get(round=2))
        run(LAST_START + HOUR)
        run(END)
        assert set(season.races.values_list("state", flat=True)) == {"final"}
        assert not ResultCheck.objects.filter(done_at=None).exists()
        assert run(END + WEEK) == []

    def test_a_season_loaded_after_its_end_is_final_without_polling(self, season, run, source):
        for race in season.races.all():
            results_for(race)
        assert run(END + DAY) == []
        assert set(season.races.values_list("state", flat=True)) == {"final"}


class TestFailures:
    def test_a_failing_check_backs_off_longer_each_time(self, run, source, first):
        source.error = SourceError("The F1 API at x did not respond in time.")
        rests = []
        now = STARTS_AT + HOUR
        for _ in range(6):
            run(now)
            failed = check(first, "results")
            assert failed.outcome == "race: The F1 API at x did not respond in time."
            assert failed.not_before is not None
            rests.append(failed.not_before - now)
            now = failed.not_before
        assert [rest.total_seconds() / 60 for rest in rests] == [5, 10, 20, 40, 60, 60]

    def test_a_quarantined_response_is_polled_again(self, run, source, first):
        publish(source, first, rows=ROWS[:7])
        run(STARTS_AT + HOUR)
        assert "It has 7 cars instead of 20" in check(first, "results").outcome
        publish(source, first)
        run(STARTS_AT + HOUR + timedelta(minutes=5))
        assert check(first, "results").outcome == "race: revision 1"
        assert Quarantine.objects.get().settlement == "passed"

    def test_a_check_that_always_fails_does_not_hold_up_others(self, season, source, first, second):
        now = STARTS_AT + 8 * DAY
        schedule_checks(season=season, now=now)
        source.error = SourceError("The F1 API responded with something that is not JSON.")
        assert polled_race(source, now) == first
        source.error = None
        assert polled_race(source, now + HOUR) == second

    def test_a_renumbered_round_updates_the_calendar(self, season, run, source, first, second):
        source.calendar = renumbered(season, {1: 2, 2: 1, 3: 3})
        source.races = {2: classification_dto(first), 1: classification_dto(second)}
        run(STARTS_AT + HOUR)
        assert check(first, "results").outcome == (
            "race: The source lists round 1 as the Grand Prix 2. The calendar was updated."
        )
        first.refresh_from_db()
        assert first.round == 2
        run(STARTS_AT + HOUR + timedelta(minutes=5))
        assert check(first, "results").outcome == "race: revision 1"


def renumbered(season: Season, rounds: dict[int, int]) -> SeasonDTO:
    """The season's calendar with other round numbers."""
    races = list(season.races.select_related("circuit").prefetch_related("sessions").order_by("round"))
    return SeasonDTO(
        year=season.year,
        circuits=tuple(CircuitDTO(race.circuit.ref, race.circuit.name) for race in races),
        teams=tuple(TeamDTO(f"team_{number}", f"Team {number}") for number in range(1, 11)),
        drivers=(),
        races=tuple(
            RaceDTO(
                rounds[race.round],
                race.name,
                race.circuit.ref,
                race.race_date,
                race.starts_at,
                tuple(SessionDTO(session.kind, session.date, session.starts_at) for session in race.sessions.all()),
            )
            for race in races
        ),
    )


class TestTwoBeatsAndACrash:
    def test_a_second_worker_finds_no_due_check(self, season, source, first):
        now = STARTS_AT + HOUR
        schedule_checks(season=season, now=now)

        class Nosy(FakeSource):
            def classifications(self, *args, **kwargs):
                assert poll_next_race(source=source, now=now) is None
                return super().classifications(*args, **kwargs)

        assert polled_race(Nosy(), now) == first
        assert source.asked == []

    def test_a_crashed_poll_only_delays(self, season, source, first):
        now = STARTS_AT + HOUR
        schedule_checks(season=season, now=now)
        source.error = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            poll_next_race(source=source, now=now)
        source.error = None
        assert poll_next_race(source=source, now=now + timedelta(minutes=14)) is None
        assert polled_race(source, now + timedelta(minutes=15)) == first

    def test_a_race_that_moved_during_a_poll_is_polled_again(self, season, source, first):
        now = STARTS_AT + HOUR
        schedule_checks(season=season, now=now)

        class Slow(FakeSource):
            def classifications(self, *args, **kwargs):
                Race.objects.filter(pk=first.pk).update(starts_at=STARTS_AT + DAY)
                schedule_checks(season=season, now=now)
                return super().classifications(*args, **kwargs)

        poll_next_race(source=Slow(), now=now)
        assert (check(first, "results").done_at, check(first, "results").due_at) == (None, STARTS_AT + DAY + HOUR)


class TestRequestedChecks:
    def test_an_administrator_can_poll_at_once(self, season, source, first):
        schedule_immediate_check(race=first, now=STARTS_AT + HOUR)
        assert polled_race(source, STARTS_AT + HOUR) == first
        assert check(first, "at once").done_at is not None
        schedule_immediate_check(race=first, now=STARTS_AT + 2 * HOUR)
        assert due_checks(STARTS_AT + 2 * HOUR).count() == 1

    def test_scheduling_keeps_a_requested_check(self, season, first):
        schedule_immediate_check(race=first, now=STARTS_AT)
        schedule_checks(season=season, now=STARTS_AT)
        assert "at once" in stages(first)


def test_checks_of_every_season_are_scheduled(season):
    services.schedule_all_checks(now=STARTS_AT)
    assert ResultCheck.objects.filter(race__season=season).exists()
