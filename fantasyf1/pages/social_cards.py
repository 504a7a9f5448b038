"""The images with which messengers preview public leagues and invitations: what their pages show to everyone."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from constructors.selectors import constructors_in
from core import clock
from core.cache.safe_cache import read_through
from core.errors import RateLimited
from core.formatting.points import points_text
from core.services.rate_limits import RateLimitRule, consume
from core.web.languages import QUERY_PARAMETER, in_language_of_url
from core.web.site import absolute_url
from core.web.social_cards import MOST_ROWS, CardRow, SocialCard, draw
from drafts.selectors import UNLOCKED_STATES, current_draft
from leagues.models import League
from leagues.selectors import LeaguePreview, preview_by_code
from scoring.leaderboards import leaderboard, score_version
from scoring.selectors import Row

CACHE_SECONDS = 7 * 86_400
# A card is drawn again only when it says something else. A drawing takes a twentieth of a second.
MOST_DRAWINGS = {"league": 30, "site": 600}


@require_safe
@cache_control(public=True, max_age=600)
@in_language_of_url
def league_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The standings of a public league."""
    league = get_object_or_404(League.objects.select_related("season"), pk=pk, visibility=League.Visibility.PUBLIC)
    rows = tuple(_standing(row) for row in leaderboard(league)[:MOST_ROWS] if row["races"]) or _players(league)
    kicker = _("Fantasy league, season %(season)s") % {"season": league.season}
    return _response(league, SocialCard(kicker, league.name, _("A league of friends"), rows, _next_draft(league)))


@require_safe
@cache_control(public=True, max_age=600)
@in_language_of_url
def invitation_card(request: HttpRequest, code: str) -> HttpResponse:
    """What the invitation page of a league says to visitors."""
    preview = preview_by_code(code)
    if preview is None:
        raise Http404
    return _response(preview.league, _invitation(preview))


def league_card_url(league: League) -> str:
    """The absolute URL of a public league's card. It changes with the standings, because messengers keep images."""
    return _url(reverse("pages:league_card", args=[league.pk]), score_version(league))


def invitation_card_url(preview: LeaguePreview) -> str:
    return _url(reverse("pages:invitation_card", args=[preview.league.code]), preview.players)


def _url(path: str, version: object) -> str:
    """The card in the language of the page that shows it."""
    query = {"v": version, QUERY_PARAMETER: translation.get_language()}
    return absolute_url(f"{path}?{urlencode(query)}")


def _invitation(preview: LeaguePreview) -> SocialCard:
    league, manager = preview.league, preview.manager
    kicker = _("%(name)s invites you to play") % {"name": manager} if manager else _("You are invited to play")
    taken = ngettext(
        "%(players)s of %(capacity)s place taken", "%(players)s of %(capacity)s places taken", league.capacity
    ) % {"players": preview.players, "capacity": league.capacity}
    footer = " · ".join(filter(None, [taken, _next_draft(league)]))
    return SocialCard(kicker, league.name, _("A league of friends"), _players(league), footer)


def _standing(row: Row) -> CardRow:
    return CardRow(str(row["rank"]), row["constructor"], points_text(Decimal(row["points"])))


def _players(league: League) -> tuple[CardRow, ...]:
    return tuple(CardRow("", team.name, str(team.player)) for team in constructors_in(league)[:MOST_ROWS])


def _next_draft(league: League) -> str:
    draft = current_draft(league)
    if draft is None or league.archived_at is not None or draft.state not in UNLOCKED_STATES:
        return ""
    return _("Next draft: %(race)s") % {"race": draft.race.name}


def _response(league: League, card: SocialCard) -> HttpResponse:
    """The card, drawn at most so often. Beyond that, the card that is the same for all pages."""
    key = f"social-card:{hashlib.sha256(f'{settings.VERSION} {card}'.encode()).hexdigest()}"
    try:
        image = read_through(key, lambda: _drawn(league, card), seconds=CACHE_SECONDS)
    except RateLimited:
        return redirect(static("img/card.png"))
    return HttpResponse(image, content_type="image/png")


def _drawn(league: League, card: SocialCard) -> bytes:
    names = {"league": str(league.pk), "site": ""}
    hour = timedelta(hours=1)
    limits = [RateLimitRule(f"card:{kind}", names[kind], most, hour) for kind, most in MOST_DRAWINGS.items()]
    consume(limits, now=clock.now())
    return draw(card)
