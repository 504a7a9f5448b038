"""Invitations: created and cancelled by managers, accepted or declined by the invited person, sent by e-mail."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import search_users, users_named
from core.errors import Invalid, NotAllowed, RateLimited, Refused
from core.querysets import delete_in_batches
from core.transactions import atomic
from core.undo import ChangedSince
from notifications.kinds import Message
from notifications.services import enqueue_email, notify

from .. import activity_kinds
from ..models import Ban, Invitation, League, Membership
from ..notification_kinds import INVITED, REMINDED
from ..selectors import can_manage, is_delivered, is_invitee, membership_of
from .activity_log import log_activity
from .contact_limits import count_contact
from .email_kinds import INVITATION_LIFETIME, LEAGUE_INVITATION
from .membership import join_league, lock_league

MAX_PENDING = 50
RETENTION = timedelta(days=90)
MAX_EMAIL_LENGTH = 254
EMAIL_REMINDER_INTERVAL = timedelta(days=1)


@atomic
def invite(*, league: League, by: User, now: datetime, username: str = "", email: str = "") -> Invitation:
    """Invite a person by user name or e-mail address, valid for 14 days.

    Raises `Invalid` for an unknown name or an invalid address, `Refused` if the person is a member or already invited,
    `RateLimited` after too many invitations. If the person has blocked `by` or the league, they are not told, which
    nobody else can see.
    A user who does not want to be found by name is indistinguishable from one who does not exist.
    """
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can invite people."))
    if league.archived_at is not None:
        raise Refused(_("This league is archived. Nobody can join it."), code="archived")
    expire_invitations(now=now, league=league)
    user, email = _recipient(league, by, username.strip(), email.strip())
    _check_not_invited(league, user, email)
    count_contact(sender=by, recipient=user, address=email, now=now)
    invitation: Invitation = Invitation.objects.create(
        league=league, user=user, email=email, invited_by=by, created_at=now, expires_at=now + INVITATION_LIFETIME
    )
    log_activity(league, activity_kinds.INVITED, by=by, now=now)
    if user is not None:
        _notify(invitation, user, by, now)
    else:
        params = {"invitation": invitation.pk}
        enqueue_email(kind=LEAGUE_INVITATION, address=email, params=params, now=now)
    return invitation


def _recipient(league: League, by: User, username: str, email: str) -> tuple[User | None, str]:
    """Return the user or the address. Addresses are not looked up, so as not to reveal who has an account."""
    if bool(username) == bool(email):
        raise Invalid(_("Enter a user name or an e-mail address."), field="username")
    if username:
        return _find_user(username, league, by), ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("Enter a valid e-mail address."), field="email") from error
    if len(email) > MAX_EMAIL_LENGTH:
        raise Invalid(_("Enter a valid e-mail address."), field="email")
    return None, email.lower()


def _find_user(name: str, league: League, by: User) -> User:
    """Return the user whom `by` can find by this name, or who is already listed in the league."""
    listed = Q(memberships__in=Membership.objects.active().filter(league=league)) | Q(
        invitations__in=Invitation.objects.pending().filter(league=league)
    )
    # Both queries run for every name that is not found, so that response times reveal nothing.
    user = search_users(by, name=name).first() or users_named(name).filter(listed).first()
    if user is None:
        sentence = _(
            "No player called “%(name)s” was found. Check the spelling, or invite them by e-mail or with the link."
        )
        raise Invalid(sentence % {"name": name}, field="username")
    return user


def _check_not_invited(league: League, user: User | None, email: str) -> None:
    if user is not None and membership_of(user, league) is not None:
        raise Refused(_("This person is already in the league."), code="already_member")
    if user is not None and Ban.objects.filter(league=league, user=user).exists():
        sentence = _("This person was removed and cannot join again. Allow it on the page of the members first.")
        raise Refused(sentence, code="banned")
    pending = Invitation.objects.pending().filter(league=league)
    same = Q(user=user) if user is not None else Q(email__iexact=email)
    if pending.filter(same).exists():
        raise Refused(_("This person is already invited."), code="already_invited")
    if pending.count() >= MAX_PENDING:
        sentence = _("%(count)s invitations are still pending. Cancel some first.")
        raise Refused(sentence % {"count": MAX_PENDING}, code="too_many_invitations")


def _notify(
    invitation: Invitation, user: User, by: User, now: datetime, *, message: Message = INVITED, key: str = ""
) -> None:
    if not is_delivered(invitation):
        return
    params = {
        "by": by.shown_name,
        "league": invitation.league.name,
        "token": invitation.token,
        "expires_at": invitation.expires_at,
    }
    key = key or f"invitation:{invitation.pk}"
    notify(users=[user], message=message, key=key, params=params, expires_at=invitation.expires_at, now=now)


@atomic
def remind_invited(*, league: League, by: User, now: datetime, or_refuse: bool = True) -> int:
    """Remind everyone whose invitation is pending that the league waits for them; returns how many.

    An e-mail is sent again after a day at the earliest. People whom `by` has contacted too often today are left out.
    With `or_refuse`, it raises `RateLimited` if nobody else is left.
    """
    pending = Invitation.objects.pending().filter(league=league, expires_at__gt=now).select_related("user")
    reminded, refusal = 0, None
    for invitation in pending.order_by("pk"):
        try:
            reminded += _remind(invitation, by, now)
        except RateLimited as limited:
            refusal = limited
    if refusal is not None and not reminded and or_refuse:
        raise refusal
    return reminded


def _remind(invitation: Invitation, by: User, now: datetime) -> bool:
    was_sent = invitation.sent_at is not None and invitation.sent_at + EMAIL_REMINDER_INTERVAL <= now
    if invitation.user is None and not was_sent:
        return False
    count_contact(sender=by, recipient=invitation.user, address=invitation.email, now=now)
    if invitation.user is not None:
        _notify(
            invitation, invitation.user, by, now, message=REMINDED, key=f"reminder:{invitation.pk}:{now.isoformat()}"
        )
    else:
        params = {"invitation": invitation.pk}
        enqueue_email(kind=LEAGUE_INVITATION, address=invitation.email, params=params, now=now)
    return True


def mark_email_sent(*, invitation_id: int, now: datetime) -> None:
    """Set `sent_at`, once the invitation's e-mail was handed to the mail server."""
    Invitation.objects.filter(pk=invitation_id).update(sent_at=now)


