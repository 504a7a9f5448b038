"""Signal receivers: each passes a change of a league, constructor, race or line-up on to a service or task."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested
from constructors.models import Constructor
from constructors.signals import constructor_created, constructor_left
from core.tasks.enqueue import enqueue_on_commit
from leagues.models import League
from leagues.signals import drafted_asked, league_created, league_deleting, newcomer_asked, settings_changed
from races.models import Race
from races.signals import drivers_entered, drivers_withdrawn, race_changed

from . import services, tasks
from .selectors import exported_data, has_picks, newcomer_sentence, next_draft


@receiver(league_created)
def on_league_created(*, league: League, now: datetime, **_: Any) -> None:
    services.schedule_draft(league=league, now=now)
    enqueue_on_commit(tasks.open_due_drafts)


@receiver(drafted_asked)
def on_drafted_asked(*, league: League, **_: Any) -> bool:
    return has_picks(league)


@receiver(league_deleting)
def on_league_deleting(*, league: League, **_: Any) -> None:
    services.delete_drafts(league=league)


@receiver(settings_changed)
def on_settings_changed(*, league: League, now: datetime, **_: Any) -> None:
    services.reschedule_upcoming_draft(league=league, now=now)
    services.balance_bots(league=league, now=now)


@receiver(newcomer_asked)
def on_newcomer_asked(*, league: League, **_: Any) -> str:
    draft, has_begun = next_draft(league)
    return newcomer_sentence(league, draft, has_begun=has_begun)


@receiver(race_changed)
def on_race_changed(*, race: Race, now: datetime, **_: Any) -> None:
    services.reschedule_drafts(race=race, now=now)


@receiver(drivers_withdrawn)
def on_drivers_withdrawn(*, entries: Collection[int], now: datetime, **_: Any) -> None:
    services.record_withdrawals(entries=entries, now=now)


@receiver(drivers_entered)
def on_drivers_entered(*, race: Race, now: datetime, **_: Any) -> None:
    services.reopen_slots(race=race, now=now)


@receiver(constructor_created)
def on_constructor_created(*, constructor: Constructor, now: datetime, **_: Any) -> None:
    services.admit_newcomer(constructor=constructor, now=now)
    if not constructor.is_bot:
        services.balance_bots(league=constructor.league, now=now)


@receiver(constructor_left)
def on_constructor_left(*, constructor: Constructor, now: datetime, **_: Any) -> None:
    services.release_slots(constructor=constructor, now=now)
    if not constructor.is_bot:
        services.balance_bots(league=constructor.league, now=now)


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
