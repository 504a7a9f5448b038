"""Plays generated seasons through the real client, with full grids, and compares every point with its own calculation.

The feed has cars that are missing, withdrawn, renamed or spelled differently, null values, and drivers who come
in, move and come back. The short form plays the first races of each season, the long form whole ones with more seeds:

    GENERATED_SEASONS=long script/test tests/test_generated_seasons.py
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from pytest_django import Settings

from drafts.models import Draft
from leagues.models import League, SettingsVersion
from races.models import Classification
from races.services import fetch_classifications, record_season
from races.sources.client import JolpicaClient
from races.sources.dto import ClassificationDTO, SeasonDTO
from races.sources.fixtures import available_packs, read_pack
from scoring.models import RaceScore
from scoring.selectors import race_picks
from scoring.services import verify_scores
from scoring.services.simulation import create_league_with_bots, simulate_season

from .support.factories import UserFactory
from .support.generated_feed import SEASONS, Car, GeneratedSeason, Seat, Session, Weekend, scorer

pytestmark = pytest.mark.django_db

IS_LONG = os.environ.get("GENERATED_SEASONS") == "long"
SEEDS = range(1, 9 if IS_LONG else 2)
RACES = None if IS_LONG else 4
COMBINATIONS = list(product(SettingsVersion.OrderStrategy.values, SettingsVersion.Method.values))
CUSTOM = {
    "places": [10, "7.5", 5, 3], "not_classified": -1, "did_not_start": -3, "disqualified": -5, "pole": 2,
    "places_gained": "0.5",
}  # fmt: skip
SCORINGS: list[dict[str, Any]] = [
    {"scoring": "inverted_position", "sprints": True},
    {"scoring": "standard_f1", "sprints": True},
    {"scoring": "custom", "custom_points": CUSTOM, "sprints": True},
]
STANDARD = (25, 18, 15, 12, 10, 8, 6, 4, 2, 1)
SPRINT = (8, 7, 6, 5, 4, 3, 2, 1)
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


def cases() -> Iterator[tuple[int, int, str, str, dict[str, Any]]]:
    """Every year with every seed; strategy, method and scoring take turns."""
    for number, (year, seed) in enumerate(product(SEASONS, SEEDS)):
        strategy, method = COMBINATIONS[number % len(COMBINATIONS)]
        yield year, seed, strategy, method, SCORINGS[number % len(SCORINGS)]


def create_full_league(dto: SeasonDTO, **settings: Any) -> League:
    """A league with as many constructors as the grid has cars for, with two picks each."""
    season = record_season(dto=dto, now=datetime(dto.year, 1, 10, tzinfo=UTC))
    return create_league_with_bots(
        season=season,
        name="Full",
        player=UserFactory.create(),
        constructor_name="Constructor 1",
        bots=[f"Constructor {number}" for number in range(2, season.grid_size // 2 + 1)],
        settings=settings,
        now=datetime(dto.year, 1, 10, tzinfo=UTC),
    )


@pytest.fixture
def unlimited(settings: Settings) -> None:
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize(("year", "seed", "strategy", "method", "scoring"), list(cases()))
def test_every_draft_completes_or_says_why_and_every_point_is_right(year, seed, strategy, method, scoring):
    season = GeneratedSeason(year, seed, RACES)
    with JolpicaClient(transport=season.transport(), attempts=1) as source:
        dto = source.season(year)
        results = [*fetch_classifications(source, year, "race"), *fetch_classifications(source, year, "sprint")]
    league = create_full_league(dto, order_strategy=strategy, method=method, **scoring)
    played = 0
    for draft, (weekend, line_up) in zip(play(league, results), season.line_ups(), strict=True):
        assert draft.race.round == weekend.round
        assert draft.state == Draft.State.SCORED
        check_slots(draft, line_up)
        check_points(draft, weekend, line_up, scoring["scoring"])
        played += 1
    assert played == len(season.weekends)
    assert [str(difference) for difference in verify_scores(now=LONG_AFTER)] == []


def play(league: League, results: list[ClassificationDTO]) -> Iterator[Draft]:
    return simulate_season(league=league, results=results, source=Classification.Source.API, seed="1")


def check_slots(draft: Draft, line_up: dict[str, Seat]) -> None:
    """Every slot has a driver of the line-up, except as many as there are drivers too few: those are void."""
    slots = list(draft.slots.order_by("number"))
    filled = [pick.slot.number for pick in race_picks(draft)]
    void = [slot.number for slot in slots if slot.voided_at]
    assert {pick.entry.driver.ref for pick in race_picks(draft)} <= line_up.keys()
    assert len(filled) == min(len(slots), len(line_up))
    assert [*filled, *void] == [slot.number for slot in slots]
    kinds = list(draft.events.values_list("kind", flat=True))
    assert kinds.count("slots_voided") == bool(void)
    assert "completed" in kinds


def check_points(draft: Draft, weekend: Weekend, line_up: dict[str, Seat], scoring: str) -> None:
    totals: dict[int, Decimal] = {}
    for pick in race_picks(draft):
        expected = expected_points(pick.entry.driver.ref, weekend, line_up, scoring)
        assert pick.score.points == expected, (weekend.round, pick.entry.driver.ref, pick.score.breakdown)
        constructor = pick.slot.constructor_id
        totals[constructor] = totals.get(constructor, Decimal(0)) + expected
    scores = dict(RaceScore.objects.filter(draft=draft).values_list("constructor", "points"))
    assert {pk: points for pk, points in scores.items() if pk in totals} == totals


def expected_points(driver: str, weekend: Weekend, line_up: dict[str, Seat], scoring: str) -> Decimal:
    """The points of a pick, from what happened and not from the feed."""
    points = race_points(car_for(driver, line_up, weekend.race), weekend, scoring)
    if weekend.has_sprint:
        car = car_for(driver, line_up, weekend.sprint)
        if car is not None and car.fate == "classified" and car.place <= len(SPRINT):
            points += SPRINT[car.place - 1]
    return points


def car_for(driver: str, line_up: dict[str, Seat], session: Session) -> Car | None:
    """The car that counts for a pick: that of who scored, else the driver's own, which did not start."""
    return session.cars.get(scorer(driver, line_up, session) or driver)


