"""Helpers shared by the pages of a draft."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from leagues.http import visible_league_or_404
from leagues.selectors import can_manage
from races.models import Race

from ..models import Draft
from ..selectors import draft_of


def draft_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    """Return the draft of a league for a race. Raises 404 if there is none or the user may not see it."""
    league = visible_league_or_404(request, league_pk)
    draft = draft_of(league, get_object_or_404(Race, pk=race_pk, season=league.season_id))
    if draft is None:
        raise Http404
    return draft


def managed_draft_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    """Return the draft of a league that the user manages. Raises 404 for everybody else, even for a member."""
    draft = draft_or_404(request, league_pk, race_pk)
    if not can_manage(request.user, draft.league):
        raise Http404
    return draft
