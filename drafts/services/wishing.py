"""A player's wish list, the drivers he does not want, and his autodraft switch."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import can_play_for
from fantasyf1.kit.errors import Invalid, NotAllowed
from fantasyf1.kit.transactions import atomic
from races.models import Driver

from .. import rules
from ..models import Draft, Wish
from ..selectors import open_slots, unwanted_of, wishes_of
from .turns import deadline_of, expire_turn

LONGEST_LIST = 60


@atomic
def set_wishes(
    *, constructor: Constructor, by: User, wishes: Sequence[rules.Wish], unwanted: Sequence[int] = ()
) -> None:
    """Replace the wish list and the do-not-draft list. A driver stands on one of them, once."""
    _check_owner(constructor, by)
    drivers = [*(wish.driver for wish in wishes), *unwanted]
    if len(drivers) != len(set(drivers)):
        raise Invalid("A driver stands on one list, and once.", field="wishes")
    if len(drivers) > LONGEST_LIST:
        raise Invalid(f"The lists hold {LONGEST_LIST} drivers at most.", field="wishes")
    if Driver.objects.filter(pk__in=drivers).count() != len(drivers):
        raise Invalid("One of these drivers is not known.", field="wishes")
    Constructor.objects.select_for_update(no_key=True).get(pk=constructor.pk)  # Two tabs: one list, then the other.
    Wish.objects.filter(constructor=constructor).delete()
    Wish.objects.bulk_create(
        Wish(constructor=constructor, driver_id=wish.driver, place=place, not_with_first_team=wish.not_with_first_team)
        for place, wish in enumerate(wishes, 1)
    )
    Wish.objects.bulk_create(Wish(constructor=constructor, driver_id=driver) for driver in unwanted)


@atomic
def change_wishes(*, constructor: Constructor, by: User, change: rules.WishChange) -> None:
    """Change one thing of the lists as they are now, for a page whose every button is a change."""
    _check_owner(constructor, by)
    Constructor.objects.select_for_update(no_key=True).get(pk=constructor.pk)
    before = rules.WishLists(tuple(wishes_of(constructor)), tuple(sorted(unwanted_of(constructor))))
    after = rules.changed_lists(before, change)
    if after != before:
        set_wishes(constructor=constructor, by=by, wishes=after.wishes, unwanted=after.unwanted)


@atomic
def order_wishes(*, constructor: Constructor, by: User, order: Sequence[int]) -> None:
    """Put the wishes as they are now in this order of drivers, for a page on which they are dragged."""
    _check_owner(constructor, by)
    Constructor.objects.select_for_update(no_key=True).get(pk=constructor.pk)
    before = tuple(wishes_of(constructor))
    after = rules.in_order(before, order)
    if after != before:
        set_wishes(constructor=constructor, by=by, wishes=after, unwanted=sorted(unwanted_of(constructor)))


@atomic
def set_autodraft(*, constructor: Constructor, by: User, autodraft: str, now: datetime) -> Constructor:
    """Switch autodraft off, on, or on for one draft. Switched on while his turn runs, it picks at once."""
    _check_owner(constructor, by)
    if autodraft not in Constructor.Autodraft.values:
        raise Invalid("Autodraft is off, on or once.", field="autodraft")
    # First the draft, then the constructor, as whoever locks the draft does.
    draft = _running_draft(constructor)
    constructor.autodraft, constructor.autodraft_set_at = autodraft, now
    constructor.save(update_fields=["autodraft", "autodraft_set_at"])
    turn = open_slots(draft).first() if draft else None
    if draft and turn and turn.constructor_id == constructor.pk:
        _apply(draft, is_on=autodraft != Constructor.Autodraft.OFF, now=now)
    return constructor


def _running_draft(constructor: Constructor) -> Draft | None:
    drafts = Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("settings")
    return drafts.filter(league=constructor.league_id, state__in=(Draft.State.OPEN, Draft.State.PAUSED)).first()


def _apply(draft: Draft, *, is_on: bool, now: datetime) -> None:
    """Let the switch work on the own turn that runs now. To and fro gains no time: what is on has picked already."""
    if is_on and draft.state == Draft.State.OPEN:
        draft.turn_ends_at = now
        draft.save(update_fields=["turn_ends_at"])
        expire_turn(draft=draft, now=now)
    elif not is_on and draft.turn_began_at and draft.turn_ends_at == draft.turn_began_at:
        # It was to be picked for, and has thought better of it in time: his clock runs like anybody's.
        draft.turn_ends_at = deadline_of(draft, list(open_slots(draft)), draft.turn_began_at)
        draft.save(update_fields=["turn_ends_at"])


def _check_owner(constructor: Constructor, by: User) -> None:
    if not can_play_for(by, constructor):
        raise NotAllowed("Only its player decides for a constructor.")
