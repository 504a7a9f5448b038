"""The page of a pick link: one turn, without signing in. Only the buttons change anything, never opening the page."""

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import Gone, Invalid, NotFound, RateLimited, Refused
from core.web.requests import client_address
from races.models import Entry

from .. import services
from ..forms import PickForm
from ..models import Slot
from ..pick_links import LinkChoices, LinkedTurn, PickLink, has_asked_for_time, managers_to_ask, read_pick_link

LinkView = Callable[[HttpRequest, str, PickLink], HttpResponse]
View = Callable[[HttpRequest, str], HttpResponse]


def with_pick_link(view: LinkView) -> View:
    """Read the link for the view. A dead link gets a page that says why, one that was never issued a 404."""

    @never_cache
    @wraps(view)
    def checked(request: HttpRequest, token: str) -> HttpResponse:
        try:
            services.count_pick_link_request(address=client_address(request), now=clock.now())
            link = read_pick_link(token)
            response = _answer(view, request, token, link)
        except NotFound as error:
            raise Http404 from error
        except Gone as gone:
            response = _show_refusal(request, gone.sentence, status=410)
        except RateLimited as limited:
            response = _show_refusal(request, limited.sentence, status=429)
            response["Retry-After"] = str(limited.seconds)
        # The address is the credential: do not lead search engines to it. The site's Referrer-Policy keeps it from
        # other sites; a stricter one would keep browsers from naming the origin of the form, which CSRF checks need.
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return checked


def _answer(view: LinkView, request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    try:
        return view(request, token, link)
    except Gone as gone:
        return _show_refusal(request, gone.sentence, status=410, slot=Slot.objects.filter(pk=link.slot_id).first())
    except Refused as refused:
        turn = services.live_turn(link=link, now=clock.now())
        return _show_turn(request, token, turn, refusal=refused.sentence)


@require_http_methods(["GET", "HEAD", "POST"])
@with_pick_link
def pick_link(request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    """Show the turn; POST makes the pick."""
    if request.method == "POST":
        services.pick_by_link(link=link, entry=_requested_entry(request, link), now=clock.now())
        return redirect("drafts:pick_link", token)
    return _show_turn(request, token, services.live_turn(link=link, now=clock.now()))


@require_POST
@with_pick_link
def change_pick(request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    services.change_pick_by_link(link=link, entry=_requested_entry(request, link), now=clock.now())
    return redirect("drafts:pick_link", token)


@require_POST
@with_pick_link
def autodraft(request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    services.autodraft_by_link(link=link, now=clock.now())
    return redirect("drafts:pick_link", token)


@require_POST
@with_pick_link
def ask_for_time(request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    services.ask_for_time(link=link, now=clock.now())
    return redirect("drafts:pick_link", token)


@require_POST
@with_pick_link
def switch_off(request: HttpRequest, token: str, link: PickLink) -> HttpResponse:
    """Switch off pick links for the user to whom this one was sent."""
    services.switch_off_pick_links(link=link, now=clock.now())
    return render(request, "drafts/pick_link/off.html")


def _requested_entry(request: HttpRequest, link: PickLink) -> Entry:
    """Return the entry that the form names, among those of the link's race."""
    form = PickForm(request.POST)
    entries = Entry.objects.select_related("driver").filter(race__drafts__slots=link.slot_id)
    entry = entries.filter(pk=form.cleaned_data["entry"]).first() if form.is_valid() else None
    if entry is None:
        raise Invalid(_("Choose an available driver."))
    return entry


def _show_turn(request: HttpRequest, token: str, turn: LinkedTurn, *, refusal: str = "") -> HttpResponse:
    context = {
        "token": token,
        "turn": turn,
        "draft": turn.draft,
        "choices": LinkChoices(turn),
        "can_ask": bool(managers_to_ask(turn)),
        "has_asked": has_asked_for_time(turn),
        "hours": services.HOURS_TO_ASK_FOR,
        "refusal": refusal,
        "room_url": _room_url(request, turn.slot),
    }
    # Nobody is signed in: without JavaScript, times are shown in the zone of the player.
    with timezone.override(ZoneInfo(turn.user.time_zone)), override(turn.user.language or get_language()):
        return render(request, "drafts/pick_link/turn.html", context, status=422 if refusal else 200)


def _show_refusal(request: HttpRequest, sentence: str, *, status: int, slot: Slot | None = None) -> HttpResponse:
    context = {"sentence": sentence, "room_url": _room_url(request, slot) if slot else ""}
    return render(request, "drafts/pick_link/dead.html", context, status=status)


def _room_url(request: HttpRequest, slot: Slot) -> str:
    """The room, by way of the sign-in: to people who are not signed in, a private league does not exist."""
    room = reverse("drafts:room", args=[slot.draft.league_id, slot.draft.race_id])
    return room if request.user.is_authenticated else reverse("accounts:sign_in", query={"next": room})
