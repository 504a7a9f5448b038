"""Another driver for one who is out: what his holder may do until the lock, and how he hears of it.

It costs no turn and moves no clock. Whoever does nothing scores by the chain of moves, as after the lock.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit.errors import NotAllowed
from fantasyf1.kit.transactions import atomic
from leagues.models import League
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick
from ..selectors import UNDER_WAY, board_of, latest_picks
from . import news
from .events import log_all, next_event
from .filling import refill_slot
from .following import ROWS
from .picking import candidate, locked_draft


@atomic
def swap_pick(*, constructor: Constructor, out: Entry, entry: Entry, now: datetime, by: User | None = None) -> Pick:
    """Take a free driver in the place of `out`, whom the constructor holds and who will not take part.

    Raises `Refused` from the lock on, while the draft is paused, where `out` takes part after all or is not held, and
    where the other cannot be had; `NotAllowed` for a constructor that has left.
    """
    if constructor.left_at is not None:
        raise NotAllowed("This constructor has left the league.")
    draft = locked_draft(league=constructor.league_id, race=entry.race_id)
    pick = latest_picks(draft).filter(slot__constructor=constructor, entry=out).first()
    return swap_in(draft, pick, out, entry, source=Pick.Source.PLAYER, by=by, now=now)


def swap_in(
    draft: Draft, pick: Pick | None, out: Entry, entry: Entry, *, source: str, by: User | None, now: datetime
) -> Pick:
    """Put `entry` in the place of `out`, where the rules allow it. The caller holds the draft; `pick` is that of `out`
    in it, None where nobody who may ask has him."""
    # Who is in and who is out may have changed while somebody waited for the draft.
    known = Entry.objects.select_related("driver").in_bulk([out.pk, entry.pk])
    out, entry = known[out.pk], known[entry.pk]
    swap = rules.Swap(
        state=draft.state,
        is_past_lock=now >= draft.locks_at,
        out=out.driver.family_name,
        is_held=pick is not None,
        is_out=out.is_withdrawn,
        by_manager=source == Pick.Source.MANAGER,
    )
    rules.check_swap(swap, candidate(board_of(draft), entry))
    assert pick is not None, "check_swap refuses where nobody holds the driver"
    return refill_slot(draft, pick, entry, kind=DraftEvent.Kind.SWAPPED, source=source, by=by, now=now)


@atomic
def note_withdrawals(*, entries: Collection[int], now: datetime) -> None:
    """Write into every draft before its lock which of its picked drivers are out now, and tell whoever holds them.

    `entries` are the ids of entries of one race that have just been withdrawn; whoever did it holds the race. As many
    statements for many leagues as for one.
    """
    held = Pick.objects.filter(entry__in=entries, draft__state__in=UNDER_WAY, draft__locks_at__gt=now)
    drafts = _hold(held)
    # Read once the drafts are held: a pick may have been taken back while this waited.
    rows = held.select_related("draft__league", "draft__race", "slot__constructor__owner", "entry__driver")
    picks = [pick for pick in rows.order_by("pk") if pick.draft_id in drafts]
    events = [_out(drafts[pick.draft_id], pick, now) for pick in picks]
    Draft.objects.bulk_update(drafts.values(), ["last_seq"], batch_size=ROWS)
    log_all(events)
    news.tell_of_drivers_out(picks=picks, now=now)


def _hold(picks: QuerySet[Pick]) -> dict[int, Draft]:
    """Lock the drafts of some picks, their leagues first: a calendar that takes a driver out may move them next."""
    drafts = Draft.objects.filter(pk__in=picks.values("draft"))
    list(League.objects.select_for_update(no_key=True).filter(pk__in=drafts.values("league")).order_by("pk"))
    return {draft.pk: draft for draft in drafts.select_for_update(no_key=True).order_by("league_id", "pk")}


def _out(draft: Draft, pick: Pick, now: datetime) -> DraftEvent:
    driver, slot = pick.entry.driver, pick.slot
    return next_event(
        draft,
        DraftEvent.Kind.DRIVER_OUT,
        now=now,
        slot=slot.number,
        constructor=slot.constructor.name,
        driver_id=driver.ref,
        driver=str(driver),
    )
