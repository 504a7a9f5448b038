"""The rate limits of accounts: sign-in, passwords, codes and e-mails. core.services.rate_limits counts them."""

import unicodedata
from datetime import timedelta

from django.conf import settings

from core.services.rate_limits import RateLimitRule

from ..models import User

# A TOTP period is 30 seconds, plus the clock drift allowed to either side (MFA_TOTP_TOLERANCE).
CODE_LIFETIME = timedelta(minutes=2)


def sign_in_limits(name: str, address: str) -> list[RateLimitRule]:
    """Limits of sign-in. Names that look the same count as one, whether such a user exists or not."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    normalized = unicodedata.normalize("NFKC", name.strip()).casefold()
    limits = [RateLimitRule("sign in as", normalized, settings.SIGN_IN_TRIES_PER_NAME, window)]
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


def email_limits(recipient: str, address: str) -> list[RateLimitRule]:
    """Limits of e-mails that anybody can request: 3 per hour and recipient, 20 per hour and client address."""
    hour = timedelta(hours=1)
    return [
        RateLimitRule("mail from", address, 20, hour),
        RateLimitRule("mail to", recipient.strip().casefold(), 3, hour),
    ]
