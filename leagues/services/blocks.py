"""Blocks: users and addresses that get no invitations of a person or a league. Senders are not told."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Refused
from core.transactions import atomic

from ..models import Block, BlockedAddress, League, address_digest


@atomic
def block_sender(*, user: User, sender: User, now: datetime) -> Block:
    """Block the invitations of a person; the block that exists already, if there is one."""
    if sender == user:
        raise Refused(_("You cannot block yourself."), code="yourself")
    return Block.objects.get_or_create(user=user, blocked_user=sender, defaults={"created_at": now})[0]


@atomic
def block_league(*, user: User, league: League, now: datetime) -> Block:
    """Block the invitations of a league in all its seasons; the block that exists already, if there is one."""
    return Block.objects.get_or_create(user=user, league_id=league.origin_or_self, defaults={"created_at": now})[0]


def unblock(*, block: Block) -> None:
    block.delete()


@atomic
def block_address(*, address: str, league: League | None, now: datetime) -> None:
    """Send no more invitations of the league to the address, or none at all if `league` is None."""
    blocked: dict[str, Any] = {"digest": address_digest(address)}
    blocked["league_id"] = league.origin_or_self if league else None
    BlockedAddress.objects.get_or_create(**blocked, defaults={"created_at": now})


def unblock_address(*, address: str) -> None:
    """Send invitations of every league to the address again."""
    BlockedAddress.objects.filter(digest=address_digest(address)).delete()
