"""The league that a page's URL names."""

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.http import SignedInRequest

from .models import League
from .selectors import leagues_accessible_to, leagues_managed_by, leagues_visible_to, role_in


def visible_league_or_404(request: HttpRequest, pk: int) -> League:
    """Return a league that the user or visitor may see, with its season."""
    return get_object_or_404(leagues_visible_to(request.user).select_related("season"), pk=pk)


def accessible_league_or_404(request: SignedInRequest, pk: int) -> League:
    """Return a league that the user is a member of or manages, with its season. Raises 404 otherwise, even for a public
    league."""
    return get_object_or_404(leagues_accessible_to(request.user).select_related("season"), pk=pk)


def visible_league_and_role_or_404(request: HttpRequest, pk: int) -> tuple[League, str | None]:
    """As `visible_league_or_404`, with the user's role in the league, None if they are not a member. One query."""
    return _with_role(request, leagues_visible_to(request.user), pk)


def accessible_league_and_role_or_404(request: SignedInRequest, pk: int) -> tuple[League, str | None]:
    """As `accessible_league_or_404`, with the user's role in the league. One query."""
    return _with_role(request, leagues_accessible_to(request.user), pk)


def _with_role(request: HttpRequest, leagues: QuerySet[League], pk: int) -> tuple[League, str | None]:
    found = leagues.select_related("season").annotate(role=role_in(OuterRef("pk"), request.user))
    league: Any = get_object_or_404(found, pk=pk)
    return league, league.role


def managed_league_or_404(request: SignedInRequest, pk: int) -> League:
    """Return a league that the user manages, with its season. Raises 404 for everybody else, even for a member."""
    return get_object_or_404(leagues_managed_by(request.user).select_related("season"), pk=pk)
