"""Data transfer objects (DTOs) for a season: the F1 API, season packs and the database are all converted to these.

References (`driver`, `team`, `circuit`) are the F1 API's own ids, such as "norris". Datetimes are aware, in UTC.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fantasyf1.kit.points import points_text


@dataclass(frozen=True)
class TeamFacts:
    ref: str
    name: str
    nationality: str = ""


@dataclass(frozen=True)
class DriverFacts:
    ref: str
    given_name: str
    family_name: str
    code: str = ""
    date_of_birth: date | None = None
    nationality: str = ""


@dataclass(frozen=True)
class CircuitFacts:
    ref: str
    name: str
    locality: str = ""
    country: str = ""


@dataclass(frozen=True)
class SessionFacts:
    """A session before the race; `kind` is a value of `races.models.Session.Kind`."""

    kind: str
    date: date
    starts_at: datetime | None = None


@dataclass(frozen=True)
class EntryFacts:
    """A car in a race. Team and number are None if the source does not know them yet."""

    driver: str
    team: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class RaceFacts:
    round: int
    name: str
    circuit: str
    date: date
    starts_at: datetime | None = None
    sessions: tuple[SessionFacts, ...] = ()


@dataclass(frozen=True)
class ResultFacts:
    """One car in a classification. `grid` is 0 for a pit lane start; `points` are the official points."""

    driver: str
    team: str
    number: int
    position: int
    position_text: str
    grid: int
    laps: int
    status: str
    points: Decimal
    fastest_lap_rank: int | None = None
    time_text: str = ""


@dataclass(frozen=True)
class ClassificationFacts:
    """A whole classification; `kind` is "race" or "sprint".

    `drivers` and `teams` describe those in the rows, so that a newcomer missing from the calendar can be created.
    """

    round: int
    race_name: str
    circuit: str
    kind: str
    rows: tuple[ResultFacts, ...]
    drivers: tuple[DriverFacts, ...] = field(default=(), compare=False)
    teams: tuple[TeamFacts, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class SeasonFacts:
    """A season's calendar, teams and drivers; `entries` is the line-up of the first race, as far as it is known."""

    year: int
    circuits: tuple[CircuitFacts, ...]
    teams: tuple[TeamFacts, ...]
    drivers: tuple[DriverFacts, ...]
    races: tuple[RaceFacts, ...]
    entries: tuple[EntryFacts, ...] = ()


def shifted(season: SeasonFacts, by: timedelta) -> SeasonFacts:
    """Return the season with every date and start time moved by `by`."""
    return replace(season, races=tuple(_shifted_race(race, by) for race in season.races))


def _shifted_race(race: RaceFacts, by: timedelta) -> RaceFacts:
    sessions = tuple(
        replace(session, **_shifted_start(session.date, session.starts_at, by)) for session in race.sessions
    )
    return replace(race, sessions=sessions, **_shifted_start(race.date, race.starts_at, by))


def _shifted_start(day: date, start: datetime | None, by: timedelta) -> dict[str, Any]:
    moved = start + by if start else None
    return {"date": moved.date() if moved else day + by, "starts_at": moved}


def to_plain(classification: ClassificationFacts) -> dict[str, Any]:
    """Convert a classification to a JSON-compatible dict: points as decimal strings, dates in ISO format."""
    plain = asdict(classification)
    for row in plain["rows"]:
        row["points"] = points_text(row["points"])
    for driver in plain["drivers"]:
        born = driver["date_of_birth"]
        driver["date_of_birth"] = born.isoformat() if born else None
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def from_plain(plain: Mapping[str, Any]) -> ClassificationFacts:
    """Restore the classification from the output of `to_plain`."""
    rows = tuple(ResultFacts(**{**row, "points": Decimal(row["points"])}) for row in plain["rows"])
    teams = tuple(TeamFacts(**team) for team in plain["teams"])
    drivers = tuple(_driver_from_plain(driver) for driver in plain["drivers"])
    return ClassificationFacts(**{**plain, "rows": rows, "drivers": drivers, "teams": teams})


def _driver_from_plain(plain: Mapping[str, Any]) -> DriverFacts:
    born = plain["date_of_birth"]
    return DriverFacts(**{**plain, "date_of_birth": date.fromisoformat(born) if born else None})
