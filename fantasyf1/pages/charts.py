"""The charts of a league's season: their lines and bars, and what they say. The geometry is in `core.charts`."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.charts import (
    Bar,
    BarChart,
    LineChart,
    Segment,
    Series,
    Sparkline,
    bar_chart,
    bump_chart,
    line_chart,
    sparkline,
)
from core.formatting.avatars import initials
from core.formatting.ordinals import shown_ordinal
from core.formatting.points import points_text, shown_points
from drafts.models import Pick
from races.models import Result
from races.rules import finish_mark, finish_text, race_code
from scoring.rules import SeasonPlace
from scoring.season_progress import Car, PickNumber, RaceNight, SeasonProgress

# How many races the form of a driver in a list shows.
FORM_RACES = 10

Row = Mapping[str, Any]
Column = tuple[str, str]


def _columns(progress: SeasonProgress) -> list[Column]:
    return [(race_code(race.name), race.name) for race in progress.races]


def places_chart(progress: SeasonProgress, rows: Sequence[Row], own: int | None) -> LineChart | None:
    """The place of every constructor after each race. None before the second race: one race is no line."""
    lines = _series(progress, rows, own, lambda place: place.rank, lambda place: shown_ordinal(place.rank))
    return bump_chart(_("Places over the season"), _("Constructor"), _columns(progress), lines) if lines else None


def points_chart(progress: SeasonProgress, rows: Sequence[Row], own: int | None) -> LineChart | None:
    """The points of every constructor after each race. None before the second race."""
    lines = _series(progress, rows, own, lambda place: place.points, lambda place: shown_points(place.points))
    return line_chart(_("Points over the season"), _("Constructor"), _columns(progress), lines) if lines else None


def _series(
    progress: SeasonProgress,
    rows: Sequence[Row],
    own: int | None,
    value: Callable[[SeasonPlace], Decimal | int],
    text: Callable[[SeasonPlace], str],
) -> list[Series]:
    """A line for each constructor that has raced, in the order of the standings; none before the second race."""
    if len(progress.races) < 2:
        return []
    after = progress.places
    number_of = {pk: number for number, pk in enumerate(sorted(row["constructor_id"] for row in rows))}
    lines = []
    for row in rows:
        pk = row["constructor_id"]
        places = [standings.get(pk) for standings in after]
        if not any(places):
            continue
        lines.append(
            Series(
                name=row["constructor"],
                values=[value(place) if place else None for place in places],
                texts=[text(place) if place else "" for place in places],
                number=number_of[pk],
                initials=initials(row["constructor"]),
                summary=_summary(row),
                href=reverse("pages:constructor", args=[pk]),
                is_own=pk == own,
            )
        )
    return lines


def _summary(row: Row) -> str:
    return _("%(place)s, %(points)s") % {
        "place": shown_ordinal(row["rank"]),
        "points": points_text(Decimal(row["points"])),
    }


def race_points_chart(races: Iterable[tuple[str, list[Pick]]]) -> BarChart:
    """A constructor's points race by race, in a segment for each pick, from pairs of a race's name and its picks."""
    bars = [_race_bar(name, picks) for name, picks in races]
    most = max((len(bar.segments) for bar in bars), default=0)
    names = [_("Pick %(number)s") % {"number": number} for number in range(1, most + 1)]
    return bar_chart(_("Points race by race"), (_("Race"), _("Points")), bars, names if most > 1 else ())


def _race_bar(name: str, picks: list[Pick]) -> Bar:
    segments = [_segment(pick, number) for number, pick in enumerate(picks) if hasattr(pick, "score")]
    total = sum((segment.value for segment in segments), Decimal(0))
    return Bar(race_code(name), name, segments, shown_points(total))


def _segment(pick: Pick, number: int) -> Segment:
    driver = pick.entry.driver
    title = f"{driver.family_name} {shown_points(pick.score.points)}"
    return Segment(pick.score.points, title, driver.short, number % 8)


def pick_numbers_chart(numbers: Sequence[PickNumber]) -> BarChart:
    """What an early pick is worth in a league: the average points by the number of the pick."""
    bars = [
        Bar(str(line.number), _("Pick %(number)s") % {"number": line.number}, [Segment(line.average)], text)
        for line in numbers
        for text in [shown_points(line.average)]
    ]
    return bar_chart(_("Draft position and points"), (_("Pick"), _("Average points")), bars)


def form_line(points: Sequence[Decimal | None]) -> Sparkline:
    """A driver's points race by race; None where they did not race."""
    return sparkline(points, _("Points race by race, oldest first: %(points)s") % {"points": _points_in_words(points)})


def official_form_lines(results: Iterable[Result]) -> dict[int, Sparkline]:
    """The official points of each driver by race weekend, by driver id, from results by date."""
    points: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    races: dict[int, None] = {}
    for result in results:
        race = result.classification.race_id
        races.setdefault(race)
        points[result.driver_id][race] += result.points
    return {driver: _official_form_line([by_race.get(race) for race in races]) for driver, by_race in points.items()}


def _official_form_line(points: Sequence[Decimal | None]) -> Sparkline:
    label = _("Official points race by race, oldest first: %(points)s") % {"points": _points_in_words(points)}
    return sparkline(points, label)


def _points_in_words(points: Iterable[Decimal | None]) -> str:
    return "; ".join(_("did not race") if value is None else shown_points(value) for value in points)


@dataclass(frozen=True)
class StripCell:
    """A car on the strip of a race night. `holder` is the name of the constructor that held its driver."""

    car: Car
    mark: str
    finish: str
    holder: str
    holder_initials: str
    is_own: bool
    is_steal: bool

    @property
    def points(self) -> str:
        return shown_points(self.car.pick.points) if self.car.pick else ""


def race_strip(night: RaceNight, names: Mapping[int, str], own: int | None) -> list[StripCell]:
    """The result of a race, car by car, with the names of the constructors that held the drivers."""
    steal = night.steal
    cells = []
    for car in night.cars:
        holder = names.get(car.pick.constructor_id, "") if car.pick else ""
        cells.append(
            StripCell(
                car=car,
                mark=finish_mark(car.position_text),
                finish=finish_text(car.position_text, car.status, car.laps),
                holder=holder,
                holder_initials=initials(holder) if holder else "",
                is_own=car.pick is not None and car.pick.constructor_id == own,
                is_steal=steal is not None and steal[1] == car,
            )
        )
    return cells
