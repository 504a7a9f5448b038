"""Verification: recomputes every score in plain Python, reports what differs, and repairs it on demand."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from constructors.models import Constructor
from core.formatting.points import format_points
from core.transactions import atomic
from drafts.models import Draft
from leagues.models import League
from leagues.rules import RuleSet
from notifications.services import notify
from races.models import Race, Season

from .. import rules
from ..inputs import load_draft_rosters, load_race_inputs, replacements_of
from ..models import DraftScoring, PickScore, RaceScore, ScoreSheet, SeasonScore, SheetLine
from ..notification_kinds import SCORES_DIFFER
from ..rules import CorrectionPolicy, DriverPoints, RaceStanding
from . import bulk_sql
from .score_sheets import breakdown_as_json, sheet_line, version_of
from .scoring import score_drafts
from .standings import rank_leagues

logger = logging.getLogger(__name__)

BATCH_SIZE = 100
# Results that came in more recently are left to the catch-up task.
CATCH_UP_GRACE = timedelta(minutes=10)
MAX_REPORTED = 20

Columns = tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """A stored score that does not match the rules. `draft` and `race` are None for the league's season standings."""

    league: int
    draft: int | None
    race: int | None
    sentence: str

    def __str__(self) -> str:
        where = f"League {self.league}" if self.draft is None else f"League {self.league}, draft {self.draft}"
        return f"{where}: {self.sentence}"


# -- finding ---------------------------------------------------------------------------------------------------------


def verify_scores(*, now: datetime, season: Season | None = None, league: League | None = None) -> Iterator[Difference]:
    """Recompute all scores and yield the differences, by league. Writes nothing.

    A league with differences is locked and checked again, since it may have been scored in the meantime.
    """
    leagues = League.objects.order_by("pk")
    if season is not None:
        leagues = leagues.filter(season=season)
    if league is not None:
        leagues = leagues.filter(pk=league.pk)
    ids = list(leagues.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH_SIZE):
        suspects = {difference.league for difference in _differences(ids[start : start + BATCH_SIZE], now)}
        for suspect in sorted(suspects):
            yield from _recheck_locked(suspect, now)


@atomic
def _recheck_locked(league: int, now: datetime) -> list[Difference]:
    bulk_sql.lock_league_rows([league])
    return list(_differences([league], now))


def _differences(leagues: Collection[int], now: datetime) -> Iterator[Difference]:
    """The differences in these leagues, in a fixed number of queries."""
    drafts = list(
        Draft.objects.filter(league__in=leagues, state__in=(Draft.State.LOCKED, Draft.State.SCORED))
        .select_related("race", "settings", "scoring__sheet")
        .order_by("league_id", "race__race_date")
    )
    check = ScoreCheck(drafts, now)
    races: dict[int, list[dict[int, RaceStanding]]] = defaultdict(list)
    for draft in drafts:
        if draft.state == Draft.State.SCORED:
            races[draft.league_id].append(check.race_standings(draft))
        for sentence in check.draft(draft):
            yield Difference(draft.league_id, draft.pk, draft.race_id, sentence)
    for league, sentences in _seasons(leagues, races):
        yield from (Difference(league, None, None, sentence) for sentence in sentences)


