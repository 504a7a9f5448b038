"""Invitations: made and cancelled by a league's managers, accepted or declined by whom they are for, sent by mail.

The row is the truth. The mail is a copy of it: one that could not be sent is tried again by a sweep, and nobody waits
for a mail server.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.template.loader import render_to_string

from accounts.models import Notification, User
from accounts.selectors import people_found
from accounts.services import notify
from fantasyf1.kit.errors import Invalid, NotAllowed, Refused
from fantasyf1.kit.transactions import atomic

from ..models import Invitation, League, Membership
from ..selectors import can_manage, is_for, membership_of
from ..signals import invitation_made
from .membership import join_league, locked

STANDS_FOR = timedelta(days=14)
MOST_PENDING = 50
# How long a try to send may take before the next one.
TRY_FOR = timedelta(minutes=5)
LONGEST_EMAIL = 254

logger = logging.getLogger(__name__)


@atomic
def invite(
    *, league: League, by: User, now: datetime, username: str = "", email: str = "", site: str = ""
) -> Invitation:
    """Ask somebody in, by user name or by e-mail address, for 14 days. `site` is where the link in the mail leads.

    Raises `Invalid` for a name by which nobody can be found or an address that is none, and `Refused` for whoever is in
    already. Nothing tells a person who does not want to be found by name from one who is not there.
    """
    league = locked(league)
    if not can_manage(by, league):
        raise NotAllowed("Only the league's managers invite people.")
    if league.archived_at is not None:
        raise Refused("This league is archived and takes nobody in.", code="archived")
    expire_invitations(now=now, league=league)
    user, email = _whom(league, by, username.strip(), email.strip())
    _check_new(league, user, email)
    invitation: Invitation = Invitation.objects.create(
        league=league, user=user, email=email, invited_by=by, site=site, created_at=now, expires_at=now + STANDS_FOR
    )
    if user is not None:
        _tell(invitation, user, by, now)
    invitation_made.send(sender=Invitation, invitation=invitation)
    return invitation


def _whom(league: League, by: User, username: str, email: str) -> tuple[User | None, str]:
    """The user, or the address. An address is not looked up: who has an account is nobody's business."""
    if bool(username) == bool(email):
        raise Invalid("Invite somebody by user name or by e-mail address.", field="username")
    if username:
        return _user_called(username, league, by), ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid("This is no e-mail address.", field="email") from error
    if len(email) > LONGEST_EMAIL:
        raise Invalid("This is no e-mail address.", field="email")
    return None, email


def _user_called(name: str, league: League, by: User) -> User:
    """Whom `by` finds by this name, or sees in the league's lists anyway."""
    seen = Q(memberships__in=Membership.objects.active().filter(league=league)) | Q(
        invitations__in=Invitation.objects.pending().filter(league=league)
    )
    # Both questions for every name that is not found: the time that an answer takes tells nothing either.
    called = User.objects.filter(Exact(Lower("username"), Lower(Value(name))))
    user = people_found(by, name=name).first() or called.filter(seen).first()
    if user is None:
        raise Invalid(
            f"Nobody can be found by the name “{name}”. Check its spelling, or invite by e-mail or with the link.",
            field="username",
        )
    return user


def _check_new(league: League, user: User | None, email: str) -> None:
    if user is not None and membership_of(user, league) is not None:
        raise Refused("This person is in the league already.", code="already_member")
    pending = Invitation.objects.pending().filter(league=league)
    same = Q(user=user) if user is not None else Q(email__iexact=email)
    if pending.filter(same).exists():
        raise Refused("This person is invited already.", code="already_invited")
    if pending.count() >= MOST_PENDING:
        raise Refused(f"{MOST_PENDING} invitations are unanswered: cancel some first.", code="too_many_invitations")


def _tell(invitation: Invitation, user: User, by: User, now: datetime) -> None:
    notify(
        users=[user],
        kind=Notification.Kind.LEAGUE_CHANGED,
        key=f"invitation:{invitation.pk}",
        title=f"{by.get_username()} invites you to “{invitation.league.name}”",
        body="Accept or decline it on its page. It stands for 14 days.",
        url=invitation.path,
        now=now,
    )


