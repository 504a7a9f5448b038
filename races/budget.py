"""Client-side rate limit for the F1 API, shared by all processes through one locked database row.

Requests are spaced evenly: each caller reserves the next send time in a short transaction and sleeps outside it. The
per-second and the per-hour limit both apply to all processes together, on any host. This uses real time, not the game's
clock: the limit belongs to the API, which knows nothing of a rehearsal.
"""

import time

from django.conf import settings

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.transactions import atomic

from .models import ApiBudget

HOUR = 3600.0
# Evenly sent requests arrive unevenly: 10 % extra spacing keeps the API's own count below its limit.
ROOM = 1.1


class BudgetUsedUp(Refused):
    """The requests for this hour are used up."""

    code = "api_budget_used_up"


def wait_for_turn(address: str) -> None:
    """Block until one request may be sent to `address`. Raises `BudgetUsedUp` if the hourly limit is reached.

    Do not call this inside a transaction: its row lock would block every other process while this one sleeps.
    """
    delay = _reserve_request(address, time.time())
    if delay > 0:
        time.sleep(delay)


@atomic
def _reserve_request(address: str, now: float) -> float:
    """Reserve the next send time; returns the number of seconds until then."""
    ApiBudget.objects.get_or_create(address=address)
    limit = ApiBudget.objects.select_for_update(no_key=True).get(address=address)
    recent = [sent_at for sent_at in limit.asked_at if now - HOUR < sent_at < now + HOUR]
    if len(recent) >= settings.F1_API_PER_HOUR:
        minutes = int((recent[0] + HOUR - now) // 60) + 1
        raise BudgetUsedUp(
            f"The F1 API has been asked {len(recent)} times within an hour, which is its limit. "
            f"It can be asked again in {minutes} minutes."
        )
    send_at = max(now, recent[-1] + ROOM / settings.F1_API_PER_SECOND) if recent else now
    limit.asked_at = [*recent, send_at]
    limit.save(update_fields=["asked_at"])
    return send_at - now
