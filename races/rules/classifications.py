"""Plausibility checks of classifications, and how finishes and differences are worded. No Django, no clock."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import format_points, shown_points
from core.translation import gettext as _
from core.translation import ngettext

from ..sources.dto import ResultDTO
from .outcomes import Outcome, outcome_of
from .statuses import shown_status

NOT_CLASSIFIED = {
    "R": "retired",
    "D": "disqualified",
    "E": "excluded",
    "W": "did not start",
    "F": "did not qualify",
    "N": "not classified",
}
# Race: a win plus, until 2024, the fastest lap. Sprint: a win.
MAX_POINTS = {"race": Decimal(26), "sprint": Decimal(8)}
# By position, as awarded today.
OFFICIAL_POINTS = {"race": (25, 18, 15, 12, 10, 8, 6, 4, 2, 1), "sprint": (8, 7, 6, 5, 4, 3, 2, 1)}
# A whole team may be missing. If more cars are missing, the list is truncated.
MAX_CARS_MISSING = 2


def problem_with_places(rows: Sequence[ResultDTO]) -> str:
    """Return what is wrong with the positions, or "". The API has sent duplicate and missing positions."""
    if not rows:
        return _("The classification is empty.")
    places = Counter(row.position for row in rows)
    if twice := [place for place, count in places.items() if count > 1]:
        return _("Place %(place)s appears twice.") % {"place": min(twice)}
    if missing := set(range(1, len(rows) + 1)) - places.keys():
        return _("Place %(place)s is missing.") % {"place": min(missing)}
    for row in rows:
        if row.position_text not in (str(row.position), *NOT_CLASSIFIED):
            sentence = _("%(driver)s is in place %(place)s, but the result says “%(text)s”.")
            return sentence % {"driver": row.driver, "place": row.position, "text": row.position_text}
    drivers = Counter(row.driver for row in rows)
    if doubled := [driver for driver, count in drivers.items() if count > 1]:
        return _("%(driver)s appears twice.") % {"driver": min(doubled)}
    return "" if any(row.position_text == "1" for row in rows) else _("The classification has no winner.")


def is_truncated(cars: int, grid_size: int) -> bool:
    """Return whether too many cars are missing for the list to be complete.

    >>> is_truncated(7, 20), is_truncated(18, 20)
    (True, False)
    """
    return cars < grid_size - MAX_CARS_MISSING


def problem_with_count(cars: int, *, grid_size: int, entered: int, withdrawn: int, accepted: int) -> str:
    """Return what is wrong with the number of cars, or "".

    `entered` is the number of known entries, 0 if unknown; `withdrawn` the number withdrawn by an administrator, which
    confirms that a short list is right; `accepted` is the length of the last accepted list.

    >>> problem_with_count(7, grid_size=20, entered=20, withdrawn=0, accepted=0)
    'It has 7 cars instead of 20.'
    >>> problem_with_count(19, grid_size=20, entered=20, withdrawn=0, accepted=20)
    'It has 19 cars, but the accepted classification has 20.'
    >>> problem_with_count(16, grid_size=20, entered=16, withdrawn=4, accepted=0)
    ''
    """
    if cars < accepted:
        sentence = ngettext(
            "It has %(cars)s car, but the accepted classification has %(accepted)s.",
            "It has %(cars)s cars, but the accepted classification has %(accepted)s.",
            cars,
        )
        return sentence % {"cars": cars, "accepted": accepted}
    if is_truncated(cars, grid_size - withdrawn):
        sentence = ngettext(
            "It has %(cars)s car instead of %(expected)s.", "It has %(cars)s cars instead of %(expected)s.", cars
        )
        return sentence % {"cars": cars, "expected": grid_size - withdrawn}
    maximum = max(grid_size, entered)
    if cars <= maximum:
        return ""
    sentence = ngettext(
        "It has %(cars)s car, but at most %(maximum)s took part.",
        "It has %(cars)s cars, but at most %(maximum)s took part.",
        cars,
    )
    return sentence % {"cars": cars, "maximum": maximum}


def problem_with_points(rows: Sequence[ResultDTO], kind: str) -> str:
    """Return what is wrong with the official points, or "": they must be in range and fall with the position."""
    maximum = MAX_POINTS[kind]
    lowest_so_far = maximum
    for row in sorted_by_position(rows):
        if not 0 <= row.points <= maximum:
            sentence = _("%(driver)s cannot have %(points)s points.")
            return sentence % {"driver": row.driver, "points": format_points(row.points)}
        if row.points and row.position_text in NOT_CLASSIFIED:
            sentence = _("%(driver)s is not classified but has %(points)s points.")
            return sentence % {"driver": row.driver, "points": format_points(row.points)}
        if row.points > lowest_so_far + 1:  # The fastest lap gave a point until 2024.
            return _("%(driver)s has more points than a car in a better place.") % {"driver": row.driver}
        lowest_so_far = min(lowest_so_far, row.points)
    return ""


def sorted_by_position(rows: Sequence[ResultDTO]) -> list[ResultDTO]:
    return sorted(rows, key=lambda row: row.position)


def finish_text(position_text: str, status: str, laps: int | None = None) -> str:
    """Return how a car finished, for display. The words agree with the outcome that scores.

    >>> finish_text("1", "Finished"), finish_text("12", "Lapped"), finish_text("R", "Retired")
    ('1st', '12th', 'retired')
    >>> finish_text("5", "Disqualified"), finish_text("17", "Did_not_start"), finish_text("W", "Withdrew", laps=47)
    ('disqualified', 'did not start', 'retired')
    """
    letter = _letter_of(position_text, status, laps)
    return _not_classified_text(letter) if letter else shown_ordinal(int(position_text))


def finish_code(position_text: str, status: str, laps: int | None = None) -> str:
    """Return the same in at most four characters, as on a timing screen.

    >>> finish_code("12", "Lapped"), finish_code("5", "Disqualified"), finish_code("W", "Withdrew", laps=47)
    ('12', 'DSQ', 'DNF')
    """
    return finish_mark(_letter_of(position_text, status, laps) or position_text)


def _letter_of(position_text: str, status: str, laps: int | None) -> str:
    """The letter of `position_text` that agrees with the outcome that scores; empty for a car that is classified."""
    outcome = outcome_of(position_text, status, laps)
    if outcome is Outcome.CLASSIFIED:
        return ""
    if outcome is Outcome.DISQUALIFIED:
        return "E" if position_text == "E" else "D"
    if outcome is Outcome.DID_NOT_START:
        return "F" if position_text == "F" else "W"
    return "N" if position_text == "N" else "R"


def finish_mark(position_text: str) -> str:
    """Return how a car finished in at most four characters, as on a timing screen.

    >>> finish_mark("12"), finish_mark("R"), finish_mark("W")
    ('12', 'DNF', 'DNS')
    """
    marks = {"R": _("DNF"), "D": _("DSQ"), "E": _("DSQ"), "W": _("DNS"), "F": _("DNQ"), "N": _("NC")}
    return marks.get(position_text, position_text)


def _not_classified_text(letter: str) -> str:
    texts = {
        "R": _("retired"),
        "D": _("disqualified"),
        "E": _("excluded"),
        "W": _("did not start"),
        "F": _("did not qualify"),
        "N": _("not classified"),
    }
    return texts.get(letter, letter)


def differences(
    before: Sequence[ResultDTO], after: Sequence[ResultDTO], names: Mapping[str, str], poles: tuple[str, str] = ("", "")
) -> list[str]:
    """Describe the changes between two lists, one sentence per car; `names` maps references to driver names.

    `poles` are the drivers in the pole position before and after, empty if unknown.
    """
    old = {row.driver: row for row in before}
    sentences = [
        f"{names[row.driver]}: {what}"
        for row in sorted_by_position(after)
        if (what := _describe_change(old.get(row.driver), row))
    ]
    removed = sorted(names[driver] for driver in old.keys() - {row.driver for row in after})
    sentences += [_("%(driver)s: no longer in the list") % {"driver": name} for name in removed]
    if poles[0] != poles[1]:
        was, now = (names.get(pole) if pole else None for pole in poles)
        sentence = _("Pole position: %(before)s → %(after)s")
        sentences.append(sentence % {"before": _format_value(was), "after": _format_value(now)})
    return sentences or [_("The order of the cars that did not finish has changed.")]


def _compared_fields() -> dict[str, str]:
    """The compared fields of a result besides position, status and points, with their labels."""
    return {
        "team": _("team"),
        "number": _("number"),
        "grid": _("grid"),
        "laps": _("laps"),
        "fastest_lap_rank": _("fastest lap"),
        "time_text": _("time"),
    }


def _describe_change(old: ResultDTO | None, new: ResultDTO) -> str:
    finish = finish_text(new.position_text, new.status, new.laps)
    if old is None:
        return _("added, %(finish)s") % {"finish": finish}
    finish_before = finish_text(old.position_text, old.status, old.laps)
    parts = []
    if finish_before != finish:
        parts.append(f"{finish_before} → {finish}")
    elif old.status != new.status:
        parts.append(f"{_format_value(shown_status(old.status))} → {_format_value(shown_status(new.status))}")
    if old.points != new.points:
        points = {"before": shown_points(old.points), "after": shown_points(new.points)}
        parts.append(_("%(before)s → %(after)s points") % points)
    parts += [
        f"{label} {_format_value(getattr(old, name))} → {_format_value(getattr(new, name))}"
        for name, label in _compared_fields().items()
        if getattr(old, name) != getattr(new, name)
    ]
    return ", ".join(parts)


def _format_value(value: object) -> str:
    return _("none") if value in (None, "") else str(value)
