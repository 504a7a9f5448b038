"""A player's wish list, do-not-draft list and autodraft switch."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import can_play_for
from core.errors import Invalid, NotAllowed
from core.transactions import atomic
from core.undo import ChangedSince
from races.models import Driver

from .. import rules
from ..models import Draft, WishListItem
from ..selectors import first_pick_hold, open_slots, unwanted_of, wishes_of
from .autopick import expire_turn
from .clock import deadline_of, reminder_of

MAX_LIST_LENGTH = 60


@atomic
def set_wishes(
    *, constructor: Constructor, by: User, wishes: Sequence[rules.Wish], unwanted: Sequence[int] = ()
) -> None:
    """Replace the wish list and the do-not-draft list. A driver can be on one of them, once."""
    _check_owner(constructor, by)
    drivers = [*(wish.driver for wish in wishes), *unwanted]
    if len(drivers) != len(set(drivers)):
        raise Invalid(_("A driver can only be on one of the lists, and only once."), field="wish_list")
    if len(drivers) > MAX_LIST_LENGTH:
        raise Invalid(_("The lists can have at most %(n)s drivers.") % {"n": MAX_LIST_LENGTH}, field="wish_list")
    if Driver.objects.filter(pk__in=drivers).count() != len(drivers):
        raise Invalid(_("One of these drivers is not known."), field="wish_list")
    Constructor.objects.locked().get(pk=constructor.pk)  # Serializes changes from two tabs.
    WishListItem.objects.filter(constructor=constructor).delete()
    WishListItem.objects.bulk_create(
        WishListItem(
            constructor=constructor, driver_id=wish.driver, place=place, not_with_first_team=wish.not_with_first_team
        )
        for place, wish in enumerate(wishes, 1)
    )
    WishListItem.objects.bulk_create(WishListItem(constructor=constructor, driver_id=driver) for driver in unwanted)


class ListsChange(NamedTuple):
    """A player's lists before and after a change; equal if it changed nothing."""

    before: rules.WishLists
    after: rules.WishLists


@atomic
def change_wishes(*, constructor: Constructor, by: User, change: rules.WishChange) -> ListsChange:
    """Apply one change to the current lists, for a page where every button is a change."""
    _check_owner(constructor, by)
    before = _locked_lists(constructor)
    after = rules.apply_wish_change(before, change)
    return _replace_lists(constructor, by, ListsChange(before, after))


@atomic
def order_wishes(*, constructor: Constructor, by: User, order: Sequence[int]) -> ListsChange:
    """Reorder the current wish list to this order of drivers, for drag and drop."""
    _check_owner(constructor, by)
    before = _locked_lists(constructor)
    after = rules.WishLists(rules.reorder_wishes(before.wishes, order), before.unwanted)
    return _replace_lists(constructor, by, ListsChange(before, after))


@atomic
def take_back_wish_change(
    *, constructor: Constructor, by: User, before: rules.WishLists, after: rules.WishLists
) -> None:
    """Restore the lists before a change. Raises `ChangedSince` unless they are as the change left them."""
    _check_owner(constructor, by)
    if _locked_lists(constructor) != after:
        raise ChangedSince
    _replace_lists(constructor, by, ListsChange(after, before))


def _locked_lists(constructor: Constructor) -> rules.WishLists:
    Constructor.objects.locked().get(pk=constructor.pk)  # Serializes changes from two tabs.
    return rules.WishLists(tuple(wishes_of(constructor)), tuple(sorted(unwanted_of(constructor))))


def _replace_lists(constructor: Constructor, by: User, change: ListsChange) -> ListsChange:
    if change.after != change.before:
        set_wishes(constructor=constructor, by=by, wishes=change.after.wishes, unwanted=change.after.unwanted)
    # The do-not-draft list has no order.
    return change._replace(after=change.after._replace(unwanted=tuple(sorted(change.after.unwanted))))


@atomic
def set_autodraft(*, constructor: Constructor, by: User, autodraft: str, now: datetime) -> Constructor:
    """Set autodraft to off, on, or once (for one draft). Switched on during the player's turn, it picks at once."""
    _check_owner(constructor, by)
    if autodraft not in Constructor.Autodraft.values:
        raise Invalid(_("Autodraft must be off, on or once."), field="autodraft")
    # Lock order: draft, then constructor, as in lock_draft.
    draft = _running_draft(constructor)
    constructor.autodraft, constructor.autodraft_set_at = autodraft, now
    constructor.save(update_fields=["autodraft", "autodraft_set_at"])
    turn = open_slots(draft).first() if draft else None
    if draft and turn and turn.constructor_id == constructor.pk:
        _apply_to_turn(draft, is_on=autodraft != Constructor.Autodraft.OFF, now=now)
    return constructor


def _running_draft(constructor: Constructor) -> Draft | None:
    drafts = Draft.objects.locked().select_related("settings")
    return drafts.filter(league=constructor.league_id, state__in=(Draft.State.OPEN, Draft.State.PAUSED)).first()


def _apply_to_turn(draft: Draft, *, is_on: bool, now: datetime) -> None:
    """Apply the switch to the player's running turn. Switching on and off gains no time: on has already picked.

    While the first pick of a league is held, on picks when the hold ends.
    """
    if is_on and draft.state == Draft.State.OPEN:
        draft.turn_ends_at = first_pick_hold(draft, now) or now
        draft.save(update_fields=["turn_ends_at"])
        expire_turn(draft=draft, now=now)
    elif not is_on and draft.turn_began_at and draft.turn_ends_at in (draft.turn_began_at, draft.first_pick_hold_until):
        # Autodraft was due but has not picked yet: the player gets the usual clock, counted from the start of the turn.
        slots = list(open_slots(draft))
        draft.turn_ends_at = deadline_of(draft, slots, draft.turn_began_at)
        draft.turn_reminder_at = reminder_of(draft, slots[0].constructor)
        draft.save(update_fields=["turn_ends_at", "turn_reminder_at"])


def _check_owner(constructor: Constructor, by: User) -> None:
    if not can_play_for(by, constructor):
        raise NotAllowed(_("Only the player can decide for this constructor."))
