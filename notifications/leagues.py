"""The leagues of a user, for choosing channels by league. The app of leagues registers how to find them."""

from collections.abc import Callable, Mapping
from typing import Any

LeaguesOf = Callable[[Any], Mapping[int, str]]


def _none(_: Any) -> Mapping[int, str]:
    return {}


_leagues_of: LeaguesOf = _none


def register(leagues_of: LeaguesOf) -> None:
    """Set the function that returns the names of a user's leagues, by league id."""
    global _leagues_of
    _leagues_of = leagues_of


def leagues_of(user: Any) -> Mapping[int, str]:
    """The names of the user's leagues, by league id, in the order in which people see them."""
    return _leagues_of(user)
