"""Score sheets: every driver's points in a race, computed once per rule set and version of the inputs."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from fantasyf1.kit.transactions import atomic
from leagues.models import SettingsVersion
from leagues.rules import RuleSet
from races.models import Race

from ..models import ScoreSheet, SheetLine
from ..reckoning import Book, Following, Kind, books, breakdown_of
from ..rules import Version, Yield
from .statements import Policy


class Due(NamedTuple):
    """What the drafts of one policy should be scored from. Frozen drafts ignore changed replacements too."""

    sheet: int
    version: Version
    is_frozen: bool


class Key(NamedTuple):
    """What identifies a sheet of a race."""

    rules_key: str
    version: Version


@atomic
def due_sheets(*, race: Race, policies: Collection[Policy], now: datetime) -> dict[Policy, Due]:
    """Get or create the sheet that counts for each policy. Empty while there are no results.

    Locks the race row, so that neither its results nor its replacements change, and nobody else creates sheets.
    """
    race = Race.objects.select_for_update(no_key=True).get(pk=race.pk)
    results = books([race])[race.pk]
    revisions = results.revisions()
    if race.state == Race.State.CANCELLED or not revisions[Kind.RACE]:
        return {}
    rule_sets = {policy: rule_set_of(policy) for policy in policies}
    versions = {policy: following(policy).version_due(race, revisions) for policy in policies}
    keys = {policy: Key(rule_sets[policy].key, versions[policy]) for policy in policies}
    sheets = _sheets(race, results, {keys[policy]: rule_sets[policy] for policy in policies}, now)
    return {
        policy: Due(sheets[keys[policy]], versions[policy], following(policy).has_frozen(race, now))
        for policy in policies
    }


def rule_set_of(policy: Policy) -> RuleSet:
    return SettingsVersion(
        scoring=policy.scoring,
        sprints=bool(policy.sprints),  # SQLite returns 0 and 1, and the key is a digest of the JSON
        fastest_lap_point=bool(policy.fastest_lap_point),
        custom_points=json.loads(policy.custom_points or "{}"),
    ).rule_set


def following(policy: Policy) -> Following:
    return Following(policy.sprints, policy.freeze_days)


def _sheets(race: Race, results: Book, wanted: dict[Key, RuleSet], now: datetime) -> dict[Key, int]:
    """The ids of the wanted sheets. Missing ones are created."""
    existing = {
        Key(sheet.rules_key, Version(sheet.race_revision, sheet.sprint_revision, sheet.moves_version)): sheet.pk
        for sheet in ScoreSheet.objects.filter(race=race)
    }
    missing = {key: rule_set for key, rule_set in wanted.items() if key not in existing}
    return existing | (_make(race, results, missing, now) if missing else {})


def _make(race: Race, results: Book, missing: dict[Key, RuleSet], now: datetime) -> dict[Key, int]:
    replacements = [[pair.out_driver_id, pair.in_driver_id] for pair in race.replacements.order_by("pk")]
    sheets = ScoreSheet.objects.bulk_create(
        ScoreSheet(
            race=race,
            rules_key=key.rules_key,
            race_revision=key.version.race,
            sprint_revision=key.version.sprint,
            moves_version=key.version.moves,
            replacements=replacements,
            made_at=now,
        )
        for key in missing
    )
    SheetLine.objects.bulk_create(
        line_of(sheet, driver, points)
        for sheet, (key, rule_set) in zip(sheets, missing.items(), strict=True)
        for driver, points in results.yields(rule_set, key.version, replacements).items()
    )
    return {key: sheet.pk for key, sheet in zip(missing, sheets, strict=True)}


def line_of(sheet: ScoreSheet, driver: int, points: Yield) -> SheetLine:
    return SheetLine(
        sheet=sheet,
        driver_id=driver,
        scorer_id=points.scorer,
        points=points.score.points,
        breakdown=breakdown_of(points.score),
        points_if_held=points.if_held.points,
        breakdown_if_held=breakdown_of(points.if_held),
    )
