"""Parser for F1 API responses: validates untrusted strings strictly and returns DTOs. No network access.

The helpers take the decoded JSON and `where` it was found, which goes into the message of a `SourceError`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Refused

from .dto import CircuitDTO, ClassificationDTO, DriverDTO, RaceDTO, ResultDTO, SessionDTO, TeamDTO

# The API's names for the sessions before the race.
SESSION_KINDS = {
    "FirstPractice": "practice_1",
    "SecondPractice": "practice_2",
    "ThirdPractice": "practice_3",
    "SprintQualifying": "sprint_qualifying",
    "Sprint": "sprint",
    "Qualifying": "qualifying",
}
# In 2023 sprint qualifying was called the sprint shootout.
SESSION_ALIASES = {"SprintShootout": "SprintQualifying"}
MAX_POINTS = 9999


class SourceError(Refused):
    """The source cannot be reached, or its response is invalid."""

    code = "feed_error"


def read_object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SourceError(f"The F1 API sent an unexpected response: {where} is not an object.")
    return value


def read_list(value: Any, key: str) -> list[Any]:
    rows = read_object(value, f"the parent of {key}").get(key)
    if not isinstance(rows, list):
        raise SourceError(f"The F1 API sent an unexpected response: {key} is not a list.")
    return rows


def read_text(value: Any, key: str, where: str, *, max_length: int = 100) -> str:
    """Read a string of 1 to `max_length` printable characters."""
    found = read_object(value, where).get(key)
    if not isinstance(found, str) or not found.strip() or len(found) > max_length or not found.isprintable():
        raise _invalid_value(where, key, found)
    return found


def read_optional_text(value: Any, key: str, where: str, *, max_length: int = 100) -> str:
    return read_text(value, key, where, max_length=max_length) if read_object(value, where).get(key) else ""


def read_ref(value: Any, key: str, where: str) -> str:
    """Read an id of the API, such as "max_verstappen"."""
    found = read_text(value, key, where, max_length=50)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", found):
        raise _invalid_value(where, key, found)
    return found


def read_int(value: Any, key: str, where: str) -> int:
    """Read an integer from 0 to 9999, given as a string."""
    found = read_object(value, where).get(key)
    if not isinstance(found, str) or not re.fullmatch(r"[0-9]{1,4}", found):
        raise _invalid_value(where, key, found)
    return int(found)


def read_optional_int(value: Any, key: str, where: str) -> int | None:
    """Read an integer as `read_int`; None if the API does not know it."""
    return None if read_object(value, where).get(key) is None else read_int(value, key, where)


def read_points(value: Any, key: str, where: str) -> Decimal:
    """Read points with at most two decimals, given as a string."""
    found = read_text(value, key, where, max_length=8)
    try:
        number = Decimal(found)
    except InvalidOperation as error:
        raise _invalid_value(where, key, found) from error
    if not number.is_finite() or abs(number) > MAX_POINTS or number != number.quantize(Decimal("0.01")):
        raise _invalid_value(where, key, found)
    return number


def read_date(value: Any, key: str, where: str) -> date:
    found = read_text(value, key, where, max_length=10)
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise _invalid_value(where, key, found) from error


def read_start(value: Any, where: str) -> datetime | None:
    """Read the start of a session in UTC from its date and time; None while the time is not published."""
    clock = read_optional_text(value, "time", where, max_length=14)
    if not clock:
        return None
    try:
        found = datetime.fromisoformat(f"{read_date(value, 'date', where)}T{clock}")
    except ValueError as error:
        raise _invalid_value(where, "time", clock) from error
    if found.tzinfo is None:
        raise _invalid_value(where, "time", clock)
    return found.astimezone(UTC)


def _invalid_value(where: str, key: str, found: Any) -> SourceError:
    shown = "missing" if found is None else f"“{str(found)[:40]}”"
    return SourceError(f"The F1 API sent an unexpected response: in {where}, {key} is {shown}.")


# -- from rows to DTOs -----------------------------------------------------------------------------------------------


def parse_page(body: Any, table: str) -> tuple[Mapping[str, Any], int]:
    """Return the table in a response and the total number of rows over all pages."""
    data = read_object(read_object(body, "the response").get("MRData"), "MRData")
    return read_object(data.get(table), table), read_int(data, "total", "MRData")


def parse_calendar(races: list[Any], year: int) -> tuple[RaceDTO, ...]:
    return tuple(parse_race(row, year) for row in races)


def parse_circuits(races: list[Any]) -> tuple[CircuitDTO, ...]:
    """Return the circuits of a calendar without duplicates, in the order of their races."""
    found = [parse_circuit(read_object(row, "a race").get("Circuit")) for row in races]
    return tuple({dto.ref: dto for dto in found}.values())


def parse_race(value: Any, year: int) -> RaceDTO:
    name = read_text(value, "raceName", "a race")
    _check_season(value, name, year)
    return RaceDTO(
        round=read_int(value, "round", name),
        name=name,
        circuit=read_ref(value.get("Circuit"), "circuitId", f"the circuit of {name}"),
        date=read_date(value, "date", name),
        starts_at=read_start(value, name),
        sessions=_sessions(value, name),
    )


def _check_season(value: Any, name: str, year: int) -> None:
    if read_int(value, "season", name) != year:
        raise SourceError(f"The F1 API returned the {name} of {value['season']} instead of {year}.")


def _sessions(value: Any, name: str) -> tuple[SessionDTO, ...]:
    given = {SESSION_ALIASES.get(key, key): session for key, session in value.items()}
    return tuple(
        SessionDTO(kind, read_date(given[key], "date", f"{key} of {name}"), read_start(given[key], f"{key} of {name}"))
        for key, kind in SESSION_KINDS.items()
        if key in given
    )


def parse_circuit(value: Any) -> CircuitDTO:
    place = read_object(value, "a circuit").get("Location", {})
    return CircuitDTO(
        ref=read_ref(value, "circuitId", "a circuit"),
        name=read_text(value, "circuitName", "a circuit"),
        locality=read_optional_text(place, "locality", "a circuit's location"),
        country=read_optional_text(place, "country", "a circuit's location"),
    )


def parse_team(value: Any) -> TeamDTO:
    return TeamDTO(
        ref=read_ref(value, "constructorId", "a team"),
        name=read_text(value, "name", "a team"),
        nationality=read_optional_text(value, "nationality", "a team", max_length=50),
    )


def parse_driver(value: Any) -> DriverDTO:
    driver_ref = read_ref(value, "driverId", "a driver")
    return DriverDTO(
        ref=driver_ref,
        given_name=read_text(value, "givenName", driver_ref),
        family_name=read_text(value, "familyName", driver_ref),
        code=read_optional_text(value, "code", driver_ref, max_length=3),
        date_of_birth=read_date(value, "dateOfBirth", driver_ref) if value.get("dateOfBirth") else None,
        nationality=read_optional_text(value, "nationality", driver_ref, max_length=50),
    )


def parse_classification(value: Any, kind: str, key: str, year: int) -> ClassificationDTO:
    """Parse one race whose result rows are under `key`."""
    name = read_text(value, "raceName", "a race")
    _check_season(value, name, year)
    rows = read_list(value, key)
    return ClassificationDTO(
        round=read_int(value, "round", name),
        race_name=name,
        circuit=read_ref(value.get("Circuit"), "circuitId", f"the circuit of {name}"),
        kind=kind,
        rows=tuple(_result(row, name, place) for place, row in enumerate(rows, 1)),
        drivers=tuple(parse_driver(row["Driver"]) for row in rows),
        teams=tuple({dto.ref: dto for dto in (parse_team(row["Constructor"]) for row in rows)}.values()),
    )


def parse_pole(value: Any) -> str:
    """Parse the qualifying result of one race: the driver in the first place, empty if there is none."""
    name = read_text(value, "raceName", "a race")
    rows = [read_object(row, f"a row of {name}") for row in read_list(value, "QualifyingResults")]
    first = [row for row in rows if row.get("position") == "1"]
    return read_ref(first[0].get("Driver"), "driverId", f"the qualifying of {name}") if first else ""


def _result(value: Any, race_name: str, place: int) -> ResultDTO:
    """Parse a row, which is in the `place` of the list. What the API does not know is null, or missing."""
    where = f"a row of {race_name}"
    driver_ref = read_ref(read_object(value, where).get("Driver"), "driverId", where)
    where = f"{driver_ref}'s row of {race_name}"
    return ResultDTO(
        driver=driver_ref,
        team=read_ref(value.get("Constructor"), "constructorId", where),
        number=read_optional_int(value, "number", where),
        position=_position(value, where, place),
        position_text=read_text(value, "positionText", where, max_length=4),
        grid=read_optional_int(value, "grid", where),
        laps=read_optional_int(value, "laps", where),
        status=read_optional_text(value, "status", where, max_length=40),
        points=Decimal(0) if value.get("points") is None else read_points(value, "points", where),
        fastest_lap_rank=_fastest_lap_rank(value, where),
        time_text=_time_text(value, where),
    )


def _position(value: Any, where: str, place: int) -> int:
    """Read the position; a car without one, which is not classified either, has its place in the list."""
    is_unknown = value.get("position") is None and not str(value.get("positionText")).isdigit()
    return place if is_unknown else read_int(value, "position", where)


def _fastest_lap_rank(value: Any, where: str) -> int | None:
    lap = value.get("FastestLap")
    return read_int(lap, "rank", where) if lap and read_object(lap, where).get("rank") else None


def _time_text(value: Any, where: str) -> str:
    """Return the time of a row. Nothing depends on it and the API has sent garbage: drop what cannot be displayed."""
    shown = read_object(value.get("Time") or {}, where).get("time")
    return shown if isinstance(shown, str) and len(shown) <= 20 and shown.isprintable() else ""
