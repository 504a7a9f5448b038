"""Results: the rows of a classification, and what happened to a car."""

from typing import NamedTuple

from races.rules import Outcome, Seat, outcome_of


class Finish(NamedTuple):
    """One row of a classification, in the F1 API's terms.

    `grid` is 0 for a pit lane start; `grid` and `laps` are None if unknown. `has_pole` says whether the driver was
    fastest in qualifying, None if the qualifying result is unknown.
    """

    position_text: str
    status: str
    grid: int | None = None
    fastest_lap_rank: int | None = None
    laps: int | None = None
    has_pole: bool | None = None


class CarResult(NamedTuple):
    """A driver's row in a classification: the car and what happened to it."""

    driver: int
    seat: Seat
    finish: Finish


def outcome(finish: Finish) -> Outcome:
    """What happened to the car.

    >>> outcome(Finish("R", "Retired")), outcome(Finish("W", "Did not start"))
    (<Outcome.NOT_CLASSIFIED: 'Did not finish'>, <Outcome.DID_NOT_START: 'Did not start'>)
    """
    return outcome_of(finish.position_text, finish.status, finish.laps)


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
    >>> took_part(Finish("W", "Withdrew", laps=47))
    True
    """
    return outcome(finish) is not Outcome.DID_NOT_START
