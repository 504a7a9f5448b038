"""Season packs: JSON fixtures of whole seasons, used if the F1 API cannot be reached.

A pack has one line per circuit, team, driver, session and car, so that the diff of a regenerated pack is readable.
`manage.py make_pack YEAR` generates it from the API. Columns, in the order of the lines:

    circuits    ref, name, locality, country
    teams       ref, name, nationality
    drivers     ref, code, given name, family name, date of birth, nationality
    entries     driver, team, number: the line-up of the first race
    races       round, name, circuit, date, start, sessions as [kind, date, start]
    race, sprint (by round, ordered by position)
                driver, team, number, position text, grid, laps, status, points, fastest lap rank, time
    poles       by round: the driver who was fastest in qualifying
    line_ups    by round, like entries: upcoming races whose line-up differs from the previous race; edited by hand

Start times are in UTC, null if unknown. Points are decimal strings.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.errors import Refused
from core.formatting.points import format_points
from core.translation import gettext as _

from .dto import CircuitDTO, ClassificationDTO, DriverDTO, EntryDTO, RaceDTO, ResultDTO, SeasonDTO, SessionDTO, TeamDTO

PACKS_DIR = Path(__file__).parent / "packs"
PACK_FORMAT = 1
SOURCES = [
    "f1db (https://github.com/f1db/f1db), CC BY 4.0: the facts, reshaped",
    "Jolpica F1 API (https://github.com/jolpica/jolpica-f1): the identities",
]


@dataclass(frozen=True)
class SeasonPack:
    """A season, its classifications ordered by round, and the known line-ups of upcoming races by round."""

    season: SeasonDTO
    classifications: tuple[ClassificationDTO, ...]
    line_ups: dict[int, tuple[EntryDTO, ...]]


def available_packs() -> list[int]:
    """Return the years that have a pack, ascending."""
    return sorted(int(path.stem) for path in PACKS_DIR.glob("*.json"))


def read_pack(year: int, folder: Path = PACKS_DIR) -> SeasonPack:
    """Read a year's pack. Raises `Refused` if there is none or its format is not supported."""
    try:
        data = json.loads((folder / f"{year}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(_("There is no season pack for %(year)s.") % {"year": year}) from error
    if data["format"] != PACK_FORMAT:
        raise Refused(
            _("The season pack of %(year)s has format %(format)s, but this version reads format %(supported)s.")
            % {"year": year, "format": data["format"], "supported": PACK_FORMAT}
        )
    season = _season(data)
    return SeasonPack(season, tuple(_classifications(data, season)), _line_ups(data))


def _season(data: dict[str, Any]) -> SeasonDTO:
    return SeasonDTO(
        year=data["season"],
        circuits=tuple(CircuitDTO(*row) for row in data["circuits"]),
        teams=tuple(TeamDTO(*row) for row in data["teams"]),
        drivers=tuple(_driver(*row) for row in data["drivers"]),
        races=tuple(_race(*row) for row in data["races"]),
        entries=tuple(EntryDTO(*row) for row in data["entries"]),
    )


def _driver(ref: str, code: str, given: str, family: str, born: str | None, nationality: str) -> DriverDTO:
    return DriverDTO(ref, given, family, code, date.fromisoformat(born) if born else None, nationality)


def _race(number: int, name: str, circuit: str, day: str, start: str | None, sessions: list[list[str]]) -> RaceDTO:
    return RaceDTO(
        number, name, circuit, date.fromisoformat(day), _parse_start(start), tuple(_session(*row) for row in sessions)
    )


def _session(kind: str, day: str, start: str | None) -> SessionDTO:
    return SessionDTO(kind, date.fromisoformat(day), _parse_start(start))


def _parse_start(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _classifications(data: dict[str, Any], season: SeasonDTO) -> Iterator[ClassificationDTO]:
    for race in season.races:
        for kind in ("sprint", "race"):
            rows = data[kind].get(str(race.round))
            if rows:
                results = tuple(_result(place, *row) for place, row in enumerate(rows, 1))
                pole = data.get("poles", {}).get(str(race.round), "") if kind == "race" else ""
                yield ClassificationDTO(race.round, race.name, race.circuit, kind, results, pole=pole)


def _result(
    position: int, driver: str, team: str, number: int | None, text: str, grid: int | None, laps: int | None,
    status: str, points: str, fastest: int | None, time: str,
) -> ResultDTO:  # fmt: skip
    return ResultDTO(driver, team, number, position, text, grid, laps, status, Decimal(points), fastest, time)


def _line_ups(data: dict[str, Any]) -> dict[int, tuple[EntryDTO, ...]]:
    return {int(number): tuple(EntryDTO(*row) for row in rows) for number, rows in data["line_ups"].items()}


# -- writing ---------------------------------------------------------------------------------------------------------


def write_pack(pack: SeasonPack, folder: Path = PACKS_DIR) -> Path:
    """Write a pack that `read_pack` restores to equal DTOs; returns the path."""
    path = folder / f"{pack.season.year}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_render(pack), encoding="utf-8")
    return path


def keep_manual_line_ups(pack: SeasonPack, older: SeasonPack) -> SeasonPack:
    """Copy the line-ups of races that are still unclassified from an older pack."""
    classified = {classification.round for classification in pack.classifications if classification.kind == "race"}
    return replace(pack, line_ups={number: rows for number, rows in older.line_ups.items() if number not in classified})


def _render(pack: SeasonPack) -> str:
    season = pack.season
    parts = {
        "format": _json_line(PACK_FORMAT),
        "season": _json_line(season.year),
        "sources": _json_lines(SOURCES),
        "circuits": _json_lines(_circuit_row(circuit) for circuit in season.circuits),
        "teams": _json_lines([team.ref, team.name, team.nationality] for team in season.teams),
        "drivers": _json_lines(_driver_row(driver) for driver in season.drivers),
        "entries": _json_lines(_entry_row(entry) for entry in season.entries),
        "races": _json_lines(_race_row(race) for race in season.races),
        "race": _by_round(_result_rows(pack, "race")),
        "sprint": _by_round(_result_rows(pack, "sprint")),
        "poles": _poles(pack),
        "line_ups": _by_round({number: map(_entry_row, rows) for number, rows in pack.line_ups.items()}),
    }
    return "{\n" + ",\n".join(f' "{name}": {text}' for name, text in parts.items()) + "\n}\n"


def _json_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json_lines(rows: Iterable[object], indent: str = "  ") -> str:
    body = ",\n".join(indent + _json_line(row) for row in rows)
    return f"[\n{body}\n{indent[:-1]}]" if body else "[]"


def _by_round(groups: dict[int, Iterable[object]]) -> str:
    body = ",\n".join(f'  "{number}": {_json_lines(rows, "   ")}' for number, rows in sorted(groups.items()))
    return f"{{\n{body}\n }}" if body else "{}"


def _poles(pack: SeasonPack) -> str:
    lines = [f'  "{dto.round}": {_json_line(dto.pole)}' for dto in pack.classifications if dto.pole]
    return "{\n" + ",\n".join(lines) + "\n }" if lines else "{}"


def _circuit_row(circuit: CircuitDTO) -> list[str]:
    return [circuit.ref, circuit.name, circuit.locality, circuit.country]


def _driver_row(driver: DriverDTO) -> list[str | None]:
    born = driver.date_of_birth.isoformat() if driver.date_of_birth else None
    return [driver.ref, driver.code, driver.given_name, driver.family_name, born, driver.nationality]


def _entry_row(entry: EntryDTO) -> list[str | int | None]:
    return [entry.driver, entry.team, entry.number]


def _race_row(race: RaceDTO) -> list[object]:
    sessions = [[session.kind, session.date.isoformat(), _start_text(session.starts_at)] for session in race.sessions]
    return [race.round, race.name, race.circuit, race.date.isoformat(), _start_text(race.starts_at), sessions]


def _start_text(starts_at: datetime | None) -> str | None:
    return starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") if starts_at else None


def _result_rows(pack: SeasonPack, kind: str) -> dict[int, Iterable[object]]:
    return {
        classification.round: map(_result_row, classification.rows)
        for classification in pack.classifications
        if classification.kind == kind
    }


def _result_row(row: ResultDTO) -> list[object]:
    return [
        row.driver, row.team, row.number, row.position_text, row.grid, row.laps, row.status, format_points(row.points),
        row.fastest_lap_rank, row.time_text,
    ]  # fmt: skip