class ScoreCheck:
    """The stored scores of some drafts, beside the recomputed ones."""

    def __init__(self, drafts: Sequence[Draft], now: datetime) -> None:
        self.until, self.now = now - CATCH_UP_GRACE, now
        self.inputs = load_race_inputs({draft.race for draft in drafts})
        self.rosters = load_draft_rosters(drafts)
        self.picks, self.constructors = _pick_scores(drafts), _race_scores(drafts)
        self._cache: dict[tuple[int, str], dict[int, DriverPoints]] = {}

    def draft(self, draft: Draft) -> Iterator[str]:
        """Sentences on what is wrong with a draft."""
        scoring = _scoring_of(draft)
        if self._is_behind(draft, scoring):
            yield "It is behind its results."
        if draft.state != Draft.State.SCORED:
            return
        if scoring is None:
            yield "It does not say what it was scored from."
        elif scoring.sheet.rules_key != _rules_of(draft).key:
            yield "It was scored by other rules than its own."
        yield from _compare("pick", self._expected_picks(draft), self.picks[draft.pk])
        expected = {pk: tuple(line) for pk, line in self.race_standings(draft).items()}
        yield from _compare("constructor", expected, self.constructors[draft.pk])

    def race_standings(self, draft: Draft) -> dict[int, RaceStanding]:
        """The recomputed race standings of a draft, by constructor."""
        return self.rosters[draft.pk].race_standings(self._driver_points(draft))

    def _expected_picks(self, draft: Draft) -> dict[int, Columns]:
        picks = self.rosters[draft.pk].picks
        scores = rules.draft_scores({pick.driver for pick in picks.values()}, self._driver_points(draft))
        by_pick = {pk: scores[pick.driver] for pk, pick in picks.items()}
        return {pk: (scorer, score.points, breakdown_as_json(score)) for pk, (scorer, score) in by_pick.items()}

    def _driver_points(self, draft: Draft) -> dict[int, DriverPoints]:
        """Every driver's points from the results that the draft says it was scored from."""
        scoring = _scoring_of(draft)
        inputs, rule_set = self.inputs[draft.race_id], _rules_of(draft)
        if scoring is None or scoring.sheet.race_revision not in inputs.race:
            return {}
        sheet, key = scoring.sheet, (scoring.sheet_id, rule_set.key)
        if key not in self._cache:
            self._cache[key] = rules.score_sheet(inputs, rule_set, version_of(sheet), replacements_of(sheet))
        return self._cache[key]

    def _is_behind(self, draft: Draft, scoring: DraftScoring | None) -> bool:
        """Whether the catch-up task should have scored it by now."""
        assert draft.settings is not None, "a locked draft has its settings"
        inputs = self.inputs[draft.race_id]
        revisions, start = inputs.revisions(self.until), inputs.expected_start
        if not revisions.race or inputs.is_cancelled:
            return False
        policy = CorrectionPolicy.from_settings(draft.settings.values)
        due = policy.due_version(start, revisions, inputs.replacements_version)
        scored_from = version_of(scoring.sheet) if scoring else None
        return rules.needs_scoring(scored_from, due, is_frozen=policy.has_frozen(start, self.now))


def _scoring_of(draft: Draft) -> DraftScoring | None:
    return getattr(draft, "scoring", None)


def _rules_of(draft: Draft) -> RuleSet:
    assert draft.settings is not None, "a locked draft has its settings"
    return draft.settings.rule_set


def _pick_scores(drafts: Collection[Draft]) -> dict[int, dict[int, Columns]]:
    found: dict[int, dict[int, Columns]] = defaultdict(dict)
    stored = PickScore.objects.filter(pick__draft__in=drafts)
    for draft, pick, *columns in stored.values_list("pick__draft", "pick", "driver", "points", "breakdown"):
        found[draft][pick] = tuple(columns)
    return found


def _race_scores(drafts: Collection[Draft]) -> dict[int, dict[int, Columns]]:
    found: dict[int, dict[int, Columns]] = defaultdict(dict)
    stored = RaceScore.objects.filter(draft__in=drafts)
    for draft, constructor, *columns in stored.values_list("draft", "constructor", *RaceStanding._fields):
        found[draft][constructor] = tuple(columns)
    return found


def _seasons(
    leagues: Collection[int], races: Mapping[int, Sequence[Mapping[int, RaceStanding]]]
) -> Iterator[tuple[int, Iterator[str]]]:
    """Sentences on what is wrong with the season standings, by league. `races` are the standings of scored drafts."""
    stored, present = _season_scores(leagues), _present(leagues)
    for league in leagues:
        standings = rules.season_standings(present[league], races.get(league, ()))
        expected = {line.constructor: _season_columns(rank, line) for rank, line in standings}
        yield league, _compare("season of constructor", expected, stored[league])


def _season_columns(rank: int, line: rules.SeasonTotals) -> Columns:
    return (line.points, len(line.places), line.places.count(1), line.best_race, line.autopicks, rank)


