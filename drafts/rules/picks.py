"""Whether a pick or a substitution is legal, and which driver a bot picks."""

from collections.abc import Collection
from dataclasses import dataclass

from core.errors import Refused
from core.translation import gettext as _

from .order import commitment


@dataclass(frozen=True)
class PickContext:
    """The state of a draft for a constructor that wants to pick.

    `slots` and `picks` count the slots that the constructor has and has filled. `turn` is the constructor of the lowest
    unfilled slot, None if there is none. `is_past_lock` is true from the lock on, even before the sweep has run.
    """

    state: str
    is_past_lock: bool
    constructor: int
    slots: int
    picks: int
    turn: int | None
    turn_name: str = ""


@dataclass(frozen=True)
class RequestedDriver:
    """The requested driver; `holder` is the name of the constructor that has already picked this driver."""

    name: str
    is_entered: bool = True
    is_withdrawn: bool = False
    holder: str | None = None


@dataclass(frozen=True)
class Substitution:
    """The state of a draft for a player who wants another driver instead of the one named `out`.

    `is_held`: the constructor holds that driver in this draft. `is_out`: the driver is out of this race. A manager can
    substitute for a player while the draft is paused, too.
    """

    state: str
    is_past_lock: bool
    out: str
    is_held: bool = True
    is_out: bool = True
    by_manager: bool = False


def _closed_refusal(state: str) -> Refused:
    """The refusal of a pick in a draft of this state."""
    sentences = {
        "upcoming": (_("The draft has not opened yet."), "draft_not_open"),
        "locked": (_("The draft is locked."), "draft_locked"),
        "scored": (_("The draft is locked."), "draft_locked"),
        "void": (_("This draft is void: the race does not count."), "draft_void"),
        "paused": (_("The draft is paused."), "draft_paused"),
        "complete": (_("Every pick has been made."), "draft_complete"),
    }
    sentence, code = sentences[state]
    return Refused(sentence, code=code)


def check_pick(situation: PickContext, candidate: RequestedDriver) -> None:
    """Raise `Refused` unless the pick is legal (the game's rules, Draft: a pick is legal when).

    Checks the draft, then the turn, then the driver: players who cannot pick at all are not told to try another driver.

    >>> mine = PickContext(state="open", is_past_lock=False, constructor=1, slots=2, picks=0, turn=1)
    >>> check_pick(mine, RequestedDriver("Norris"))
    >>> check_pick(mine, RequestedDriver("Norris", holder="Bob Racing"))
    Traceback (most recent call last):
    core.errors.Refused: Norris is gone: Bob Racing picked first.
    """
    _check_state(situation.state, ("open",), is_past_lock=situation.is_past_lock)
    _check_turn(situation)
    check_driver_available(candidate)


def _check_state(state: str, allowed: Collection[str], *, is_past_lock: bool) -> None:
    if is_past_lock and state in ("upcoming", "open", "paused", "complete"):
        state = "locked"
    if state not in allowed:
        raise _closed_refusal(state)


def _check_turn(situation: PickContext) -> None:
    if situation.slots == 0:
        raise Refused(_("You are not in this draft: it opened before you joined."), code="not_in_this_draft")
    if situation.picks >= situation.slots:
        raise Refused(_("You have made all your picks."), code="no_picks_left")
    if situation.turn != situation.constructor:
        raise Refused(_("It is %(name)s's turn.") % {"name": situation.turn_name}, code="not_your_turn")


def check_driver_available(candidate: RequestedDriver) -> None:
    """Raise `Refused` unless the driver is entered, takes part and is free.

    >>> check_driver_available(RequestedDriver("Norris", is_withdrawn=True))
    Traceback (most recent call last):
    core.errors.Refused: Norris will not take part.
    """
    if not candidate.is_entered:
        sentence = _("%(driver)s is not entered for this race.") % {"driver": candidate.name}
        raise Refused(sentence, code="driver_not_entered")
    if candidate.is_withdrawn:
        raise Refused(_("%(driver)s will not take part.") % {"driver": candidate.name}, code="driver_withdrawn")
    if candidate.holder is not None:
        sentence = _("%(driver)s is gone: %(holder)s picked first.")
        raise Refused(sentence % {"driver": candidate.name, "holder": candidate.holder}, code="driver_taken")


def check_substitution(substitution: Substitution, candidate: RequestedDriver) -> None:
    """Raise `Refused` unless a driver who is out may be exchanged for this one (the game's rules, Entries and
    substitutes: before the lock, the holder of a driver who is out may take any free driver instead).

    A substitution needs no turn: it is allowed in a complete draft as in an open one. While a draft is paused, only a
    manager can substitute.

    >>> colapinto = RequestedDriver("Colapinto")
    >>> check_substitution(Substitution(state="complete", is_past_lock=False, out="Doohan"), colapinto)
    >>> check_substitution(Substitution(state="open", is_past_lock=False, out="Doohan", is_out=False), colapinto)
    Traceback (most recent call last):
    core.errors.Refused: Doohan takes part. You can only substitute a driver who is out.
    """
    allowed = ("open", "complete", "paused") if substitution.by_manager else ("open", "complete")
    _check_state(substitution.state, allowed, is_past_lock=substitution.is_past_lock)
    if not substitution.is_held:
        sentence = _("You do not have %(driver)s in this draft.")
        if substitution.by_manager:
            sentence = _("Nobody has %(driver)s in this draft.")
        raise Refused(sentence % {"driver": substitution.out}, code="driver_not_held")
    if not substitution.is_out:
        sentence = _("%(driver)s takes part. You can only substitute a driver who is out.")
        raise Refused(sentence % {"driver": substitution.out}, code="driver_takes_part")
    check_driver_available(candidate)


def bot_choice(free: int, seed: str) -> int:
    """Return the index of a bot's pick among `free` drivers, best first: mostly 0, sometimes one of the next four.

    The seed decides, so that a season can be replayed pick by pick.

    >>> [bot_choice(20, f"monza:{slot}") for slot in range(8)] == [bot_choice(20, f"monza:{slot}") for slot in range(8)]
    True
    >>> bot_choice(1, "monza")
    0
    """
    lot = int(commitment(seed)[:8], 16) % 100
    place = next(place for place, below in enumerate((50, 75, 88, 96, 100)) if lot < below)
    return min(place, free - 1)
