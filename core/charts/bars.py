"""Bar charts: a bar for each column, in segments that add up. Negative segments go down from zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .scales import Tick, VerticalScale, band_centre, column_ticks, nice_ticks, position, value_ticks
from .tables import Table

HEIGHT = 190
TOP, BOTTOM = 22, 26
# The share of its band that a bar fills.
FILL = 0.72
MIN_HEIGHT_OF_LABEL = 15
# With more bars than this, a label is wider than its bar.
MOST_BARS_WITH_LABELS = 12


@dataclass(frozen=True)
class Segment:
    """A part of a bar. `number`, from 0, selects its colour; `label` is written in it if there is room."""

    value: Decimal
    title: str = ""
    label: str = ""
    number: int = 0


@dataclass(frozen=True)
class Bar:
    """A column: its short and its full name, and its segments. `text` is written above it.

    A bar without segments has no value, which is not the same as zero.
    """

    short: str
    name: str
    segments: Sequence[Segment] = ()
    text: str = ""
    is_marked: bool = False

    @property
    def title(self) -> str:
        parts = [segment.title for segment in self.segments if segment.title]
        return f"{self.name}: {self.text}" + (f" ({', '.join(parts)})" if parts else "")


@dataclass(frozen=True)
class Box:
    segment: Segment
    y: str
    height: str
    label_y: str

    @property
    def colour(self) -> int:
        return self.segment.number + 1


@dataclass(frozen=True)
class PlacedBar:
    bar: Bar
    x: str
    width: str
    centre: str
    boxes: list[Box]
    text_y: str
    is_minor: bool = False


@dataclass(frozen=True)
class BarChart:
    title: str
    height: int
    bars: list[PlacedBar]
    columns: list[Tick]
    values: list[Tick]
    zero: str
    table: Table
    legend: Sequence[tuple[int, str]] = ()

    @property
    def is_empty(self) -> bool:
        return not any(bar.boxes for bar in self.bars)


def bar_chart(
    title: str, heads: tuple[str, str], bars: Sequence[Bar], legend: Sequence[str] = (), height: int = HEIGHT
) -> BarChart:
    """A bar chart. `heads` are the heads of the table: of the column names, and of the values.

    >>> picks = [Segment(Decimal(10), "Hülkenberg 10", "HUL"), Segment(Decimal(-2), "Stroll -2", "STR", number=1)]
    >>> chart = bar_chart("Points", ("Race", "Points"), [Bar("AUS", "Australia", picks, "8")])
    >>> [(box.segment.label, box.y, box.height) for box in chart.bars[0].boxes], chart.zero
    ([('HUL', '22', '94.67'), ('STR', '116.67', '18.93')], '116.67')
    >>> chart.table.rows
    [('Australia', ['8', 'Hülkenberg 10, Stroll -2'])]
    """
    sums = [_extent(bar) for bar in bars]
    ticks = nice_ticks(min((low for low, _ in sums), default=0), max((high for _, high in sums), default=0), most=4)
    scale = VerticalScale(ticks[0], ticks[-1], top=TOP, bottom=height - BOTTOM)
    has_details = any(segment.title for bar in bars for segment in bar.segments)
    return BarChart(
        title=title,
        height=height,
        bars=[_place(bar, index, len(bars), scale) for index, bar in enumerate(bars)],
        columns=column_ticks([(bar.short, bar.name) for bar in bars]),
        values=value_ticks(scale, ticks),
        zero=position(scale(0)),
        table=Table(heads[0], [(heads[1], ""), *([("", "")] if has_details else [])], _rows(bars, has_details)),
        legend=list(enumerate(legend, 1)),
    )


def _extent(bar: Bar) -> tuple[Decimal, Decimal]:
    values = [segment.value for segment in bar.segments]
    return sum((min(value, Decimal(0)) for value in values), Decimal(0)), sum(
        (max(value, Decimal(0)) for value in values), Decimal(0)
    )


def _place(bar: Bar, index: int, count: int, scale: VerticalScale) -> PlacedBar:
    width = 100 / count * FILL
    # A single bar as wide as the chart would look like a ground, not like a value.
    width = min(width, 12)
    centre = band_centre(index, count)
    up = down = Decimal(0)
    boxes = []
    for segment in bar.segments:
        start = up if segment.value >= 0 else down
        end = start + segment.value
        if segment.value >= 0:
            up = end
        else:
            down = end
        boxes.append(_box(segment, scale(start), scale(end), has_labels=count <= MOST_BARS_WITH_LABELS))
    # On narrow screens, about eleven figures fit above the bars.
    is_minor = index % -(-count // 11) != 0
    return PlacedBar(
        bar, position(centre - width / 2), position(width), position(centre), boxes, position(scale(up) - 6), is_minor
    )


def _box(segment: Segment, start: float, end: float, *, has_labels: bool) -> Box:
    top, height = min(start, end), abs(start - end)
    has_room = has_labels and height >= MIN_HEIGHT_OF_LABEL and segment.label
    return Box(segment, position(top), position(height), position(top + height / 2 + 4) if has_room else "")


def _rows(bars: Sequence[Bar], has_details: bool) -> list[tuple[str, list[str]]]:
    return [
        (bar.name, [bar.text, *([", ".join(segment.title for segment in bar.segments)] if has_details else [])])
        for bar in bars
    ]
