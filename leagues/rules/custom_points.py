"""Custom points of a league: their values, their labels, and the parser of the JSON that managers and clients send."""

from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Invalid
from core.translation import gettext as _

MAX_POINTS = Decimal(100)
MAX_PLACES = 30
MAX_NUMBER_LENGTH = 20


@dataclass(frozen=True)
class CustomPoints:
    """A league's custom points: `places[0]` is for a win. Every value is between -100 and 100.

    The settings form and the rules page list the fields that have a label.
    """

    places: tuple[Decimal, ...] = ()
    not_classified: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Did not finish")})
    did_not_start: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Did not start")})
    disqualified: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Disqualified")})
    fastest_lap: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Fastest lap")})
    pole: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Pole position (fastest in qualifying)")})
    places_gained: Decimal = field(default=Decimal(0), metadata={"label": lambda: _("Each place gained")})


def custom_point_labels() -> dict[str, str]:
    """The label of each single number, in the language of the current request, by field name.

    >>> custom_point_labels()["pole"]
    'Pole position (fastest in qualifying)'
    """
    return {item.name: item.metadata["label"]() for item in fields(CustomPoints) if "label" in item.metadata}


def parse_custom_points(raw: Any) -> CustomPoints:
    """Parse custom points from JSON: `{"places": [25, 18, ...], "pole": 1, ...}`, as numbers or decimal strings.

    Raises `Invalid` for an unknown key, or a value that is not a number between -100 and 100 with at most two decimals.

    >>> parse_custom_points({"places": [10, "7.5"], "pole": 1}).places
    (Decimal('10'), Decimal('7.5'))
    >>> parse_custom_points({"places": [1000]})
    Traceback (most recent call last):
    core.errors.Invalid: Place 1: 1000 is too much. Points range from -100 to 100.
    """
    if not isinstance(raw, dict):
        raise _invalid(_("Custom points are an object with a list of places."))
    labels = custom_point_labels()
    if unknown := sorted(set(raw) - {"places", *labels}):
        raise _invalid(_("“%(name)s” cannot score points."), name=unknown[0])
    places = raw.get("places", [])
    if not isinstance(places, list) or len(places) > MAX_PLACES:
        raise _invalid(_("Places are a list of at most %(most)s values."), most=MAX_PLACES)
    return CustomPoints(
        places=tuple(
            _parse_points(value, _("Place %(place)s") % {"place": place}) for place, value in enumerate(places, 1)
        ),
        **{name: _parse_points(raw[name], label) for name, label in sorted(labels.items()) if name in raw},
    )


def _parse_points(value: Any, label: str) -> Decimal:
    text = str(value)
    try:
        points = Decimal(text) if not isinstance(value, bool) and len(text) <= MAX_NUMBER_LENGTH else Decimal("NaN")
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite():
        raise _invalid(_("%(label)s: “%(text)s” is not a number."), label=label, text=text[:MAX_NUMBER_LENGTH])
    # Not abs(): it rounds to the context and overflows for 1E+999999999.
    if points.copy_abs() > MAX_POINTS:
        raise _invalid(_("%(label)s: %(text)s is too much. Points range from -100 to 100."), label=label, text=text)
    if points != points.quantize(Decimal("0.01")):
        raise _invalid(_("%(label)s: %(text)s has more than two decimals."), label=label, text=text)
    return points + 0  # "-0" is 0


def _invalid(sentence: str, **values: object) -> Invalid:
    return Invalid(sentence % values, field="custom_points")
