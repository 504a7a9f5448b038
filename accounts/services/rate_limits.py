"""Rate limits for sign-in, passwords, codes and e-mails, in the database (GCRA).

They are exact under concurrent requests, and a cache that is down cannot lift them. For a limit of N attempts per
window, one row for each user name, address or account holds the time at which the whole allowance is available again:
GCRA's theoretical arrival time. Before anything else happens, an attempt moves that time ahead by window / N, the
emission interval, with one conditional UPDATE. If it would end up more than a window ahead, the attempt is refused.
"""

import hashlib
import math
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from core.errors import RateLimited

from ..models import RateLimit, User

# A TOTP period is 30 seconds, plus the clock drift allowed to either side (MFA_TOTP_TOLERANCE).
CODE_LIFETIME = timedelta(minutes=2)


@dataclass(frozen=True)
class RateLimitRule:
    """At most `most` attempts of a `kind` per `window`, for one `who`."""

    kind: str
    who: str
    most: int
    window: timedelta

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.who}".encode(errors="replace")).hexdigest()

    @property
    def emission_interval(self) -> timedelta:
        """GCRA's emission interval: how far an attempt moves the theoretical arrival time."""
        return self.window // self.most


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


def consume(limits: Collection[RateLimitRule], *, now: datetime) -> None:
    """Count an attempt against each limit. Raises `RateLimited` at the first that is exhausted."""
    for limit in limits:
        _consume(limit, now)


def refund(limits: Collection[RateLimitRule]) -> None:
    """Undo an attempt that succeeded: only failures count."""
    for limit in limits:
        RateLimit.objects.filter(key=limit.key).update(
            theoretical_arrival_at=_shifted(F("theoretical_arrival_at"), -limit.emission_interval)
        )


def delete_expired_rate_limits(*, now: datetime) -> int:
    """Delete rows whose whole allowance is available again; returns how many."""
    return RateLimit.objects.filter(theoretical_arrival_at__lt=now).delete()[0]


def _consume(limit: RateLimitRule, now: datetime) -> None:
    RateLimit.objects.bulk_create([RateLimit(key=limit.key, theoretical_arrival_at=now)], ignore_conflicts=True)
    rows = RateLimit.objects.filter(key=limit.key)
    free_at = now + limit.window - limit.emission_interval
    if rows.filter(theoretical_arrival_at__lte=free_at).update(
        theoretical_arrival_at=_shifted(
            Greatest("theoretical_arrival_at", Value(now, DateTimeField())), limit.emission_interval
        )
    ):
        return
    theoretical_arrival_at = rows.values_list("theoretical_arrival_at", flat=True).first()
    # No row: the cleanup task deleted it in between.
    raise _too_many(theoretical_arrival_at - free_at if theoretical_arrival_at else timedelta(seconds=1))


def _shifted(expression: F | Greatest, by: timedelta) -> ExpressionWrapper[Combinable]:
    return ExpressionWrapper(expression + Value(by), output_field=DateTimeField())


def _too_many(wait: timedelta) -> RateLimited:
    seconds = max(math.ceil(wait.total_seconds()), 1)
    minutes = math.ceil(seconds / 60)
    after = f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' * (minutes > 1)}"
    return RateLimited(f"That was tried too often. Try again in {after}.", seconds=seconds)
