"""Scoring inputs: loads results, line-ups and picks, and applies the rules to them in plain Python.

Used to create score sheets, to verify stored scores, and to compute how a league stood at an earlier moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Prefetch

from drafts.models import Draft, Pick, Slot
from leagues.models import League, SettingsVersion
from leagues.rules import RuleSet
from races.models import Classification, Entry, Race, Result

from . import rules
from .models import ScoreSheet
from .rules import HeldDriver, InputVersion, Revision

Kind = Classification.Kind
# Pairs of driver ids, out and in.
Replacements = Iterable[Sequence[int]]

# -- one race --------------------------------------------------------------------------------------------------------


class CorrectionPolicy(NamedTuple):
    """The settings that decide which results a draft is scored from. `freeze_days` 0: it follows every correction."""

    sprints: bool
    freeze_days: int

    @classmethod
    def from_settings(cls, settings: SettingsVersion) -> "CorrectionPolicy":
        freezes = settings.corrections == SettingsVersion.Corrections.FREEZE
        return cls(settings.sprints, settings.freeze_days if freezes else 0)

    def frozen_at(self, race: Race) -> datetime | None:
        """When corrections stop counting; None for never."""
        return race.expected_start + timedelta(days=self.freeze_days) if self.freeze_days else None

    def has_frozen(self, race: Race, now: datetime) -> bool:
        frozen_at = self.frozen_at(race)
        return frozen_at is not None and frozen_at < now

    def version_due(self, race: Race, revisions: Mapping[str, Iterable[Revision]]) -> InputVersion:
        """What a draft of the race should be scored from. If sprints do not count, their results are ignored."""
        frozen_at = self.frozen_at(race)
        sprint = rules.effective_revision(revisions[Kind.SPRINT], frozen_at) if self.sprints else 0
        return InputVersion(
            rules.effective_revision(revisions[Kind.RACE], frozen_at), sprint, race.replacements_version
        )


def revisions_by_race(races: Collection[Race]) -> dict[int, dict[str, list[Revision]]]:
    """The revisions of each race's results, by race id and kind. One query."""
    found: dict[int, dict[str, list[Revision]]] = {race.pk: {Kind.RACE: [], Kind.SPRINT: []} for race in races}
    known = Classification.objects.filter(race__in=races)
    for race, kind, number, recorded_at in known.values_list("race", "kind", "revision", "recorded_at"):
        found[race][kind].append(Revision(number, recorded_at))
    return found


@dataclass(frozen=True)
class RaceResults:
    """Everything a race is scored from: each revision of its results, and the line-up its drafts opened with.

    `results` is keyed by (kind, revision), `line_up` by driver id.
    """

    results: Mapping[tuple[str, int], Classification]
    line_up: Mapping[int, rules.Seat]

    def revisions(self, until: datetime | None = None) -> dict[str, list[Revision]]:
        """The revisions by kind, recorded at or before `until` if given."""
        known: dict[str, list[Revision]] = {Kind.RACE: [], Kind.SPRINT: []}
        for (kind, number), classification in self.results.items():
            if until is None or classification.recorded_at <= until:
                known[kind].append(Revision(number, classification.recorded_at))
        return known

    def points_by_driver(
        self, rule_set: RuleSet, version: InputVersion, replacements: Replacements
    ) -> dict[int, rules.DriverPoints]:
        """Each driver's points from one version of the results, with the replacements known at that version."""
        race, sprint = self.results[Kind.RACE, version.race], self.results.get((Kind.SPRINT, version.sprint))
        return rules.points_by_driver(weekend_scores(rule_set, race, sprint), self._who_replaced(race, replacements))

    def _who_replaced(self, race: Classification, replacements: Replacements) -> dict[int, int | None]:
        """Who scores for each line-up driver who did not take part."""
        drove = {
            result.driver_id: rules.Seat(result.team_id, result.number)
            for result in race.results.all()
            if rules.took_part(finish_of(result))
        }
        return rules.find_replacements(self.line_up, drove, {pair[0]: pair[1] for pair in replacements})


def load_race_results(races: Collection[Race]) -> dict[int, RaceResults]:
    """Load all results and line-ups of the races, by race id. Three queries."""
    results: dict[int, dict[tuple[str, int], Classification]] = defaultdict(dict)
    line_ups: dict[int, dict[int, rules.Seat]] = defaultdict(dict)
    rows = Prefetch("results", Result.objects.order_by("position"))
    for classification in Classification.objects.filter(race__in=races).prefetch_related(rows):
        results[classification.race_id][classification.kind, classification.revision] = classification
    for entry in Entry.objects.filter(race__in=races, in_line_up=True):
        line_ups[entry.race_id][entry.driver_id] = rules.Seat(entry.line_up_team_id, entry.line_up_number)
    return {race.pk: RaceResults(results[race.pk], line_ups[race.pk]) for race in races}


