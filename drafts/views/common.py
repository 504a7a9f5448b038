"""Helpers shared by the pages of a draft."""

from typing import Any

from django.db.models import F, OuterRef
from django.http import Http404, HttpRequest

from leagues.selectors import can_manage_as, role_in

from ..models import Draft
from ..selectors import VOID_LAST_ORDERING, drafts_visible_to


def draft_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    """Return the draft of a league for a race. Raises 404 if there is none or the user may not see it."""
    return draft_and_role_or_404(request, league_pk, race_pk)[0]


def draft_and_role_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> tuple[Draft, str | None]:
    """As `draft_or_404`, with the user's role in the league, None if they are not a member. One query."""
    drafts = drafts_visible_to(request.user).select_related("league__season")
    of_race = drafts.filter(league=league_pk, race=race_pk, race__season=F("league__season"))
    with_role = of_race.annotate(role=role_in(OuterRef("league"), request.user))
    draft: Any = with_role.order_by(*VOID_LAST_ORDERING).first()
    if draft is None:
        raise Http404
    return draft, draft.role


def managed_draft_or_404(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    """Return the draft of a league that the user manages. Raises 404 for everybody else, even for a member."""
    draft, role = draft_and_role_or_404(request, league_pk, race_pk)
    if not can_manage_as(request.user, role):
        raise Http404
    return draft
