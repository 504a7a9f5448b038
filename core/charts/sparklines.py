"""Sparklines: a line the size of a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .paths import straight_path
from .scales import VerticalScale, band_centre, position

HEIGHT = 24
EDGE = 3


@dataclass(frozen=True)
class Sparkline:
    """`label` says the values in words, oldest first."""

    path: str
    height: int
    last_x: str
    last_y: str
    label: str

    @property
    def is_empty(self) -> bool:
        return not self.path


def sparkline(values: Sequence[Decimal | int | None], label: str) -> Sparkline:
    """A line without axes; its last value has a dot.

    >>> line = sparkline([1, None, 3, 5], "1, none, 3, 5")
    >>> line.path, line.last_x, line.last_y
    ('M12.5 21H12.5M62.5 12L87.5 3', '87.5', '3')
    >>> sparkline([], "").is_empty
    True
    """
    known = [float(value) for value in values if value is not None]
    if not known:
        return Sparkline("", HEIGHT, "0", "0", label)
    lowest, highest = min(known), max(known)
    if lowest == highest:
        lowest, highest = lowest - 1, highest + 1
    scale = VerticalScale(lowest, highest, top=EDGE, bottom=HEIGHT - EDGE)
    points = [
        None if value is None else (band_centre(index, len(values)), scale(value)) for index, value in enumerate(values)
    ]
    last = next(point for point in reversed(points) if point is not None)
    return Sparkline(straight_path(points), HEIGHT, position(last[0]), position(last[1]), label)
