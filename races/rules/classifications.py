"""What a classification must look like to be believed, and how a finish is put into words. No Django, no clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fantasyf1.kit.points import points_text

from ..facts import ResultFacts

NOT_CLASSIFIED = {
    "R": "retired",
    "D": "disqualified",
    "E": "excluded",
    "W": "did not start",
    "F": "did not qualify",
    "N": "not classified",
}
# A win and, until 2024, the fastest lap; a sprint's win.
MOST_POINTS = {"race": Decimal(26), "sprint": Decimal(8)}
# By place, as they are given today.
OFFICIAL_POINTS = {"race": (25, 18, 15, 12, 10, 8, 6, 4, 2, 1), "sprint": (8, 7, 6, 5, 4, 3, 2, 1)}
# A whole team may be missing. A list with more cars missing is one that was cut off.
MOST_CARS_MISSING = 2
DETAILS = {
    "team": "team",
    "number": "number",
    "grid": "grid",
    "laps": "laps",
    "fastest_lap_rank": "fastest lap",
    "time_text": "time",
}


def problem_with_places(rows: Sequence[ResultFacts]) -> str:
    """Say what is wrong with the places, or nothing. The feed has had two cars on one, and one left out."""
    if not rows:
        return "It has no rows."
    places = Counter(row.position for row in rows)
    if twice := [place for place, count in places.items() if count > 1]:
        return f"Place {min(twice)} is taken twice."
    if missing := set(range(1, len(rows) + 1)) - places.keys():
        return f"Place {min(missing)} is missing."
    for row in rows:
        if row.position_text not in (str(row.position), *NOT_CLASSIFIED):
            return f"{row.driver} is in place {row.position}, but is called “{row.position_text}”."
    drivers = Counter(row.driver for row in rows)
    if doubled := [driver for driver, count in drivers.items() if count > 1]:
        return f"{min(doubled)} is in it twice."
    return "" if any(row.position_text == "1" for row in rows) else "It has no winner."


def is_cut_off(cars: int, grid_size: int) -> bool:
    """Whether so many cars are missing that the list cannot be whole.

    >>> is_cut_off(7, 20), is_cut_off(18, 20)
    (True, False)
    """
    return cars < grid_size - MOST_CARS_MISSING


def problem_with_count(cars: int, *, grid_size: int, entered: int, at_home: int, accepted: int) -> str:
    """Say what is wrong with the number of cars, or nothing.

    `entered` is how many are known to be entered, 0 when nobody knows; `at_home` how many an administrator withdrew,
    who by that says that a short list is right; `accepted` is the length of the last good list.

    >>> problem_with_count(7, grid_size=20, entered=20, at_home=0, accepted=0)
    'It has 7 cars, and 20 were expected.'
    >>> problem_with_count(19, grid_size=20, entered=20, at_home=0, accepted=20)
    'It has 19 cars, and the accepted one has 20.'
    >>> problem_with_count(16, grid_size=20, entered=16, at_home=4, accepted=0)
    ''
    """
    if cars < accepted:
        return f"It has {cars} cars, and the accepted one has {accepted}."
    if is_cut_off(cars, grid_size - at_home):
        return f"It has {cars} cars, and {grid_size - at_home} were expected."
    most = max(grid_size, entered)
    return f"It has {cars} cars, and at most {most} can have driven." if cars > most else ""


def problem_with_points(rows: Sequence[ResultFacts], kind: str) -> str:
    """Say what is wrong with the official points, or nothing: within bounds, falling with the places."""
    most = MOST_POINTS[kind]
    least_so_far = most
    for row in by_place(rows):
        if not 0 <= row.points <= most:
            return f"{points_text(row.points)} points for {row.driver} cannot be."
        if row.points and row.position_text in NOT_CLASSIFIED:
            return f"{row.driver} is not classified and has {points_text(row.points)} points."
        if row.points > least_so_far + 1:  # The fastest lap gave a point until 2024.
            return f"{row.driver} has more points than a car before him."
        least_so_far = min(least_so_far, row.points)
    return ""


def by_place(rows: Sequence[ResultFacts]) -> list[ResultFacts]:
    return sorted(rows, key=lambda row: row.position)


def finish_text(position_text: str, status: str) -> str:
    """How a car finished, as people say it.

    >>> finish_text("1", "Finished"), finish_text("12", "Lapped"), finish_text("R", "Retired")
    ('1st', '12th', 'retired')
    >>> finish_text("5", "Disqualified")
    'disqualified'
    """
    if not position_text.isdigit():
        return NOT_CLASSIFIED.get(position_text, position_text)
    if status.lower() == "disqualified":
        return "disqualified"
    place = int(position_text)
    ending = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def differences(before: Sequence[ResultFacts], after: Sequence[ResultFacts], names: Mapping[str, str]) -> list[str]:
    """Say what changed between two lists, one sentence a car; `names` are the drivers' by reference."""
    old = {row.driver: row for row in before}
    told = [f"{names[row.driver]}: {what}" for row in by_place(after) if (what := _change(old.get(row.driver), row))]
    gone = sorted(names[driver] for driver in old.keys() - {row.driver for row in after})
    told += [f"{name}: no longer in the list" for name in gone]
    return told or ["The order of the cars that did not finish has changed."]


def _change(old: ResultFacts | None, new: ResultFacts) -> str:
    finish = finish_text(new.position_text, new.status)
    if old is None:
        return f"added, {finish}"
    finish_before = finish_text(old.position_text, old.status)
    parts = []
    if finish_before != finish:
        parts.append(f"{finish_before} → {finish}")
    elif old.status != new.status:
        parts.append(f"{old.status} → {new.status}")
    if old.points != new.points:
        parts.append(f"{points_text(old.points)} → {points_text(new.points)} points")
    parts += [
        f"{label} {_said(getattr(old, name))} → {_said(getattr(new, name))}"
        for name, label in DETAILS.items()
        if getattr(old, name) != getattr(new, name)
    ]
    return ", ".join(parts)


def _said(value: object) -> str:
    return "none" if value in (None, "") else str(value)
