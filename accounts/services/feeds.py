"""The secret address of a person's calendar: for programs that ask without signing in, and can do nothing else.

It names the person and what he signs in with, so that it ends with his password, and when he signs out everywhere.
"""

from django.core import signing
from django.utils.crypto import constant_time_compare

from ..models import User

# Without a date: the address is the same whenever somebody looks at it.
SIGNER = signing.Signer(salt="accounts.calendar", sep=".")


def calendar_token(user: User) -> str:
    return SIGNER.sign_object([user.pk, user.credentials_digest[:16]])


def calendar_reader(token: str) -> User | None:
    """Whose calendar this token opens, as long as it does."""
    try:
        pk, digest = SIGNER.unsign_object(token)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(user.credentials_digest[:16], digest) else None
