"""Scoring inputs: loads results, line-ups, replacements and picks as the plain values of the rules.

Used to create score sheets, to verify stored scores, and to compute how a league stood at an earlier moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q

from core.cache.safe_cache import read_through
from drafts.models import Draft, Pick, Slot
from leagues.models import League
from races.models import Classification, Entry, Race, Result, Season
from races.selectors import RESULTS_SECONDS

from . import rules
from .models import ScoreSheet
from .rules import CarResult, Finish, HeldDriver, RaceInputs, Replacements, ResultRevision, Revision, Revisions, Seat

Kind = Classification.Kind
# Increase this when the fields of a cached `ResultRevision` change.
RESULTS_FORMAT = 1

# -- one race --------------------------------------------------------------------------------------------------------


def revisions_by_race(races: Collection[Race]) -> dict[int, Revisions]:
    """The revisions of each race's results, by race id. One query, which loads no results."""
    found = {race.pk: Revisions(race=[], sprint=[]) for race in races}
    known = Classification.objects.filter(race__in=races)
    for race, kind, number, recorded_at in known.values_list("race", "kind", "revision", "recorded_at"):
        revisions = found[race].sprint if kind == Kind.SPRINT else found[race].race
        revisions.append(Revision(number, recorded_at))
    return found


# The revisions of results by number, by race id and kind.
ResultRevisions = Mapping[tuple[int, str], Mapping[int, ResultRevision]]


def load_race_inputs(races: Collection[Race]) -> dict[int, RaceInputs]:
    """Load all results and line-ups of the races, by race id. Three queries."""
    return _race_inputs(races, _load_results(Q(race__in=races)))


def race_inputs_of_season(season: Season, races: Collection[Race]) -> dict[int, RaceInputs]:
    """As `load_race_inputs`, for races of a season that was just read. One query, if the results are cached."""
    return _race_inputs(races, _results_of_season(season))


def race_inputs_of(race: Race, line_up: Iterable[Entry]) -> RaceInputs:
    """As `load_race_inputs`, for a race that was just read with its season, and its line-up. No query, if the results
    are cached."""
    seats = {entry.driver_id: _seat(entry) for entry in line_up if entry.in_line_up}
    return _inputs_of(race, _results_of_season(race.season), seats)


def _results_of_season(season: Season) -> ResultRevisions:
    """All results of a season, cached by their version, which each new revision raises."""
    key = f"result_revisions:{RESULTS_FORMAT}:{season.pk}:v{season.results_version}"
    found: ResultRevisions = read_through(key, lambda: _load_results(Q(race__season=season)), seconds=RESULTS_SECONDS)
    return found


def _load_results(chosen: Q) -> ResultRevisions:
    results: dict[tuple[int, str], dict[int, ResultRevision]] = defaultdict(dict)
    rows = Prefetch("results", Result.objects.order_by("position"))
    for classification in Classification.objects.filter(chosen).prefetch_related(rows):
        revision = ResultRevision(classification.recorded_at, car_results(classification))
        results[classification.race_id, classification.kind][classification.revision] = revision
    return dict(results)


def _race_inputs(races: Collection[Race], results: ResultRevisions) -> dict[int, RaceInputs]:
    line_ups: dict[int, dict[int, Seat]] = defaultdict(dict)
    for entry in Entry.objects.filter(race__in=races, in_line_up=True):
        line_ups[entry.race_id][entry.driver_id] = _seat(entry)
    return {race.pk: _inputs_of(race, results, line_ups[race.pk]) for race in races}


def _seat(entry: Entry) -> Seat:
    return Seat(entry.line_up_team_id, entry.line_up_number)


def _inputs_of(race: Race, results: ResultRevisions, line_up: Mapping[int, Seat]) -> RaceInputs:
    return RaceInputs(
        expected_start=race.expected_start,
        is_cancelled=race.state == Race.State.CANCELLED,
        replacements_version=race.replacements_version,
        race=results.get((race.pk, Kind.RACE), {}),
        sprint=results.get((race.pk, Kind.SPRINT), {}),
        line_up=line_up,
    )


def car_results(classification: Classification) -> tuple[CarResult, ...]:
    """The rows of a classification, whose `results` should be prefetched."""
    pole = classification.pole_id
    return tuple(
        CarResult(
            driver=result.driver_id,
            seat=Seat(result.team_id, result.number),
            finish=Finish(
                position_text=result.position_text,
                status=result.status,
                grid=result.grid,
                fastest_lap_rank=result.fastest_lap_rank,
                laps=result.laps,
                has_pole=result.driver_id == pole if pole else None,
            ),
        )
        for result in classification.results.all()
    )


