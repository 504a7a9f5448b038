"""Recording a calendar: identity, changed dates, cancellations and implausible data."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid, Refused
from races.models import Entry, Race, Season
from races.services import record_season, set_race_state, sync_season
from races.signals import race_changed
from races.sources.dto import CircuitDTO, RaceDTO, SeasonDTO, SessionDTO, TeamDTO
from tests.support.factories import grid, results_for

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 1, 10, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def race_dto(number: int) -> RaceDTO:
    start = datetime(2025, 3, 2, 14, tzinfo=UTC) + number * WEEK
    qualifying = SessionDTO("qualifying", start.date() - timedelta(days=1), start - timedelta(hours=24))
    return RaceDTO(number, f"Grand Prix {number}", f"circuit_{number}", start.date(), start, (qualifying,))


def season_dto(*races: RaceDTO) -> SeasonDTO:
    races = races or tuple(race_dto(number) for number in range(1, 6))
    circuits = tuple(CircuitDTO(race.circuit, race.circuit.title()) for race in races)
    teams = tuple(TeamDTO(f"team_{number}", f"Team {number}") for number in range(1, 11))
    return SeasonDTO(2025, circuits, teams, (), races)


@pytest.fixture
def changed():
    """The races for which `race_changed` was sent."""
    received: list[Race] = []

    def listen(*, race: Race, **_: object) -> None:
        received.append(race)

    race_changed.connect(listen)
    yield received
    race_changed.disconnect(listen)


def record(*races: RaceDTO) -> Season:
    return record_season(dto=season_dto(*races), now=NOW)


def states(season: Season) -> list[str]:
    return list(season.races.order_by("race_date").values_list("state", flat=True))


def test_a_season_is_recorded(changed):
    season = record()
    assert (season.year, season.grid_size, season.races.count()) == (2025, 20, 5)
    assert season.races.get(round=3).sessions.get().kind == "qualifying"
    assert changed == []


def test_recording_it_again_changes_nothing(changed):
    before = list(record().races.order_by("pk").values())
    assert list(record().races.order_by("pk").values()) == before
    assert changed == []


def test_a_race_keeps_its_identity_when_rounds_are_renumbered(changed):
    ids = {race.name: race.pk for race in record().races.all()}
    first, _, *rest = season_dto().races
    season = record(first, *(replace(dto, round=dto.round - 1) for dto in rest))
    assert {race.name: race.pk for race in season.races.all()} == ids
    scheduled = season.races.filter(state="scheduled").order_by("race_date")
    assert [(race.name, race.round) for race in scheduled] == [
        ("Grand Prix 1", 1), ("Grand Prix 3", 2), ("Grand Prix 4", 3), ("Grand Prix 5", 4),
    ]  # fmt: skip
    assert [race.name for race in changed] == ["Grand Prix 2"]


@st.composite
def calendars(draw: st.DrawFn) -> list[RaceDTO]:
    """Three to five of the five races, renumbered in any order, with shifted dates."""
    kept = draw(st.lists(st.integers(1, 5), min_size=3, max_size=5, unique=True))
    days = draw(st.lists(st.integers(0, 3), min_size=5, max_size=5))
    races = [race_dto(number) for number in kept]
    return [
        replace(dto, round=number, date=dto.date + timedelta(days=shift))
        for number, (dto, shift) in enumerate(zip(races, days, strict=False), 1)
    ]


@settings(max_examples=15, deadline=None)
@given(st.lists(calendars(), min_size=1, max_size=4))
def test_races_keep_their_identity_through_any_changes(changes):
    ids = {race.name: race.pk for race in record().races.all()}
    for calendar in changes:
        season = record(*calendar)
        assert {race.name: race.pk for race in season.races.all()} == ids
        here = {race.name: (race.round, race.date) for race in calendar}
        scheduled = season.races.filter(state="scheduled")
        assert {race.name: (race.round, race.race_date) for race in scheduled} == here


def test_a_race_that_moves_sends_a_signal(changed):
    record()
    moved = replace(race_dto(2), date=date(2025, 3, 17), starts_at=datetime(2025, 3, 17, 14, tzinfo=UTC))
    season = record(race_dto(1), moved, *map(race_dto, (3, 4, 5)))
    assert season.races.get(round=2).starts_at == moved.starts_at
    assert [race.round for race in changed] == [2]


def test_a_session_that_moves_sends_a_signal(changed):
    record()
    qualifying = replace(race_dto(2).sessions[0], starts_at=datetime(2025, 3, 15, 20, tzinfo=UTC))
    season = record(race_dto(1), replace(race_dto(2), sessions=(qualifying,)), *map(race_dto, (3, 4, 5)))
    assert season.races.get(round=2).sessions.get().starts_at == qualifying.starts_at
    assert [race.round for race in changed] == [2]


def test_a_race_that_leaves_the_calendar_is_cancelled_and_can_return(changed):
    record()
    season = record(*map(race_dto, (1, 2, 4, 5)))
    assert states(season) == ["scheduled", "scheduled", "cancelled", "scheduled", "scheduled"]
    assert states(record()) == ["scheduled"] * 5
    assert [race.name for race in changed] == ["Grand Prix 3", "Grand Prix 3"]


def test_a_race_that_has_results_is_not_cancelled(changed):
    season = record()
    race = season.races.get(round=1)
    grid(race, teams=10)
    results_for(race)
    assert states(record(*map(race_dto, (2, 3, 4, 5))))[0] == "provisional"
    assert changed == []


def test_a_calendar_that_lost_most_of_its_races_is_refused(changed):
    season = record()
    with pytest.raises(Refused, match="3 of 5 races are missing from the new calendar of 2025"):
        record(race_dto(1), race_dto(2))
    assert states(season) == ["scheduled"] * 5
    assert changed == []


def test_a_new_race_is_added_and_sends_a_signal(changed):
    record()
    season = record(*map(race_dto, range(1, 7)))
    assert season.races.count() == 6
    assert [race.round for race in changed] == [6]


def test_a_state_set_by_an_administrator_stays(changed):
    race = record().races.get(round=3)
    set_race_state(race=race, state=Race.State.CANCELLED, now=NOW)
    assert states(record())[2] == "cancelled"
    set_race_state(race=race, state=Race.State.SCHEDULED, now=NOW)
    assert states(record())[2] == "scheduled"
    assert len(changed) == 2


def test_a_race_that_has_been_run_cannot_be_cancelled():
    race = record().races.get(round=1)
    grid(race, teams=10)
    results_for(race)
    with pytest.raises(Refused, match="already has results"):
        set_race_state(race=race, state=Race.State.CANCELLED, now=NOW)


@pytest.mark.parametrize(
    ("races", "sentence"),
    [
        ((race_dto(1), replace(race_dto(1), round=2)), "contains the race Grand Prix 1"),
        ((race_dto(1), replace(race_dto(2), round=1)), "contains the round 1 twice"),
        ((replace(race_dto(1), sessions=race_dto(1).sessions * 2),), "contains the session of the Grand Prix 1"),
    ],
)
def test_a_contradictory_calendar_is_refused_entirely(races, sentence):
    with pytest.raises(Invalid, match=sentence):
        record(*races)
    assert not Season.objects.exists()


def test_a_calendar_without_races_or_with_an_unknown_circuit_is_refused():
    with pytest.raises(Invalid, match="has no races"):
        record_season(dto=replace(season_dto(), races=()), now=NOW)
    with pytest.raises(Invalid, match="not in the list of circuits"):
        record_season(dto=replace(season_dto(), circuits=()), now=NOW)


def test_a_demonstration_is_a_separate_season():
    real = record()
    shown = record_season(dto=season_dto(), now=NOW, demonstration=True)
    assert shown.pk != real.pk
    assert {race.pk for race in shown.races.all()}.isdisjoint({race.pk for race in real.races.all()})


def test_the_api_cancels_and_reschedules(jolpica_client, replay, changed):
    season = sync_season(source=jolpica_client, year=2026, now=NOW)
    replay.control(cancel=["2026/14"], reschedule={"2026/13": "2026-09-05T13:00:00Z"})
    sync_season(source=jolpica_client, year=2026, now=NOW)
    madrid, monza = (season.races.get(circuit__ref=ref) for ref in ("madring", "monza"))
    assert madrid.state == "cancelled"
    assert (monza.state, monza.race_date) == ("scheduled", date(2026, 9, 5))
    assert {race.pk for race in changed} == {madrid.pk, monza.pk}


def test_the_first_line_up_gets_teams_when_the_api_knows_them(jolpica_client, replay):
    replay.control(now="2025-03-01T00:00:00Z")
    season = sync_season(source=jolpica_client, year=2025, now=NOW)
    first = season.races.get(round=1)
    assert first.entries.count() == first.entries.filter(team=None, source=Entry.Source.LINE_UP).count() == 21
    replay.reset()
    sync_season(source=jolpica_client, year=2025, now=NOW)
    assert first.entries.filter(team=None).count() == 0
    assert first.entries.count() == 20
