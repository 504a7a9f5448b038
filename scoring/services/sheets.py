"""Score sheets: what every driver of a race brings, worked out once for each set of rules and version of results."""

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
    """What the drafts of one policy are to be scored from. What has frozen does not follow replacements either."""

    sheet: int
    version: Version
    is_frozen: bool


class Key(NamedTuple):
    """What a sheet of a race is known by."""

    rules_key: str
    version: Version


@atomic
def due_sheets(*, race: Race, policies: Collection[Policy], now: datetime) -> dict[Policy, Due]:
    """The sheet that counts for each policy, made where there is none yet; nothing as long as there are no results.

    The race is held meanwhile, so that neither its results nor its replacements change, and nobody else makes sheets.
    """
    race = Race.objects.select_for_update(no_key=True).get(pk=race.pk)
    book = books([race])[race.pk]
    revisions = book.revisions()
    if race.state == Race.State.CANCELLED or not revisions[Kind.RACE]:
        return {}
    rule_sets = {one: rule_set_of(one) for one in policies}
    versions = {one: following(one).version_due(race, revisions) for one in policies}
    keys = {one: Key(rule_sets[one].key, versions[one]) for one in policies}
    sheets = _sheets(race, book, {keys[one]: rule_sets[one] for one in policies}, now)
    return {one: Due(sheets[keys[one]], versions[one], following(one).has_frozen(race, now)) for one in policies}


def rule_set_of(policy: Policy) -> RuleSet:
    return SettingsVersion(
        scoring=policy.scoring,
        sprints=bool(policy.sprints),  # SQLite says 0 and 1, and the key is made of the words
        fastest_lap_point=bool(policy.fastest_lap_point),
        custom_points=json.loads(policy.custom_points or "{}"),
    ).rule_set


def following(policy: Policy) -> Following:
    return Following(policy.sprints, policy.freeze_days)


def _sheets(race: Race, book: Book, wanted: dict[Key, RuleSet], now: datetime) -> dict[Key, int]:
    """The ids of the wanted sheets; those that are missing are made."""
    known = {
        Key(one.rules_key, Version(one.race_revision, one.sprint_revision, one.moves_version)): one.pk
        for one in ScoreSheet.objects.filter(race=race)
    }
    missing = {key: rule_set for key, rule_set in wanted.items() if key not in known}
    return known | (_make(race, book, missing, now) if missing else {})


def _make(race: Race, book: Book, missing: dict[Key, RuleSet], now: datetime) -> dict[Key, int]:
    replacements = [[one.out_driver_id, one.in_driver_id] for one in race.replacements.order_by("pk")]
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
        line_of(sheet, driver, one)
        for sheet, (key, rule_set) in zip(sheets, missing.items(), strict=True)
        for driver, one in book.yields(rule_set, key.version, replacements).items()
    )
    return {key: sheet.pk for key, sheet in zip(missing, sheets, strict=True)}


def line_of(sheet: ScoreSheet, driver: int, brought: Yield) -> SheetLine:
    return SheetLine(
        sheet=sheet,
        driver_id=driver,
        scorer_id=brought.scorer,
        points=brought.score.points,
        breakdown=breakdown_of(brought.score),
        points_if_held=brought.if_held.points,
        breakdown_if_held=breakdown_of(brought.if_held),
    )
