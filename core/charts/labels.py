"""Labels at the ends of lines: short enough for their place, and apart from each other."""

import unicodedata
from collections.abc import Sequence


def display_width(text: str) -> int:
    """How many columns a text takes: 2 for a wide character, none for a mark that combines with the one before it.

    >>> [display_width(text) for text in ("Alice", "ปาณิศา", "赤いレーシング")]
    [5, 5, 14]
    """
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Cut a text that is wider than `width` columns, at a word if that loses little.

    >>> names = ("Box Box Box", "Schwarzenbach-Reichenberg Union", "Undercut United Racing", "赤いレーシングチーム")
    >>> [shorten(name, 16) for name in names]
    ['Box Box Box', 'Schwarzenbach-R…', 'Undercut United…', '赤いレーシング…']
    """
    if display_width(text) <= width:
        return text
    kept, used = [], 0
    for char in text:
        used += _width(char)
        if used > width - 1:
            break
        kept.append(char)
    start = "".join(kept)
    word, space, _ = start.rpartition(" ")
    return (word if space and display_width(word) * 3 >= width * 2 else start).rstrip(" -,.") + "…"


def spread(wanted: Sequence[float], *, gap: float, lowest: float, highest: float) -> list[float]:
    """Move labels apart until they are `gap` apart, keeping their order and as near as possible to where they belong.

    >>> spread([50, 52, 80], gap=14, lowest=0, highest=100)
    [44.0, 58.0, 80.0]

    At the edges they move inwards. If there is no room for all of them, they share what there is.

    >>> spread([98, 99], gap=14, lowest=0, highest=100)
    [86.0, 100.0]
    >>> spread([0, 1, 2], gap=60, lowest=0, highest=100)
    [0.0, 50.0, 100.0]
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (highest - lowest) / (count - 1))
    order = sorted(range(count), key=lambda index: wanted[index])
    # Neighbours that are too near become one group, whose centre stays where the centre of its members was.
    groups: list[list[int]] = []
    for index in order:
        groups.append([index])
        while len(groups) > 1 and _first(groups[-1], wanted, gap, lowest, highest) < (
            _first(groups[-2], wanted, gap, lowest, highest) + gap * len(groups[-2])
        ):
            last = groups.pop()
            groups[-1] += last
    placed = [0.0] * count
    for group in groups:
        first = _first(group, wanted, gap, lowest, highest)
        for place, index in enumerate(group):
            placed[index] = first + gap * place
    return placed


def _first(group: list[int], wanted: Sequence[float], gap: float, lowest: float, highest: float) -> float:
    """Where the first label of a group of neighbours goes."""
    extent = gap * (len(group) - 1)
    centre = sum(wanted[index] for index in group) / len(group)
    return float(min(max(centre - extent / 2, lowest), highest - extent))
