"""The landing page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import clock
from races.selectors import current_season, next_race


def home(request: HttpRequest) -> HttpResponse:
    """Introduce the game to visitors; redirect players to their leagues."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    now = clock.now()
    season = current_season(now)
    race = next_race(season, now) if season else None
    return render(request, "pages/landing.html", {"race": race})
