"""The invitation page of a league: the target of its link, for visitors too.

A visitor signs up or signs in on the page itself, with the forms, rate limits and MFA of `accounts`. What they asked to
join waits in the session until they are signed in, so that entering an MFA code on the way changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.auth import RefusableForm
from accounts.models import User
from accounts.views.auth import SignInView, SignUpView
from accounts.views.mixins import RefusalMixin
from constructors.selectors import constructors_in
from core import clock
from core.errors import Refused
from core.web.forms import add_refusal
from core.web.site import absolute_url
from drafts.selectors import newcomer_sentence, next_draft, openings
from leagues.forms import ConstructorNameForm
from leagues.models import League
from leagues.selectors import LeaguePreview, preview_by_code
from leagues.services import join_league
from leagues.views.membership import welcome

from .forms import SignInAndJoinForm, SignUpAndJoinForm
from .social_cards import invitation_card_url

TEMPLATE = "pages/invitation.html"
# The code of the league that a visitor asked to join, and the name of their constructor.
SESSION_KEY = "join"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the league and the way to join it. A user who has just signed up or signed in here is in at once."""
    preview = preview_by_code(code)
    if preview is None:
        raise Http404
    if not request.user.is_authenticated:
        return _visitor(request, preview)
    if request.method == "POST":
        return _join(request, request.user, preview, request.POST)
    if preview.has(request.user):
        return redirect("pages:league_home", preview.league.pk)
    asked = request.session.pop(SESSION_KEY, None)
    if asked and asked["code"] == preview.league.code:
        return _join(request, request.user, preview, asked)
    return render(request, TEMPLATE, page_context(preview, join_form=ConstructorNameForm()))


def _visitor(request: HttpRequest, preview: LeaguePreview) -> HttpResponseBase:
    if request.method == "POST":
        view = SignInAndJoinView if "sign_in" in request.POST else SignUpAndJoinView
        return view.as_view()(request, preview=preview)
    return render(request, TEMPLATE, page_context(preview, **visitor_forms(request, preview.league)))


def visitor_forms(request: HttpRequest, league: League) -> dict[str, RefusableForm]:
    """The empty forms of a visitor. The league's code is the invitation that some sites need for a sign-up."""
    return {
        "sign_up_form": SignUpAndJoinForm(initial={"invitation": league.code}),
        "sign_in_form": SignInAndJoinForm(request=request),
    }


def _join(request: HttpRequest, user: User, preview: LeaguePreview, asked: Mapping[str, str]) -> HttpResponse:
    """Join as asked. If that is refused, the page says why, and the constructor can be given another name."""
    form = ConstructorNameForm(asked)
    if form.is_valid():
        try:
            membership = join_league(user=user, league=preview.league, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return welcome(request, membership)
    return render(request, TEMPLATE, page_context(preview, join_form=form), status=422)


def page_context(preview: LeaguePreview, **forms: Any) -> dict[str, Any]:
    """What the page says about the league, with the forms to join it."""
    league = preview.league
    draft, has_begun = next_draft(league)
    return {
        "league": league,
        "manager": preview.manager,
        "players": preview.players,
        "is_full": preview.is_full,
        "can_join": not preview.is_full and league.archived_at is None,
        "constructors": constructors_in(league),
        "draft": draft,
        "now": clock.now(),
        "opening": openings([draft]).get(draft.pk) if draft else None,
        "newcomer_sentence": newcomer_sentence(league, draft, has_begun=has_begun),
        "settings": preview.settings,
        "registration": settings.REGISTRATION,
        "page_url": absolute_url(reverse("pages:invitation", args=[league.code])),
        "card_url": invitation_card_url(preview),
        **forms,
    }


class _JoinMixin(RefusalMixin):
    """Brings a visitor who has signed up or signed in back to the page, as a user who asked to join."""

    form_name: str
    request: HttpRequest
    kwargs: dict[str, Any]

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        if form.refusal is None:
            name = form.cleaned_data["constructor_name"]
            self.request.session[SESSION_KEY] = {"code": self.kwargs["preview"].league.code, "constructor_name": name}
        return response

    def get_success_url(self) -> str:
        return reverse("pages:invitation", args=[self.kwargs["preview"].league.code])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context = super().get_context_data(**context)
        preview: LeaguePreview = self.kwargs["preview"]
        forms = visitor_forms(self.request, preview.league) | {self.form_name: context["form"]}
        return context | page_context(preview, **forms)


class SignUpAndJoinView(_JoinMixin, SignUpView):
    template_name = TEMPLATE
    form_class = SignUpAndJoinForm
    form_name = "sign_up_form"


class SignInAndJoinView(_JoinMixin, SignInView):
    template_name = TEMPLATE
    form_class = SignInAndJoinForm
    form_name = "sign_in_form"
