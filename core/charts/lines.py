"""Line charts: values over columns, such as points after each race, and bump charts, which show ranks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .labels import shorten, spread
from .paths import Point, bump_path, straight_path
from .scales import Tick, VerticalScale, band_centre, column_ticks, nice_ticks, position, value_ticks
from .tables import Table

COLOURS = 8
ROW_HEIGHT = 30
LINE_HEIGHT = 260
# Above the plot is a line of text for the figures of the line that has the pointer or the focus; below are the columns.
TOP, BOTTOM = 30, 26
LABEL_GAP = 15
LABEL_WIDTH = 18


@dataclass(frozen=True)
class Series:
    """A line. `values` has one value for each column, None if there is none; `texts` has them in words.

    `number`, from 0, selects colour and dashes, and stays with what the line is about. `initials` are the label on
    narrow screens, `summary` is shown when the line has the pointer or the focus.
    """

    name: str
    values: Sequence[Decimal | int | None]
    texts: Sequence[str] = ()
    number: int = 0
    initials: str = ""
    summary: str = ""
    href: str = ""
    is_own: bool = False

    @property
    def colour(self) -> int:
        return self.number % COLOURS + 1

    @property
    def is_dashed(self) -> bool:
        """Whether the colour is used a second time."""
        return self.number // COLOURS % 2 == 1

    @property
    def last(self) -> Decimal | int | None:
        return next((value for value in reversed(self.values) if value is not None), None)

    def text(self, column: int) -> str:
        if self.texts:
            return self.texts[column]
        value = self.values[column]
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    title: str


@dataclass(frozen=True)
class Line:
    series: Series
    path: str
    marks: list[Mark]
    label: str
    label_y: str


@dataclass(frozen=True)
class LineChart:
    """The geometry of a chart of lines. The reader's own line comes last, so that it lies above the others."""

    title: str
    height: int
    lines: list[Line]
    columns: list[Tick]
    values: list[Tick]
    table: Table
    kind: str = "points"
    plot_bottom: str = field(default="0")

    @property
    def is_empty(self) -> bool:
        return not any(line.marks for line in self.lines)


def bump_chart(title: str, corner: str, columns: Sequence[tuple[str, str]], series: Sequence[Series]) -> LineChart:
    """A chart of ranks: the first is on top. Series that share a rank lie below each other, in a stable order.

    >>> alice = Series("Alice", [2, 1], initials="A", is_own=True)
    >>> bob = Series("Bob", [1, 1], initials="B", number=1)
    >>> chart = bump_chart("Places", "Player", [("AUS", "Australia"), ("CHI", "China")], [alice, bob])
    >>> [(line.series.name, [mark.y for mark in line.marks]) for line in chart.lines]
    [('Bob', ['45', '45']), ('Alice', ['75', '75'])]
    >>> chart.table.rows
    [('Alice', ['2', '1']), ('Bob', ['1', '1'])]
    """
    rows = _rows(series, len(columns))
    count = sum(line.last is not None for line in series)
    height = TOP + ROW_HEIGHT * max(count, 1) + BOTTOM

    def y(row: float) -> float:
        return TOP + ROW_HEIGHT * (row + 0.5)

    values = [Tick(position(y(row)), str(row + 1)) for row in range(count)]
    return _chart("bump", title, corner, columns, series, rows, y, bump_path, height, values)


def line_chart(title: str, corner: str, columns: Sequence[tuple[str, str]], series: Sequence[Series]) -> LineChart:
    """A chart of values, from zero or the lowest value up.

    >>> chart = line_chart("Points", "Player", [("AUS", "Australia")], [Series("Alice", [Decimal(12)])])
    >>> [tick.text for tick in chart.values], chart.lines[0].marks[0].title
    (['0', '5', '10', '15'], 'Australia: 12')
    """
    known = [value for line in series for value in line.values if value is not None]
    ticks = nice_ticks(min(0, *known) if known else 0, max(0, *known) if known else 0)
    height = TOP + LINE_HEIGHT + BOTTOM
    scale = VerticalScale(ticks[0], ticks[-1], top=TOP + 8, bottom=TOP + LINE_HEIGHT)
    values = [[None if value is None else float(value) for value in line.values] for line in series]
    return _chart(
        "points", title, corner, columns, series, values, scale, straight_path, height, value_ticks(scale, ticks)
    )


def _rows(series: Sequence[Series], columns: int) -> list[list[float | None]]:
    """The row of each series in each column, from 0: its rank, or a free row below if it shares the rank."""
    rows: list[list[float | None]] = [[None] * columns for _ in series]
    before = {index: float(index) for index in range(len(series))}
    for column in range(columns):
        ranked = [(series[index].values[column], before[index], index) for index in range(len(series))]
        known = sorted((value, last, index) for value, last, index in ranked if value is not None)
        for row, (_, _, index) in enumerate(known):
            rows[index][column] = before[index] = float(row)
    return rows


def _chart(
    kind: str,
    title: str,
    corner: str,
    columns: Sequence[tuple[str, str]],
    series: Sequence[Series],
    values: Sequence[Sequence[float | None]],
    y: Callable[[float], float],
    path: Callable[[Sequence[Point | None]], str],
    height: int,
    ticks: list[Tick],
) -> LineChart:
    points = [[_point(index, len(columns), value, y) for index, value in enumerate(line)] for line in values]
    ends = {index: known[-1][1] for index, line in enumerate(points) if (known := [point for point in line if point])}
    label_y = dict(
        zip(ends, spread(list(ends.values()), gap=LABEL_GAP, lowest=TOP, highest=height - BOTTOM), strict=True)
    )
    lines = [
        Line(
            line,
            path(points[index]),
            [_mark(line, columns, column, point) for column, point in enumerate(points[index]) if point],
            shorten(line.name, LABEL_WIDTH),
            position(label_y.get(index, 0)),
        )
        for index, line in enumerate(series)
    ]
    return LineChart(
        title=title,
        height=height,
        lines=sorted(lines, key=lambda line: line.series.is_own),
        columns=column_ticks(list(columns)),
        values=ticks,
        table=Table(corner, columns, [_table_row(line, len(columns)) for line in series]),
        kind=kind,
        plot_bottom=position(height - BOTTOM),
    )


def _point(index: int, count: int, value: float | None, y: Callable[[float], float]) -> Point | None:
    return None if value is None else (band_centre(index, count), y(value))


def _mark(series: Series, columns: Sequence[tuple[str, str]], column: int, point: Point) -> Mark:
    return Mark(position(point[0]), position(point[1]), f"{columns[column][1]}: {series.text(column)}")


def _table_row(series: Series, columns: int) -> tuple[str, list[str]]:
    return series.name, [series.text(column) for column in range(columns)]
