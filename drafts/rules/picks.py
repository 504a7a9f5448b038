"""Which pick may stand, which driver may be exchanged for another, and what a bot picks."""

from collections.abc import Collection
from dataclasses import dataclass

from fantasyf1.kit.errors import Refused

from .order import commitment


@dataclass(frozen=True)
class Situation:
    """A draft as it meets a constructor that wants to pick.

    `slots` and `picks` count what the constructor has and has used. `turn` is the constructor of the lowest unfilled
    slot, None when there is none. `is_past_lock` holds from the lock on, even before the sweep has written it down.
    """

    state: str
    is_past_lock: bool
    constructor: int
    slots: int
    picks: int
    turn: int | None
    turn_name: str = ""


@dataclass(frozen=True)
class Candidate:
    """The driver asked for; `holder` is the name of the constructor that has him in this draft."""

    name: str
    is_entered: bool = True
    is_withdrawn: bool = False
    holder: str | None = None


@dataclass(frozen=True)
class Swap:
    """A draft as it meets somebody who wants another driver for the one called `out`.

    `is_held` says whether the constructor has him in this draft, `is_out` whether he is out of this race. A manager
    exchanges for someone while the draft is paused, too.
    """

    state: str
    is_past_lock: bool
    out: str
    is_held: bool = True
    is_out: bool = True
    by_manager: bool = False


_CLOSED = {
    "upcoming": ("The draft has not opened yet.", "draft_not_open"),
    "locked": ("The draft is locked.", "draft_locked"),
    "scored": ("The draft is locked.", "draft_locked"),
    "void": ("This draft is void: the race does not count.", "draft_void"),
    "paused": ("The draft is paused.", "draft_paused"),
    "complete": ("Every pick has been made.", "draft_complete"),
}


def check_pick(situation: Situation, candidate: Candidate) -> None:
    """Raise `Refused` unless the pick is legal (the game's rules, Draft: a pick is legal when).

    The draft comes first, then the turn, then the driver: whoever asks learns the reason that would stay.

    >>> mine = Situation(state="open", is_past_lock=False, constructor=1, slots=2, picks=0, turn=1)
    >>> check_pick(mine, Candidate("Norris"))
    >>> check_pick(mine, Candidate("Norris", holder="Bob Racing"))
    Traceback (most recent call last):
    fantasyf1.kit.errors.Refused: Norris is gone: Bob Racing picked first.
    """
    _check_state(situation.state, ("open",), is_past_lock=situation.is_past_lock)
    _check_turn(situation)
    check_candidate(candidate)


def _check_state(state: str, fitting: Collection[str], *, is_past_lock: bool) -> None:
    if is_past_lock and state in ("open", "paused", "complete"):
        state = "locked"
    if state not in fitting:
        sentence, code = _CLOSED[state]
        raise Refused(sentence, code=code)


def _check_turn(situation: Situation) -> None:
    if situation.slots == 0:
        raise Refused("You are not in this draft: it opened before you joined.", code="not_in_this_draft")
    if situation.picks >= situation.slots:
        raise Refused("You have made all your picks.", code="no_picks_left")
    if situation.turn != situation.constructor:
        raise Refused(f"It is {situation.turn_name}'s turn.", code="not_your_turn")


def check_candidate(candidate: Candidate) -> None:
    """Raise `Refused` unless the driver can be had.

    >>> check_candidate(Candidate("Norris", is_withdrawn=True))
    Traceback (most recent call last):
    fantasyf1.kit.errors.Refused: Norris will not take part.
    """
    if not candidate.is_entered:
        raise Refused(f"{candidate.name} is not entered for this race.", code="driver_not_entered")
    if candidate.is_withdrawn:
        raise Refused(f"{candidate.name} will not take part.", code="driver_withdrawn")
    if candidate.holder is not None:
        raise Refused(f"{candidate.name} is gone: {candidate.holder} picked first.", code="driver_taken")


def check_swap(swap: Swap, candidate: Candidate) -> None:
    """Raise `Refused` unless a driver who is out may be exchanged for this one (the game's rules, Entries and
    substitutes: before the lock, the holder of a driver who is out may take any free driver instead).

    It is nobody's turn: a draft in which every pick has been made is as open to it as one that runs. While a draft is
    paused nobody takes a driver but through a manager.

    >>> check_swap(Swap(state="complete", is_past_lock=False, out="Doohan"), Candidate("Colapinto"))
    >>> check_swap(Swap(state="open", is_past_lock=False, out="Doohan", is_out=False), Candidate("Colapinto"))
    Traceback (most recent call last):
    fantasyf1.kit.errors.Refused: Doohan takes part: only a driver who is out can be exchanged.
    """
    fitting = ("open", "complete", "paused") if swap.by_manager else ("open", "complete")
    _check_state(swap.state, fitting, is_past_lock=swap.is_past_lock)
    if not swap.is_held:
        who = "Nobody has" if swap.by_manager else "You do not have"
        raise Refused(f"{who} {swap.out} in this draft.", code="driver_not_held")
    if not swap.is_out:
        raise Refused(f"{swap.out} takes part: only a driver who is out can be exchanged.", code="driver_takes_part")
    check_candidate(candidate)


def bot_choice(free: int, seed: str) -> int:
    """Which of the `free` drivers, best first, a bot takes: mostly the best, now and then one of the next four.

    The seed decides, so that a season can be played again move by move.

    >>> [bot_choice(20, f"monza:{slot}") for slot in range(8)] == [bot_choice(20, f"monza:{slot}") for slot in range(8)]
    True
    >>> bot_choice(1, "monza")
    0
    """
    lot = int(commitment(seed)[:8], 16) % 100
    place = next(place for place, below in enumerate((50, 75, 88, 96, 100)) if lot < below)
    return min(place, free - 1)
