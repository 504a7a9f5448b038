"""Rate limits in the database (GCRA), such as those of sign-in attempts (accounts.services.rate_limits).

They are exact under concurrent requests, and a cache that is down cannot lift them. For a limit of N attempts per
window, one row for each user name, address or account holds the time at which the whole allowance is available again:
GCRA's theoretical arrival time. Before anything else happens, an attempt moves that time ahead by window / N, the
emission interval, with one conditional UPDATE. If it would end up more than a window ahead, the attempt is refused.
"""

import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import metrics
from core.errors import RateLimited
from core.models import RateLimit
from core.querysets import delete_in_batches


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
    return delete_in_batches(RateLimit.objects.filter(theoretical_arrival_at__lt=now))


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
    metrics.RATE_LIMITED.labels(limit.kind).inc()
    theoretical_arrival_at = rows.values_list("theoretical_arrival_at", flat=True).first()
    # No row: the cleanup task deleted it in between.
    raise _too_many(theoretical_arrival_at - free_at if theoretical_arrival_at else timedelta(seconds=1))


def _shifted(expression: F | Greatest, by: timedelta) -> ExpressionWrapper[Combinable]:
    return ExpressionWrapper(expression + Value(by), output_field=DateTimeField())


def _too_many(wait: timedelta) -> RateLimited:
    seconds = max(math.ceil(wait.total_seconds()), 1)
    sentence = _("Too many attempts. Try again in %(wait)s.") % {"wait": wait_text(seconds)}
    return RateLimited(sentence, seconds=seconds)


def wait_text(seconds: int) -> str:
    """How long to wait, rounded up: “30 seconds”, “12 minutes” or “5 hours”."""
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    if minutes <= 90:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    hours = math.ceil(minutes / 60)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
