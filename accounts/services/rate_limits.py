"""The rate limits of accounts: sign-in, passwords, codes and e-mails. core.services.rate_limits counts them."""

import unicodedata
from datetime import timedelta

from django.conf import settings

from core.services.rate_limits import RateLimitRule

from ..models import User

# A TOTP period is 30 seconds, plus the clock drift allowed to either side (MFA_TOTP_TOLERANCE).
CODE_LIFETIME = timedelta(minutes=2)


def normalized_name(name: str) -> str:
    """A user name or e-mail address as rate limits count it: names that look the same count as one."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def sign_in_limits(name: str, address: str, device: str | None = None) -> list[RateLimitRule]:
    """Limits of sign-in, by name and client address, whether such a user exists or not.

    A `device` with which this user has signed in before has a limit of its own instead (`services.devices`).
    """
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    if device:
        return [RateLimitRule("sign in with", device, settings.SIGN_IN_TRIES_PER_NAME, window)]
    limits = [RateLimitRule("sign in as", normalized_name(name), settings.SIGN_IN_TRIES_PER_NAME, window)]
    if address:
        limits.insert(0, RateLimitRule("sign in from", address, settings.SIGN_IN_TRIES_PER_ADDRESS, window))
    return limits


def password_limit(user: User) -> RateLimitRule:
    """Limit of entering one's password while signed in, so that an open session does not help to guess it."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return RateLimitRule("password of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def code_limit(user: User) -> RateLimitRule:
    """Limit of MFA codes, against guessing by somebody who has the password."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return RateLimitRule("codes of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def code_reuse_limit(user_id: int, code: str) -> RateLimitRule:
    """Limit of one use per TOTP code, for as long as the code is valid."""
    return RateLimitRule("code", f"{user_id}:{code}", 1, CODE_LIFETIME)


def email_limits(recipient: str, address: str, device: str | None = None) -> list[RateLimitRule]:
    """Limits of e-mails that anybody can request: 3 per hour and recipient, 20 per hour and client address.

    A `device` with which the recipient has signed in before has a limit of its own instead: 3 per hour.
    """
    hour = timedelta(hours=1)
    if device:
        return [RateLimitRule("mail with", device, 3, hour)]
    return [
        RateLimitRule("mail from", address, 20, hour),
        RateLimitRule("mail to", recipient.strip().casefold(), 3, hour),
    ]
