"""Reads of scores: standings, driver rankings, and scored picks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from core.cache.safe_cache import read_through
from core.formatting.points import format_points
from core.querysets import values_as_dicts
from drafts.models import Draft, Pick
from drafts.selectors import late_joiners, picks_of, slots_with_picks
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import leagues_visible_to
from races.models import Classification, Driver, Entry, Race, Result, Season
from races.selectors import (
    RESULTS_SECONDS,
    last_classification,
    latest_classifications,
    latest_classifications_of,
    latest_season_with_results,
    line_up_for_practice,
)

from . import rules
from .inputs import (
    DraftRoster,
    car_results,
    load_replacements,
    race_inputs_of,
    race_standings_as_of,
)
from .models import RaceScore, SeasonScore

Row = dict[str, Any]
EXAMPLES_SECONDS = 24 * 60 * 60


def season_rows(league: League) -> list[Row]:
    """The league's season standings: rows of rank, constructor and points, best first.

    Each row also has the `version` of the scores it is from, read in the same query.
    """
    scores = SeasonScore.objects.filter(league=league).select_related("constructor__owner")
    scores = scores.annotate(
        joined_late=Exists(late_joiners(league).filter(pk=OuterRef("constructor"))),
        version=F("league__score_version__version"),
    )
    return [
        _row(score.rank, score.constructor, score.points)
        | {
            "autopicks": score.autopicks,
            "races": score.races,
            "wins": score.wins,
            "best_race": format_points(score.best_race),
            "joined_late": score.joined_late,
            "has_left": score.constructor.left_at is not None,
            "version": score.version,
        }
        for score in scores.order_by("rank", "constructor__name")
    ]


def standings_csv_rows(rows: Iterable[Row]) -> Iterator[list[object]]:
    """The season standings as CSV rows: the header, then one row per constructor."""
    yield [
        _("Place"),
        _("Constructor"),
        _("Player"),
        _("Races"),
        _("Wins"),
        _("Best race"),
        _("Autopicks"),
        _("Points"),
    ]
    for row in rows:
        counts = [row["races"], row["wins"], Decimal(row["best_race"]), row["autopicks"], Decimal(row["points"])]
        yield [row["rank"], row["constructor"], row["player"], *counts]


def race_rows(league: League, race_id: int) -> list[Row]:
    """The league's standings of one race, in the same form as `season_rows`."""
    scores = RaceScore.objects.filter(draft__in=Draft.objects.not_void(), draft__league=league, draft__race=race_id)
    scores = scores.annotate(version=F("draft__league__score_version__version"))
    return [
        _row(score.rank, score.constructor, score.points)
        | {"autopicks": score.autopicks, "best_pick": format_points(score.best_pick), "version": score.version}
        for score in scores.select_related("constructor__owner").order_by("rank", "constructor__name")
    ]


def _row(rank: int, constructor: Constructor, points: Decimal) -> Row:
    return {
        "rank": rank,
        "constructor_id": constructor.pk,
        "constructor": constructor.name,
        "user_id": constructor.owner_id,
        "player": constructor.player,
        "mark": constructor.mark._asdict(),
        "points": format_points(points),
    }


def leaderboard_as_of(league: League, at: datetime, race: Race | None = None) -> list[Row]:
    """The standings as of a moment, such as when a revision was recorded, from the results that counted then.

    Computed on every call; nothing is stored.
    """
    joined = Constructor.objects.filter(league=league, joined_at__lte=at).select_related("owner")
    joined = joined.annotate(joined_late=Exists(late_joiners(league).filter(pk=OuterRef("pk"))))
    constructors = {constructor.pk: constructor for constructor in joined.order_by("name", "pk")}
    races = race_standings_as_of(league, at)
    rows = _past_race_rows(races.get(race.pk, {}), constructors) if race else _past_season_rows(races, constructors, at)
    places = {pk: place for place, pk in enumerate(constructors)}
    return sorted(rows, key=lambda row: (row["rank"], places[row["constructor_id"]]))


def _past_race_rows(lines: Mapping[int, rules.RaceStanding], constructors: Mapping[int, Constructor]) -> list[Row]:
    return [
        _row(line.rank, constructors[pk], line.points)
        | {"best_pick": format_points(line.best_pick), "autopicks": line.autopicks}
        for pk, line in lines.items()
    ]


