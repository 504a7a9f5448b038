"""Filters and ordering of the race and driver lists."""

from collections.abc import Callable, Iterable
from typing import Any

import django_filters

from ..models import Entry, Race


class RaceFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    state = django_filters.ChoiceFilter(choices=Race.State.choices, help_text="Only races in this state.")
    circuit_id = django_filters.CharFilter(
        field_name="circuit__ref", max_length=100, help_text="Only races at this circuit."
    )
    start = django_filters.DateFilter(
        field_name="race_date", lookup_expr="gte", help_text="Only races on or after this date."
    )
    end = django_filters.DateFilter(
        field_name="race_date", lookup_expr="lte", help_text="Only races on or before this date."
    )

    class Meta:
        model = Race
        fields = ("state", "circuit_id", "start", "end")


# Ordering by team is the selector's own order.
SORT_KEYS: dict[str, Callable[[Entry], Any]] = {
    "name": lambda entry: (entry.driver.family_name, entry.driver.given_name),
    "number": lambda entry: (entry.number is None, entry.number),
    "code": lambda entry: entry.driver.code,
}


def filter_entries(entries: Iterable[Entry], *, team_id: str = "", search: str = "") -> list[Entry]:
    """Filter entries by team and by a case-insensitive part of the driver's name."""
    term = search.casefold()
    return [
        entry
        for entry in entries
        if (not team_id or (entry.team is not None and entry.team.ref == team_id))
        and term in str(entry.driver).casefold()
    ]


def order_entries(entries: list[Entry], by: str) -> list[Entry]:
    """Sort entries by an ordering of the query; a leading minus reverses it."""
    name = by.removeprefix("-")
    in_order = sorted(entries, key=SORT_KEYS[name]) if name in SORT_KEYS else list(entries)
    return in_order[::-1] if by.startswith("-") else in_order
