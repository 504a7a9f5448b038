"""The page of a league's activity log, for all of its members."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest

from ..http import accessible_league_or_404
from ..selectors import activity_of

PAGE_SIZE = 30


@login_required
@require_safe
def activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """List who changed what, and when, latest first."""
    league = accessible_league_or_404(request, pk)
    page = Paginator(activity_of(league), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "leagues/activity.html", {"league": league, "page": page})
