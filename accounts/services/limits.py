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

from fantasyf1.kit.errors import TooMany

from ..models import Tries, User

# A TOTP period is 30 seconds, plus the clock drift allowed to either side (MFA_TOTP_TOLERANCE).
CODE_LIVES = timedelta(minutes=2)


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts of a `kind` per `window`, for one `who`."""

    kind: str
    who: str
    most: int
    window: timedelta

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.who}".encode(errors="replace")).hexdigest()

    @property
    def share(self) -> timedelta:
        """GCRA's emission interval: how far an attempt moves the theoretical arrival time."""
        return self.window // self.most


def sign_in_limits(name: str, address: str) -> list[Limit]:
    """Limits of sign-in. Names that look the same count as one, whether such a user exists or not."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    normalized = unicodedata.normalize("NFKC", name.strip()).casefold()
    limits = [Limit("sign in as", normalized, settings.SIGN_IN_TRIES_PER_NAME, window)]
    if address:
        limits.insert(0, Limit("sign in from", address, settings.SIGN_IN_TRIES_PER_ADDRESS, window))
    return limits


def password_limit(user: User) -> Limit:
    """Limit of entering one's password while signed in, so that an open session does not help to guess it."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return Limit("password of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def code_limit(user: User) -> Limit:
    """Limit of MFA codes, against guessing by somebody who has the password."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return Limit("codes of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def use_of_code(user_id: int, code: str) -> Limit:
    """Limit of one use per TOTP code, for as long as the code is valid."""
    return Limit("code", f"{user_id}:{code}", 1, CODE_LIVES)


def mail_limits(recipient: str, address: str) -> list[Limit]:
    """Limits of e-mails that anybody can request: 3 per hour and recipient, 20 per hour and client address."""
    hour = timedelta(hours=1)
    return [Limit("mail from", address, 20, hour), Limit("mail to", recipient.strip().casefold(), 3, hour)]


def use_up(limits: Collection[Limit], *, now: datetime) -> None:
    """Count an attempt against each limit. Raises `TooMany` at the first that is exhausted."""
    for limit in limits:
        _use_up(limit, now)


def give_back(limits: Collection[Limit]) -> None:
    """Undo an attempt that succeeded: only failures count."""
    for limit in limits:
        Tries.objects.filter(key=limit.key).update(spent_until=_moved(F("spent_until"), -limit.share))


def forget_old_tries(*, now: datetime) -> int:
    """Delete rows whose whole allowance is available again; returns how many."""
    return Tries.objects.filter(spent_until__lt=now).delete()[0]


def _use_up(limit: Limit, now: datetime) -> None:
    Tries.objects.bulk_create([Tries(key=limit.key, spent_until=now)], ignore_conflicts=True)
    rows = Tries.objects.filter(key=limit.key)
    free_at = now + limit.window - limit.share
    if rows.filter(spent_until__lte=free_at).update(
        spent_until=_moved(Greatest("spent_until", Value(now, DateTimeField())), limit.share)
    ):
        return
    spent_until = rows.values_list("spent_until", flat=True).first()
    # No row: the cleanup task deleted it in between.
    raise _too_many(spent_until - free_at if spent_until else timedelta(seconds=1))


def _moved(expression: F | Greatest, by: timedelta) -> ExpressionWrapper[Combinable]:
    return ExpressionWrapper(expression + Value(by), output_field=DateTimeField())


def _too_many(wait: timedelta) -> TooMany:
    seconds = max(math.ceil(wait.total_seconds()), 1)
    minutes = math.ceil(seconds / 60)
    after = f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' * (minutes > 1)}"
    return TooMany(f"That was tried too often. Try again in {after}.", seconds=seconds)
