"""The browser's door to accounts: signing up, in and out, and the profile."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms import AboutMeForm, EmailForm, QuietHoursForm, SignInForm, SignUpForm, TimeZoneForm
from accounts.http import SignedInRequest
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Invalid, Refused, TooMany
from fantasyf1.kit.web import add_refusal, client_address, site_of


@sensitive_post_parameters("password")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and be signed in with it, then go on to where `next` says."""
    if request.user.is_authenticated:
        return _go_on(request)
    form = SignUpForm(request.POST or None, initial={"invitation": _invitation(request)})
    if form.is_valid():
        try:
            user = services.sign_up(
                **form.cleaned_data, site=site_of(request), client=client_address(request), now=clock.now()
            )
        except TooMany as refusal:
            form.add_error(None, refusal.sentence)
            return _wait(_show(request, "accounts/sign_up.html", form), refusal)
        except Refused as refusal:
            # What the invitation says is in no field that one could see.
            is_hidden = isinstance(refusal, Invalid) and refusal.field == "invitation"
            add_refusal(form, Refused(refusal.sentence) if is_hidden else refusal)
        else:
            login(request, user)
            return _go_on(request)
    return _show(request, "accounts/sign_up.html", form)


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return _go_on(request)
    form = SignInForm(request, data=request.POST or None)
    if form.is_valid():
        login(request, form.get_user())
        return _go_on(request)
    answer = _show(request, "accounts/sign_in.html", form)
    return _wait(answer, form.too_many) if form.too_many else answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """The account as its owner sees it; the time zone is sent here."""
    form = TimeZoneForm(request.POST or None, user=request.user)
    if form.is_valid():
        services.change_time_zone(user=request.user, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, "Times are written in this zone from now on.")
        return redirect("accounts:profile")
    return _show_profile(request, form, QuietHoursForm(user=request.user))


@login_required
@require_POST
def quiet_hours(request: SignedInRequest) -> HttpResponse:
    """The hours in which the own clocks stand still."""
    form = QuietHoursForm(request.POST, user=request.user)
    if form.is_valid():
        begins, ends = form.cleaned_data["quiet_from"], form.cleaned_data["quiet_until"]
        try:
            services.set_quiet_hours(user=request.user, begins=begins, ends=ends)
        except Invalid as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, "Your quiet hours hold from your next turn on.")
            return redirect("accounts:profile")
    return _show_profile(request, TimeZoneForm(user=request.user), form)


def _wait(answer: HttpResponse, refusal: TooMany) -> HttpResponse:
    answer.status_code = 429
    answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def _invitation(request: HttpRequest) -> str:
    """What a visitor shows as his invitation: the link of one, or the page of a league that he was going to."""
    if shown := request.GET.get("invitation", ""):
        return shown
    try:
        return next((str(value) for value in resolve(_next(request).partition("?")[0]).kwargs.values()), "")
    except Resolver404:
        return ""


def _show_profile(request: SignedInRequest, form: Form, quiet_form: Form) -> HttpResponse:
    is_refused = form.is_bound or quiet_form.is_bound
    facts = {
        "form": form,
        "quiet_form": quiet_form,
        "email_form": EmailForm(initial={"email": request.user.shown_email}),
        "about_form": AboutMeForm(instance=request.user),
        "is_unconfirmed": settings.CONFIRM_EMAIL and bool(request.user.pending_email),
    }
    return render(request, "accounts/profile.html", facts, status=422 if is_refused else 200)


def _show(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    facts = {"form": form, "next": _next(request), "registration": settings.REGISTRATION}
    return render(request, template, facts, status=422 if form.is_bound else 200)


def _go_on(request: HttpRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))


def _next(request: HttpRequest) -> str:
    """Where the visitor was going, such as a league's invitation; nothing where that would leave the site."""
    target = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else ""