@atomic
def accept_invitation(*, invitation: Invitation, user: User, now: datetime, constructor_name: str = "") -> Membership:
    """Join the league that one is asked into. What forbids joining forbids this."""
    invitation = _held(invitation, now)
    _check_is_for(invitation, user)
    membership = join_league(user=user, league=invitation.league, now=now, constructor_name=constructor_name)
    _close(invitation, Invitation.State.ACCEPTED, now)
    return membership


@atomic
def decline_invitation(*, invitation: Invitation, user: User, now: datetime) -> Invitation:
    invitation = _held(invitation, now)
    _check_is_for(invitation, user)
    return _close(invitation, Invitation.State.DECLINED, now)


@atomic
def cancel_invitation(*, invitation: Invitation, by: User, now: datetime) -> Invitation:
    """Take an invitation back that nobody has answered."""
    if not can_manage(by, invitation.league):
        raise NotAllowed("Only the league's managers cancel invitations.")
    return _close(_held(invitation, now), Invitation.State.CANCELLED, now)


def _held(invitation: Invitation, now: datetime) -> Invitation:
    """The invitation as it is now, after its league, held until the transaction ends. Refuses one that is answered."""
    league = locked(invitation.league)
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    invitation.league = league
    if invitation.state == Invitation.State.PENDING and invitation.expires_at <= now:
        raise Refused("This invitation has expired: ask for a new one.", code="invitation_expired")
    if invitation.state != Invitation.State.PENDING:
        state = invitation.get_state_display().lower()
        raise Refused(f"This invitation is {state} already.", code=f"invitation_{invitation.state}")
    return invitation


def _check_is_for(invitation: Invitation, user: User) -> None:
    if not is_for(invitation, user):
        raise NotAllowed(
            "This invitation went to another address than that of your account. Ask for one to your user name."
        )


def _close(invitation: Invitation, state: str, now: datetime) -> Invitation:
    invitation.state, invitation.answered_at = state, now
    invitation.save(update_fields=["state", "answered_at"])
    return invitation


def expire_invitations(*, now: datetime, league: League | None = None) -> int:
    """Mark those that nobody answered in time; returns how many."""
    old = Invitation.objects.pending().filter(expires_at__lte=now)
    if league is not None:
        old = old.filter(league=league)
    return old.update(state=Invitation.State.EXPIRED, answered_at=now)


def send_invitations(*, now: datetime) -> int:
    """Send what is unsent, a portion at a time; returns how many went out."""
    unsent = _unsent(now).order_by("created_at").values_list("pk", flat=True)[:50]
    return sum(send_invitation(invitation_id=pk, now=now) for pk in list(unsent))


def send_invitation(*, invitation_id: int, now: datetime) -> bool:
    """Send one mail, unless it has been sent or somebody is at it. A mail server that fails costs a line in the log."""
    mine = _unsent(now).filter(pk=invitation_id)
    if not mine.update(sending_until=now + TRY_FOR):
        return False
    invitation = Invitation.objects.select_related("league__season", "invited_by").get(pk=invitation_id)
    try:
        _send(invitation)
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The mail of invitation %s is sent later: %s", invitation_id, error)
        return False
    Invitation.objects.filter(pk=invitation_id).update(sent_at=now)
    return True


def _unsent(now: datetime) -> QuerySet[Invitation]:
    """Those whose mail nobody has sent and nobody is sending."""
    unsent = Invitation.objects.pending().filter(sent_at=None, expires_at__gt=now).exclude(email="")
    return unsent.filter(Q(sending_until=None) | Q(sending_until__lte=now))


def _send(invitation: Invitation) -> None:
    host = invitation.invited_by.get_username() if invitation.invited_by else "A manager"
    context = {"invitation": invitation, "league": invitation.league, "host": host}
    # A name is one line already; the subject of a mail must be, whatever a name may hold one day.
    subject = " ".join(f"{host} invites you to the league “{invitation.league.name}”".split())
    text = render_to_string("leagues/mail/invitation.txt", context)
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
