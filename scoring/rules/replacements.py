"""Replacement drivers: who scores for a driver of the line-up who did not take part."""

from collections.abc import Mapping

from races.rules import Seat


def find_replacements(
    line_up: Mapping[int, Seat], drove: Mapping[int, Seat], overrides: Mapping[int, int] | None = None
) -> dict[int, int | None]:
    """Find who scores for each line-up driver who did not take part (the game's rules, Entries and substitutes).

    `line_up` holds the seats at the time the drafts opened, `drove` the seats of everyone who started, and `overrides`
    the administrator's replacements, out to in. Returns a key for every missing driver, with None if the chain of seat
    changes does not end with a newcomer. Each vacated seat goes to at most one arrival, and a missing driver arrives
    nowhere, so chains cannot merge or form a cycle, and no driver replaces two others.

    >>> red_bull, racing_bulls = 1, 2
    >>> hadjar, lawson, tsunoda = 6, 30, 22
    >>> find_replacements(
    ...     line_up={hadjar: Seat(red_bull, 6), lawson: Seat(racing_bulls, 30)},
    ...     drove={lawson: Seat(red_bull, 30), tsunoda: Seat(racing_bulls, 22)},
    ... )
    {6: 22}
    """
    taken_over_by = _seat_takeovers(line_up, drove, overrides or {})

    def end_of_chain(driver: int) -> int | None:
        successor = taken_over_by.get(driver)
        return successor if successor is None or successor not in line_up else end_of_chain(successor)

    return {missing: end_of_chain(missing) for missing in line_up if missing not in drove}


def _seat_takeovers(
    line_up: Mapping[int, Seat], drove: Mapping[int, Seat], overrides: Mapping[int, int]
) -> dict[int, int]:
    """Who took over whose seat, out to in: the administrator's overrides first, then team by team."""
    left, arrived = _changed_seats(line_up, drove), _changed_seats(drove, line_up)
    pairs: dict[int, int] = {}
    for out, came in sorted(overrides.items()):
        if out in left and came in arrived:
            pairs[out] = came
            del left[out], arrived[came]
    for team in {seat.team for seat in left.values() if seat.team is not None}:
        pairs |= _pair_by_number(
            {driver: seat.number for driver, seat in left.items() if seat.team == team},
            {driver: seat.number for driver, seat in arrived.items() if seat.team == team},
        )
    return pairs


def _changed_seats(here: Mapping[int, Seat], there: Mapping[int, Seat]) -> dict[int, Seat]:
    """Seats of drivers who are `here` but not `there`, or `there` in another team, ordered by car number."""
    changed = [
        (driver, seat)
        for driver, seat in here.items()
        if driver not in there or _are_in_different_teams(seat, there[driver])
    ]
    return dict(sorted(changed, key=lambda item: (item[1].number is None, item[1].number or 0, item[0])))


def _are_in_different_teams(seat: Seat, other: Seat) -> bool:
    """Whether two seats are known to be in different teams. An unknown team never differs."""
    return seat.team is not None and other.team is not None and seat.team != other.team


def _pair_by_number(left: Mapping[int, int | None], arrived: Mapping[int, int | None]) -> dict[int, int]:
    """Pair the vacated seats of one team with the arrivals: equal car numbers first, then in the given order."""
    free, pairs = dict(arrived), {}
    for out, number in left.items():
        same = [came for came, other in free.items() if other is not None and other == number]
        if same:
            pairs[out] = same[0]
            del free[same[0]]
    return pairs | dict(zip((out for out in left if out not in pairs), free, strict=False))
