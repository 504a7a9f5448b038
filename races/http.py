"""What requests name: the season of a page."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from core import clock

from . import selectors
from .models import Season


def requested_season(
    request: HttpRequest, default: Callable[[datetime], Season | None] = selectors.latest_season_with_races
) -> Season | None:
    """Return the season of `?season=2025`, else the default one; None if none is loaded.

    Raises 404 for an unknown year.
    """
    year = request.GET.get("season", "")
    if not year:
        return default(clock.now())
    season = selectors.season_for_year(int(year)) if year.isascii() and year.isdigit() and len(year) == 4 else None
    if season is None:
        raise Http404(_("There is no such season."))
    return season