def _past_season_rows(
    races: Mapping[int, Mapping[int, rules.RaceStanding]],
    constructors: Mapping[int, Constructor],
    at: datetime,
) -> list[Row]:
    present = [
        pk for pk, constructor in constructors.items() if constructor.left_at is None or constructor.left_at > at
    ]
    return [
        _row(rank, constructors[line.constructor], line.points)
        | {
            "races": len(line.places),
            "wins": line.places.count(1),
            "best_race": format_points(line.best_race),
            "autopicks": line.autopicks,
            "joined_late": constructors[line.constructor].joined_late,  # type: ignore[attr-defined]  # an annotation
            "has_left": line.constructor not in present,
        }
        for rank, line in rules.season_standings(present, races.values())
    ]


def driver_points_so_far(season: Season, rule_set: RuleSet, *, before: Race | None = None) -> dict[int, Decimal]:
    """Every driver's points in the season's counted races under a rule set, by driver id.

    `before` leaves out that race and all later ones.
    """
    points: dict[int, Decimal] = defaultdict(Decimal)
    for race, sprint in _weekends(season, before):
        for driver, score in _weekend_scores(rule_set, race, sprint).items():
            points[driver] += score.points
    return dict(points)


class SeasonPoints(NamedTuple):
    """Every driver's points in a season under a rule set: by race id, by driver id. `races` are in their order."""

    races: tuple[int, ...]
    by_driver: Mapping[int, Mapping[int, Decimal]]

    def of(self, driver: int) -> Mapping[int, Decimal]:
        return self.by_driver.get(driver, {})

    def in_order(self, driver: int) -> list[Decimal | None]:
        """The driver's points race by race, None where they did not race. Empty without any race."""
        points = self.of(driver)
        return [points.get(race) for race in self.races] if points else []


def season_points(season: Season, rule_set: RuleSet) -> SeasonPoints:
    """The points of all drivers in the counted races of a season. Cached per version of the results."""
    key = f"season_points:{season.pk}:{rule_set.key}:v{season.results_version}"
    points: SeasonPoints = read_through(key, lambda: _season_points(season, rule_set), seconds=RESULTS_SECONDS)
    return points


def _season_points(season: Season, rule_set: RuleSet) -> SeasonPoints:
    weekends = _weekends(season, None)
    points: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for race, sprint in weekends:
        for driver, score in _weekend_scores(rule_set, race, sprint).items():
            points[driver][race.race_id] = score.points
    return SeasonPoints(tuple(race.race_id for race, _ in weekends), dict(points))


def _weekend_scores(rule_set: RuleSet, race: Classification, sprint: Classification | None) -> dict[int, rules.Score]:
    return rules.weekend_scores(rule_set, car_results(race), car_results(sprint) if sprint else ())


def _weekends(season: Season, before: Race | None) -> list[tuple[Classification, Classification | None]]:
    found = latest_classifications(season, Classification.Kind.RACE, Classification.Kind.SPRINT)
    sprints = {result.race_id: result for result in found if result.kind == Classification.Kind.SPRINT}
    races = [result for result in found if result.kind == Classification.Kind.RACE]
    return [
        (result, sprints.get(result.race_id))
        for result in races
        if result.race.state != Race.State.CANCELLED and (before is None or result.race.race_date < before.race_date)
    ]


def ranked_drivers(season: Season, rule_set: RuleSet) -> list[Row]:
    """All drivers of a season ranked by their points under a rule set, best first.

    Rows of rank, id (the F1 API's), code, name and points.
    """
    points = driver_points_so_far(season, rule_set)
    drivers = Driver.objects.in_bulk(points.keys())
    by_name = sorted(points, key=lambda pk: (drivers[pk].family_name, drivers[pk].given_name))
    return [
        {
            "rank": rank,
            "id": drivers[pk].ref,
            "code": drivers[pk].code,
            "name": str(drivers[pk]),
            "points": format_points(total),
        }
        for rank, pk, total in rules.driver_ranking({pk: points[pk] for pk in by_name})
    ]


def default_ranking(race: Race, rule_set: RuleSet) -> list[tuple[int, str]]:
    """The order in which a league's autopicks choose drivers: (driver id, points so far) pairs, best first.

    Ordered by season points so far under the rule set, then last season's, then the name (the game's rules, Draft).
    """
    return _ranked([entry.driver for entry in race.entries.select_related("driver")], race, rule_set)


