"""Season standings as pages show them: movement, gaps, the last race, ties in words, and points race by race."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext as _

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import shown_points
from races.rules import race_code
from scoring.rules import Criterion, SeasonTotals, TieBreak, tie_break
from scoring.season_progress import SeasonProgress
from scoring.selectors import Row


def with_movement(rows: Sequence[Row], progress: SeasonProgress) -> list[Row]:
    """The rows with what the last race changed.

    `gain` is the number of places, None for a constructor that was not in the standings before; `last` the points of
    the last race, empty for those who did not draft; `gap` how far the row is behind the first.
    """
    standings = progress.last.standings if progress.last else {}
    return [
        {
            **row,
            "gain": progress.gain(row["constructor_id"]),
            "last": shown_points(last.points) if (last := standings.get(row["constructor_id"])) else "",
            "gap": shown_points(Decimal(rows[0]["points"]) - Decimal(row["points"])),
        }
        for row in rows
    ]


def with_season_places(rows: Sequence[Row], progress: SeasonProgress, race_id: int) -> list[Row]:
    """The rows of a race with the `place` in the season after it, and the places that it brought as `gain`."""
    index = next((index for index, race in enumerate(progress.races) if race.race_id == race_id), None)
    if index is None:
        return list(rows)
    after = progress.places[index]
    return [
        {**row, "place": after[pk].rank, "gain": progress.gain(pk, index)}
        for row in rows
        for pk in [row["constructor_id"]]
        if pk in after
    ]


def with_ties(rows: Sequence[Row], progress: SeasonProgress) -> list[Row]:
    """The rows with `tie`: why a row is ahead of the next one although both have the same points, in words."""
    totals = progress.totals()
    reasons = {
        ahead["constructor_id"]: _reason(ahead, behind, totals)
        for ahead, behind in pairwise(rows)
        if ahead["points"] == behind["points"] and ahead["races"] and behind["races"]
    }
    return [{**row, "tie": reasons.get(row["constructor_id"], "")} for row in rows]


def _reason(ahead: Row, behind: Row, totals: Mapping[int, SeasonTotals]) -> str:
    found = tie_break(totals[ahead["constructor_id"]], totals[behind["constructor_id"]])
    if found is None:
        return _("Level with %(name)s in everything that counts") % {"name": behind["constructor"]}
    values = {
        "name": behind["constructor"],
        "ahead": _value(found.ahead),
        "behind": _value(found.behind),
        "place": shown_ordinal(found.place or 1),
    }
    return _sentence(found) % values


def _sentence(found: TieBreak) -> str:
    if found.criterion is Criterion.BEST_RACE:
        return _("Ahead of %(name)s by the best race: %(ahead)s to %(behind)s points")
    if found.criterion is Criterion.AUTOPICKS:
        return _("Ahead of %(name)s with fewer autopicks: %(ahead)s to %(behind)s")
    if found.place == 1:
        return _("Ahead of %(name)s on race wins: %(ahead)s to %(behind)s")
    return _("Ahead of %(name)s on %(place)s places: %(ahead)s to %(behind)s")


def _value(value: Decimal | int) -> str:
    return shown_points(value) if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class MatrixRace:
    race_id: int
    code: str
    name: str


@dataclass(frozen=True)
class MatrixCell:
    """A constructor's points in one race; `is_best` if nobody had more."""

    points: str
    is_best: bool


@dataclass(frozen=True)
class Matrix:
    """Points of constructors by race. A cell is None where a constructor did not draft."""

    races: list[MatrixRace]
    rows: list[tuple[Row, list[MatrixCell | None]]]


def race_matrix(rows: Sequence[Row], progress: SeasonProgress) -> Matrix:
    return Matrix(
        [MatrixRace(race.race_id, race_code(race.name), race.name) for race in progress.races],
        [
            (
                row,
                [
                    MatrixCell(shown_points(score.points), score.rank == 1) if score else None
                    for race in progress.races
                    for score in [race.standings.get(row["constructor_id"])]
                ],
            )
            for row in rows
        ],
    )
