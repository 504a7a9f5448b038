"""Data transfer objects (DTOs) for a season: the F1 API, season packs and the database are all converted to these.

References (`driver`, `team`, `circuit`) are the F1 API's own ids, such as "norris". Datetimes are aware, in UTC.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.formatting.points import format_points


@dataclass(frozen=True)
class TeamDTO:
    ref: str
    name: str
    nationality: str = ""


@dataclass(frozen=True)
class DriverDTO:
    ref: str
    given_name: str
    family_name: str
    code: str = ""
    date_of_birth: date | None = None
    nationality: str = ""


@dataclass(frozen=True)
class CircuitDTO:
    ref: str
    name: str
    locality: str = ""
    country: str = ""


@dataclass(frozen=True)
class SessionDTO:
    """A session before the race; `kind` is a value of `races.models.Session.Kind`."""

    kind: str
    date: date
    starts_at: datetime | None = None


@dataclass(frozen=True)
class EntryDTO:
    """A car in a race. Team and number are None if the source does not know them yet."""

    driver: str
    team: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class RaceDTO:
    round: int
    name: str
    circuit: str
    date: date
    starts_at: datetime | None = None
    sessions: tuple[SessionDTO, ...] = ()


@dataclass(frozen=True)
class ResultDTO:
    """One car in a classification. `grid` is 0 for a pit lane start; `points` are the official points.

    The API knows not everything of every car: `number`, `grid` and `laps` are None and `status` is empty if unknown.
    """

    driver: str
    team: str
    number: int | None
    position: int
    position_text: str
    grid: int | None
    laps: int | None
    status: str
    points: Decimal
    fastest_lap_rank: int | None = None
    time_text: str = ""


@dataclass(frozen=True)
class ClassificationDTO:
    """A whole classification; `kind` is "race" or "sprint".

    `drivers` and `teams` describe those in the rows, so that a newcomer missing from the calendar can be created.
    `pole` is the driver who was fastest in qualifying, for a race; empty if unknown.
    """

    round: int
    race_name: str
    circuit: str
    kind: str
    rows: tuple[ResultDTO, ...]
    drivers: tuple[DriverDTO, ...] = field(default=(), compare=False)
    teams: tuple[TeamDTO, ...] = field(default=(), compare=False)
    pole: str = ""


@dataclass(frozen=True)
class SeasonDTO:
    """A season's calendar, teams and drivers; `entries` is the line-up of the first race, as far as it is known."""

    year: int
    circuits: tuple[CircuitDTO, ...]
    teams: tuple[TeamDTO, ...]
    drivers: tuple[DriverDTO, ...]
    races: tuple[RaceDTO, ...]
    entries: tuple[EntryDTO, ...] = ()


def shift_season(season: SeasonDTO, by: timedelta) -> SeasonDTO:
    """Return the season with every date and start time moved by `by`."""
    return replace(season, races=tuple(_shifted_race(race, by) for race in season.races))


def _shifted_race(race: RaceDTO, by: timedelta) -> RaceDTO:
    sessions = tuple(
        replace(session, **_shifted_start(session.date, session.starts_at, by)) for session in race.sessions
    )
    return replace(race, sessions=sessions, **_shifted_start(race.date, race.starts_at, by))


def _shifted_start(day: date, start: datetime | None, by: timedelta) -> dict[str, Any]:
    moved = start + by if start else None
    return {"date": moved.date() if moved else day + by, "starts_at": moved}


def classification_to_json(classification: ClassificationDTO) -> dict[str, Any]:
    """Convert a classification to a JSON-compatible dict: points as decimal strings, dates in ISO format."""
    plain = asdict(classification)
    for row in plain["rows"]:
        row["points"] = format_points(row["points"])
    for driver in plain["drivers"]:
        born = driver["date_of_birth"]
        driver["date_of_birth"] = born.isoformat() if born else None
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def classification_from_json(plain: Mapping[str, Any]) -> ClassificationDTO:
    """Restore the classification from the output of `classification_to_json`."""
    rows = tuple(ResultDTO(**{**row, "points": Decimal(row["points"])}) for row in plain["rows"])
    teams = tuple(TeamDTO(**team) for team in plain["teams"])
    drivers = tuple(_driver_from_plain(driver) for driver in plain["drivers"])
    return ClassificationDTO(**{**plain, "rows": rows, "drivers": drivers, "teams": teams})


def _driver_from_plain(plain: Mapping[str, Any]) -> DriverDTO:
    born = plain["date_of_birth"]
    return DriverDTO(**{**plain, "date_of_birth": date.fromisoformat(born) if born else None})
