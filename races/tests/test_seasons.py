"""Which season is current, around the winter, and whose calendar the nightly task asks for."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from races import tasks
from races.models import Race, Season
from races.selectors import (
    awaits_results,
    current_season,
    current_year,
    has_ended,
    latest_season_with_races,
    latest_season_with_results,
    year_for_new_leagues,
)
from races.services import open_current_season, record_season
from races.sources.dto import CircuitDTO, RaceDTO, SeasonDTO
from tests.support.factories import SeasonFactory, grid, results_for, weekend

pytestmark = pytest.mark.django_db

LAST_RACE = datetime(2026, 12, 6, 13, tzinfo=UTC)
BEFORE, DURING, AFTER = LAST_RACE - timedelta(hours=1), LAST_RACE, datetime(2026, 12, 8, 9, tzinfo=UTC)
JANUARY = datetime(2027, 1, 15, 9, tzinfo=UTC)


@pytest.fixture
def season() -> Season:
    """2026 with one race, on 6 December."""
    season = SeasonFactory.create(year=2026, grid_size=22)
    grid(weekend(season, 1, LAST_RACE))
    return season


def calendar_of_2027(*races: RaceDTO) -> SeasonDTO:
    melbourne = CircuitDTO("albert_park", "Albert Park", "Melbourne", "Australia")
    first = RaceDTO(1, "Australian Grand Prix", "albert_park", date(2027, 3, 14), None, ())
    return SeasonDTO(2027, (melbourne,), (), (), races or (first,), ())


@pytest.mark.parametrize(
    ("now", "ended", "year"), [(BEFORE, False, 2026), (DURING, True, 2027), (AFTER, True, 2027), (JANUARY, True, 2027)]
)
def test_the_season_ends_with_its_last_race(season, now, ended, year):
    assert (has_ended(season, now), current_year(now)) == (ended, year)
    assert current_season(now) == season  # pages show it until the next one is stored


def test_a_cancelled_or_unscheduled_race_does_not_keep_a_season_open(season):
    weekend(season, 2, LAST_RACE, state=Race.State.CANCELLED)
    assert has_ended(season, AFTER)
    weekend(season, 3, AFTER, state=Race.State.POSTPONED)
    assert not has_ended(season, AFTER)
    assert has_ended(season, AFTER + timedelta(days=30))


def test_a_race_without_a_start_counts_until_noon_of_its_day(season):
    Race.objects.update(starts_at=None)
    assert not has_ended(season, LAST_RACE.replace(hour=11))
    assert has_ended(season, LAST_RACE.replace(hour=12))


def test_the_next_season_is_opened_with_the_grid_of_the_last(season):
    assert open_current_season(now=BEFORE) == season
    opened = open_current_season(now=AFTER)
    assert opened is not None
    assert (opened.year, opened.grid_size, opened.races.count()) == (2027, 22, 0)
    assert open_current_season(now=JANUARY) == opened == current_season(AFTER)


def test_pages_with_results_keep_showing_the_last_season(season):
    results_for(season.races.get())
    Season.objects.update(results_version=1)
    opened = open_current_season(now=AFTER)
    assert latest_season_with_races(AFTER) == latest_season_with_results(AFTER) == season
    weekend(opened, 1, datetime(2027, 3, 14, 4, tzinfo=UTC))
    assert (latest_season_with_races(AFTER), latest_season_with_results(AFTER)) == (opened, season)


def test_a_published_calendar_fills_the_season_and_keeps_its_grid(season):
    opened = open_current_season(now=AFTER)
    assert record_season(dto=calendar_of_2027(), now=AFTER) == opened
    assert (opened.races.count(), Season.objects.get(year=2027).grid_size) == (1, 22)


def test_a_season_without_teams_has_the_last_grid(season):
    assert record_season(dto=calendar_of_2027(), now=BEFORE).grid_size == 22


def test_a_season_never_published_does_not_stay_current_forever(season):
    open_current_season(now=AFTER)
    assert current_year(datetime(2028, 1, 2, tzinfo=UTC)) == 2028


def test_without_any_season_there_is_no_current_one():
    assert open_current_season(now=AFTER) is None
    assert (current_season(AFTER), current_year(AFTER), latest_season_with_races(AFTER)) == (None, None, None)


def test_new_leagues_are_for_the_next_season_from_the_last_qualifying_on(season):
    qualifying = LAST_RACE - timedelta(hours=23)
    assert year_for_new_leagues(qualifying - timedelta(minutes=1)) == 2026
    assert year_for_new_leagues(qualifying) == 2027
    assert year_for_new_leagues(AFTER) == 2027
    season.races.get().sessions.all().delete()
    assert year_for_new_leagues(qualifying - timedelta(minutes=61)) == 2026
    assert year_for_new_leagues(qualifying - timedelta(hours=1)) == 2027


def test_results_are_awaited_for_a_week(season):
    assert not awaits_results(season, BEFORE)
    assert awaits_results(season, AFTER)
    assert not awaits_results(season, LAST_RACE + timedelta(days=9))
    season.races.update(state=Race.State.PROVISIONAL)
    assert not awaits_results(season, AFTER)


def requested_years(replay) -> set[str]:
    return {request["path"].split("/")[3] for request in replay.requests}


def test_after_the_last_race_the_next_calendar_is_asked_for_every_night(replay, at, caplog):
    at(BEFORE)
    tasks.sync_calendar()
    assert requested_years(replay) == {"2026"}
    for now, years in ((AFTER, {"2026", "2027"}), (AFTER + timedelta(days=1), {"2026", "2027"}), (JANUARY, {"2027"})):
        replay.reset()
        at(now)
        tasks.sync_calendar()
        assert requested_years(replay) == years
    assert Season.objects.get(year=2027).races.count() == 0
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not warnings, "a calendar that is not published yet is normal"
