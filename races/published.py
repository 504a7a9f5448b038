"""Race results as the API answers them: rendered once for each version of the season's results."""

from collections.abc import Callable
from typing import NamedTuple

from fantasyf1.kit.rendered import Rendered, as_json, rendered
from fantasyf1.kit.stamps import remembered

from .models import Race
from .selectors import race_results
from .stamps import RESULTS


class Results(NamedTuple):
    """The results of a race, in a version of its season's results."""

    race: int
    version: int

    @property
    def name(self) -> str:
        return f"race_results:{self.race}:v{self.version}"


def found_results(race_id: int) -> Results | None:
    """The results as they stand now; None where there is no such race."""
    versions = Race.objects.filter(pk=race_id).values_list("season__results_version", flat=True)
    version = remembered(f"results:{race_id}", [RESULTS], versions.first)
    return None if version is None else Results(race_id, version)


def results_page(find: Callable[[], Results]) -> Rendered:
    """The results that `find` finds, as the API answers them."""
    return rendered(find, lambda found: Rendered(found.name, as_json(race_results(Race(pk=found.race)))))
