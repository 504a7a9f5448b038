"""The lock: what is missing is picked from the wish lists and the league's ranking, and the draft is over."""

from datetime import datetime

from django.db.models import F

from constructors.models import Constructor
from fantasyf1.kit.transactions import atomic
from leagues.models import League

from ..models import Draft, DraftEvent, Pick
from ..selectors import UNDER_WAY, due_to_lock, unfilled_slots
from .absent import choose_for
from .events import log
from .filling import fill_slot
from .scheduling import schedule_draft


@atomic
def lock_draft(*, draft: Draft, now: datetime) -> bool:
    """Lock a draft whose time has come, and make the league's next one. False when there was nothing to lock.

    Several may try at once: the row is held, and whoever comes second finds it locked.
    """
    # First the league: the next draft is made under it.
    League.objects.select_for_update(no_key=True).get(pk=draft.league_id)
    draft = (
        Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("league", "settings").get(pk=draft.pk)
    )
    if draft.state not in UNDER_WAY or draft.locks_at > now:
        return False
    _fill(draft, now)
    _end_autodraft_once(draft)
    draft.state, draft.locked_at = Draft.State.LOCKED, now
    draft.turn_began_at = draft.turn_ends_at = draft.paused_at = None
    draft.save(update_fields=["state", "locked_at", "turn_began_at", "turn_ends_at", "paused_at"])
    log(draft, DraftEvent.Kind.LOCKED, now=now)
    schedule_draft(league=draft.league, now=now)
    return True


def lock_due_drafts(*, now: datetime) -> int:
    """Lock whatever is due; returns how many."""
    return sum(lock_draft(draft=draft, now=now) for draft in due_to_lock(now))


def _fill(draft: Draft, now: datetime) -> None:
    """Pick for everybody who still has an open slot, in the order of the slots."""
    for slot in unfilled_slots(draft):
        choice = choose_for(draft, slot.constructor)
        if choice is not None:
            fill_slot(draft, slot, choice.entry, source=choice.source, by=None, now=now)


def _end_autodraft_once(draft: Draft) -> None:
    """Autodraft for one draft is over with the draft for which it picked. Who was late and set it afterwards, meant the
    next one."""
    picked = draft.picks.filter(
        source__in=(Pick.Source.WISH, Pick.Source.AUTOPICK),
        picked_at__gte=F("slot__constructor__autodraft_set_at"),
    )
    once = Constructor.objects.filter(autodraft=Constructor.Autodraft.ONCE, pk__in=picked.values("slot__constructor"))
    once.update(autodraft=Constructor.Autodraft.OFF)
