"""What the links in mails hold: signed, for a while, and good for nothing once what they are about has changed."""

from datetime import timedelta
from typing import Any

from django.core import signing

from fantasyf1.kit.errors import Invalid

from ..models import AccountInvitation, User

CONFIRM, RESET, INVITATION = "accounts.confirm", "accounts.reset", "accounts.invitation"
GOOD_FOR = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=2), INVITATION: timedelta(days=30)}
NO_GOOD = "This link is not right, or no longer. Ask for a new one."


def confirming(user: User) -> str:
    return signing.dumps([user.pk, user.pending_email], salt=CONFIRM)


def resetting(user: User) -> str:
    return signing.dumps([user.pk, user.email, user.credentials_digest[:16]], salt=RESET)


def inviting(invitation: AccountInvitation) -> str:
    return signing.dumps(invitation.pk, salt=INVITATION)


def read(token: str, purpose: str) -> Any:
    """What was signed for this purpose. Raises `Invalid` where nothing was, or too long ago."""
    try:
        return signing.loads(token, salt=purpose, max_age=GOOD_FOR[purpose])
    except signing.BadSignature as error:
        raise Invalid(NO_GOOD, field="token", code="bad_link") from error
