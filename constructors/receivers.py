"""Signal receivers: create a constructor for a new member, retire it when the member leaves, name the bots."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested
from leagues.models import League, Membership
from leagues.signals import bots_asked, member_joined, member_left

from . import services
from .selectors import bots_in, exported_data


@receiver(member_joined)
def on_member_joined(*, membership: Membership, constructor_name: str, is_bot: bool, now: datetime, **_: Any) -> None:
    services.create_constructor(membership=membership, name=constructor_name, is_bot=is_bot, now=now)


@receiver(member_left)
def on_member_left(*, membership: Membership, now: datetime, **_: Any) -> None:
    services.retire_constructor(membership=membership, now=now)


@receiver(bots_asked)
def on_bots_asked(*, league: League, **_: Any) -> set[int]:
    return bots_in(league)


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
