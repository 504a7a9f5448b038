"""Points worked out in plain Python, from results, picks and rules alone: what sheets are made from, what the tables
are checked against, and how a league stood at any moment."""

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
from .rules import Held, Revision, Version

Kind = Classification.Kind
# Drivers out and in, in pairs.
Replacements = Iterable[Sequence[int]]

# -- one race --------------------------------------------------------------------------------------------------------


class Following(NamedTuple):
    """What of its settings decides by which results a draft is scored; `freeze_days` 0: it follows every correction."""

    sprints: bool
    freeze_days: int

    @classmethod
    def of(cls, settings: SettingsVersion) -> "Following":
        freezes = settings.corrections == SettingsVersion.Corrections.FREEZE
        return cls(settings.sprints, settings.freeze_days if freezes else 0)

    def frozen_at(self, race: Race) -> datetime | None:
        """Since when corrections change nothing any more; None: never."""
        return race.expected_start + timedelta(days=self.freeze_days) if self.freeze_days else None

    def has_frozen(self, race: Race, now: datetime) -> bool:
        frozen_at = self.frozen_at(race)
        return frozen_at is not None and frozen_at < now

    def version_due(self, race: Race, revisions: Mapping[str, Iterable[Revision]]) -> Version:
        """By what a draft of the race is scored. Where sprints do not count, their results change nothing."""
        frozen_at = self.frozen_at(race)
        sprint = rules.counting_revision(revisions[Kind.SPRINT], frozen_at) if self.sprints else 0
        return Version(rules.counting_revision(revisions[Kind.RACE], frozen_at), sprint, race.moves_version)


def revisions_of(races: Collection[Race]) -> dict[int, dict[str, list[Revision]]]:
    """The revisions of each race's results, by kind. One query."""
    found: dict[int, dict[str, list[Revision]]] = {race.pk: {Kind.RACE: [], Kind.SPRINT: []} for race in races}
    known = Classification.objects.filter(race__in=races)
    for race, kind, number, recorded_at in known.values_list("race", "kind", "revision", "recorded_at"):
        found[race][kind].append(Revision(number, recorded_at))
    return found


@dataclass(frozen=True)
class Book:
    """Everything that a race is scored from: each revision of its results, and the line-up its drafts opened with."""

    results: Mapping[tuple[str, int], Classification]
    line_up: Mapping[int, rules.Seat]

    def revisions(self, until: datetime | None = None) -> dict[str, list[Revision]]:
        """The revisions by kind, as far as they had been recorded."""
        known: dict[str, list[Revision]] = {Kind.RACE: [], Kind.SPRINT: []}
        for (kind, number), one in self.results.items():
            if until is None or one.recorded_at <= until:
                known[kind].append(Revision(number, one.recorded_at))
        return known

    def yields(self, rule_set: RuleSet, version: Version, replacements: Replacements) -> dict[int, rules.Yield]:
        """What every driver brings by a version of the results, and by the replacements that were known then."""
        race, sprint = self.results[Kind.RACE, version.race], self.results.get((Kind.SPRINT, version.sprint))
        return rules.yields(weekend_scores(rule_set, race, sprint), self._heirs(race, replacements))

    def _heirs(self, race: Classification, replacements: Replacements) -> dict[int, int | None]:
        """Who scores for each driver of the line-up that did not take part."""
        drove = {
            one.driver_id: rules.Seat(one.team_id, one.number)
            for one in race.results.all()
            if rules.took_part(finish_of(one))
        }
        return rules.substitutes(self.line_up, drove, {pair[0]: pair[1] for pair in replacements})


def books(races: Collection[Race]) -> dict[int, Book]:
    """The books of races, by race id. Three queries."""
    results: dict[int, dict[tuple[str, int], Classification]] = defaultdict(dict)
    line_ups: dict[int, dict[int, rules.Seat]] = defaultdict(dict)
    rows = Prefetch("results", Result.objects.order_by("position"))
    for one in Classification.objects.filter(race__in=races).prefetch_related(rows):
        results[one.race_id][one.kind, one.revision] = one
    for entry in Entry.objects.filter(race__in=races, in_line_up=True):
        line_ups[entry.race_id][entry.driver_id] = rules.Seat(entry.line_up_team_id, entry.line_up_number)
    return {race.pk: Book(results[race.pk], line_ups[race.pk]) for race in races}


def weekend_scores(rule_set: RuleSet, race: Classification, sprint: Classification | None) -> dict[int, rules.Score]:
    """What every driver of a weekend scored, by driver id: whoever drove the sprint alone is in it too."""
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


def breakdown_of(score: rules.Score) -> list[list[str]]:
    """The lines of a score as they are stored."""
    return [[line.label, str(line.points)] for line in score.lines]


# -- drafts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taking:
    """Who took part in a draft, and whom they hold, by pick id."""

    constructors: frozenset[int]
    picks: Mapping[int, Held]

    def lines(self, brought: Mapping[int, rules.Yield]) -> dict[int, rules.RaceLine]:
        """What the constructors made of their picks."""
        return rules.race_lines(self.constructors, self.picks.values(), brought)


def takings(drafts: Collection[Draft]) -> dict[int, Taking]:
    """What was taken in each of the drafts, by draft id. Two queries."""
    constructors: dict[int, set[int]] = defaultdict(set)
    for draft, constructor in Slot.objects.filter(draft__in=drafts).values_list("draft", "constructor"):
        constructors[draft].add(constructor)
    picks: dict[int, dict[int, Held]] = defaultdict(dict)
    found = Pick.objects.filter(draft__in=drafts).values_list(
        "draft", "pk", "entry__driver", "slot__constructor", "source"
    )
    for draft, pk, driver, constructor, source in found:
        picks[draft][pk] = Held(driver, constructor, is_autopick=source == Pick.Source.AUTOPICK)
    return {one.pk: Taking(frozenset(constructors[one.pk]), picks[one.pk]) for one in drafts}


# -- how it was ------------------------------------------------------------------------------------------------------


def races_as_of(league: League, at: datetime) -> dict[int, dict[int, rules.RaceLine]]:
    """How the league's races had ended by a moment: the lines of every constructor, by race id.

    From the picks of drafts that had locked, the results that counted by then, and the replacements that were known.
    """
    scored = Draft.objects.filter(league=league, state__in=(Draft.State.LOCKED, Draft.State.SCORED))
    drafts = list(scored.filter(locked_at__lte=at).select_related("race", "settings"))
    races = [one.race for one in drafts if one.race.state != Race.State.CANCELLED]
    known, moves, taken = books(races), _moves_as_of(races, at), takings(drafts)
    lines = {}
    for draft in drafts:
        assert draft.settings is not None, "a locked draft has its settings"
        book = known.get(draft.race_id)
        revisions = book.revisions(until=at) if book else {}
        if book and revisions[Kind.RACE]:
            version = Following.of(draft.settings).version_due(draft.race, revisions)
            brought = book.yields(draft.settings.rule_set, version, moves[draft.race_id])
            lines[draft.race_id] = taken[draft.pk].lines(brought)
    return lines


def _moves_as_of(races: Collection[Race], at: datetime) -> dict[int, Replacements]:
    """The replacements of each race as they were known at a moment: those of the last sheet that had been made."""
    moves: dict[int, Replacements] = {race.pk: () for race in races}
    moved = [race.pk for race in races if race.moves_version]
    sheets = ScoreSheet.objects.filter(race__in=moved, made_at__lte=at).order_by("moves_version")
    moves.update(sheets.values_list("race", "replacements"))
    return moves