def race_points(car: Car | None, weekend: Weekend, scoring: str) -> Decimal:
    if car is None:
        return Decimal(0)
    if scoring == "custom":
        return custom_points(car, weekend)
    if car.fate != "classified":
        return Decimal(0)
    if scoring == "standard_f1":
        return Decimal(STANDARD[car.place - 1] if car.place <= len(STANDARD) else 0)
    return Decimal(max(1, 10 - abs(10 - car.place)))


def custom_points(car: Car, weekend: Weekend) -> Decimal:
    if car.fate == "disqualified":
        return Decimal(-5)
    pole = Decimal(2 if car.driver == weekend.pole else 0)
    if car.fate != "classified":
        return pole - {"retired": 1, "did_not_start": 3}[car.fate]
    place = (Decimal(10), Decimal("7.5"), Decimal(5), Decimal(3))[car.place - 1] if car.place <= 4 else Decimal(0)
    return pole + place + max(0, (car.grid or 0) - car.place) * Decimal("0.5")


@pytest.mark.parametrize("year", available_packs())
@pytest.mark.parametrize(("strategy", "method"), COMBINATIONS if IS_LONG else COMBINATIONS[1::4])
def test_a_real_season_plays_with_a_full_grid(year, strategy, method):
    pack = read_pack(year)
    results = [dto for dto in pack.classifications if IS_LONG or dto.round <= 5]
    league = create_full_league(pack.season, order_strategy=strategy, method=method)
    drafts = list(play(league, results))
    assert [draft.state for draft in drafts] == [Draft.State.SCORED] * len({dto.round for dto in results})
    for draft in drafts:
        assert draft.slots.filter(voided_at=None, picks=None).count() == 0
    assert list(verify_scores(now=LONG_AFTER)) == []