@atomic
def accept_invitation(*, invitation: Invitation, user: User, now: datetime, constructor_name: str = "") -> Membership:
    """Join the league. Refused for the same reasons as joining, or if the invitation is closed or for someone else."""
    invitation = _lock_pending(invitation, now)
    _check_recipient(invitation, user)
    membership = join_league(user=user, league=invitation.league, now=now, constructor_name=constructor_name)
    _close(invitation, Invitation.State.ACCEPTED, now)
    return membership


@atomic
def decline_invitation(*, invitation: Invitation, user: User, now: datetime) -> Invitation:
    invitation = _lock_pending(invitation, now)
    _check_recipient(invitation, user)
    return _close(invitation, Invitation.State.DECLINED, now)


@atomic
def cancel_invitation(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Cancel a pending invitation."""
    if not can_manage(by, invitation.league):
        raise NotAllowed(_("Only the league's managers can cancel invitations."))
    cancelled = _close(_lock_pending(invitation, now), Invitation.State.CANCELLED, now)
    log_activity(cancelled.league, activity_kinds.INVITATION_CANCELLED, by=by, now=now)
    return cancelled


@atomic
def take_back_decline(*, invitation: Invitation, user: User, now: datetime) -> Invitation:
    """Reopen an invitation that the user has declined. Raises `ChangedSince` if it could not be accepted any more."""
    _check_recipient(invitation, user)
    return _reopen(invitation, Invitation.State.DECLINED, now)


@atomic
def take_back_cancellation(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Reopen a cancelled invitation. Raises `ChangedSince` if the person could not be invited any more."""
    if not can_manage(by, invitation.league):
        raise NotAllowed(_("Only the league's managers can invite people."))
    reopened = _reopen(invitation, Invitation.State.CANCELLED, now)
    log_activity(reopened.league, activity_kinds.INVITATION_REOPENED, by=by, now=now)
    return reopened


def _reopen(invitation: Invitation, state: str, now: datetime) -> Invitation:
    league = lock_league(invitation.league)
    invitation = Invitation.objects.locked().get(pk=invitation.pk)
    invitation.league = league
    if invitation.state != state or invitation.expires_at <= now or league.archived_at is not None:
        raise ChangedSince
    try:
        _check_not_invited(league, invitation.user, invitation.email)
    except Refused as refused:
        raise ChangedSince from refused
    invitation.state, invitation.answered_at = Invitation.State.PENDING, None
    invitation.save(update_fields=["state", "answered_at"])
    return invitation


def _lock_pending(invitation: Invitation, now: datetime) -> Invitation:
    """Lock the league, then the invitation, and return it. Raises `Refused` unless it is pending and not expired."""
    league = lock_league(invitation.league)
    invitation = Invitation.objects.locked().get(pk=invitation.pk)
    invitation.league = league
    if invitation.state == Invitation.State.PENDING and invitation.expires_at <= now:
        raise Refused(invitation.closed_text, code="invitation_expired")
    if invitation.state != Invitation.State.PENDING:
        raise Refused(invitation.closed_text, code=f"invitation_{invitation.state}")
    return invitation


def _check_recipient(invitation: Invitation, user: User) -> None:
    if not is_invitee(invitation, user):
        raise NotAllowed(
            _(
                "This invitation was sent to a different e-mail address from the one in your account. "
                "Ask for an invitation to your user name."
            )
        )


def _close(invitation: Invitation, state: str, now: datetime) -> Invitation:
    invitation.state, invitation.answered_at = state, now
    invitation.save(update_fields=["state", "answered_at"])
    return invitation


def delete_old_invitations(*, now: datetime) -> int:
    """Delete invitations that expired or were cancelled 90 days ago; returns how many. Answers of people are kept."""
    closed = (Invitation.State.EXPIRED, Invitation.State.CANCELLED)
    return delete_in_batches(Invitation.objects.filter(state__in=closed, answered_at__lt=now - RETENTION))


def expire_invitations(*, now: datetime, league: League | None = None) -> int:
    """Expire overdue pending invitations; returns how many."""
    overdue = Invitation.objects.pending().filter(expires_at__lte=now)
    if league is not None:
        overdue = overdue.filter(league=league)
    return overdue.update(state=Invitation.State.EXPIRED, answered_at=now)
