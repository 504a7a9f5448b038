"""Helpers shared by the pages of a draft."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from leagues.selectors import leagues_visible_to
from races.models import Race

from ..models import Draft
from ..selectors import draft_of


def draft_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    """Return the draft of a league for a race. Raises 404 if there is none or the user may not see it."""
    league = get_object_or_404(leagues_visible_to(request.user).select_related("season"), pk=league_pk)
    draft = draft_of(league, get_object_or_404(Race, pk=race_pk, season=league.season_id))
    if draft is None:
        raise Http404
    return draft
