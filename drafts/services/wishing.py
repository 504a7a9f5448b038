"""A player's wish list, the drivers he does not want, and his autodraft switch."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import can_play_for
from fantasyf1.kit.errors import Invalid, NotAllowed
from races.models import Driver

from .. import rules
from ..models import Draft, Wish
from ..selectors import slot_on_the_clock
from .turns import start_turn

LONGEST_LIST = 60


@transaction.atomic
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
    Constructor.objects.select_for_update().get(pk=constructor.pk)  # Two tabs: one list, then the other.
    Wish.objects.filter(constructor=constructor).delete()
    Wish.objects.bulk_create(
        Wish(constructor=constructor, driver_id=wish.driver, place=place, not_with_first_team=wish.not_with_first_team)
        for place, wish in enumerate(wishes, 1)
    )
    Wish.objects.bulk_create(Wish(constructor=constructor, driver_id=driver) for driver in unwanted)


@transaction.atomic
def set_autodraft(*, constructor: Constructor, by: User, autodraft: str, now: datetime) -> Constructor:
    """Switch autodraft off, on, or on for one draft. Switched on while his turn runs, it picks at once."""
    _check_owner(constructor, by)
    if autodraft not in Constructor.Autodraft.values:
        raise Invalid("Autodraft is off, on or once.", field="autodraft")
    draft = Draft.objects.select_for_update(of=("self",)).filter(league=constructor.league, state=Draft.State.OPEN)
    constructor.autodraft = autodraft
    constructor.save(update_fields=["autodraft"])
    for one in draft.select_related("settings"):
        turn = slot_on_the_clock(one)
        if turn is not None and turn.constructor_id == constructor.pk:
            # Counted from when the turn began: switching to and fro gains no time.
            start_turn(one, one.turn_began_at or now)
    return constructor


def _check_owner(constructor: Constructor, by: User) -> None:
    if not can_play_for(by, constructor):
        raise NotAllowed("Only its player decides for a constructor.")
