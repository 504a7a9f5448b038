"""Scoring rule sets, custom points and capacity of a league as plain values. No Django, no clock."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Invalid
from core.formatting.points import format_points

SCORING_KINDS = ("inverted_position", "standard_f1", "custom")
MAX_POINTS = Decimal(100)
MAX_PLACES = 30
MAX_NUMBER_LENGTH = 20


@dataclass(frozen=True)
class CustomPoints:
    """A league's custom points: `places[0]` is for a win. Every value is between -100 and 100."""

    places: tuple[Decimal, ...] = ()
    not_classified: Decimal = Decimal(0)
    did_not_start: Decimal = Decimal(0)
    disqualified: Decimal = Decimal(0)
    fastest_lap: Decimal = Decimal(0)
    pole: Decimal = Decimal(0)
    places_gained: Decimal = Decimal(0)


@dataclass(frozen=True)
class RuleSet:
    """How drivers score in a league. Leagues with equal rule sets share a `key` and thus the scores of drivers."""

    kind: str = "inverted_position"
    sprints: bool = False
    fastest_lap_point: bool = False
    custom: CustomPoints = field(default_factory=CustomPoints)

    @property
    def key(self) -> str:
        """A short digest of all rules that affect points.

        >>> RuleSet().key == RuleSet(kind="inverted_position").key
        True
        >>> RuleSet().key == RuleSet(sprints=True).key
        False
        """
        text = json.dumps(asdict(self), default=format_points, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def max_constructors(grid_size: int, picks_per_race: int) -> int:
    """Return how many constructors can each hold `picks_per_race` drivers of a grid.

    >>> max_constructors(20, 2), max_constructors(22, 2), max_constructors(22, 4)
    (10, 11, 5)
    """
    return grid_size // picks_per_race


def check_capacity(*, constructors: int, picks_per_race: int, grid_size: int) -> None:
    """Raise `Invalid` if there are more picks than cars; the message says how many constructors fit.

    >>> check_capacity(constructors=11, picks_per_race=2, grid_size=20)
    Traceback (most recent call last):
    core.errors.Invalid: 11 constructors with 2 picks each need 22 cars, and the grid has 20: at most 10 fit.
    """
    if constructors * picks_per_race > grid_size:
        raise Invalid(
            f"{constructors} constructors with {picks_per_race} picks each need {constructors * picks_per_race} cars, "
            f"and the grid has {grid_size}: at most {max_constructors(grid_size, picks_per_race)} fit.",
            field="capacity",
        )


def custom_points(raw: Any) -> CustomPoints:
    """Parse custom points from JSON: `{"places": [25, 18, ...], "pole": 1, ...}`, as numbers or decimal strings.

    Raises `Invalid` for an unknown key, or a value that is not a number between -100 and 100 with at most two decimals.

    >>> custom_points({"places": [10, "7.5"], "pole": 1}).places
    (Decimal('10'), Decimal('7.5'))
    >>> custom_points({"places": [1000]})
    Traceback (most recent call last):
    core.errors.Invalid: Place 1: 1000 is too much; points go from -100 to 100.
    """
    if not isinstance(raw, dict):
        raise Invalid("Custom points are an object with a list of places.", field="custom_points")
    known = {field.name for field in fields(CustomPoints)}
    if unknown := sorted(set(raw) - known):
        raise Invalid(f"“{unknown[0]}” is not something that can score.", field="custom_points")
    places = raw.get("places", [])
    if not isinstance(places, list) or len(places) > MAX_PLACES:
        raise Invalid(f"Places are a list of at most {MAX_PLACES} values.", field="custom_points")
    return CustomPoints(
        places=tuple(_parse_points(value, f"Place {place}") for place, value in enumerate(places, 1)),
        **{
            name: _parse_points(raw[name], name.replace("_", " ").capitalize())
            for name in sorted(known - {"places"})
            if name in raw
        },
    )


def _parse_points(value: Any, what: str) -> Decimal:
    text = str(value)
    try:
        points = Decimal(text) if not isinstance(value, bool) and len(text) <= MAX_NUMBER_LENGTH else Decimal("NaN")
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite():
        raise Invalid(f"{what}: “{text[:MAX_NUMBER_LENGTH]}” is not a number.", field="custom_points")
    # Not abs(): it rounds to the context and overflows for 1E+999999999.
    if points.copy_abs() > MAX_POINTS:
        raise Invalid(f"{what}: {text} is too much; points go from -100 to 100.", field="custom_points")
    if points != points.quantize(Decimal("0.01")):
        raise Invalid(f"{what}: {text} has more than two decimals.", field="custom_points")
    return points + 0  # "-0" is 0
