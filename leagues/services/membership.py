"""Memberships: join, leave, remove, assign roles, transfer the management."""

from datetime import datetime

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.confusables import folded, skeleton
from core.errors import NotAllowed, NotFound, Refused
from core.transactions import atomic
from core.undo import ChangedSince
from core.validators import clean_text

from .. import activity_kinds
from ..models import Ban, Invitation, League, Membership
from ..selectors import can_manage, can_transfer_management, membership_of
from ..signals import member_joined, member_left, member_removed, role_changed
from .activity_log import log_activity

MAX_REASON_LENGTH = 200
ALL = Q()


@atomic
def join_by_code(*, user: User, code: str, now: datetime, constructor_name: str = "") -> Membership:
    """Join the league with this code, in upper or lower case. Raises `NotFound` if there is none."""
    league = League.objects.filter(code=code.strip().upper()).first()
    if league is None:
        raise NotFound(_("No league has this code. Check it for typos, or ask for it again."), code="unknown_code")
    return join_league(user=user, league=league, now=now, constructor_name=constructor_name)


@atomic
def join_league(*, user: User, league: League, now: datetime, constructor_name: str = "") -> Membership:
    """Add the user as a member with a constructor. The caller checks whether the user may know of the league.

    Bots do not make a league full: they give their places to people.
    """
    league = lock_league(league)
    if league.archived_at is not None:
        raise Refused(_("This league is archived. Nobody can join it."), code="archived")
    if membership_of(user, league) is not None:
        raise Refused(_("You are already in this league."), code="already_member")
    _check_not_banned(league, user)
    _check_name_is_free(league, user)
    if Membership.objects.active().filter(league=league).count() >= league.capacity:
        raise Refused(_full_text(league), code="league_full")
    # However the user joined: a pending invitation is answered by that.
    waiting = Invitation.objects.pending().filter(league=league, user=user)
    waiting.update(state=Invitation.State.ACCEPTED, answered_at=now)
    return add_member(league, user, role=Membership.Role.MEMBER, constructor_name=constructor_name, now=now)


def _check_not_banned(league: League, user: User) -> None:
    ban = Ban.objects.filter(league=league, user=user).first()
    if ban is None:
        return
    if ban.reason:
        sentence = _("The managers of this league removed you, and you cannot join again. Their reason: %(reason)s")
        raise Refused(sentence % {"reason": ban.reason}, code="banned")
    raise Refused(_("The managers of this league removed you, and you cannot join again."), code="banned")


def _check_name_is_free(league: League, user: User) -> None:
    """Raise `Refused` if another member of the league is shown by the same name, or one that looks like it."""
    others = Membership.objects.active().filter(league=league).exclude(user=user)
    same = Q(name_key=folded(user.shown_name)) | Q(name_skeleton=skeleton(user.shown_name))
    if others.filter(same).exists():
        sentence = _(
            "Somebody in “%(league)s” is already called “%(name)s”, or something that looks like it. "
            "Choose another display name first."
        )
        raise Refused(sentence % {"league": league.name, "name": user.shown_name}, code="name_taken")


@atomic
def rename_member(*, user: User) -> None:
    """Take over a user's new shown name in their leagues. Raises `Refused` if one of the leagues has it already."""
    for membership in Membership.objects.active().filter(user=user).select_related("league").order_by("league_id"):
        _check_name_is_free(lock_league(membership.league), user)
        membership.name_key, membership.name_skeleton = folded(user.shown_name), skeleton(user.shown_name)
        membership.save(update_fields=["name_key", "name_skeleton"])


def _full_text(league: League) -> str:
    sentence = ngettext(
        "This league is full: it has room for %(capacity)s constructor.",
        "This league is full: it has room for %(capacity)s constructors.",
        league.capacity,
    )
    return sentence % {"capacity": league.capacity}


def add_member(league: League, user: User, *, role: str, constructor_name: str, now: datetime) -> Membership:
    """Create the membership and send `member_joined`, which creates the constructor in the same transaction."""
    membership = Membership.objects.create(
        league=league,
        user=user,
        role=role,
        joined_at=now,
        name_key=folded(user.shown_name),
        name_skeleton=skeleton(user.shown_name),
    )
    if role == Membership.Role.MEMBER:  # The manager's first entry is that they created the league.
        log_activity(league, activity_kinds.JOINED, member=user, by=user, now=now)
    member_joined.send(sender=Membership, membership=membership, constructor_name=constructor_name, now=now)
    return membership


@atomic
def leave_league(*, user: User, league: League, now: datetime) -> None:
    """End a membership. A manager transfers the management first; the last member to leave archives the league."""
    league = lock_league(league)
    membership = membership_of(user, league)
    if membership is None:
        raise Refused(_("You are not in this league."), code="not_member")
    others = Membership.objects.active().filter(league=league).exclude(pk=membership.pk)
    if membership.role == Membership.Role.MANAGER:
        if others.exists():
            sentence = _("You manage this league. Make another member the manager before you leave.")
            raise Refused(sentence, code="manager_stays")
        league.archived_at = now
        league.save(update_fields=["archived_at"])
    log_activity(league, activity_kinds.LEFT, member=user, by=user, now=now)
    _end(membership, now)


