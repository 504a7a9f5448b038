"""Who may sign up: everybody, whoever shows an invitation, or nobody (`REGISTRATION`)."""

from datetime import datetime

from django.conf import settings

from fantasyf1.kit.errors import Invalid, Refused
from fantasyf1.kit.transactions import atomic

from ..models import AccountInvitation, Letter, User
from ..signals import invitation_shown
from . import letters, links


@atomic
def invite(*, by: User, email: str, site: str, now: datetime) -> AccountInvitation:
    """Make a place for one more account, and send its link where there is an address."""
    invitation = AccountInvitation.objects.create(
        invited_by=by, email=email, created_at=now, expires_at=now + links.INVITED_FOR
    )
    if email:
        letters.post(kind=Letter.Kind.INVITATION, address=email, invitation=invitation, site=site, now=now)
    return invitation


def admit(shown: str, *, now: datetime) -> None:
    """Let somebody make an account, and use up his invitation where one is needed; for good when that is committed.

    Raises `Refused` where nobody may, `Invalid` for an invitation that is none, too old or used.
    """
    if settings.REGISTRATION == "open":
        return
    if settings.REGISTRATION == "closed":
        raise Refused("Nobody can sign up here.", code="registration_closed")
    if not _is_of_others(shown) and not _use(shown, now):
        raise Invalid(
            "Signing up takes an invitation, and this one is not good.", field="invitation", code="no_invitation"
        )


def _is_of_others(shown: str) -> bool:
    """Is it one of another app, such as a league's code? Those may be shown by many."""
    return bool(shown) and any(is_known for _, is_known in invitation_shown.send(sender=User, invitation=shown))


def _use(shown: str, now: datetime) -> bool:
    try:
        pk = links.invited(shown)
    except Invalid:
        return False
    return bool(AccountInvitation.objects.filter(pk=pk, used_at=None, expires_at__gt=now).update(used_at=now))
