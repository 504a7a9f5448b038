"""Seasons whose calendar is not known yet: leagues can be created for them before their races are published."""

from datetime import datetime

from core.transactions import atomic

from ..models import Season
from ..selectors import current_year, real_seasons


def open_current_season(*, now: datetime) -> Season | None:
    """Return the current season, stored without races if its calendar is not known. None if no season is loaded.

    From the last race of a season on, the current one is the next, usually months before its calendar is published.
    """
    year = current_year(now)
    return None if year is None else get_or_create_season(year=year)


@atomic
def get_or_create_season(*, year: int) -> Season:
    """Return the season of a year, stored without races if it is unknown."""
    season, _ = Season.objects.get_or_create(
        year=year, is_demonstration=False, defaults={"grid_size": grid_size_before(year)}
    )
    return season


def grid_size_before(year: int) -> int:
    """Return the grid size of the latest season before this one: what a season has until its teams are known."""
    sizes = real_seasons().filter(year__lt=year).values_list("grid_size", flat=True)
    return sizes.first() or Season._meta.get_field("grid_size").get_default()
