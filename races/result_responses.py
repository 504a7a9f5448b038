"""Cached API responses for race results, rendered once per version of the season's results."""

from collections.abc import Callable
from typing import NamedTuple

from core.cache.responses import RenderedJSON, as_json, get_or_render
from core.cache.tags import get_or_compute

from .cache_tags import RESULTS_TAG
from .models import Race
from .selectors import race_results


class VersionedResults(NamedTuple):
    """Cache key of a race's results at one version of its season's results."""

    race: int
    version: int

    @property
    def key(self) -> str:
        return f"race_results:{self.race}:v{self.version}"


def versioned_results(race_id: int) -> VersionedResults | None:
    """Return the current version of a race's results; None if the race does not exist."""
    versions = Race.objects.filter(pk=race_id).values_list("season__results_version", flat=True)
    version = get_or_compute(f"results:{race_id}", [RESULTS_TAG], versions.first)
    return None if version is None else VersionedResults(race_id, version)


def results_response(find: Callable[[], VersionedResults]) -> RenderedJSON:
    """Return the rendered API response for the results that `find` returns."""
    return get_or_render(find, lambda found: RenderedJSON(found.key, as_json(race_results(Race(pk=found.race)))))
