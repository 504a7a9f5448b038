"""Generates a season as the F1 API would serve it, with everything that its real seasons have: cars that are missing,
withdrawn, renamed or spelled differently, values that are null, and drivers who come in, move and come back.

`GeneratedSeason` knows what happened in every race, so that a test can compute points without the project's code.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

# A seat is a car of a team: (team, 0 or 1). Its number is the car's, not the driver's.
Seat = tuple[int, int]

# Races, teams and sprints of each real season, and how the API calls the session that decides the sprint's grid.
SEASONS = {
    2018: (21, 10, 0, ""), 2019: (21, 10, 0, ""), 2020: (17, 10, 0, ""), 2021: (22, 10, 3, ""), 2022: (22, 10, 3, ""),
    2023: (22, 10, 6, "SprintShootout"), 2024: (24, 10, 6, "SprintQualifying"), 2025: (24, 10, 6, "SprintQualifying"),
    2026: (22, 11, 6, "SprintQualifying"),
}  # fmt: skip
DID_NOT_START = [("W", "Did not start"), ("W", "Did_not_start"), ("R", "DID NOT START"), ("W", "Withdrew"), ("W", None)]
WITHDREW_DURING_THE_RACE = [("W", "Withdrew"), ("17", "Withdrew"), ("W", "withdrew")]
DISQUALIFIED = [("D", "Disqualified"), (None, "Disqualified"), (None, "DISQUALIFIED"), ("E", "Excluded")]
RETIRED = [("R", "Retired"), ("R", "Engine"), ("R", None), ("N", "Not classified")]
CLASSIFIED = ["Finished", "Lapped", "+1 Lap", None]


@dataclass(frozen=True)
class Car:
    """What happened to a car: `fate` is classified, retired, disqualified or did_not_start."""

    driver: str
    fate: str
    place: int
    grid: int | None


@dataclass
class Session:
    """A race or a sprint: who drove which seat, and the cars by driver. A missing car is in neither."""

    seats: dict[Seat, str] = field(default_factory=dict)
    cars: dict[str, Car] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def starter_in(self, seat: Seat) -> str | None:
        driver = self.seats.get(seat)
        return driver if driver and self.cars[driver].fate != "did_not_start" else None


@dataclass
class Weekend:
    round: int
    starts_at: datetime
    has_sprint: bool
    race: Session = field(default_factory=Session)
    sprint: Session = field(default_factory=Session)
    pole: str = ""


class GeneratedSeason:
    """A season from a seed. `races` shortens it."""

    def __init__(self, year: int, seed: int, races: int | None = None) -> None:
        self.rng = random.Random(f"{year}:{seed}")
        self.year = year
        count, self.teams, sprints, self.shootout = SEASONS[year]
        self.team_names = {team: f"team_{team}" for team in range(self.teams)}
        self.regular = {(team, car): f"driver_{2 * team + car + 1}" for team in range(self.teams) for car in (0, 1)}
        self.drivers = list(self.regular.values())
        self.last_seats: dict[Seat, str] = {}
        count = min(count, races or count)
        sprint_rounds = set(self.rng.sample(range(1, count + 1), min(sprints, count // 2)))
        start = datetime(year, 3, 10, 14, tzinfo=UTC)
        start += timedelta(days=6 - start.weekday())
        self.weekends = [
            Weekend(number, start + timedelta(weeks=number - 1), number in sprint_rounds)
            for number in range(1, count + 1)
        ]
        for weekend in self.weekends:
            self._run(weekend)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _run(self, weekend: Weekend) -> None:
        # Where the line-up has one car, nobody can tell whether a newcomer came in for its driver or in the empty seat.
        seats, touched = dict(self.regular), self._teams_with_one_car(weekend)
        event = self.rng.choice(["none", "substitute", "chain", "both", "exchange", "gap", "rename", "reserve_stays"])
        unchanged = [team for team in range(self.teams) if self._is_unchanged(team)]
        if event == "rename":
            for team in self.rng.sample(unchanged, min(1, len(unchanged))):
                self.team_names[team] = f"team_{team}_{weekend.round}"
                touched.add(team)
        elif event != "none":
            touched |= self._change_seats(event, seats)
        self._lose_cars(seats, touched)
        self._drive(weekend.race, seats, touched, points=(25, 18, 15, 12, 10, 8, 6, 4, 2, 1))
        if weekend.has_sprint:
            # The drivers of the sprint are those of the race, or the regular ones: then the change came in between.
            sprinters = dict(self.rng.choice([seats, self.regular]))
            self._drive(weekend.sprint, sprinters, touched, points=(8, 7, 6, 5, 4, 3, 2, 1))
        self.last_seats = seats
        weekend.pole = self.rng.choice(sorted(weekend.race.cars))

    def _teams_with_one_car(self, weekend: Weekend) -> set[int]:
        """The teams that have fewer than two drivers in the line-up of this race."""
        if weekend.round == 1:
            return set()
        *_, (_, line_up) = self.line_ups(until=weekend.round)
        teams = [team for team, _ in line_up.values()]
        return {team for team in range(self.teams) if teams.count(team) < 2}

    def _is_unchanged(self, team: int) -> bool:
        """Whether the regular drivers of the team drove the last race too."""
        return all(self.last_seats.get((team, car)) == self.regular[team, car] for car in (0, 1))

    def _change_seats(self, event: str, seats: dict[Seat, str]) -> set[int]:
        """Let drivers come in, move or exchange cars; returns the teams concerned."""
        first, second = self.rng.sample(range(self.teams), 2)
        car, other = (first, self.rng.randrange(2)), (second, self.rng.randrange(2))
        if event in ("substitute", "reserve_stays"):
            seats[car] = self._newcomer()
            if event == "reserve_stays":
                self.regular[car] = seats[car]
        elif event == "chain":
            seats[car], seats[other] = seats[other], self._newcomer()
        elif event == "gap":
            seats[car] = seats.pop(other)
        elif event == "both":
            seats[first, 0], seats[first, 1] = self._newcomer(), self._newcomer()
            return {first}
        elif event == "exchange":
            seats[car], seats[other] = seats[other], seats[car]
            self.regular[car], self.regular[other] = seats[car], seats[other]
        return {first, second}

    def _newcomer(self) -> str:
        self.drivers.append(f"driver_{len(self.drivers) + 1}")
        return self.drivers[-1]

    def _lose_cars(self, seats: dict[Seat, str], touched: set[int]) -> None:
        """Take out up to two cars, as in Australia in 2024: they are not in the results at all."""
        whole_teams = [seat for seat in seats if seat[0] not in touched]
        already = 2 * self.teams - len(seats)
        for seat in self.rng.sample(whole_teams, min(2 - already, self.rng.choice([0, 0, 1, 2]))):
            del seats[seat]

    def _drive(self, session: Session, seats: dict[Seat, str], touched: set[int], points: tuple[int, ...]) -> None:
        order = list(seats.items())
        self.rng.shuffle(order)
        unplaced = self.rng.sample(order[1:], self.rng.randint(0, 5))
        order = [item for item in order if item not in unplaced] + unplaced
        session.seats = seats
        for position, (seat, driver) in enumerate(order, 1):
            fate = "classified"
            if (seat, driver) in unplaced:
                fates = ["retired", "withdrew", "disqualified", "did_not_start"]
                fate = self.rng.choice(fates if seat[0] not in touched else fates[:3])
            # Where drivers change, the number says whose car it is.
            may_hide_number = seat[1] == 1 and seat[0] not in touched and self._is_unchanged(seat[0])
            row = self._row(seat, driver, fate, position, points, may_hide_number=may_hide_number)
            session.rows.append(row)
            grid = row.get("grid")
            kept = "retired" if fate == "withdrew" else fate
            session.cars[driver] = Car(driver, kept, position, int(grid) if grid is not None else None)

    def _row(
        self, seat: Seat, driver: str, fate: str, position: int, points: tuple[int, ...], *, may_hide_number: bool
    ) -> dict[str, Any]:
        text, status = {
            "classified": (str(position), self.rng.choice(CLASSIFIED)),
            "retired": self.rng.choice(RETIRED),
            "withdrew": self.rng.choice(WITHDREW_DURING_THE_RACE),
            "disqualified": self.rng.choice(DISQUALIFIED),
            "did_not_start": self.rng.choice(DID_NOT_START),
        }[fate]
        if text is None or text.isdigit():
            text = str(position)
        is_scoring = fate == "classified" and position <= len(points)
        laps = {"classified": 57, "did_not_start": 0}.get(fate, self.rng.randint(1, 40))
        row = {
            "number": str(10 * seat[0] + seat[1] + 1),
            "position": str(position),
            "positionText": text,
            "points": str(points[position - 1]) if is_scoring else "0",
            "grid": str(self.rng.randint(0, 20)),
            "laps": str(laps),
            "status": status,
            "Driver": self._driver(driver),
            "Constructor": {"constructorId": self.team_names[seat[0]], "name": self.team_names[seat[0]].title()},
        }
        hidden = [key for key, chance in (("grid", 0.1), ("laps", 0.1), ("number", 0.05)) if self.rng.random() < chance]
        for key in hidden:
            if key == "laps" and fate in ("withdrew", "did_not_start"):
                continue  # There the laps decide.
            if key == "number" and not may_hide_number:
                continue
            row[key] = None
        if not is_scoring and self.rng.random() < 0.2:
            del row["points"]
        return row

    def _driver(self, ref: str) -> dict[str, str]:
        # A driver can be spelled in two ways; the id is the same.
        name = self.rng.choice([ref.title(), ref.upper()])
        return {"driverId": ref, "givenName": "Test", "familyName": name.replace("_", " ")}

    # -- as the API serves it ----------------------------------------------------------------------------------------

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._respond)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        parts = [part for part in request.url.path.split("/") if part][2:]
        limit, offset = int(request.url.params["limit"]), int(request.url.params["offset"])
        what = parts[-1]
        only_round = int(parts[1]) if len(parts) == 3 else None
        weekends = [weekend for weekend in self.weekends if only_round in (None, weekend.round)]
        if what == "races":
            return _page("RaceTable", "Races", [self._race(weekend) for weekend in weekends], limit, offset)
        if what == "constructors":
            teams = [{"constructorId": f"team_{team}", "name": f"Team {team}"} for team in range(self.teams)]
            return _page("ConstructorTable", "Constructors", teams, limit, offset)
        if what == "drivers":
            return _page("DriverTable", "Drivers", [self._driver(ref) for ref in self.drivers], limit, offset)
        key = {"results": "Results", "sprint": "SprintResults", "qualifying": "QualifyingResults"}[what]
        rows = [(weekend, row) for weekend in weekends for row in self._rows(weekend, what)]
        races: list[dict[str, Any]] = []
        for weekend, row in rows[offset : offset + limit]:
            if not races or races[-1]["round"] != str(weekend.round):
                races.append(self._race(weekend) | {key: []})
            races[-1][key].append(row)
        return _response("RaceTable", "Races", races, len(rows))

    def _rows(self, weekend: Weekend, what: str) -> list[dict[str, Any]]:
        if what == "qualifying":
            others = [driver for driver in weekend.race.cars if driver != weekend.pole]
            return [
                {"position": str(place), "Driver": {"driverId": driver}}
                for place, driver in enumerate([weekend.pole, *others], 1)
            ]
        return weekend.race.rows if what == "results" else weekend.sprint.rows

    def _race(self, weekend: Weekend) -> dict[str, Any]:
        hours = {"Qualifying": 24}
        if weekend.has_sprint:
            hours = {"Qualifying": 46, "Sprint": 25} if not self.shootout else {"Qualifying": 21, "Sprint": 25}
            hours |= {self.shootout: 46} if self.shootout else {}
        sessions = {name: _moment(weekend.starts_at - timedelta(hours=before)) for name, before in hours.items()}
        circuit = {"circuitId": f"circuit_{weekend.round}", "circuitName": f"Circuit {weekend.round}"}
        return {
            "season": str(self.year), "round": str(weekend.round), "raceName": f"Grand Prix {weekend.round}",
            "Circuit": circuit, **_moment(weekend.starts_at), **sessions,
        }  # fmt: skip

    # -- what follows from it ----------------------------------------------------------------------------------------

    def line_ups(self, until: int | None = None) -> Iterator[tuple[Weekend, dict[str, Seat]]]:
        """The line-up of each race, or of those up to a round.

        It has the drivers who had each seat last, unless they drove another one in the last race. A seat that nobody
        has raced yet is that of the driver who drove its sprint.
        """
        holders = dict(self.weekends[0].race.seats)
        last = self.weekends[0].race
        for weekend in self.weekends[:until]:
            drove = {driver: seat for seat, driver in last.seats.items()}
            yield weekend, {driver: seat for seat, driver in holders.items() if drove.get(driver, seat) == seat}
            last = weekend.race
            holders |= last.seats
            holders = weekend.sprint.seats | holders


def scorer(driver: str, line_up: dict[str, Seat], session: Session) -> str | None:
    """Who scores for a driver of the line-up in this session: the driver, or the end of the chain of moves."""
    if driver in session.cars and session.cars[driver].fate != "did_not_start":
        return driver
    successor = session.starter_in(line_up[driver])
    while successor in line_up:
        successor = session.starter_in(line_up[successor])
    return successor


def _moment(at: datetime) -> dict[str, str]:
    return {"date": at.strftime("%Y-%m-%d"), "time": at.strftime("%H:%M:%SZ")}


def _page(table: str, name: str, rows: list[Any], limit: int, offset: int) -> httpx.Response:
    return _response(table, name, rows[offset : offset + limit], len(rows))


def _response(table: str, name: str, rows: list[Any], total: int) -> httpx.Response:
    return httpx.Response(200, json={"MRData": {"total": str(total), table: {name: rows}}})
