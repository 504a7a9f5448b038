"""Parser for F1 API responses: validates untrusted strings strictly and returns DTOs. No network access.

The helpers take the decoded JSON and `where` it was found, which goes into the message of a `FeedError`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fantasyf1.kit.errors import Refused

from .facts import CircuitFacts, ClassificationFacts, DriverFacts, RaceFacts, ResultFacts, SessionFacts, TeamFacts

# The API's names for the sessions before the race.
SESSIONS = {
    "FirstPractice": "practice_1",
    "SecondPractice": "practice_2",
    "ThirdPractice": "practice_3",
    "SprintQualifying": "sprint_qualifying",
    "Sprint": "sprint",
    "Qualifying": "qualifying",
}
# In 2023 sprint qualifying was called the sprint shootout.
OTHER_NAMES = {"SprintShootout": "SprintQualifying"}
LARGEST_NUMBER = 9999


class FeedError(Refused):
    """The source cannot be reached, or its response is invalid."""

    code = "feed_error"


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FeedError(f"The F1 API's answer is not understood: {where} is not an object.")
    return value


def rows_of(value: Any, key: str) -> list[Any]:
    rows = mapping(value, f"what holds {key}").get(key)
    if not isinstance(rows, list):
        raise FeedError(f"The F1 API's answer is not understood: {key} is not a list.")
    return rows


def text(value: Any, key: str, where: str, *, max_length: int = 100) -> str:
    """Read a string of 1 to `max_length` printable characters."""
    found = mapping(value, where).get(key)
    if not isinstance(found, str) or not found.strip() or len(found) > max_length or not found.isprintable():
        raise _invalid_value(where, key, found)
    return found


def optional_text(value: Any, key: str, where: str, *, max_length: int = 100) -> str:
    return text(value, key, where, max_length=max_length) if mapping(value, where).get(key) else ""


def ref(value: Any, key: str, where: str) -> str:
    """Read an id of the API, such as "max_verstappen"."""
    found = text(value, key, where, max_length=50)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", found):
        raise _invalid_value(where, key, found)
    return found


def whole(value: Any, key: str, where: str) -> int:
    """Read an integer from 0 to 9999, given as a string."""
    found = mapping(value, where).get(key)
    if not isinstance(found, str) or not re.fullmatch(r"[0-9]{1,4}", found):
        raise _invalid_value(where, key, found)
    return int(found)


def points(value: Any, key: str, where: str) -> Decimal:
    """Read points with at most two decimals, given as a string."""
    found = text(value, key, where, max_length=8)
    try:
        number = Decimal(found)
    except InvalidOperation as error:
        raise _invalid_value(where, key, found) from error
    if not number.is_finite() or abs(number) > LARGEST_NUMBER or number != number.quantize(Decimal("0.01")):
        raise _invalid_value(where, key, found)
    return number


def day(value: Any, key: str, where: str) -> date:
    found = text(value, key, where, max_length=10)
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise _invalid_value(where, key, found) from error


def moment(value: Any, where: str) -> datetime | None:
    """Read the start of a session in UTC from its date and time; None while the time is not published."""
    clock = optional_text(value, "time", where, max_length=14)
    if not clock:
        return None
    try:
        found = datetime.fromisoformat(f"{day(value, 'date', where)}T{clock}")
    except ValueError as error:
        raise _invalid_value(where, "time", clock) from error
    if found.tzinfo is None:
        raise _invalid_value(where, "time", clock)
    return found.astimezone(UTC)


def _invalid_value(where: str, key: str, found: Any) -> FeedError:
    shown = "missing" if found is None else f"“{str(found)[:40]}”"
    return FeedError(f"The F1 API's answer is not understood: in {where}, {key} is {shown}.")


# -- from rows to DTOs -----------------------------------------------------------------------------------------------


def page(body: Any, table: str) -> tuple[Mapping[str, Any], int]:
    """Return the table in a response and the total number of rows over all pages."""
    data = mapping(mapping(body, "the answer").get("MRData"), "MRData")
    return mapping(data.get(table), table), whole(data, "total", "MRData")


def calendar(races: list[Any], year: int) -> tuple[RaceFacts, ...]:
    return tuple(race(row, year) for row in races)


def circuits(races: list[Any]) -> tuple[CircuitFacts, ...]:
    """Return the circuits of a calendar without duplicates, in the order of their races."""
    found = [circuit(mapping(row, "a race").get("Circuit")) for row in races]
    return tuple({facts.ref: facts for facts in found}.values())


def race(value: Any, year: int) -> RaceFacts:
    name = text(value, "raceName", "a race")
    _check_season(value, name, year)
    return RaceFacts(
        round=whole(value, "round", name),
        name=name,
        circuit=ref(value.get("Circuit"), "circuitId", f"the circuit of {name}"),
        date=day(value, "date", name),
        starts_at=moment(value, name),
        sessions=_sessions(value, name),
    )


def _check_season(value: Any, name: str, year: int) -> None:
    if whole(value, "season", name) != year:
        raise FeedError(f"The F1 API was asked for {year} and answered with a {name} of {value['season']}.")


def _sessions(value: Any, name: str) -> tuple[SessionFacts, ...]:
    given = {OTHER_NAMES.get(key, key): session for key, session in value.items()}
    return tuple(
        SessionFacts(kind, day(given[key], "date", f"{key} of {name}"), moment(given[key], f"{key} of {name}"))
        for key, kind in SESSIONS.items()
        if key in given
    )


def circuit(value: Any) -> CircuitFacts:
    place = mapping(value, "a circuit").get("Location", {})
    return CircuitFacts(
        ref=ref(value, "circuitId", "a circuit"),
        name=text(value, "circuitName", "a circuit"),
        locality=optional_text(place, "locality", "a circuit's location"),
        country=optional_text(place, "country", "a circuit's location"),
    )


def team(value: Any) -> TeamFacts:
    return TeamFacts(
        ref=ref(value, "constructorId", "a team"),
        name=text(value, "name", "a team"),
        nationality=optional_text(value, "nationality", "a team", max_length=50),
    )


def driver(value: Any) -> DriverFacts:
    driver_ref = ref(value, "driverId", "a driver")
    return DriverFacts(
        ref=driver_ref,
        given_name=text(value, "givenName", driver_ref),
        family_name=text(value, "familyName", driver_ref),
        code=optional_text(value, "code", driver_ref, max_length=3),
        date_of_birth=day(value, "dateOfBirth", driver_ref) if value.get("dateOfBirth") else None,
        nationality=optional_text(value, "nationality", driver_ref, max_length=50),
    )


def classification(value: Any, kind: str, key: str, year: int) -> ClassificationFacts:
    """Parse one race whose result rows are under `key`."""
    name = text(value, "raceName", "a race")
    _check_season(value, name, year)
    rows = rows_of(value, key)
    return ClassificationFacts(
        round=whole(value, "round", name),
        race_name=name,
        circuit=ref(value.get("Circuit"), "circuitId", f"the circuit of {name}"),
        kind=kind,
        rows=tuple(_result(row, name) for row in rows),
        drivers=tuple(driver(row["Driver"]) for row in rows),
        teams=tuple({facts.ref: facts for facts in (team(row["Constructor"]) for row in rows)}.values()),
    )


def _result(value: Any, race_name: str) -> ResultFacts:
    where = f"a row of {race_name}"
    driver_ref = ref(mapping(value, where).get("Driver"), "driverId", where)
    where = f"{driver_ref}'s row of {race_name}"
    return ResultFacts(
        driver=driver_ref,
        team=ref(value.get("Constructor"), "constructorId", where),
        number=whole(value, "number", where),
        position=whole(value, "position", where),
        position_text=text(value, "positionText", where, max_length=4),
        grid=whole(value, "grid", where),
        laps=whole(value, "laps", where),
        status=text(value, "status", where, max_length=40),
        points=points(value, "points", where),
        fastest_lap_rank=_fastest_lap_rank(value, where),
        time_text=_time_text(value, where),
    )


def _fastest_lap_rank(value: Any, where: str) -> int | None:
    lap = value.get("FastestLap")
    return whole(lap, "rank", where) if lap and mapping(lap, where).get("rank") else None


def _time_text(value: Any, where: str) -> str:
    """Return the time of a row. Nothing depends on it and the API has sent garbage: drop what cannot be displayed."""
    shown = mapping(value.get("Time") or {}, where).get("time")
    return shown if isinstance(shown, str) and len(shown) <= 20 and shown.isprintable() else ""
