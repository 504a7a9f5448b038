"""Texts on results that are stored in English, in the language of the reader: differences and reasons of quarantine."""

import re

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import shown_points
from core.stored_texts import StoredTexts
from core.translation import gettext as _

from .statuses import shown_status

PLACE = re.compile(r"(\d+)(?:st|nd|rd|th)")
POINTS = re.compile(r"(.+) → (.+) points")
# Reasons for which results are quarantined. The names of the placeholders are those of the places that store them.
REASONS = StoredTexts(
    [
        "Accepted from quarantine. %(reason)s",
        "The source no longer has this result. The accepted classification stays.",
        "The classification is empty.",
        "Place %(place)s appears twice.",
        "Place %(place)s is missing.",
        "%(driver)s is in place %(place)s, but the result says “%(text)s”.",
        "%(driver)s appears twice.",
        "The classification has no winner.",
        "%(driver)s cannot have %(points)s points.",
        "%(driver)s is not classified but has %(points)s points.",
        "%(driver)s has more points than a car in a better place.",
        "It differs from revision %(revision)s, which an administrator entered.",
        "Round %(round)s, %(race)s at “%(circuit)s”, is not in the calendar of %(year)s.",
        "The %(race)s is cancelled, so it has no results.",
        "The driver “%(driver)s” is not known.",
        "The team “%(team)s” is not known.",
        ("It has %(cars)s car, but the accepted classification has %(accepted)s.",
         "It has %(cars)s cars, but the accepted classification has %(accepted)s.", "cars"),
        ("It has %(cars)s car instead of %(expected)s.",
         "It has %(cars)s cars instead of %(expected)s.", "cars"),
        ("It has %(cars)s car, but at most %(maximum)s took part.",
         "It has %(cars)s cars, but at most %(maximum)s took part.", "cars"),
    ]
)  # fmt: skip
# The sentence around most of them.
REFUSED = re.compile(r"(?P<race>.+), (?P<kind>\w+): (?P<problem>.+) The classification was not accepted\.")


def shown_reason(reason: str) -> str:
    """A stored reason as the reader sees it.

    >>> shown_reason("British Grand Prix, race: Place 3 is missing. The classification was not accepted.")
    'British Grand Prix, race: Place 3 is missing. The classification was not accepted.'
    """
    match = REFUSED.fullmatch(reason)
    if match is None:
        return REASONS.shown(reason)
    sentence = _("%(race)s, %(kind)s: %(problem)s The classification was not accepted.")
    return sentence % {**match.groupdict(), "problem": REASONS.shown(match["problem"])}


def shown_difference(sentence: str) -> str:
    """A stored difference between two revisions as the reader sees it.

    >>> for sentence in ("Norris: 1st → 2nd, 25 → 18 points, grid 3 → none", "Norris: added, retired"):
    ...     shown_difference(sentence)
    'Norris: 1st → 2nd, 25 → 18 points, grid 3 → none'
    'Norris: added, retired'
    """
    subject, colon, changes = sentence.partition(": ")
    if not colon:
        return StoredTexts(["The order of the cars that did not finish has changed."]).shown(sentence)
    if subject == "Pole position":
        before, _arrow, after = changes.partition(" → ")
        return _("Pole position: %(before)s → %(after)s") % {"before": _value(before), "after": _value(after)}
    if changes == "no longer in the list":
        return _("%(driver)s: no longer in the list") % {"driver": subject}
    if changes.startswith("added, "):
        added = _("added, %(finish)s") % {"finish": _value(changes.removeprefix("added, "))}
        return f"{subject}: {added}"
    return f"{subject}: " + ", ".join(_change(part) for part in changes.split(", "))


def _change(part: str) -> str:
    if match := POINTS.fullmatch(part):
        before, after = map(shown_points, match.groups())
        return _("%(before)s → %(after)s points") % {"before": before, "after": after}
    before, arrow, after = part.partition(" → ")
    label = next((name for name in _labels() if before.startswith(f"{name} ")), "")
    before = before.removeprefix(f"{label} ")
    shown = f"{_value(before)}{arrow}{_value(after)}"
    return f"{_labels()[label]} {shown}" if label else shown


def _labels() -> dict[str, str]:
    return {
        "team": _("team"),
        "number": _("number"),
        "grid": _("grid"),
        "laps": _("laps"),
        "fastest lap": _("fastest lap"),
        "time": _("time"),
    }


def _value(text: str) -> str:
    """How a car finished, or a value as it is."""
    if match := PLACE.fullmatch(text):
        return shown_ordinal(int(match[1]))
    texts = {
        "retired": _("retired"),
        "disqualified": _("disqualified"),
        "excluded": _("excluded"),
        "did not start": _("did not start"),
        "did not qualify": _("did not qualify"),
        "not classified": _("not classified"),
        "none": _("none"),
    }
    return texts.get(text) or shown_status(text)
