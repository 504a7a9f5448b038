"""What can be undone in a league: answers to invitations, blocks, bans that were lifted, and archiving."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.undo import ChangedSince, Params, Undo

from . import services
from .models import Invitation, League
from .selectors import blocks_of, invitation_by_token, invitations_of, leagues_accessible_to, leagues_managed_by


def _reopen_declined(user: User, params: Params, now: datetime) -> str:
    invitation = invitation_by_token(params["invitation"], user)
    if invitation is None:
        raise ChangedSince
    services.take_back_decline(invitation=invitation, user=user, now=now)
    return _("The invitation to “%(league)s” is waiting for your answer again.") % {"league": invitation.league.name}


def _reopen_cancelled(user: User, params: Params, now: datetime) -> str:
    league = managed_league(user, params)
    invitation: Invitation | None = invitations_of(league).filter(pk=params["invitation"]).first()
    if invitation is None:
        raise ChangedSince
    services.take_back_cancellation(invitation=invitation, by=user, now=now)
    return _("The invitation is valid again.")


def _unblock(user: User, params: Params, now: datetime) -> str:
    block = blocks_of(user).filter(pk=params["block"]).first()
    if block is None:
        raise ChangedSince
    services.unblock(block=block)
    return _("Unblocked.")


def _block_again(user: User, params: Params, now: datetime) -> str:
    blocked_at = datetime.fromisoformat(params["blocked_at"])
    if params["league"] is not None:
        league = League.objects.filter(pk=params["league"]).first()
        if league is None:
            raise ChangedSince
        services.block_league(user=user, league=league, now=blocked_at)
    else:
        sender = User.objects.filter(pk=params["person"]).first()
        if sender is None:
            raise ChangedSince
        services.block_sender(user=user, sender=sender, now=blocked_at)
    return _("Blocked. Nobody is told.")


def _ban_again(user: User, params: Params, now: datetime) -> str:
    league = managed_league(user, params)
    people = User.objects.in_bulk([params["person"], params["banned_by"]])
    person = people.get(params["person"])
    if person is None:
        raise ChangedSince
    services.restore_ban(
        league=league,
        by=user,
        user=person,
        reason=params["reason"],
        banned_by=people.get(params["banned_by"]),
        banned_at=datetime.fromisoformat(params["banned_at"]),
        now=now,
    )
    return _("%(name)s cannot join again.") % {"name": person.shown_name}


def _unarchive(user: User, params: Params, now: datetime) -> str:
    league = leagues_accessible_to(user).filter(pk=params["league"]).first()
    if league is None:
        raise ChangedSince
    archived_at = datetime.fromisoformat(params["archived_at"])
    services.take_back_archiving(league=league, by=user, archived_at=archived_at, now=now)
    return _("“%(league)s” is active again.") % {"league": league.name}


def managed_league(user: User, params: Params) -> League:
    """The league of the params. Raises `ChangedSince` if the user does not manage it any more."""
    league = leagues_managed_by(user).filter(pk=params["league"]).first()
    if league is None:
        raise ChangedSince
    return league


DECLINED = Undo("invitation_declined", _reopen_declined)
CANCELLED = Undo("invitation_cancelled", _reopen_cancelled)
BLOCKED = Undo("blocked", _unblock)
UNBLOCKED = Undo("unblocked", _block_again)
BAN_LIFTED = Undo("ban_lifted", _ban_again)
ARCHIVED = Undo("league_archived", _unarchive)

UNDOS = (DECLINED, CANCELLED, BLOCKED, UNBLOCKED, BAN_LIFTED, ARCHIVED)
