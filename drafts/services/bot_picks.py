"""Picks of bots: after a short thinking time a bot takes one of the best drivers left."""

from datetime import datetime, timedelta

from core.errors import Refused

from .. import rules
from ..models import Draft, Pick, Slot
from ..selectors import free_by_ranking, slot_on_the_clock
from .picks import make_pick

THINKING_TIME = timedelta(seconds=6)


def make_bot_picks(*, now: datetime) -> int:
    """Make the pick of every bot that has been on the clock for the thinking time; return the number of picks."""
    drafts = Draft.objects.filter(state=Draft.State.OPEN, slots__constructor__is_bot=True, slots__picks=None)
    return sum(_pick_if_due(draft, now) for draft in drafts.distinct().order_by("pk"))


def _pick_if_due(draft: Draft, now: datetime) -> bool:
    slot = slot_on_the_clock(draft)
    if slot is None or not slot.constructor.is_bot or (draft.turn_began_at or now) + THINKING_TIME > now:
        return False
    return pick_for_bot(draft=draft, slot=slot, now=now)


def pick_for_bot(*, draft: Draft, slot: Slot, now: datetime, seed: str = "") -> bool:
    """Pick for `slot` as a bot would. The same seed gives the same pick. Returns False if the pick was refused."""
    free = free_by_ranking(draft)
    if not free:
        return False
    choice = rules.bot_choice(len(free), f"{seed or draft.order_seed}:{draft.race.round}:{slot.number}")
    try:
        make_pick(constructor=slot.constructor, entry=free[choice][0], source=Pick.Source.BOT, now=now)
    except Refused:
        return False
    return True