def practice_ranking(race: Race, rule_set: RuleSet, now: datetime) -> list[tuple[int, str]]:
    """The same for a practice draft, for the drivers who could be picked then: (entry id, points) pairs."""
    entries = {entry.driver_id: entry for entry in line_up_for_practice(race, now)}
    ranking = _ranked([entry.driver for entry in entries.values()], race, rule_set)
    return [(entries[driver].pk, points) for driver, points in ranking]


def _ranked(drivers: list[Driver], race: Race, rule_set: RuleSet) -> list[tuple[int, str]]:
    so_far = driver_points_so_far(race.season, rule_set, before=race)
    last_season = Season.objects.filter(year=race.season.year - 1, is_demonstration=False).first()
    last = driver_points_so_far(last_season, rule_set) if last_season else {}
    drivers.sort(
        key=lambda driver: (-_points(so_far, driver), -_points(last, driver), driver.family_name, driver.given_name)
    )
    return [(driver.pk, format_points(_points(so_far, driver))) for driver in drivers]


def _points(points: Mapping[int, Decimal], driver: Driver) -> Decimal:
    return points.get(driver.pk, Decimal(0))


def standings_order(league: League) -> list[int]:
    """The ids of the league's constructors in the order of the season standings, best first."""
    return list(
        SeasonScore.objects.filter(league=league)
        .order_by("rank", "constructor_id")
        .values_list("constructor", flat=True)
    )


def scored_picks(constructor: Constructor) -> QuerySet[Pick]:
    """Every pick of a constructor with its score, the latest race first."""
    return (
        Pick.objects.filter(slot__constructor=constructor)
        .select_related(
            "draft__race__season", "draft__settings", "entry__driver", "entry__team", "score__driver", "slot"
        )
        .order_by("-draft__race__race_date", "-draft_id", "slot__number")
    )


def drafts_with_scores(constructor: Constructor) -> QuerySet[Draft]:
    """The drafts that a constructor takes part in, past and upcoming, the latest race first.

    Each has `own_picks`, the constructor's picks with their scores, and `own_scores`, one or none. Three queries.
    """
    takes_part = Q(pk__in=constructor.slots.values("draft"))
    if constructor.left_at is None:
        takes_part |= Q(state=Draft.State.UPCOMING)
    picks = Pick.objects.filter(slot__constructor=constructor).order_by("slot__number")
    return (
        Draft.objects.filter(takes_part, league=constructor.league_id)
        .select_related("race")
        .prefetch_related(
            Prefetch("picks", picks.select_related("slot", "entry__driver", "score__driver"), to_attr="own_picks"),
            Prefetch("scores", RaceScore.objects.filter(constructor=constructor), to_attr="own_scores"),
        )
        .order_by("-race__race_date", "-pk")
    )


def race_scores_of(constructor: Constructor) -> dict[int, RaceScore]:
    """The constructor's score of each draft, by draft id."""
    return {score.draft_id: score for score in RaceScore.objects.filter(constructor=constructor)}


def race_picks(draft: Draft) -> QuerySet[Pick]:
    """Every pick of a draft with its score, in the order of picking."""
    return picks_of(draft).select_related(
        "slot__constructor__owner", "entry__driver", "entry__team", "picked_by", "score__driver"
    )


def preview(season: Season, rule_set: RuleSet) -> tuple[Race | None, list[Row]]:
    """The last race under a rule set: rows of driver, points and breakdown, best first.

    If the season has no result yet, the season before it is used.
    """
    last = _last_weekend(season)
    if last is None:
        return None, []
    result, sprint = last
    scores = _weekend_scores(rule_set, result, sprint)
    return result.race, _preview_rows(scores, Driver.objects.in_bulk(scores))


def _preview_rows(scores: Mapping[int, rules.Score], drivers: Mapping[int, Driver]) -> list[Row]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1].points, drivers[item[0]].family_name))
    return [
        {
            "driver": drivers[pk],
            "points": format_points(score.points),
            "breakdown": [(rules.shown_label(line.label), format_points(line.points)) for line in score.lines],
        }
        for pk, score in ordered
    ]


def scored_drafts(league: League) -> QuerySet[Draft]:
    """The scored drafts of a league, the latest race first, with race and settings."""
    scored = Draft.objects.filter(league=league, state=Draft.State.SCORED).select_related("race__season", "settings")
    return scored.order_by("-race__race_date", "-pk")