@atomic
def remove_member(*, league: League, by: User, user: User, now: datetime, reason: str = "", ban: bool = False) -> None:
    """Remove a member, as if they had left. Only the manager can remove a co-manager.

    The member reads the `reason`. With `ban` they cannot join again until `lift_ban`.
    """
    reason = clean_text(reason, longest=MAX_REASON_LENGTH, field="reason")
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can remove members."))
    membership = membership_of(user, league)
    if membership is None:
        raise Refused(_("This person is not in the league."), code="not_member")
    if membership.role == Membership.Role.MANAGER:
        sentence = _("The manager cannot be removed. Another member must become the manager first.")
        raise Refused(sentence, code="manager_stays")
    if membership.role == Membership.Role.CO_MANAGER and user != by:
        _check_can_transfer(by, league)
    if ban and user == by:
        raise Refused(_("You cannot ban yourself. Leave the league instead."), code="banned_self")
    log_activity(
        league, activity_kinds.BANNED if ban else activity_kinds.REMOVED, by=by, member=user, now=now, reason=reason
    )
    _end(membership, now)
    if ban:
        Ban.objects.update_or_create(league=league, user=user, defaults={"reason": reason, "by": by, "created_at": now})
    member_removed.send(sender=Membership, membership=membership, by=by, reason=reason, is_banned=ban, now=now)


@atomic
def lift_ban(*, league: League, by: User, user: User, now: datetime) -> None:
    """Allow a removed member to join again."""
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can do this."))
    if not Ban.objects.filter(league=league, user=user).delete()[0]:
        raise Refused(_("This person may join the league already."), code="not_banned")
    log_activity(league, activity_kinds.BAN_LIFTED, by=by, member=user, now=now)


@atomic
def restore_ban(
    *, league: League, by: User, user: User, reason: str, banned_by: User | None, banned_at: datetime, now: datetime
) -> None:
    """Restore a ban that has been lifted. Raises `ChangedSince` if the person has joined, or is banned again."""
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can do this."))
    if membership_of(user, league) is not None or Ban.objects.filter(league=league, user=user).exists():
        raise ChangedSince
    Ban.objects.create(league=league, user=user, reason=reason, by=banned_by, created_at=banned_at)
    log_activity(league, activity_kinds.BAN_RESTORED, by=by, member=user, now=now)


def _end(membership: Membership, now: datetime) -> None:
    membership.left_at, membership.name_key, membership.name_skeleton = now, "", ""
    membership.save(update_fields=["left_at", "name_key", "name_skeleton"])
    member_left.send(sender=Membership, membership=membership, now=now)


@atomic
def transfer_management(*, league: League, by: User, to: User) -> None:
    """Make `to` the manager; the previous manager becomes a co-manager."""
    league = lock_league(league)
    _check_can_transfer(by, league)
    successor = membership_of(to, league)
    if successor is None:
        raise Refused(_("Only a member of the league can become its manager."), code="not_member")
    # Demote the old manager first: the constraint one_manager_per_league allows one at a time.
    for outgoing in (
        Membership.objects.active().filter(league=league, role=Membership.Role.MANAGER).exclude(pk=successor.pk)
    ):
        _set_role(outgoing, Membership.Role.CO_MANAGER, by)
    _set_role(successor, Membership.Role.MANAGER, by)


@atomic
def set_role(*, league: League, by: User, user: User, role: str) -> None:
    """Make a member a co-manager, or a co-manager a member."""
    league = lock_league(league)
    _check_can_transfer(by, league)
    if role not in (Membership.Role.CO_MANAGER, Membership.Role.MEMBER):
        raise Refused(_("Choose co-manager or member as the role."), code="unknown_role")
    check_not_archived(league)
    membership = membership_of(user, league)
    if membership is None:
        raise Refused(_("This person is not in the league."), code="not_member")
    if membership.role == Membership.Role.MANAGER:
        sentence = _("To change the manager's role, make another member the manager.")
        raise Refused(sentence, code="manager_stays")
    _set_role(membership, role, by)


def _set_role(membership: Membership, role: str, by: User) -> None:
    if membership.role != role:
        was, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        role_changed.send(sender=Membership, membership=membership, was=was, by=by)


@atomic
def leave_all_leagues(*, user: User, now: datetime) -> None:
    """Leave every league, for a user whose account is deleted. Leagues that the user manages are transferred first.

    The new manager is the co-manager who joined first, else the member who joined first. A league without other
    members is archived.
    """
    for membership in Membership.objects.active().filter(user=user).select_related("league").order_by("league_id"):
        successor = successor_of(membership)
        if membership.role == Membership.Role.MANAGER and successor is not None:
            transfer_management(league=membership.league, by=user, to=successor)
        leave_league(user=user, league=membership.league, now=now)


def successor_of(membership: Membership, *, among: Q = ALL) -> User | None:
    """Return who takes the management over: the longest-serving co-manager, then member."""
    others = Membership.objects.active().filter(among, league=membership.league_id, user__is_active=True)
    co_managers_first = Case(When(role=Membership.Role.CO_MANAGER, then=Value(0)), default=Value(1))
    first = (
        others.exclude(pk=membership.pk).select_related("user").order_by(co_managers_first, "joined_at", "pk").first()
    )
    return first.user if first else None


def lock_league(league: League) -> League:
    """Lock the league's row until the transaction ends; serializes everything that joins, leaves or changes it."""
    return League.objects.locked().select_related(None).get(pk=league.pk)


def check_not_archived(league: League) -> None:
    """Refuse changes of an archived league: it is read-only."""
    if league.archived_at is not None:
        raise Refused(_("This league is archived and cannot be changed."), code="archived")


def _check_can_transfer(by: User, league: League) -> None:
    if not can_transfer_management(by, league):
        raise NotAllowed(_("Only the league's manager can do this."))
