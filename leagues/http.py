"""The league that a page's URL names."""

from django.shortcuts import get_object_or_404

from accounts.http import SignedInRequest

from .models import League
from .selectors import leagues_accessible_to, leagues_managed_by


def accessible_league_or_404(request: SignedInRequest, pk: int) -> League:
    """Return a league that the user is a member of or manages, with its season. Raises 404 otherwise, even for a public
    league."""
    return get_object_or_404(leagues_accessible_to(request.user).select_related("season"), pk=pk)


def managed_league_or_404(request: SignedInRequest, pk: int) -> League:
    """Return a league that the user manages, with its season. Raises 404 for everybody else, even for a member."""
    return get_object_or_404(leagues_managed_by(request.user).select_related("season"), pk=pk)
