"""Recording classifications atomically, as revisions that describe what changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from races.models import Classification, Driver, Entry, Race, Result
from races.selectors import latest_classification
from races.services import ImplausibleClassification, record_classification, record_results, sync_results
from races.services.results import digest_of
from races.signals import classification_recorded
from races.sources.dto import ClassificationDTO, DriverDTO, ResultDTO, TeamDTO
from tests.support.factories import SeasonFactory, grid, weekend

API = Classification.Source.API
MUCH_LATER = datetime(2027, 1, 1, tzinfo=UTC)
POINTS = (25, 18, 15, 12, 10, 8, 6, 4, 2, 1)


def row(place: int, driver: int | None = None, **changes: Any) -> ResultDTO:
    number = driver or place
    points = Decimal(POINTS[place - 1]) if place <= len(POINTS) else Decimal(0)
    team = f"team_{(number + 1) // 2}"
    dto = ResultDTO(f"driver_{number}", team, number, place, str(place), place, 57, "Finished", points)
    return replace(dto, **changes)


ROWS = tuple(row(place) for place in range(1, 21))


def changed(place: int, **changes: Any) -> tuple[ResultDTO, ...]:
    """`ROWS` with the row at one place changed."""
    return tuple(replace(row, **changes) if row.position == place else row for row in ROWS)


@pytest.fixture
def race(db) -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


@pytest.fixture
def recorded_signals():
    """The classifications for which `classification_recorded` was sent."""
    received: list[Classification] = []

    def listen(*, classification: Classification, **_: object) -> None:
        received.append(classification)

    classification_recorded.connect(listen)
    yield received
    classification_recorded.disconnect(listen)


def classification_dto(race: Race, rows: tuple[ResultDTO, ...] = ROWS, kind: str = "race") -> ClassificationDTO:
    return ClassificationDTO(race.round, race.name, race.circuit.ref, kind, rows)


def record(race: Race, rows: tuple[ResultDTO, ...] = ROWS, kind: str = "race", **changes: Any):
    dto = replace(classification_dto(race, rows, kind), **changes)
    now = race.expected_start + timedelta(hours=3)
    return record_classification(season=race.season, dto=dto, source=API, now=now)


def test_a_classification_is_recorded(race, recorded_signals):
    accepted = record(race)
    race.refresh_from_db()
    race.season.refresh_from_db()
    assert (accepted.revision, accepted.difference, accepted.results.count()) == (1, [], 20)
    assert (race.state, race.season.results_version) == ("provisional", 1)
    assert recorded_signals == [accepted]


def test_an_identical_classification_changes_nothing(race, recorded_signals):
    first = record(race)
    assert record(race, tuple(reversed(ROWS))) is None
    assert latest_classification(race) == first
    assert len(recorded_signals) == 1


def test_a_correction_is_a_revision_with_its_differences(race, recorded_signals):
    record(race)
    out = [row(5, 6), *(row(place, place + 1) for place in range(6, 20))]
    last = row(20, 5, position_text="D", status="Disqualified")
    second = record(race, (*ROWS[:4], *out, last))
    names = {driver.ref: str(driver) for driver in Driver.objects.all()}
    assert second.revision == 2
    assert f"{names['driver_5']}: 5th → disqualified, 10 → 0 points, grid 5 → 20" in second.difference
    assert f"{names['driver_6']}: 6th → 5th, 8 → 10 points, grid 6 → 5" in second.difference
    assert len(second.difference) == 16
    assert race.classifications.count() == 2
    assert len(recorded_signals) == 2


def test_a_final_race_stays_final(race):
    record(race)
    Race.objects.update(state=Race.State.FINAL)
    record(race, changed(20, laps=56))
    race.refresh_from_db()
    assert race.state == "final"


def test_a_disqualified_car_can_have_a_numeric_position(race):
    record(race, changed(20, status="Disqualified"))
    assert Result.objects.get(position=20).finish == "disqualified"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ((), "The classification is empty."),
        (ROWS[:7], "It has 7 cars instead of 20."),
        ((*ROWS[:19], row(19, 20)), "Place 19 appears twice."),
        ((*ROWS[:19], row(21, 20)), "Place 20 is missing."),
        ((*ROWS[:19], row(20, 1)), "driver_1 appears twice."),
        ((*ROWS, row(21, 20)), "driver_20 appears twice."),
        (changed(3, position_text="4"), "driver_3 is in place 3, but the result says “4”."),
        (changed(3, position_text="X"), "driver_3 is in place 3, but the result says “X”."),
        (changed(1, position_text="R", points=Decimal(0)), "The classification has no winner."),
        (changed(20, driver="nobody"), "The driver “nobody” is not known."),
        (changed(20, team="no_team"), "The team “no_team” is not known."),
        (changed(1, points=Decimal(50)), "driver_1 cannot have 50 points."),
        (changed(1, points=Decimal(-1)), "driver_1 cannot have -1 points."),
        (changed(12, points=Decimal(12)), "driver_12 has more points than a car in a better place."),
        (changed(3, position_text="R"), "driver_3 is not classified but has 15 points."),
    ],
)
def test_impossible_classifications_are_refused(race, recorded_signals, rows, sentence):
    with pytest.raises(ImplausibleClassification) as refusal:
        record(race, rows)
    assert sentence in refusal.value.sentence
    assert not Classification.objects.exists()
    assert race.season.results_version == 0
    assert recorded_signals == []


def test_a_refusal_keeps_the_last_revision(race):
    good = record(race)
    with pytest.raises(ImplausibleClassification, match="It has 19 cars, but the accepted classification has 20"):
        record(race, ROWS[:19])
    assert latest_classification(race) == good


def test_a_short_list_is_refused_even_with_few_entries(race):
    race.entries.exclude(number__lte=7).delete()
    with pytest.raises(ImplausibleClassification, match="It has 7 cars instead of 20"):
        record(race, ROWS[:7])


def test_a_car_withdrawn_by_an_administrator_can_be_missing(race):
    Entry.objects.filter(driver__ref__in=("driver_17", "driver_18", "driver_19", "driver_20")).update(
        is_withdrawn=True, source=Entry.Source.ADMINISTRATOR
    )
    assert record(race, ROWS[:16]).results.count() == 16


def test_a_race_that_is_not_in_the_calendar_or_cancelled_is_refused(race):
    with pytest.raises(ImplausibleClassification, match="is not in the calendar of 2025"):
        record(race, race_name="Another Grand Prix")
    Race.objects.update(state=Race.State.CANCELLED)
    with pytest.raises(ImplausibleClassification, match="is cancelled"):
        record(race)


def test_a_new_driver_is_created_from_the_row(race):
    newcomer = DriverDTO("newcomer", "New", "Comer", "NEW")
    accepted = record(race, changed(20, driver="newcomer"), drivers=(newcomer,), teams=(TeamDTO("team_10", "Ten"),))
    assert str(accepted.results.get(position=20).driver) == "New Comer"
    assert race.entries.get(driver__ref="newcomer").source == Entry.Source.API
    assert race.entries.get(driver__ref="driver_20").is_withdrawn


def test_a_refused_classification_creates_no_drivers(race):
    with pytest.raises(ImplausibleClassification):
        record(race, ROWS[:7], drivers=(DriverDTO("newcomer", "New", "Comer"),))
    assert not Driver.objects.filter(ref="newcomer").exists()


def test_a_sprint_leaves_state_and_entries_of_the_race_alone(race):
    points = tuple(Decimal(max(0, 9 - place)) for place in range(1, 21))
    rows = tuple(replace(row, points=mark, team="team_1") for row, mark in zip(ROWS, points, strict=True))
    record(race, rows, "sprint")
    race.refresh_from_db()
    assert race.state == "scheduled"
    assert race.entries.get(driver__ref="driver_5").team.ref == "team_3"


def test_entries_are_the_same_whether_sprint_or_race_comes_first(race):
    stranger = (DriverDTO("stranger", "A", "Stranger"),)
    sprint = tuple(replace(row, points=Decimal(0)) for row in changed(20, driver="stranger"))
    other = weekend(race.season, round=2)
    grid(other, teams=10)
    record(race, sprint, "sprint", drivers=stranger)
    record(race)
    record(other)
    record(other, sprint, "sprint")
    columns = ("driver", "team", "number", "is_withdrawn", "source")
    assert set(race.entries.values_list(*columns)) == set(other.entries.values_list(*columns))
    assert race.entries.get(driver__ref="stranger").is_withdrawn


def test_one_refused_round_does_not_hold_up_others(race):
    other = weekend(race.season, round=2)
    dto = [classification_dto(race, ROWS[:7]), classification_dto(other)]
    outcomes = list(record_results(season=race.season, classifications=dto, source=API, now=other.expected_start))
    assert [bool(outcome.refusal) for outcome in outcomes] == [True, False]
    assert [classification.race for classification in Classification.objects.all()] == [other]


@given(st.permutations(ROWS))
def test_the_digest_does_not_depend_on_the_order_of_rows(rows):
    assert digest_of(rows) == digest_of(ROWS)


@given(st.integers(1, 20), st.sampled_from(["driver", "team", "status", "time_text"]))
def test_the_digest_depends_on_every_value(place, name):
    assert digest_of(changed(place, **{name: "other"})) != digest_of(ROWS)


def test_trailing_zeros_are_no_change():
    assert digest_of(changed(1, points=Decimal("25.00"))) == digest_of(ROWS)


# -- from the replayed API -------------------------------------------------------------------------------------------


@pytest.fixture
def sync(jolpica_client, db):
    def run(year: int = 2025, only_round: int | None = None) -> list[str]:
        outcomes = sync_results(source=jolpica_client, year=year, only_round=only_round, now=MUCH_LATER)
        return [str(outcome) for outcome in outcomes]

    return run


def test_a_provisional_classification_is_corrected(sync, replay, jolpica_client):
    replay.control(now="2025-03-23T20:00:00Z")
    assert sync(only_round=2)[0] == "Round 2, Chinese Grand Prix, race: revision 1"
    replay.control(now="2025-03-25T12:00:00Z")
    assert sync(only_round=2)[0] == "Round 2, Chinese Grand Prix, race: revision 2"
    assert sync(only_round=2)[0] == "Round 2, Chinese Grand Prix, race: unchanged"
    difference = Classification.objects.get(race__round=2, kind="race", revision=2).difference
    assert "Charles Leclerc: 5th → disqualified, 10 → 0 points" in difference
    assert "Esteban Ocon: 7th → 5th, 6 → 10 points" in difference


def test_a_partial_classification_is_refused_and_the_last_one_stays(sync, replay):
    sync(only_round=1)
    replay.control(fault={"kind": "partial", "rows": 7})
    assert "It has 7 cars, but the accepted classification has 20" in sync(only_round=1)[0]
    assert Result.objects.filter(classification__race__round=1).count() == 20


def test_a_classification_that_vanishes_stays(sync, replay):
    sync(only_round=1)
    replay.control(withdraw=["2025/1"])
    assert "The source no longer has this result" in sync(only_round=1)[0]
    assert Result.objects.filter(classification__race__round=1).count() == 20


def test_a_second_sync_changes_nothing(sync):
    assert len(sync()) == 30
    before = list(Result.objects.order_by("pk").values())
    assert {line.rsplit(" ", 1)[1] for line in sync()} == {"unchanged"}
    assert list(Result.objects.order_by("pk").values()) == before


def test_the_driver_change_after_round_two_is_in_the_entries(sync):
    sync()
    seats = Entry.objects.filter(race__round__in=(2, 3), driver__ref="tsunoda").order_by("race__round")
    assert list(seats.values_list("race__round", "team__ref")) == [(2, "rb"), (3, "red_bull")]
