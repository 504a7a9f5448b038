"""Cached API responses for race results, rendered once per version of the season's results."""

from collections.abc import Callable
from typing import NamedTuple

from fantasyf1.kit.rendered import Rendered, as_json, rendered
from fantasyf1.kit.stamps import remembered

from .models import Race
from .selectors import race_results
from .stamps import RESULTS


class Results(NamedTuple):
    """Cache key of a race's results at one version of its season's results."""

    race: int
    version: int

    @property
    def name(self) -> str:
        return f"race_results:{self.race}:v{self.version}"


def found_results(race_id: int) -> Results | None:
    """Return the current version of a race's results; None if the race does not exist."""
    versions = Race.objects.filter(pk=race_id).values_list("season__results_version", flat=True)
    version = remembered(f"results:{race_id}", [RESULTS], versions.first)
    return None if version is None else Results(race_id, version)


def results_page(find: Callable[[], Results]) -> Rendered:
    """Return the rendered API response for the results that `find` returns."""
    return rendered(find, lambda found: Rendered(found.name, as_json(race_results(Race(pk=found.race)))))
