"""Season packs: seasons as facts in files of this project, for where the F1 API cannot be reached.

A pack is JSON with one line for each circuit, team, driver, session and car, so that a renewed pack reads well in a
diff. `manage.py make_pack YEAR` writes it from the API. Columns, in the order of the lines:

    circuits    ref, name, locality, country
    teams       ref, name, nationality
    drivers     ref, code, given name, family name, date of birth, nationality
    entries     driver, team, number: the line-up of the first race
    races       round, name, circuit, date, start, sessions as [kind, date, start]
    race, sprint (by round, in the order of the places)
                driver, team, number, position text, grid, laps, status, points, fastest lap rank, time
    line_ups    by round, like entries: races to come whose line-up differs from the race before; kept by hand

Starts are in UTC; one that is not known is null. Points are decimal strings.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.points import points_text

from .facts import (
    CircuitFacts,
    ClassificationFacts,
    DriverFacts,
    EntryFacts,
    RaceFacts,
    ResultFacts,
    SeasonFacts,
    SessionFacts,
    TeamFacts,
)

FOLDER = Path(__file__).parent / "packs"
FORMAT = 1
SOURCES = [
    "f1db (https://github.com/f1db/f1db), CC BY 4.0: the facts, reshaped",
    "Jolpica F1 API (https://github.com/jolpica/jolpica-f1): the identities",
]


@dataclass(frozen=True)
class SeasonPack:
    """A season with its classifications, in the order of the rounds, and known line-ups of races to come by round."""

    season: SeasonFacts
    classifications: tuple[ClassificationFacts, ...]
    line_ups: dict[int, tuple[EntryFacts, ...]]


def packs_available() -> list[int]:
    """The years that have a pack, ascending."""
    return sorted(int(path.stem) for path in FOLDER.glob("*.json"))


def read_pack(year: int, folder: Path = FOLDER) -> SeasonPack:
    """Read a year's pack; raises `Refused` when there is none."""
    try:
        data = json.loads((folder / f"{year}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"There is no season pack of {year}.") from error
    if data["format"] != FORMAT:
        raise Refused(f"The season pack of {year} has the format {data['format']}; this version reads {FORMAT}.")
    season = _season(data)
    return SeasonPack(season, tuple(_classifications(data, season)), _line_ups(data))


def _season(data: dict[str, Any]) -> SeasonFacts:
    return SeasonFacts(
        year=data["season"],
        circuits=tuple(CircuitFacts(*row) for row in data["circuits"]),
        teams=tuple(TeamFacts(*row) for row in data["teams"]),
        drivers=tuple(_driver(*row) for row in data["drivers"]),
        races=tuple(_race(*row) for row in data["races"]),
        entries=tuple(EntryFacts(*row) for row in data["entries"]),
    )


def _driver(ref: str, code: str, given: str, family: str, born: str | None, nationality: str) -> DriverFacts:
    return DriverFacts(ref, given, family, code, date.fromisoformat(born) if born else None, nationality)


def _race(number: int, name: str, circuit: str, day: str, start: str | None, sessions: list[list[str]]) -> RaceFacts:
    return RaceFacts(
        number, name, circuit, date.fromisoformat(day), _moment(start), tuple(_session(*row) for row in sessions)
    )


def _session(kind: str, day: str, start: str | None) -> SessionFacts:
    return SessionFacts(kind, date.fromisoformat(day), _moment(start))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _classifications(data: dict[str, Any], season: SeasonFacts) -> Iterator[ClassificationFacts]:
    for race in season.races:
        for kind in ("sprint", "race"):
            rows = data[kind].get(str(race.round))
            if rows:
                results = tuple(_result(place, *row) for place, row in enumerate(rows, 1))
                yield ClassificationFacts(race.round, race.name, race.circuit, kind, results)


def _result(
    position: int, driver: str, team: str, number: int, text: str, grid: int, laps: int, status: str, points: str,
    fastest: int | None, time: str,
) -> ResultFacts:  # fmt: skip
    return ResultFacts(driver, team, number, position, text, grid, laps, status, Decimal(points), fastest, time)


def _line_ups(data: dict[str, Any]) -> dict[int, tuple[EntryFacts, ...]]:
    return {int(number): tuple(EntryFacts(*row) for row in rows) for number, rows in data["line_ups"].items()}


# -- writing ---------------------------------------------------------------------------------------------------------


def write_pack(pack: SeasonPack, folder: Path = FOLDER) -> Path:
    """Write a pack so that reading it gives the same facts; returns the file."""
    path = folder / f"{pack.season.year}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_text_of(pack), encoding="utf-8")
    return path


def with_line_ups_of(pack: SeasonPack, older: SeasonPack) -> SeasonPack:
    """Keep an older pack's line-ups of the races that have not been classified since."""
    classified = {one.round for one in pack.classifications if one.kind == "race"}
    return replace(pack, line_ups={n: rows for n, rows in older.line_ups.items() if n not in classified})


def _text_of(pack: SeasonPack) -> str:
    season = pack.season
    parts = {
        "format": _line(FORMAT),
        "season": _line(season.year),
        "sources": _lines(SOURCES),
        "circuits": _lines([one.ref, one.name, one.locality, one.country] for one in season.circuits),
        "teams": _lines([one.ref, one.name, one.nationality] for one in season.teams),
        "drivers": _lines(_driver_row(one) for one in season.drivers),
        "entries": _lines(_entry_row(one) for one in season.entries),
        "races": _lines(_race_row(one) for one in season.races),
        "race": _by_round(
            {one.round: map(_result_row, one.rows) for one in pack.classifications if one.kind == "race"}
        ),
        "sprint": _by_round(
            {one.round: map(_result_row, one.rows) for one in pack.classifications if one.kind == "sprint"}
        ),
        "line_ups": _by_round({number: map(_entry_row, rows) for number, rows in pack.line_ups.items()}),
    }
    return "{\n" + ",\n".join(f' "{name}": {text}' for name, text in parts.items()) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(rows: Iterable[object], indent: str = "  ") -> str:
    body = ",\n".join(indent + _line(row) for row in rows)
    return f"[\n{body}\n{indent[:-1]}]" if body else "[]"


def _by_round(groups: dict[int, Iterable[object]]) -> str:
    body = ",\n".join(f'  "{number}": {_lines(rows, "   ")}' for number, rows in sorted(groups.items()))
    return f"{{\n{body}\n }}" if body else "{}"


def _driver_row(one: DriverFacts) -> list[str | None]:
    born = one.date_of_birth.isoformat() if one.date_of_birth else None
    return [one.ref, one.code, one.given_name, one.family_name, born, one.nationality]


def _entry_row(one: EntryFacts) -> list[str | int | None]:
    return [one.driver, one.team, one.number]


def _race_row(one: RaceFacts) -> list[object]:
    sessions = [[s.kind, s.date.isoformat(), _start_text(s.starts_at)] for s in one.sessions]
    return [one.round, one.name, one.circuit, one.date.isoformat(), _start_text(one.starts_at), sessions]


def _start_text(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _result_row(row: ResultFacts) -> list[object]:
    return [
        row.driver, row.team, row.number, row.position_text, row.grid, row.laps, row.status, points_text(row.points),
        row.fastest_lap_rank, row.time_text,
    ]  # fmt: skip
