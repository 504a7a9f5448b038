"""Replacements set by an administrator. Each change increments the race's version, and the race is scored again."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.transactions import atomic

from ..models import Race, Replacement
from ..signals import replacements_changed


@atomic
def save_replacement(*, replacement: Replacement, now: datetime) -> Replacement:
    """Create or change a replacement; `replacements_changed` is sent for every race concerned."""
    if replacement.out_driver_id == replacement.in_driver_id:
        raise Invalid(_("A driver cannot replace themselves."))
    races = {replacement.race_id}
    if replacement.pk:
        races |= set(Replacement.objects.filter(pk=replacement.pk).values_list("race", flat=True))
    locked = _lock_races(races)
    replacement.save()
    _increment_versions(locked, now)
    return replacement


@atomic
def delete_replacement(*, replacement: Replacement, now: datetime) -> None:
    """Delete a replacement: cars are matched by number again."""
    locked = _lock_races({replacement.race_id})
    replacement.delete()
    _increment_versions(locked, now)


def _lock_races(races: set[int]) -> list[Race]:
    return list(Race.objects.locked().filter(pk__in=races).order_by("pk"))


def _increment_versions(races: list[Race], now: datetime) -> None:
    for race in races:
        Race.objects.filter(pk=race.pk).update(replacements_version=F("replacements_version") + 1)
        race.refresh_from_db(fields=["replacements_version"])
        replacements_changed.send(sender=Race, race=race, now=now)
