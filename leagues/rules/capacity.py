"""Capacity of a league: how many constructors a grid has cars for."""

from core.errors import Invalid
from core.translation import gettext as _

# Nobody drafts alone.
MIN_CONSTRUCTORS = 2


def max_constructors(grid_size: int, picks_per_race: int) -> int:
    """Return how many constructors can each hold `picks_per_race` drivers of a grid.

    >>> max_constructors(20, 2), max_constructors(22, 2), max_constructors(22, 4)
    (10, 11, 5)
    """
    return grid_size // picks_per_race


def bots_for_start(*, starts_now: bool, bots_up_to: int, capacity: int) -> int:
    """Return up to how many constructors bots fill a league. To play at once, it needs some: all places, by default.

    >>> [bots_for_start(starts_now=True, bots_up_to=chosen, capacity=11) for chosen in (0, 4)]
    [11, 4]
    >>> bots_for_start(starts_now=False, bots_up_to=0, capacity=11)
    0
    """
    return capacity if starts_now and bots_up_to < MIN_CONSTRUCTORS else bots_up_to


def check_capacity(*, constructors: int, picks_per_race: int, grid_size: int) -> None:
    """Raise `Invalid` if there are more picks than cars; the message says how many constructors fit.

    >>> check_capacity(constructors=11, picks_per_race=2, grid_size=20)
    Traceback (most recent call last):
    core.errors.Invalid: 11 constructors with 2 picks each need 22 cars, and the grid has 20: at most 10 fit.
    """
    if constructors * picks_per_race > grid_size:
        sentence = _(
            "%(constructors)s constructors with %(picks)s picks each need %(cars)s cars, and the grid has %(grid)s: "
            "at most %(most)s fit."
        )
        values = {
            "constructors": constructors,
            "picks": picks_per_race,
            "cars": constructors * picks_per_race,
            "grid": grid_size,
            "most": max_constructors(grid_size, picks_per_race),
        }
        raise Invalid(sentence % values, field="capacity")
