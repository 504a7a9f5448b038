"""The calendar of 2026: Bahrain and Saudi Arabia were cancelled in April, every later round was renumbered, and the
Grand Prix of Bahrain returned in October, at Sepang."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drafts.models import Draft
from drafts.services import schedule_draft
from leagues.services import create_league
from races.models import Race, ResultCheck
from races.services import record_season, schedule_checks
from races.sources.dto import CircuitDTO, RaceDTO, SeasonDTO, SessionDTO
from races.sources.fixtures import read_pack
from tests.support.stories import filled, fresh, joined, opened, order_of, upcoming

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BAHRAIN_IN_APRIL = datetime(2026, 4, 12, 15, tzinfo=UTC)
IN_MARCH = datetime(2026, 3, 30, tzinfo=UTC)
CANCELLED_AT = datetime(2026, 4, 8, tzinfo=UTC)


def weekend_of(number: int, name: str, circuit: str, start: datetime) -> RaceDTO:
    qualifying = SessionDTO("qualifying", (start - DAY).date(), start - DAY + timedelta(hours=1))
    return RaceDTO(number, name, circuit, start.date(), start, (qualifying,))


def today() -> SeasonDTO:
    return read_pack(2026).season


def as_it_was_planned() -> SeasonDTO:
    """The season with Bahrain and Jeddah in April as rounds 4 and 5, nothing at Sepang, and 24 rounds in total."""
    dto = today()
    early = [race for race in dto.races if race.round <= 3]
    bahrain = weekend_of(4, "Bahrain Grand Prix", "bahrain", BAHRAIN_IN_APRIL)
    jeddah = weekend_of(5, "Saudi Arabian Grand Prix", "jeddah", BAHRAIN_IN_APRIL + 7 * DAY)
    later = [race for race in dto.races if race.round > 3 and race.circuit != "sepang"]
    numbered = tuple(replace(race, round=number) for number, race in enumerate([*early, bahrain, jeddah, *later], 1))
    circuits = [
        CircuitDTO("bahrain", "Bahrain International Circuit"),
        CircuitDTO("jeddah", "Jeddah Corniche Circuit"),
    ]
    return replace(dto, races=numbered, circuits=(*dto.circuits, *circuits))


@pytest.fixture
def league(alice, bob):
    season = record_season(dto=as_it_was_planned(), now=IN_MARCH)
    league = create_league(creator=alice, season=season, name="Alpine Friends", now=IN_MARCH)
    joined(league, bob, at=IN_MARCH)
    return league


def test_races_keep_their_identity_when_rounds_change(league):
    ids = set(league.season.races.values_list("circuit__ref", "pk"))
    season = record_season(dto=today(), now=CANCELLED_AT)
    after = set(season.races.values_list("circuit__ref", "pk"))
    assert {circuit for circuit, _ in after - ids} == {"sepang"}
    assert ids < after
    counted = season.races.exclude(state=Race.State.CANCELLED)
    rounds = dict(counted.values_list("circuit__ref", "round"))
    assert (rounds["miami"], rounds["sepang"], rounds["yas_marina"], len(rounds)) == (4, 16, 23, 23)
    gone = season.races.filter(state=Race.State.CANCELLED).values_list("circuit__ref", flat=True)
    assert set(gone) == {"bahrain", "jeddah"}


def test_the_open_draft_becomes_void_and_its_order_carries_over_to_miami(league):
    draft = filled(opened(league), ["russell", "leclerc", "norris", "piastri"])
    assert draft.race.circuit.ref == "bahrain"
    record_season(dto=today(), now=CANCELLED_AT)
    assert (fresh(draft).state, draft.picks.count()) == (Draft.State.VOID, 4)
    miami = opened(league)
    assert (miami.race.name, miami.order_source, order_of(miami)) == (
        "Miami Grand Prix", "carried_over", order_of(draft),
    )  # fmt: skip


def test_a_race_that_returns_on_another_date_is_drafted_by_date(league):
    season = record_season(dto=today(), now=CANCELLED_AT)
    assert upcoming(league).race.name == "Miami Grand Prix"
    Draft.objects.filter(league=league).delete()
    schedule_draft(league=league, now=datetime(2026, 9, 28, tzinfo=UTC))
    assert upcoming(league).race == season.races.get(circuit__ref="sepang")


def test_its_result_checks_move_from_april_to_october(league):
    season = record_season(dto=today(), now=CANCELLED_AT)
    assert not ResultCheck.objects.filter(race__circuit__ref__in=("bahrain", "jeddah")).exists()
    schedule_checks(season=season, now=datetime(2026, 10, 1, tzinfo=UTC))
    assert ResultCheck.objects.get(race__circuit__ref="sepang", stage="results").due_at.month == 10
