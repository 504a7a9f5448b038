"""Client-side rate limit for the F1 API, shared by all processes through one locked database row.

Requests are spaced evenly: each caller reserves the next send time in a short transaction and sleeps outside it. The
per-second and the per-hour limit both apply to all processes together, on any host. This uses real time, not the game's
clock: the limit belongs to the API, which knows nothing of a rehearsal.
"""

import time

from django.conf import settings

from core.errors import Refused
from core.transactions import atomic

from ..models import OutboundRateLimit

HOUR_SECONDS = 3600.0
# Evenly sent requests arrive unevenly: 10 % extra spacing keeps the API's own count below its limit.
SPACING_FACTOR = 1.1


class ApiRateLimitExceeded(Refused):
    """The requests for this hour are used up."""

    code = "api_budget_used_up"


def wait_for_rate_limit(base_url: str) -> None:
    """Block until one request may be sent to `base_url`. Raises `ApiRateLimitExceeded` if the hourly limit is reached.

    Do not call this inside a transaction: its row lock would block every other process while this one sleeps.
    """
    delay = _reserve_request(base_url, time.time())
    if delay > 0:
        time.sleep(delay)


def requests_in_last_hour(base_url: str) -> int:
    """Return how many requests were sent to `base_url` in the last hour."""
    now = time.time()
    sent = OutboundRateLimit.objects.filter(base_url=base_url).values_list("request_times", flat=True).first() or []
    return sum(now - HOUR_SECONDS < sent_at <= now for sent_at in sent)


@atomic
def _reserve_request(base_url: str, now: float) -> float:
    """Reserve the next send time; returns the number of seconds until then."""
    OutboundRateLimit.objects.get_or_create(base_url=base_url)
    limit = OutboundRateLimit.objects.locked().get(base_url=base_url)
    recent = [sent_at for sent_at in limit.request_times if now - HOUR_SECONDS < sent_at < now + HOUR_SECONDS]
    if len(recent) >= settings.F1_API_PER_HOUR:
        minutes = int((recent[0] + HOUR_SECONDS - now) // 60) + 1
        raise ApiRateLimitExceeded(
            f"The limit of {len(recent)} requests per hour to the F1 API is reached. "
            f"The next request is possible in {minutes} minutes."
        )
    send_at = max(now, recent[-1] + SPACING_FACTOR / settings.F1_API_PER_SECOND) if recent else now
    limit.request_times = [*recent, send_at]
    limit.save(update_fields=["request_times"])
    return send_at - now