def weekend_scores(rule_set: RuleSet, race: Classification, sprint: Classification | None) -> dict[int, rules.Score]:
    """Every driver's score of a race weekend, by driver id, including drivers who took part in the sprint only."""
    in_race = _finishes(race)
    in_sprint = _finishes(sprint) if sprint else {}
    return {
        driver: rules.driver_score(rule_set, in_race.get(driver), in_sprint.get(driver))
        for driver in in_race | in_sprint
    }


def _finishes(classification: Classification) -> dict[int, rules.Finish]:
    return {result.driver_id: finish_of(result) for result in classification.results.all()}


def finish_of(result: Result) -> rules.Finish:
    return rules.Finish(result.position_text, result.status, result.grid, result.fastest_lap_rank)


def breakdown_as_json(score: rules.Score) -> list[list[str]]:
    """The lines of a score as they are stored: `[label, points]` pairs of text."""
    return [[line.label, str(line.points)] for line in score.lines]


# -- drafts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DraftRoster:
    """The constructors in a draft, and the drivers they hold, by pick id."""

    constructors: frozenset[int]
    picks: Mapping[int, HeldDriver]

    def lines(self, driver_points: Mapping[int, rules.DriverPoints]) -> dict[int, rules.RaceStanding]:
        """Score and rank the constructors."""
        return rules.race_standings(self.constructors, self.picks.values(), driver_points)


def load_draft_rosters(drafts: Collection[Draft]) -> dict[int, DraftRoster]:
    """Load the constructors and picks of the drafts, by draft id. Two queries."""
    constructors: dict[int, set[int]] = defaultdict(set)
    for draft_id, constructor in Slot.objects.filter(draft__in=drafts).values_list("draft", "constructor"):
        constructors[draft_id].add(constructor)
    picks: dict[int, dict[int, HeldDriver]] = defaultdict(dict)
    found = Pick.objects.filter(draft__in=drafts).values_list(
        "draft", "pk", "entry__driver", "slot__constructor", "source"
    )
    for draft_id, pk, driver, constructor, source in found:
        picks[draft_id][pk] = HeldDriver(driver, constructor, is_autopick=source == Pick.Source.AUTOPICK)
    return {draft.pk: DraftRoster(frozenset(constructors[draft.pk]), picks[draft.pk]) for draft in drafts}


# -- earlier moments -------------------------------------------------------------------------------------------------


def race_standings_as_of(league: League, at: datetime) -> dict[int, dict[int, rules.RaceStanding]]:
    """The league's race standings as they stood at a moment, by race id and constructor id.

    Computed from drafts that had locked, the results that counted, and the replacements known at that moment.
    """
    scored = Draft.objects.filter(league=league, state__in=(Draft.State.LOCKED, Draft.State.SCORED))
    drafts = list(scored.filter(locked_at__lte=at).select_related("race", "settings"))
    races = [draft.race for draft in drafts if draft.race.state != Race.State.CANCELLED]
    results, replacements, rosters = (
        load_race_results(races),
        _replacements_as_of(races, at),
        load_draft_rosters(drafts),
    )
    standings = {}
    for draft in drafts:
        assert draft.settings is not None, "a locked draft has its settings"
        race_results = results.get(draft.race_id)
        revisions = race_results.revisions(until=at) if race_results else {}
        if race_results and revisions[Kind.RACE]:
            version = CorrectionPolicy.from_settings(draft.settings).version_due(draft.race, revisions)
            driver_points = race_results.points_by_driver(draft.settings.rule_set, version, replacements[draft.race_id])
            standings[draft.race_id] = rosters[draft.pk].lines(driver_points)
    return standings


def _replacements_as_of(races: Collection[Race], at: datetime) -> dict[int, Replacements]:
    """The replacements of each race known at a moment, taken from the last score sheet created by then."""
    replacements: dict[int, Replacements] = {race.pk: () for race in races}
    moved = [race.pk for race in races if race.replacements_version]
    sheets = ScoreSheet.objects.filter(race__in=moved, created_at__lte=at).order_by("replacements_version")
    replacements.update(sheets.values_list("race", "replacements"))
    return replacements
