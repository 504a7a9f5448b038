"""Reads for the pages of real drivers and teams: points under a league's rules, and who has picked whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from django.db.models import QuerySet

from accounts.models import User, UserOrAnonymous
from constructors.models import Constructor
from drafts.models import Draft, Pick
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import current_settings_of, leagues_of
from races.models import Circuit, Classification, Driver, Entry, Race, Result, Season, Team
from races.selectors import Finish, RecentForm, latest_entries, season_form_by_driver
from scoring.rules import driver_ranking
from scoring.selectors import season_points

ZERO = Decimal(0)
DEFAULT_RULES = "default"


@dataclass(frozen=True)
class PointsRules:
    """The rules by which a page counts points: those of one of the reader's leagues, or the default ones.

    `leagues` are the names of the leagues to choose from, by id; `league` is the chosen one.
    """

    rule_set: RuleSet
    league: int | None = None
    leagues: dict[int, str] = field(default_factory=dict)

    @property
    def league_name(self) -> str:
        return self.leagues[self.league] if self.league else ""


def points_rules(user: UserOrAnonymous, chosen: str) -> PointsRules:
    """The rules that the reader has chosen by the id of a league, else those of their first league. One query."""
    versions = current_settings_of(user) if user.is_authenticated else []
    leagues = {version.league_id: version.league.name for version in versions}
    if not versions or chosen == DEFAULT_RULES:
        return PointsRules(RuleSet(), None, leagues)
    version = next((version for version in versions if str(version.league_id) == chosen), versions[0])
    return PointsRules(version.rule_set, version.league_id, leagues)


@dataclass(frozen=True)
class DriverLine:
    """A driver in the list of a season: points under the chosen rules, also race by race, and the last finishes."""

    rank: int | None
    entry: Entry
    points: Decimal
    by_race: list[Decimal | None]
    form: RecentForm


def driver_lines(season: Season, rule_set: RuleSet) -> list[DriverLine]:
    """The drivers of the season by points, those without a race last. One query, if points and form are cached."""
    season_so_far = season_points(season, rule_set)
    points = {driver: sum(races.values(), ZERO) for driver, races in season_so_far.by_driver.items()}
    ranks = {driver: rank for rank, driver, _ in driver_ranking(points)}
    forms = season_form_by_driver(season)
    lines = [
        DriverLine(
            ranks.get(entry.driver_id),
            entry,
            points.get(entry.driver_id, ZERO),
            season_so_far.in_order(entry.driver_id),
            forms.get(entry.driver_id, RecentForm()),
        )
        for entry in latest_entries(season)
    ]
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0))


@dataclass(frozen=True)
class SeasonOfDriver:
    """What a driver did in one season: official points, races, best finish, and their teams."""

    season: Season
    races: int
    points: Decimal
    best: int | None
    teams: list[Team]


@dataclass(frozen=True)
class CircuitOfDriver:
    """A driver's finishes at one circuit, the latest first."""

    circuit: Circuit
    finishes: list[tuple[int, Finish]]
    average: Decimal | None


def seasons_of_results(results: Iterable[Result]) -> list[SeasonOfDriver]:
    """A driver's seasons, the latest first, from all their results by date."""
    by_season: dict[Season, list[Result]] = defaultdict(list)
    for result in results:
        by_season[result.classification.race.season].append(result)
    return [_season_of_driver(season, rows) for season, rows in reversed(by_season.items())]


def _season_of_driver(season: Season, results: list[Result]) -> SeasonOfDriver:
    races = [result for result in results if result.classification.kind == Classification.Kind.RACE]
    places = [result.position for result in races if result.position_text.isdigit()]
    teams = {result.team.pk: result.team for result in results}
    points = sum((result.points for result in results), ZERO)
    return SeasonOfDriver(season, len(races), points, min(places, default=None), list(teams.values()))


def circuits_of_results(results: Iterable[Result]) -> list[CircuitOfDriver]:
    """The circuits where a driver has raced, the best average first, from all their results by date."""
    by_circuit: dict[Circuit, list[Result]] = defaultdict(list)
    for result in results:
        if result.classification.kind == Classification.Kind.RACE:
            by_circuit[result.classification.race.circuit].append(result)
    lines = [_circuit_of_driver(circuit, rows) for circuit, rows in by_circuit.items()]
    return sorted(lines, key=lambda line: (line.average is None, line.average or ZERO, line.circuit.name))


def _circuit_of_driver(circuit: Circuit, results: list[Result]) -> CircuitOfDriver:
    places = [result.position for result in results if result.position_text.isdigit()]
    finishes = [(result.classification.race.season.year, Finish(result.position_text)) for result in reversed(results)]
    average = Decimal(sum(places)) / len(places) if places else None
    return CircuitOfDriver(circuit, finishes, average.quantize(Decimal("0.1")) if average is not None else None)


def picks_of_driver(user: UserOrAnonymous, driver: Driver, season: Season) -> list[Pick]:
    """Who of the user's leagues has the driver in the latest race of each league that they have been picked for."""
    if not user.is_authenticated:
        return []
    picks = _picks_in_leagues_of(user).filter(entry__driver=driver, draft__league__season__year=season.year)
    picks = picks.order_by("draft__league__name", "draft__league_id", "-draft__race__race_date")
    return [next(of_league) for _, of_league in groupby(picks, key=lambda pick: pick.draft.league_id)]


@dataclass(frozen=True)
class RacePicks:
    """A constructor's picks for a race, and their points, if the race has been scored."""

    constructor: Constructor
    picks: list[Pick]
    points: Decimal | None


def picks_for_race(user: User, race: Race) -> list[tuple[League, list[RacePicks]]]:
    """The picks for a race in each of the user's leagues, by constructor, the most points first. One query."""
    picks = _picks_in_leagues_of(user).filter(draft__race=race)
    ordered = picks.order_by("draft__league__name", "draft__league_id", "slot__number")
    leagues: dict[League, dict[Constructor, list[Pick]]] = {}
    for pick in ordered:
        leagues.setdefault(pick.draft.league, {}).setdefault(pick.slot.constructor, []).append(pick)
    return [(league, _by_points(constructors)) for league, constructors in leagues.items()]


def _by_points(picks_of: dict[Constructor, list[Pick]]) -> list[RacePicks]:
    lines = [RacePicks(constructor, picks, _points_of(picks)) for constructor, picks in picks_of.items()]
    return sorted(lines, key=lambda line: -(line.points or ZERO))


def _points_of(picks: list[Pick]) -> Decimal | None:
    scores = [pick.score.points for pick in picks if hasattr(pick, "score")]
    return sum(scores, ZERO) if scores else None


def _picks_in_leagues_of(user: User) -> QuerySet[Pick]:
    return Pick.objects.filter(
        draft__in=Draft.objects.not_void(), draft__league__in=leagues_of(user).values("pk")
    ).select_related(
        "draft__race", "draft__league", "slot__constructor__owner", "entry__driver", "entry__team", "score__driver"
    )
