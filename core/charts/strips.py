"""A strip of winners: a cell for each event, in their order, with the initials of who won it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .tables import Table


@dataclass(frozen=True)
class WinCell:
    """An event: its short and its full name, who won it and with what. `number`, from 0, selects the winner's colour.

    `href` is the page of the event, empty without one.
    """

    short: str
    name: str
    winner: str
    initials: str
    value: str
    number: int = 0
    href: str = ""

    @property
    def colour(self) -> int:
        return self.number % 8 + 1

    @property
    def title(self) -> str:
        return f"{self.name}: {self.winner}, {self.value}"


@dataclass(frozen=True)
class WinStrip:
    title: str
    cells: Sequence[WinCell]
    table: Table
    legend: Sequence[tuple[int, str]]

    @property
    def is_empty(self) -> bool:
        return not self.cells


def win_strip(title: str, heads: tuple[str, str, str], cells: Sequence[WinCell]) -> WinStrip:
    """A strip. `heads` are the heads of the table: of the events, the winners and the values.

    The legend names the winners with the number of their wins, the most first.

    >>> cells = [WinCell("AUS", "Australia", "Alice", "A", "18"), WinCell("CHI", "China", "Bob", "B", "9", number=1)]
    >>> strip = win_strip("Wins", ("Race", "Winner", "Points"), [*cells, WinCell("JPN", "Japan", "Bob", "B", "7", 1)])
    >>> strip.legend, strip.table.rows[0]
    ([(2, 'Bob: 2'), (1, 'Alice: 1')], ('Australia', ['Alice', '18']))
    """
    wins = Counter((cell.colour, cell.winner) for cell in cells)
    return WinStrip(
        title=title,
        cells=cells,
        table=Table(
            heads[0], [(heads[1], ""), (heads[2], "")], [(cell.name, [cell.winner, cell.value]) for cell in cells]
        ),
        legend=[(colour, f"{winner}: {count}") for (colour, winner), count in wins.most_common()],
    )