@dataclass(frozen=True)
class PreviewedScore:
    """A constructor in a race that was scored, and as other rules would score it."""

    constructor: Constructor
    before: rules.RaceStanding
    after: rules.RaceStanding

    @property
    def gain(self) -> int:
        """How many places the other rules would gain it."""
        return self.before.rank - self.after.rank


@dataclass(frozen=True)
class RacePreview:
    """A scored race of a league under other rules: its drivers, as in `preview`, and its standings, best first."""

    rows: list[Row]
    standings: list[PreviewedScore]


def race_preview(draft: Draft, settings: Mapping[str, Any]) -> RacePreview:
    """A scored draft's race, which was just read with its season, under its own settings and under others.

    With the picks as they were made, and the results that count today. At most four queries, if those are cached.
    """
    assert draft.settings is not None, "a scored draft has its settings"
    entries = {entry.driver_id: entry for entry in draft.race.entries.select_related("driver")}
    inputs = race_inputs_of(draft.race, entries.values())
    replacements = load_replacements(draft.race) if draft.race.replacements_version else {}
    slots = slots_with_picks(draft)
    constructors = {slot.constructor_id: slot.constructor for slot, _ in slots}
    roster = DraftRoster.of_slots(slots)
    before, after = (
        roster.race_standings(_driver_points(inputs, values, replacements))
        for values in (draft.settings.values, settings)
    )
    scores = [PreviewedScore(constructors[pk], before[pk], after[pk]) for pk in after]
    return RacePreview(
        rows=_preview_rows(
            _points_of_cars(RuleSet.from_settings(settings), inputs),
            {pk: entry.driver for pk, entry in entries.items()},
        ),
        standings=sorted(scores, key=lambda score: (score.after.rank, score.before.rank, score.constructor.name)),
    )


def _points_of_cars(rule_set: RuleSet, inputs: rules.RaceInputs) -> dict[int, rules.Score]:
    race, sprint = (revisions[max(revisions)].cars if revisions else () for revisions in (inputs.race, inputs.sprint))
    return rules.weekend_scores(rule_set, race, sprint)


def _driver_points(
    inputs: rules.RaceInputs, settings: Mapping[str, Any], replacements: rules.Replacements
) -> dict[int, rules.DriverPoints]:
    policy = rules.CorrectionPolicy.from_settings(settings)
    version = policy.due_version(inputs.expected_start, inputs.revisions(), inputs.replacements_version)
    return rules.score_sheet(inputs, RuleSet.from_settings(settings), version, replacements)


# The finish that examples are about: in the midfield, where rule sets differ most.
EXAMPLE_POSITION = 9


def examples_by_scoring(rule_sets: Mapping[str, RuleSet], now: datetime) -> dict[str, str]:
    """What each rule set makes of the last race, by key: “With these rules, ... is 9 points”. Empty before any race.

    Cached by the version of the results: one query then.
    """
    season = latest_season_with_results(now)
    if season is None:
        return {}
    rule_keys = "_".join(f"{name}-{rule_set.key}" for name, rule_set in rule_sets.items())
    key = f"examples_by_scoring:{season.pk}:v{season.results_version}:{get_language()}:{rule_keys}"
    examples: dict[str, str] = read_through(
        key, lambda: _examples_by_scoring(season, rule_sets), seconds=EXAMPLES_SECONDS
    )
    return examples


def _examples_by_scoring(season: Season, rule_sets: Mapping[str, RuleSet]) -> dict[str, str]:
    classification = last_classification(season)
    results = {result.position: result for result in classification.results.all()} if classification else {}
    if classification is None or not {1, EXAMPLE_POSITION} <= results.keys():
        return {}
    cars = car_results(classification)
    return {
        key: _example(classification.race, results, rules.weekend_scores(rule_set, cars))
        for key, rule_set in rule_sets.items()
    }


def _example(race: Race, results: Mapping[int, Result], scores: Mapping[int, rules.Score]) -> str:
    winner, example = results[1], results[EXAMPLE_POSITION]
    points = scores[example.driver_id].points
    sentence = ngettext(
        "%(race)s: %(driver)s (%(finish)s) scores %(points)s point, the winner %(winner)s %(winner_points)s.",
        "%(race)s: %(driver)s (%(finish)s) scores %(points)s points, the winner %(winner)s %(winner_points)s.",
        int(points) if points == 1 else 2,
    )
    return sentence % {
        "race": race.name,
        "driver": example.driver,
        "finish": example.finish,
        "points": format_points(points),
        "winner": winner.driver,
        "winner_points": format_points(scores[winner.driver_id].points),
    }


