"""The course of a season in one league: places and points after each race, and who held which car in a race.

Computed from the stored scores, so corrections, void drafts and former players are as the standings have them.
`scoring.leaderboards` caches it by the league's score version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Avg, CharField, Count, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject

from drafts.models import Draft, Pick
from drafts.rules.steals import Steal, steal_of_the_race
from leagues.models import League
from races.models import Classification, Result

from . import rules
from .models import DraftScoring, PickScore, RaceScore
from .rules import RaceStanding, SeasonPlace, SeasonTotals


@dataclass(frozen=True)
class ScoredRace:
    """A race that counts in the league: each constructor's result, by constructor id.

    `race_revision` and `sprint_revision` are those that it was scored from; 0 if there is none.
    """

    draft_id: int
    race_id: int
    name: str
    standings: Mapping[int, RaceStanding]
    race_revision: int = 0
    sprint_revision: int = 0

    @property
    def race_revisions(self) -> range:
        """The revisions of the result that have counted so far."""
        return range(1, self.race_revision + 1)

    @property
    def sprint_revisions(self) -> range:
        return range(1, self.sprint_revision + 1)


@dataclass(frozen=True)
class HeldPick:
    """The pick that a car scored for. `driver` is who was picked, if somebody else drove."""

    constructor_id: int
    number: int
    points: Decimal
    driver: str = ""


@dataclass(frozen=True)
class Car:
    """A car in the result of a race, and the pick that it scored for, if there was one."""

    position_text: str
    status: str
    laps: int | None
    code: str
    driver: str
    team: str
    team_ref: str
    pick: HeldPick | None


@dataclass(frozen=True)
class RaceNight:
    """The result of a race as one league sees it, the winner first."""

    cars: list[Car]

    @cached_property
    def steal(self) -> tuple[Steal, Car] | None:
        """The steal of the race, and the car."""
        held = {car.pick.number: car for car in self.cars if car.pick}
        steal = steal_of_the_race({number: car.pick.points for number, car in held.items() if car.pick})
        return (steal, held[steal.number]) if steal else None


@dataclass(frozen=True)
class SeasonProgress:
    """The scored races in their order, and the last one in detail."""

    races: list[ScoredRace]
    last_night: RaceNight

    @cached_property
    def places(self) -> list[dict[int, SeasonPlace]]:
        """Rank and points after each race, by constructor id."""
        return rules.season_progress([race.standings for race in self.races])

    @property
    def last(self) -> ScoredRace | None:
        return self.races[-1] if self.races else None

    def gain(self, constructor: int, race: int | None = None) -> int | None:
        """How many places a race brought, by its index, by default the last one; negative for a loss.

        None in the constructor's first race.
        """
        index = len(self.races) - 1 if race is None else race
        before, after = [self._place(constructor, index - 1), self._place(constructor, index)]
        return before.rank - after.rank if before and after else None

    def _place(self, constructor: int, race: int) -> SeasonPlace | None:
        return self.places[race].get(constructor) if race >= 0 else None

    def totals(self) -> dict[int, SeasonTotals]:
        """The totals of everyone who has raced, by constructor id."""
        constructors = {pk for race in self.races for pk in race.standings}
        return {
            pk: rules.season_totals(pk, [race.standings[pk] for race in self.races if pk in race.standings])
            for pk in constructors
        }


def load_season_progress(league: League) -> SeasonProgress:
    """Two queries."""
    races: dict[int, ScoredRace] = {}
    standings: dict[int, dict[int, RaceStanding]] = {}
    scores = RaceScore.objects.filter(draft__in=Draft.objects.not_void(), draft__league=league)
    revisions = [f"draft__scoring__sheet__{kind}_revision" for kind in ("race", "sprint")]
    race_columns = ("draft", "draft__race", "draft__race__name", *revisions)
    columns = ("constructor", "points", "best_pick", "autopicks", "rank")
    ordered = scores.order_by("draft__race__race_date", "draft__race__round", "draft", "rank")
    for draft, race, name, revision, sprint, constructor, *score in ordered.values_list(*race_columns, *columns):
        own = standings.setdefault(draft, {})
        own[constructor] = RaceStanding(*score)
        races.setdefault(draft, ScoredRace(draft, race, name, own, revision or 0, sprint or 0))
    last = list(races.values())[-1:]
    return SeasonProgress(list(races.values()), RaceNight(load_cars(last[0].draft_id) if last else []))


def load_cars(draft_id: int) -> list[Car]:
    """The result that a draft was scored from, with the picks of the draft. One query."""
    revision = DraftScoring.objects.filter(draft=draft_id, sheet__race=OuterRef("classification__race"))
    pick = PickScore.objects.filter(pick__draft=draft_id, driver=OuterRef("driver")).values(
        found=JSONObject(
            constructor="pick__slot__constructor",
            number="pick__slot__number",
            points=Cast("points", CharField()),
            driver="pick__entry__driver",
            name="pick__entry__driver__family_name",
        )
    )
    results = Result.objects.filter(
        classification__kind=Classification.Kind.RACE,
        classification__race__drafts=draft_id,
        classification__revision=Subquery(revision.values("sheet__race_revision")),
    )
    results = results.select_related("driver", "team").annotate(pick=Subquery(pick[:1])).order_by("position")
    return [_car(result) for result in results]


def _car(result: Result) -> Car:
    found = result.pick  # type: ignore[attr-defined]  # an annotation
    return Car(
        result.position_text,
        result.status,
        result.laps,
        result.driver.short,
        str(result.driver),
        result.team.name,
        result.team.ref,
        _held_pick(found, result.driver_id) if found else None,
    )


def _held_pick(found: Mapping[str, object], drove: int) -> HeldPick:
    return HeldPick(
        int(str(found["constructor"])),
        int(str(found["number"])),
        Decimal(str(found["points"])),
        "" if found["driver"] == drove else str(found["name"]),
    )


@dataclass(frozen=True)
class PickNumber:
    """What the picks with one number brought over a season, on average."""

    number: int
    average: Decimal
    picks: int


def points_by_pick_number(league: League) -> list[PickNumber]:
    """The average points of the first pick of a draft, the second, and so on. One query."""
    scored = Pick.objects.filter(draft__in=Draft.objects.not_void(), draft__league=league).exclude(score=None)
    numbers = scored.order_by("slot__number").values_list("slot__number")
    averages = numbers.annotate(average=Avg("score__points"), picks=Count("pk"))
    return [PickNumber(number, _rounded(average), picks) for number, average, picks in averages]


def average_pick_points(drafts: Iterable[int]) -> dict[int, Decimal]:
    """The average points of a pick in each of these drafts, by draft id. One query."""
    scores = PickScore.objects.filter(pick__draft__in=drafts).order_by().values_list("pick__draft")
    return dict(scores.annotate(Avg("points")))


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"))
