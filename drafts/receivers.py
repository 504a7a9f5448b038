"""Signal receivers: each passes a change of a league, constructor, race or line-up on to one service."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import data_wanted
from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left
from leagues.models import League
from leagues.signals import league_created, settings_changed
from races.models import Race
from races.signals import drivers_withdrawn, race_changed

from . import services
from .own_data import data_of


@receiver(league_created)
def schedule_the_first_draft(*, league: League, now: datetime, **_: Any) -> None:
    services.schedule_draft(league=league, now=now)


@receiver(settings_changed)
def move_the_upcoming_draft(*, league: League, **_: Any) -> None:
    services.follow_settings(league=league)


@receiver(race_changed)
def move_the_drafts_of_the_race(*, race: Race, now: datetime, **_: Any) -> None:
    services.follow_race(race=race, now=now)


@receiver(drivers_withdrawn)
def note_who_is_out(*, entries: Collection[int], now: datetime, **_: Any) -> None:
    services.note_withdrawals(entries=entries, now=now)


@receiver(constructor_created)
def let_the_newcomer_draft(*, constructor: Constructor, now: datetime, **_: Any) -> None:
    services.admit_to_first_draft(constructor=constructor, now=now)


@receiver(constructor_left)
def free_the_slots(*, constructor: Constructor, now: datetime, **_: Any) -> None:
    services.release_slots(constructor=constructor, now=now)


@receiver(data_wanted)
def hand_out_his_drafts(*, user: User, **_: Any) -> dict[str, Any]:
    return data_of(user)
