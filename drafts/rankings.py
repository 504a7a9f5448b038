"""The rankings that opening a draft needs and that scores decide.

`scoring` is above `drafts`, so `drafts` cannot import it: `scoring` registers its functions here at start
(`ScoringConfig.ready`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from leagues.models import League
from leagues.rules import RuleSet
from races.models import Race

# (driver id, points so far) pairs, best first.
Ranking = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Rankings:
    """The registered functions.

    `standings_order` returns the ids of a league's constructors in the order of the season standings, best first.
    `default_ranking` returns the race's drivers in the order in which autopicks choose them.
    """

    standings_order: Callable[[League], Sequence[int]]
    default_ranking: Callable[[Race, RuleSet], Ranking]


_registered: Rankings | None = None


def register(rankings: Rankings) -> None:
    """Register the functions, once per process. Raises `ImproperlyConfigured` the second time."""
    global _registered
    if _registered is not None:
        raise ImproperlyConfigured("The rankings are already registered.")
    _registered = rankings


def registered() -> Rankings:
    """Return the registered functions. Raises `ImproperlyConfigured` if there are none."""
    if _registered is None:
        raise ImproperlyConfigured("No rankings are registered: is scoring in INSTALLED_APPS?")
    return _registered
