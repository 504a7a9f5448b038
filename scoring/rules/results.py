"""Results: the rows of a classification, and what happened to a car."""

from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """What happened to a car; the value is its label in a breakdown."""

    CLASSIFIED = "Classified"
    NOT_CLASSIFIED = "Did not finish"
    DID_NOT_START = "Did not start"
    DISQUALIFIED = "Disqualified"


class Finish(NamedTuple):
    """One row of a classification, in the F1 API's terms. `grid` is 0 for a pit lane start, or when unknown."""

    position_text: str
    status: str
    grid: int = 0
    fastest_lap_rank: int | None = None


class Seat(NamedTuple):
    """A car: its team and its number, each None if unknown."""

    team: int | None
    number: int | None


class CarResult(NamedTuple):
    """A driver's row in a classification: the car and what happened to it."""

    driver: int
    seat: Seat
    finish: Finish


_BY_STATUS = {
    "disqualified": Outcome.DISQUALIFIED,
    "excluded": Outcome.DISQUALIFIED,
    "did not start": Outcome.DID_NOT_START,
    "withdrew": Outcome.DID_NOT_START,
    "withdrawn": Outcome.DID_NOT_START,
    "did not qualify": Outcome.DID_NOT_START,
    "did not prequalify": Outcome.DID_NOT_START,
}
_BY_LETTER = {
    "D": Outcome.DISQUALIFIED,
    "E": Outcome.DISQUALIFIED,
    "W": Outcome.DID_NOT_START,
    "F": Outcome.DID_NOT_START,
}


def outcome(finish: Finish) -> Outcome:
    """What happened to the car (the game's rules, Scoring: a car is classified when).

    The status takes precedence: the F1 API has listed disqualified cars with a numeric position. Retired cars that
    covered 90% of the distance have a numeric position and are classified.

    >>> outcome(Finish("17", "Retired")), outcome(Finish("R", "Retired"))
    (<Outcome.CLASSIFIED: 'Classified'>, <Outcome.NOT_CLASSIFIED: 'Did not finish'>)
    >>> outcome(Finish("4", "Disqualified")), outcome(Finish("W", "Did not start"))
    (<Outcome.DISQUALIFIED: 'Disqualified'>, <Outcome.DID_NOT_START: 'Did not start'>)
    """
    known = _BY_STATUS.get(finish.status.strip().lower()) or _BY_LETTER.get(finish.position_text)
    if known:
        return known
    is_number = finish.position_text.isascii() and finish.position_text.isdecimal() and int(finish.position_text) > 0
    return Outcome.CLASSIFIED if is_number else Outcome.NOT_CLASSIFIED


def is_classified(finish: Finish) -> bool:
    """Whether the car has a classified position (the game's rules, Scoring).

    >>> is_classified(Finish("12", "Lapped")), is_classified(Finish("N", "Not classified"))
    (True, False)
    """
    return outcome(finish) is Outcome.CLASSIFIED


def took_part(finish: Finish) -> bool:
    """Whether the driver started. If not, a replacement scores (the game's rules, Entries and substitutes).

    >>> took_part(Finish("R", "Retired")), took_part(Finish("W", "Did not start"))
    (True, False)
    """
    return outcome(finish) is not Outcome.DID_NOT_START
