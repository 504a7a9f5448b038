"""Limits that are exact under any number of tries at once, and that no cache that is down can open.

A limit of N tries in a window: one row for each name, address or account holds the moment at which everything is
given back. A try moves that moment on by a share of the window, by one conditional UPDATE, before anything else is
done; where it would end up further ahead than the window is long, there is no try left.
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

# Half a minute, and what clocks may differ to either side (MFA_TOTP_TOLERANCE).
CODE_LIVES = timedelta(minutes=2)


@dataclass(frozen=True)
class Limit:
    """At most so many tries of a kind in a window, for one `who`."""

    kind: str
    who: str
    most: int
    window: timedelta

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.who}".encode(errors="replace")).hexdigest()

    @property
    def share(self) -> timedelta:
        """How much of the window a try uses up."""
        return self.window // self.most


def sign_in_limits(name: str, address: str) -> list[Limit]:
    """Those of signing in. Names that people cannot tell apart count as one, whether they exist or not."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    limits = [Limit("sign in as", folded, settings.SIGN_IN_TRIES_PER_NAME, window)]
    if address:
        limits.insert(0, Limit("sign in from", address, settings.SIGN_IN_TRIES_PER_ADDRESS, window))
    return limits


def password_limit(user: User) -> Limit:
    """That of saying one's own password while signed in: a session left open must not help to guess it."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return Limit("password of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def code_limit(user: User) -> Limit:
    """That of guessing codes of the second factor, for whoever has the password."""
    window = timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return Limit("codes of", str(user.pk), settings.SIGN_IN_TRIES_PER_NAME, window)


def use_of_code(user_id: int, code: str) -> Limit:
    """A code of an authenticator app is used once, as long as it might be right."""
    return Limit("code", f"{user_id}:{code}", 1, CODE_LIVES)


def mail_limits(recipient: str, address: str) -> list[Limit]:
    """Those of mails that anybody can have sent: to one recipient, and from one address."""
    hour = timedelta(hours=1)
    return [Limit("mail from", address, 20, hour), Limit("mail to", recipient.strip().casefold(), 3, hour)]


def use_up(limits: Collection[Limit], *, now: datetime) -> None:
    """Use up a try of each limit. Raises `TooMany` at the first that has none left."""
    for limit in limits:
        _use_up(limit, now)


def give_back(limits: Collection[Limit]) -> None:
    """Give a try back that was none: whoever may come in has guessed nothing."""
    for limit in limits:
        Tries.objects.filter(key=limit.key).update(spent_until=_moved(F("spent_until"), -limit.share))


def forget_old_tries(*, now: datetime) -> int:
    """Delete the rows that limit nobody any more; returns how many."""
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
    # Without a row: it was forgotten in between, after a long time without a try.
    raise _too_many(spent_until - free_at if spent_until else timedelta(seconds=1))


def _moved(moment: F | Greatest, by: timedelta) -> ExpressionWrapper[Combinable]:
    return ExpressionWrapper(moment + Value(by), output_field=DateTimeField())


def _too_many(wait: timedelta) -> TooMany:
    seconds = max(math.ceil(wait.total_seconds()), 1)
    minutes = math.ceil(seconds / 60)
    after = f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' * (minutes > 1)}"
    return TooMany(f"That was tried too often. Try again in {after}.", seconds=seconds)
