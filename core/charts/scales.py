"""Scales: from values to positions, with ticks at round numbers."""

from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

Number = Decimal | int | float


def position(value: float) -> str:
    """Format a position for an SVG attribute: at most two decimals, with a point in every language.

    >>> [position(value) for value in (12.5, 33.333333, 100, -0.001)]
    ['12.5', '33.33', '100', '0']
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def nice_step(span: float, most: int) -> float:
    """The smallest step of 1, 2 or 5 times a power of ten with at most `most` steps in the span.

    >>> [nice_step(span, 5) for span in (4, 10, 23, 120, 423)]
    [1, 2, 5, 50, 100]
    """
    least = max(span / most, 1)
    power: int = 10 ** floor(log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def nice_ticks(lowest: Number, highest: Number, most: int = 5) -> list[int]:
    """Whole round numbers from at or below the lowest value to at or above the highest one.

    >>> nice_ticks(0, 19)
    [0, 5, 10, 15, 20]
    >>> nice_ticks(-7, 25)
    [-10, 0, 10, 20, 30]

    Without a span, there is still a scale.

    >>> nice_ticks(0, 0)
    [0, 1]
    """
    low, high = float(lowest), float(highest)
    step = int(nice_step(high - low, most))
    first, last = floor(low / step), -floor(-high / step)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def band_centre(index: int, count: int) -> float:
    """The centre of one of `count` equal bands, as a percentage of the width.

    >>> [band_centre(index, 4) for index in range(4)]
    [12.5, 37.5, 62.5, 87.5]
    """
    return (index + 0.5) / count * 100


@dataclass(frozen=True)
class VerticalScale:
    """Maps values to pixels from the top; `top` and `bottom` are the positions of the highest and the lowest value.

    >>> scale = VerticalScale(lowest=0, highest=20, top=10, bottom=110)
    >>> scale(0), scale(5), scale(20)
    (110.0, 85.0, 10.0)
    """

    lowest: float
    highest: float
    top: float
    bottom: float

    def __call__(self, value: Number) -> float:
        share = (float(value) - self.lowest) / (self.highest - self.lowest)
        return self.bottom - share * (self.bottom - self.top)


@dataclass(frozen=True)
class Tick:
    """A label on an axis. `is_minor` ones are left out on narrow screens; `title` is the label in full."""

    at: str
    text: str
    title: str = ""
    is_minor: bool = False


def value_ticks(scale: VerticalScale, values: list[int]) -> list[Tick]:
    return [Tick(position(scale(value)), str(value)) for value in values]


def column_ticks(columns: list[tuple[str, str]]) -> list[Tick]:
    """Labels below the columns, from (short, full) names: as many as there is room for.

    That is 14, and 7 on narrow screens; of labels with one or two characters 24 and 12.

    >>> ticks = column_ticks([(f"{n:03}", "") for n in range(1, 25)])
    >>> [tick.text for tick in ticks if not tick.is_minor], len(ticks)
    (['001', '005', '009', '013', '017', '021'], 12)
    >>> [tick.text for tick in column_ticks([(str(n), "") for n in range(1, 23)]) if not tick.is_minor]
    ['1', '3', '5', '7', '9', '11', '13', '15', '17', '19', '21']
    """
    count = len(columns)
    is_brief = all(len(short) <= 2 for short, _ in columns)
    step = max(-(-count // (24 if is_brief else 14)), 1)
    major = step * max(-(-count // ((12 if is_brief else 7) * step)), 1)
    return [
        Tick(position(band_centre(index, count)), *columns[index], is_minor=index % major != 0)
        for index in range(0, count, step)
    ]