@dataclass(frozen=True)
class LatestResults:
    """A race with its latest results, for scoring it under any rules."""

    race: tuple[rules.CarResult, ...]
    sprint: tuple[rules.CarResult, ...]
    line_up: Mapping[int, rules.Seat]
    replacements: rules.Replacements

    def driver_points(self, rule_set: RuleSet) -> dict[int, rules.DriverPoints]:
        """What every driver scores, by driver id."""
        return rules.points_by_driver(
            rule_set,
            rules.SessionResult.settle(self.race, self.line_up, self.replacements),
            rules.SessionResult.settle(self.sprint if rule_set.sprints else (), self.line_up, self.replacements),
        )


def latest_results(race: Race, entries: Iterable[Entry]) -> LatestResults | None:
    """The latest results of a race with these entries; None if there are none. At most three queries."""
    found = latest_classifications_of(race)
    if Classification.Kind.RACE not in found:
        return None
    sprint = found.get(Classification.Kind.SPRINT)
    return LatestResults(
        race=car_results(found[Classification.Kind.RACE]),
        sprint=car_results(sprint) if sprint else (),
        line_up={
            entry.driver_id: rules.Seat(entry.line_up_team_id, entry.line_up_number)
            for entry in entries
            if entry.in_line_up
        },
        replacements=load_replacements(race) if race.replacements_version else {},
    )


class Examples(NamedTuple):
    """What the rules are explained by: real results, and the times of the last race weekend."""

    facts: rules.ExampleFacts
    sessions: dict[str, datetime | None]
    race_starts_at: datetime


def examples_for(season: Season) -> Examples | None:
    """The examples of the season, or of the one before; None without results. Cached, one query at most if so."""
    candidates = [season] if season.results_version else [season, *_previous(season)]
    for candidate in candidates:
        key = f"examples:{candidate.pk}:v{candidate.results_version}"
        found: Examples | None = read_through(key, partial(_examples, candidate), seconds=EXAMPLES_SECONDS)
        if found:
            return found
    return None


def _examples(season: Season) -> Examples | None:
    weekends = _weekends(season, None)
    if not weekends:
        return None
    names = {
        result.driver_id: str(result.driver)
        for weekend in weekends
        for classification in weekend
        if classification
        for result in classification.results.all()
    }
    races = [
        rules.SeasonRace(race.race.name, car_results(race), car_results(sprint) if sprint else ())
        for race, sprint in weekends
    ]
    last = weekends[-1][0].race
    sessions = dict(last.sessions.values_list("kind", "starts_at"))
    return Examples(rules.example_facts(races, names), sessions, last.expected_start)


def _previous(season: Season) -> QuerySet[Season]:
    """The season before, if there is one."""
    return Season.objects.filter(year__lt=season.year, is_demonstration=False).order_by("-year")[:1]


def _last_weekend(season: Season) -> tuple[Classification, Classification | None] | None:
    for candidate in [season, *_previous(season)]:
        if weekends := _weekends(candidate, None):
            return weekends[-1]
    return None


def seasons_played_by(person: User, *, visible_to: User) -> QuerySet[Constructor]:
    """The constructors of a person with their season scores, the latest season first.

    Of leagues that the reader can see; their own with those that they have left.
    """
    is_visible = Q(league__in=leagues_visible_to(visible_to)) | Q(owner=visible_to)
    played = Constructor.objects.filter(is_visible, owner=person).select_related("league__season", "season_score")
    return played.order_by("-league__season__year", "league__name", "-joined_at", "-pk")


def exported_data(user: User) -> dict[str, Any]:
    """The scores of the user's constructors, for the data export."""
    races = RaceScore.objects.filter(constructor__owner=user).order_by("draft__race__race_date", "pk")
    seasons = SeasonScore.objects.filter(constructor__owner=user).order_by("pk")
    score = {"constructor_id": "constructor_id", "points": "points", "rank": "rank", "autopicks": "autopicks"}
    return {
        "race_scores": values_as_dicts(races, **score, season="draft__race__season__year", race="draft__race__name"),
        "season_scores": values_as_dicts(seasons, **score, races="races", wins="wins"),
    }
