"""The points curve of a league's rules: what each place of a race scores, as a chart.

`scoring` is above `leagues`, so `leagues` cannot import it: `scoring` registers its function here at start
(`ScoringConfig.ready`).
"""

from collections.abc import Callable
from decimal import Decimal

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from core.charts import Bar, BarChart, Segment, bar_chart
from core.formatting.ordinals import shown_ordinal
from core.formatting.points import shown_points

from .rules import RuleSet

PointsOfPlace = Callable[[RuleSet, int], Decimal]

_registered: PointsOfPlace | None = None


def register(points_of_place: PointsOfPlace) -> None:
    """Register the function, once per process. Raises `ImproperlyConfigured` the second time."""
    global _registered
    if _registered is not None:
        raise ImproperlyConfigured("The points of places are already registered.")
    _registered = points_of_place


def points_curve(rule_set: RuleSet, cars: int) -> BarChart:
    """What each place of a race with so many cars scores; the places that score most are marked."""
    if _registered is None:
        raise ImproperlyConfigured("No points of places are registered: is scoring in INSTALLED_APPS?")
    points = {place: _registered(rule_set, place) for place in range(1, cars + 1)}
    bars = [
        Bar(str(place), shown_ordinal(place), [Segment(worth)], shown_points(worth), worth == max(points.values()))
        for place, worth in points.items()
    ]
    return bar_chart(_("What each place scores"), (_("Place"), _("Points")), bars)
