"""How often the F1 API may be asked, kept across processes by one locked row in the database.

Requests are spaced evenly and take their places in a queue: whoever comes waits for his own moment, outside the
transaction. Both limits hold for all processes together, whatever they are and wherever they run. The time here is the
real one and not the game's clock: the limit belongs to the API, which knows of no rehearsal.
"""

import time

from django.conf import settings

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.transactions import atomic

from .models import ApiBudget

HOUR = 3600.0
# Requests that leave evenly arrive unevenly: a tenth more room keeps the API's own count below its limit.
ROOM = 1.1


class BudgetUsedUp(Refused):
    """The API may not be asked again this hour."""

    code = "api_budget_used_up"


def wait_for_turn(address: str) -> None:
    """Wait until one request may be sent to `address`; raises `BudgetUsedUp` when the hour's requests are spent.

    Not to be called within a transaction: it would be held while waiting, and every other process with it.
    """
    delay = _take_a_place(address, time.time())
    if delay > 0:
        time.sleep(delay)


@atomic
def _take_a_place(address: str, moment: float) -> float:
    """Write down the moment of the next request; returns how many seconds it is away."""
    ApiBudget.objects.get_or_create(address=address)
    budget = ApiBudget.objects.select_for_update(no_key=True).get(address=address)
    recent = [at for at in budget.asked_at if moment - HOUR < at < moment + HOUR]
    if len(recent) >= settings.F1_API_PER_HOUR:
        minutes = int((recent[0] + HOUR - moment) // 60) + 1
        raise BudgetUsedUp(
            f"The F1 API has been asked {len(recent)} times within an hour, which is its limit. "
            f"It can be asked again in {minutes} minutes."
        )
    turn = max(moment, recent[-1] + ROOM / settings.F1_API_PER_SECOND) if recent else moment
    budget.asked_at = [*recent, turn]
    budget.save(update_fields=["asked_at"])
    return turn - moment