def _season_scores(leagues: Collection[int]) -> dict[int, dict[int, Columns]]:
    found: dict[int, dict[int, Columns]] = defaultdict(dict)
    columns = ("points", "races", "wins", "best_race", "autopicks", "rank")
    for league, constructor, *values in SeasonScore.objects.filter(league__in=leagues).values_list(
        "league", "constructor", *columns
    ):
        found[league][constructor] = tuple(values)
    return found


def _present(leagues: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    active = Constructor.objects.active().filter(league__in=leagues)
    for league, constructor in active.values_list("league", "pk"):
        found[league].append(constructor)
    return found


def _compare(what: str, expected: Mapping[int, Columns], stored: Mapping[int, Columns]) -> Iterator[str]:
    for key in sorted({*expected, *stored}):
        if expected.get(key) != stored.get(key):
            yield f"The {what} {key} has {_as_text(stored.get(key))}, and should have {_as_text(expected.get(key))}."


def _as_text(columns: Columns | None) -> str:
    if columns is None:
        return "nothing"
    return ", ".join(format_points(value) if isinstance(value, Decimal) else str(value) for value in columns)


# -- repairing -------------------------------------------------------------------------------------------------------


def repair_scores(*, differences: Iterable[Difference], now: datetime) -> None:
    """Repair what differs: first wrong sheets, then drafts, then season standings."""
    found = list(differences)
    drafts: dict[int, set[int]] = defaultdict(set)
    for difference in found:
        if difference.race is not None and difference.draft is not None:
            drafts[difference.race].add(difference.draft)
    for race in Race.objects.filter(pk__in=drafts).order_by("pk"):
        rewrite_sheets(race=race)
        score_drafts(race=race, drafts=drafts[race.pk], now=now)
    rank_leagues(leagues=sorted({difference.league for difference in found}))


@atomic
def rewrite_sheets(*, race: Race) -> int:
    """Rewrite the lines of sheets that do not match their results; returns how many sheets were wrong."""
    race = Race.objects.locked().get(pk=race.pk)
    inputs = load_race_inputs([race])[race.pk]
    policies = {draft.policy for draft in bulk_sql.scorable_drafts(race.pk)}
    rule_sets = {policy.rule_set.key: policy.rule_set for policy in policies}
    wrong = 0
    for sheet in ScoreSheet.objects.filter(race=race, rules_key__in=rule_sets, race_revision__gt=0):
        rule_set = rule_sets[sheet.rules_key]
        driver_points = rules.score_sheet(inputs, rule_set, version_of(sheet), replacements_of(sheet))
        lines = [sheet_line(sheet, driver, points) for driver, points in driver_points.items()]
        if {_line_columns(line) for line in lines} != {_line_columns(line) for line in sheet.lines.all()}:
            sheet.lines.all().delete()
            SheetLine.objects.bulk_create(lines)
            wrong += 1
    return wrong


def _line_columns(line: SheetLine) -> Columns:
    scores = [
        (line.points, str(line.breakdown)),
        (line.points_if_race_held, str(line.breakdown_if_race_held)),
        (line.points_if_sprint_held, str(line.breakdown_if_sprint_held)),
        (line.points_if_held, str(line.breakdown_if_held)),
    ]
    return (line.driver_id, line.scorer_id, line.sprint_scorer_id, *scores)


# -- nightly ---------------------------------------------------------------------------------------------------------


def verify_nightly(*, now: datetime) -> int:
    """Verify everything, and report differences to the administrators and the log. Returns how many there are."""
    found = list(verify_scores(now=now))
    if found:
        sentences = [str(difference) for difference in found[:MAX_REPORTED]]
        logger.error("%s scores do not match the rules: %s", len(found), " ".join(sentences))
        notify(
            users=User.objects.filter(is_superuser=True, is_active=True),
            message=SCORES_DIFFER,
            key=f"verify-scores:{now.date()}",
            params={"count": len(found), "differences": sentences},
            now=now,
        )
    return len(found)
