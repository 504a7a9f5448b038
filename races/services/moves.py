"""Who took whose car, by an administrator's word: each change raises the race's version, and scores follow it."""

from datetime import datetime

from django.db.models import F

from fantasyf1.kit.errors import Invalid
from fantasyf1.kit.transactions import atomic

from ..models import Race, Replacement
from ..signals import moves_changed


@atomic
def save_replacement(*, replacement: Replacement, now: datetime) -> Replacement:
    """Set a replacement, or change one; `moves_changed` is sent for its race."""
    if replacement.out_driver_id == replacement.in_driver_id:
        raise Invalid("Nobody replaces himself.")
    races = {replacement.race_id}
    if replacement.pk:
        races |= set(Replacement.objects.filter(pk=replacement.pk).values_list("race", flat=True))
    held = _hold(races)
    replacement.save()
    _raise_versions(held, now)
    return replacement


@atomic
def forget_replacement(*, replacement: Replacement, now: datetime) -> None:
    """Take a replacement back: cars are paired by number again."""
    held = _hold({replacement.race_id})
    replacement.delete()
    _raise_versions(held, now)


def _hold(races: set[int]) -> list[Race]:
    return list(Race.objects.select_for_update(no_key=True).filter(pk__in=races).order_by("pk"))


def _raise_versions(races: list[Race], now: datetime) -> None:
    for race in races:
        Race.objects.filter(pk=race.pk).update(moves_version=F("moves_version") + 1)
        race.refresh_from_db(fields=["moves_version"])
        moves_changed.send(sender=Race, race=race, now=now)