def load_replacements(race: Race) -> Replacements:
    """The administrator's replacements as they are now. One query."""
    return dict(race.replacements.order_by("pk").values_list("out_driver", "in_driver"))


def replacements_of(sheet: ScoreSheet) -> Replacements:
    """The administrator's replacements that a sheet was created with: stored as pairs of driver ids, out and in."""
    return dict(sheet.replacements)


# -- drafts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DraftRoster:
    """The constructors in a draft, and the drivers they hold, by pick id."""

    constructors: frozenset[int]
    picks: Mapping[int, HeldDriver]

    @classmethod
    def of_slots(cls, slots: Iterable[tuple[Slot, Pick | None]]) -> "DraftRoster":
        """The roster of a draft whose slots and picks are loaded."""
        picks = {
            pick.pk: HeldDriver(pick.entry.driver_id, slot.constructor_id, pick.source == Pick.Source.AUTOPICK)
            for slot, pick in slots
            if pick is not None
        }
        return cls(frozenset(slot.constructor_id for slot, _ in slots), picks)

    def race_standings(self, driver_points: Mapping[int, rules.DriverPoints]) -> dict[int, rules.RaceStanding]:
        """Score and rank the constructors."""
        return rules.race_standings(self.constructors, self.picks.values(), driver_points)


def load_draft_rosters(drafts: Collection[Draft]) -> dict[int, DraftRoster]:
    """Load the constructors and picks of the drafts, by draft id. One query."""
    constructors: dict[int, set[int]] = defaultdict(set)
    picks: dict[int, dict[int, HeldDriver]] = defaultdict(dict)
    columns = ("draft", "constructor", "picks", "picks__entry__driver", "picks__source")
    slots = Slot.objects.filter(draft__in=drafts).order_by("draft", "number")
    for draft_id, constructor, pick, driver, source in slots.values_list(*columns):
        constructors[draft_id].add(constructor)
        if pick is not None:
            picks[draft_id][pick] = HeldDriver(driver, constructor, is_autopick=source == Pick.Source.AUTOPICK)
    return {draft.pk: DraftRoster(frozenset(constructors[draft.pk]), picks[draft.pk]) for draft in drafts}


# -- earlier moments -------------------------------------------------------------------------------------------------


def race_standings_as_of(league: League, at: datetime) -> dict[int, dict[int, rules.RaceStanding]]:
    """The league's race standings as they stood at a moment, by race id and constructor id.

    Computed from drafts that had locked, the results that counted, and the replacements known at that moment.
    """
    scored = Draft.objects.filter(league=league, state__in=(Draft.State.LOCKED, Draft.State.SCORED))
    drafts = list(scored.filter(locked_at__lte=at).select_related("race__season", "settings"))
    races = [draft.race for draft in drafts if draft.race.state != Race.State.CANCELLED]
    inputs = race_inputs_of_season(races[0].season, races) if races else {}
    replacements, rosters = _replacements_as_of(races, at), load_draft_rosters(drafts)
    standings = {}
    for draft in drafts:
        race = inputs.get(draft.race_id)
        if race and race.revisions(until=at).race:
            driver_points = _driver_points_as_of(draft, race, replacements[draft.race_id], at)
            standings[draft.race_id] = rosters[draft.pk].race_standings(driver_points)
    return standings


def _driver_points_as_of(
    draft: Draft, inputs: RaceInputs, replacements: Replacements, at: datetime
) -> dict[int, rules.DriverPoints]:
    assert draft.settings is not None, "a locked draft has its settings"
    policy = rules.CorrectionPolicy.from_settings(draft.settings.values)
    version = policy.due_version(inputs.expected_start, inputs.revisions(until=at), inputs.replacements_version)
    return rules.score_sheet(inputs, draft.settings.rule_set, version, replacements)


def _replacements_as_of(races: Collection[Race], at: datetime) -> dict[int, Replacements]:
    """The replacements of each race known at a moment, taken from the last score sheet created by then."""
    replacements: dict[int, Replacements] = {race.pk: {} for race in races}
    moved = [race.pk for race in races if race.replacements_version]
    if not moved:
        return replacements
    sheets = ScoreSheet.objects.filter(race__in=moved, created_at__lte=at).order_by("replacements_version")
    replacements.update({sheet.race_id: replacements_of(sheet) for sheet in sheets.only("race", "replacements")})
    return replacements
