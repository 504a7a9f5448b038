"""Paths: the `d` of an SVG path through points, interrupted where there is none."""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from .scales import position

Point = tuple[float, float]


def runs(points: Iterable[Point | None]) -> list[list[Point]]:
    """The uninterrupted parts of a line.

    >>> runs([None, (0, 1), (1, 2), None, (3, 4)])
    [[(0, 1), (1, 2)], [(3, 4)]]
    """
    grouped = groupby(points, key=lambda point: point is None)
    return [[point for point in group if point is not None] for is_gap, group in grouped if not is_gap]


def straight_path(points: Iterable[Point | None]) -> str:
    """A path of straight lines. A point without neighbours is a line of no length, which round ends show as a dot.

    >>> straight_path([(0, 10), (50, 2.5), None, (100, 4)])
    'M0 10L50 2.5M100 4H100'
    """
    return "".join(_straight_run(run) for run in runs(points))


def _straight_run(run: Sequence[Point]) -> str:
    path = "M" + "L".join(f"{position(x)} {position(y)}" for x, y in run)
    return path if len(run) > 1 else f"{path}H{position(run[0][0])}"


def bump_path(points: Iterable[Point | None]) -> str:
    """A path that leaves and reaches every point horizontally, so that crossing lines can be told apart.

    >>> bump_path([(0, 10), (10, 20), (20, 20)])
    'M0 10C5 10 5 20 10 20H20'
    """
    return "".join(_bump_run(run) for run in runs(points))


def _bump_run(run: Sequence[Point]) -> str:
    parts = [f"M{position(run[0][0])} {position(run[0][1])}"]
    for (x, y), (next_x, next_y) in pairwise(run):
        middle, end = position((x + next_x) / 2), position(next_x)
        if y == next_y:
            parts.append(f"H{end}")
        else:
            parts.append(f"C{middle} {position(y)} {middle} {position(next_y)} {end} {position(next_y)}")
    return "".join(parts)
