"""Line-ups: which drivers keep a seat whose car did not take part in the last race. No Django, no clock."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

SEATS_PER_TEAM = 2


class Seat(NamedTuple):
    """A car: its team and its number, each None if unknown."""

    team: int | None
    number: int | None


# The seats of one race, by driver.
Seats = Mapping[int, Seat]


def kept_seats(drove: Seats, earlier: Sequence[Seats]) -> list[int]:
    """Return the drivers who keep a seat of a team that ran fewer cars than it has seats (the game's rules, Entries and
    substitutes: the driver who had it last, unless that driver drives elsewhere).

    `drove` are the cars of the last race, `earlier` those of the races before it, the latest first.

    >>> albon, sargeant, sainz = 23, 2, 55
    >>> williams = 1
    >>> before = {albon: Seat(williams, 23), sargeant: Seat(williams, 2)}
    >>> kept_seats({albon: Seat(williams, 23)}, [before])
    [2]
    >>> kept_seats({albon: Seat(williams, 23), sargeant: Seat(9, 2)}, [before])
    []
    >>> kept_seats({albon: Seat(williams, 23), sainz: Seat(williams, 55)}, [before])
    []
    """
    teams = sorted({seat.team for seats in (drove, *earlier) for seat in seats.values() if seat.team is not None})
    return [driver for team in teams for driver in _kept_in_team(team, drove, earlier)]


def _kept_in_team(team: int, drove: Seats, earlier: Sequence[Seats]) -> list[int]:
    taken = _of_team(team, drove)
    holders: list[int] = []
    for seats in earlier:
        empty = SEATS_PER_TEAM - len(taken) - len(holders)
        left = _left_over(_of_team(team, seats), taken) if empty > 0 else []
        holders += [driver for driver in left if driver not in holders][:empty]
    # The seat of a holder who drives elsewhere stays empty: nobody who had it before gets it back.
    return [driver for driver in holders if driver not in drove]


def _of_team(team: int, seats: Seats) -> dict[int, int | None]:
    """The car numbers of one team, by driver, in the order of the numbers."""
    own = {driver: seat.number for driver, seat in seats.items() if seat.team == team}
    return dict(sorted(own.items(), key=lambda item: (item[1] is None, item[1] or 0, item[0])))


def _left_over(had: Mapping[int, int | None], taken: Mapping[int, int | None]) -> list[int]:
    """Who had a seat that is empty now: not those who still drive, nor those whose car somebody else took over.

    Somebody else took over the car with the same number, otherwise the first one by number.
    """
    left = {driver: number for driver, number in had.items() if driver not in taken}
    newcomers = {driver: number for driver, number in taken.items() if driver not in had}
    for number in newcomers.values():
        same = [driver for driver, other in left.items() if other is not None and other == number]
        if left:
            del left[same[0] if same else next(iter(left))]
    return list(left)
