"""Score sheets: every driver's points in a race, computed once per rule set and version of the inputs."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from core.transactions import atomic
from leagues.models import SettingsVersion
from leagues.rules import RuleSet
from races.models import Race

from ..inputs import CorrectionPolicy, Kind, RaceResults, breakdown_as_json, load_race_results
from ..models import ScoreSheet, SheetLine
from ..rules import DriverPoints, InputVersion
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
    results = load_race_results([race])[race.pk]
    revisions = results.revisions()
    if race.state == Race.State.CANCELLED or not revisions[Kind.RACE]:
        return {}
    rule_sets = {policy: rule_set_of(policy) for policy in policies}
    versions = {policy: correction_policy_of(policy).version_due(race, revisions) for policy in policies}
    keys = {policy: SheetKey(rule_sets[policy].key, versions[policy]) for policy in policies}
    sheets = _get_or_create(race, results, {keys[policy]: rule_sets[policy] for policy in policies}, now)
    return {
        policy: DueSheet(sheets[keys[policy]], versions[policy], correction_policy_of(policy).has_frozen(race, now))
        for policy in policies
    }


def rule_set_of(policy: ScoringPolicy) -> RuleSet:
    return SettingsVersion(
        scoring=policy.scoring,
        sprints=bool(policy.sprints),  # SQLite returns 0 and 1, and the key is a digest of the JSON
        fastest_lap_point=bool(policy.fastest_lap_point),
        custom_points=json.loads(policy.custom_points or "{}"),
    ).rule_set


def correction_policy_of(policy: ScoringPolicy) -> CorrectionPolicy:
    return CorrectionPolicy(policy.sprints, policy.freeze_days)


def _get_or_create(
    race: Race, results: RaceResults, wanted: dict[SheetKey, RuleSet], now: datetime
) -> dict[SheetKey, int]:
    """The ids of the wanted sheets. Missing ones are created."""
    existing = {
        SheetKey(
            sheet.rules_key, InputVersion(sheet.race_revision, sheet.sprint_revision, sheet.replacements_version)
        ): sheet.pk
        for sheet in ScoreSheet.objects.filter(race=race)
    }
    missing = {key: rule_set for key, rule_set in wanted.items() if key not in existing}
    return existing | (_create(race, results, missing, now) if missing else {})


def _create(race: Race, results: RaceResults, missing: dict[SheetKey, RuleSet], now: datetime) -> dict[SheetKey, int]:
    replacements = [[pair.out_driver_id, pair.in_driver_id] for pair in race.replacements.order_by("pk")]
    sheets = ScoreSheet.objects.bulk_create(
        ScoreSheet(
            race=race,
            rules_key=key.rules_key,
            race_revision=key.version.race,
            sprint_revision=key.version.sprint,
            replacements_version=key.version.replacements,
            replacements=replacements,
            created_at=now,
        )
        for key in missing
    )
    SheetLine.objects.bulk_create(
        line_of(sheet, driver, points)
        for sheet, (key, rule_set) in zip(sheets, missing.items(), strict=True)
        for driver, points in results.points_by_driver(rule_set, key.version, replacements).items()
    )
    return {key: sheet.pk for key, sheet in zip(missing, sheets, strict=True)}


def line_of(sheet: ScoreSheet, driver: int, points: DriverPoints) -> SheetLine:
    return SheetLine(
        sheet=sheet,
        driver_id=driver,
        scorer_id=points.scorer,
        points=points.score.points,
        breakdown=breakdown_as_json(points.score),
        points_if_held=points.if_held.points,
        breakdown_if_held=breakdown_as_json(points.if_held),
    )
