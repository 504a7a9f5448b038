"""Signed tokens for calendar feed URLs: they give access to the calendar, without signing in, and to nothing else.

A token holds the user's id and credentials digest, so it ends with the password and on signing out everywhere.
"""

from django.core import signing
from django.utils.crypto import constant_time_compare

from ..models import User

# No timestamp, so that the URL is the same each time it is shown.
SIGNER = signing.Signer(salt="accounts.calendar", sep=".")


def calendar_token(user: User) -> str:
    return SIGNER.sign_object([user.pk, user.credentials_digest[:16]])


def user_for_calendar_token(token: str) -> User | None:
    """The user whose calendar this token opens, or None if the token is invalid."""
    try:
        pk, digest = SIGNER.unsign_object(token)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(user.credentials_digest[:16], digest) else None
