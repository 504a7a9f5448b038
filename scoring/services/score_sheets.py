"""Score sheets: every driver's points in a race, computed once per rule set and version of the inputs."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from core.transactions import atomic
from leagues.rules import RuleSet
from races.models import Race

from ..inputs import load_race_inputs, load_replacements
from ..models import ScoreSheet, SheetLine
from ..rules import DriverPoints, InputVersion, RaceInputs, Score, score_sheet
from .bulk_sql import ScoringPolicy


class DueSheet(NamedTuple):
    """What the drafts of one policy should be scored from. Frozen drafts ignore changed replacements too."""

    sheet: int
    version: InputVersion
    is_frozen: bool


class SheetKey(NamedTuple):
    """What identifies a sheet of a race."""

    rules_key: str
    version: InputVersion


@atomic
def get_or_create_sheets(
    *, race: Race, policies: Collection[ScoringPolicy], now: datetime
) -> dict[ScoringPolicy, DueSheet]:
    """Get or create the sheet that counts for each policy. Empty while there are no results.

    Locks the race row, so that neither its results nor its replacements change, and nobody else creates sheets.
    """
    race = Race.objects.locked().get(pk=race.pk)
    inputs = load_race_inputs([race])[race.pk]
    revisions, start = inputs.revisions(), inputs.expected_start
    if inputs.is_cancelled or not revisions.race:
        return {}
    due = {
        policy: policy.correction_policy.due_version(start, revisions, inputs.replacements_version)
        for policy in policies
    }
    keys = {policy: SheetKey(policy.rule_set.key, version) for policy, version in due.items()}
    rule_sets = {keys[policy]: policy.rule_set for policy in policies}
    sheets = _existing_sheets(race)
    missing = {key: rule_set for key, rule_set in rule_sets.items() if key not in sheets}
    if missing:
        sheets |= _create_sheets(race, inputs, missing, now)
    return {
        policy: DueSheet(sheets[keys[policy]], version, policy.correction_policy.has_frozen(start, now))
        for policy, version in due.items()
    }


def _existing_sheets(race: Race) -> dict[SheetKey, int]:
    return {SheetKey(sheet.rules_key, version_of(sheet)): sheet.pk for sheet in ScoreSheet.objects.filter(race=race)}


def version_of(sheet: ScoreSheet) -> InputVersion:
    """The version of the inputs that a sheet is from."""
    return InputVersion(sheet.race_revision, sheet.sprint_revision, sheet.replacements_version)


def _create_sheets(
    race: Race, inputs: RaceInputs, missing: dict[SheetKey, RuleSet], now: datetime
) -> dict[SheetKey, int]:
    replacements = load_replacements(race)
    sheets = ScoreSheet.objects.bulk_create(
        ScoreSheet(
            race=race,
            rules_key=key.rules_key,
            race_revision=key.version.race,
            sprint_revision=key.version.sprint,
            replacements_version=key.version.replacements,
            replacements=[[out, came] for out, came in replacements.items()],
            created_at=now,
        )
        for key in missing
    )
    SheetLine.objects.bulk_create(
        sheet_line(sheet, driver, points)
        for sheet, (key, rule_set) in zip(sheets, missing.items(), strict=True)
        for driver, points in score_sheet(inputs, rule_set, key.version, replacements).items()
    )
    return {key: sheet.pk for key, sheet in zip(missing, sheets, strict=True)}


def sheet_line(sheet: ScoreSheet, driver: int, points: DriverPoints) -> SheetLine:
    return SheetLine(
        sheet=sheet,
        driver_id=driver,
        scorer_id=points.scorer,
        points=points.score.points,
        breakdown=breakdown_as_json(points.score),
        sprint_scorer_id=points.sprint_scorer,
        points_if_race_held=points.if_race_held.points,
        breakdown_if_race_held=breakdown_as_json(points.if_race_held),
        points_if_sprint_held=points.if_sprint_held.points,
        breakdown_if_sprint_held=breakdown_as_json(points.if_sprint_held),
        points_if_held=points.if_held.points,
        breakdown_if_held=breakdown_as_json(points.if_held),
    )


def breakdown_as_json(score: Score) -> list[list[str]]:
    """The lines of a score as they are stored: `[label, points]` pairs of text."""
    return [[line.label, str(line.points)] for line in score.lines]
