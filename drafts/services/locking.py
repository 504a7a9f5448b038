"""The lock: what is missing is picked by the league's ranking, and the draft is over."""

import logging
from datetime import datetime

from django.db import transaction

from leagues.models import League

from .. import rules
from ..models import Draft, DraftEvent, Pick
from ..selectors import due_to_lock, free_by_ranking, open_slots
from .events import log
from .picking import fill_slot
from .scheduling import schedule_draft

logger = logging.getLogger(__name__)


@transaction.atomic
def lock_draft(*, draft: Draft, now: datetime) -> bool:
    """Lock a draft whose time has come, and make the league's next one. False when there was nothing to lock.

    Several may try at once: the row is held, and whoever comes second finds it locked.
    """
    League.objects.select_for_update().get(pk=draft.league_id)  # First the league: the next draft is made under it.
    draft = Draft.objects.select_for_update(of=("self",)).select_related("league", "settings").get(pk=draft.pk)
    if draft.state not in (Draft.State.OPEN, Draft.State.COMPLETE) or draft.locks_at > now:
        return False
    assert draft.settings is not None, "an open draft has its settings"
    if draft.settings.autopicks:
        _fill_by_ranking(draft, now)
    draft.state, draft.locked_at = Draft.State.LOCKED, now
    draft.save(update_fields=["state", "locked_at"])
    log(draft, DraftEvent.Kind.LOCKED, now=now)
    schedule_draft(league=draft.league, now=now)
    return True


def lock_due_drafts(*, now: datetime) -> int:
    """Lock whatever is due; returns how many."""
    return sum(lock_draft(draft=draft, now=now) for draft in due_to_lock(now))


def _fill_by_ranking(draft: Draft, now: datetime) -> None:
    free = {entry.driver_id: entry for entry, _points in free_by_ranking(draft)}
    ranking = [driver for driver, _points in draft.ranking]
    for slot in open_slots(draft):
        driver = rules.choose(
            wishes=(),
            do_not_draft=(),
            ranking=ranking,
            free={driver: entry.team_id for driver, entry in free.items()},
            first_pick_team=None,
            autopicks=True,
        )
        if driver is None:
            logger.warning("Draft %s has no driver left for slot %s", draft.pk, slot.number)
            return
        fill_slot(draft, slot, free.pop(driver), source=Pick.Source.AUTOPICK, by=None, now=now)
