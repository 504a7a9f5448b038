"""Substitutions: until the lock, the holder of a driver who is out can take a free driver, and is notified of it.

A substitution takes no turn and moves no clock. A holder who does nothing scores by the chain of replacements, as
after the lock.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from core.errors import NotAllowed
from core.transactions import atomic
from leagues.models import League
from notifications.services import notify_each
from races.models import Entry

from .. import rules
from ..models import IN_PROGRESS_STATES, Draft, DraftEvent, Pick
from ..selectors import board_of, latest_picks
from . import notifications, pick_notifications
from .event_log import append_events, build_event
from .missing_drivers import drafts_without_drivers, void_remaining_slots
from .picks import locked_draft, refill_slot, requested_driver
from .rescheduling import UPDATE_BATCH_SIZE


@atomic
def substitute_driver(
    *, constructor: Constructor, out: Entry, entry: Entry, now: datetime, by: User | None = None
) -> Pick:
    """Substitute a free driver for `out`, whom the constructor holds and who will not take part.

    Raises `Refused` from the lock on, while the draft is paused, if `out` takes part after all or is not held, and if
    the other driver is not available; `NotAllowed` for a constructor that has left.
    """
    if constructor.left_at is not None:
        raise NotAllowed(_("This constructor has left the league."))
    draft = locked_draft(league=constructor.league_id, race=entry.race_id)
    pick = latest_picks(draft).filter(slot__constructor=constructor, entry=out).first()
    return apply_substitution(draft, pick, out, entry, source=Pick.Source.PLAYER, by=by, now=now)


def apply_substitution(
    draft: Draft, pick: Pick | None, out: Entry, entry: Entry, *, source: str, by: User | None, now: datetime
) -> Pick:
    """Substitute `entry` for `out` if the rules allow it. The caller has locked the draft. `pick` is the pick of `out`,
    None if nobody or another constructor holds that driver."""
    # Withdrawals may have changed while this call waited for the lock on the draft.
    known = Entry.objects.select_related("driver").in_bulk([out.pk, entry.pk])
    out, entry = known[out.pk], known[entry.pk]
    substitution = rules.Substitution(
        state=draft.state,
        is_past_lock=now >= draft.locks_at,
        out=out.driver.family_name,
        is_held=pick is not None,
        is_out=out.is_withdrawn,
        by_manager=source == Pick.Source.MANAGER,
    )
    rules.check_substitution(substitution, requested_driver(board_of(draft), entry))
    assert pick is not None, "check_substitution refuses where nobody holds the driver"
    pick = refill_slot(draft, pick, entry, kind=DraftEvent.Kind.SUBSTITUTED, source=source, by=by, now=now)
    news = pick_notifications.substituted_for(draft, pick, out=str(out.driver), by=by)
    notify_each(notifications=news, now=now)
    void_remaining_slots(draft, now)
    return pick


@atomic
def record_withdrawals(*, entries: Collection[int], now: datetime) -> None:
    """Append an event to every unlocked draft with a pick of a withdrawn driver, and notify the holders.

    `entries` holds the ids of entries of one race that have just been withdrawn; the caller has locked the race. The
    number of statements does not depend on the number of leagues, except of those for which no driver is left.
    """
    held = Pick.objects.filter(entry__in=entries, draft__state__in=IN_PROGRESS_STATES, draft__locks_at__gt=now)
    short = Draft.objects.filter(drafts_without_drivers(), race__entries__in=entries, locks_at__gt=now)
    without_drivers = set(short.values_list("pk", flat=True))
    drafts = _lock_drafts(held, without_drivers)
    # Read after the lock: a pick may have been undone while this waited.
    rows = held.select_related("draft__league", "draft__race", "slot__constructor__owner", "entry__driver")
    picks = [pick for pick in rows.order_by("pk") if pick.draft_id in drafts]
    events = [_driver_out_event(drafts[pick.draft_id], pick, now) for pick in picks]
    Draft.objects.bulk_update(drafts.values(), ["last_seq"], batch_size=UPDATE_BATCH_SIZE)
    append_events(events)
    notifications.notify_drivers_out(picks=picks, now=now)
    for pk in sorted(without_drivers):
        void_remaining_slots(drafts[pk], now)


def _lock_drafts(picks: QuerySet[Pick], others: Collection[int]) -> dict[int, Draft]:
    """Lock the leagues, then the drafts of the picks and the `others`: the same calendar sync may move them next."""
    drafts = Draft.objects.filter(Q(pk__in=picks.values("draft")) | Q(pk__in=others))
    list(League.objects.locked().filter(pk__in=drafts.values("league")).order_by("pk"))
    rows = drafts.locked().select_related("league", "race", "settings")
    return {draft.pk: draft for draft in rows.order_by("league_id", "pk")}


def _driver_out_event(draft: Draft, pick: Pick, now: datetime) -> DraftEvent:
    driver, slot = pick.entry.driver, pick.slot
    return build_event(
        draft,
        DraftEvent.Kind.DRIVER_OUT,
        now=now,
        slot=slot.number,
        constructor=slot.constructor.name,
        driver_id=driver.ref,
        driver=str(driver),
    )
