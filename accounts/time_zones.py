"""Choices of time zones: one for each place in tzdata's zone.tab, without aliases."""

from functools import cache
from importlib import resources

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

Choices = list[tuple[StrOrPromise, list[tuple[str, str]]]]


@cache
def zone_choices() -> Choices:
    """Zones grouped by region for a select, UTC first: `("Europe", [("Europe/Berlin", "Berlin"), ...])`."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(_places()):
        regions.setdefault(name.split("/")[0], []).append((name, place(name)))
    return [(_("Everywhere"), [("UTC", "UTC")]), *regions.items()]


def zone_choices_with(name: str) -> Choices:
    """The choices, with `name` added if it is missing, such as an alias that a user already has."""
    is_known = any(name == value for region, zones in zone_choices() for value, place_name in zones)
    return zone_choices() if is_known else [(_("Your current time zone"), [(name, name)]), *zone_choices()]


def place(name: str) -> str:
    """A zone's place, readable.

    >>> place("America/Argentina/Buenos_Aires"), place("Europe/Berlin")
    ('Buenos Aires, Argentina', 'Berlin')
    """
    return ", ".join(reversed(name.replace("_", " ").split("/")[1:]))


def _places() -> set[str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    return {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
