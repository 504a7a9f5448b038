"""The table that says the same as a chart."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """`corner` is the head of the first column. Heads are (short, full) names; each row is a name and its cells."""

    corner: str
    heads: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[str]]]
