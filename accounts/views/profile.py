"""Views of the profile page, the data export and account deletion."""

from copy import copy

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import services, undos
from accounts.forms.profile import (
    AboutMeForm,
    DeleteAccountForm,
    DisplayNameForm,
    LanguageForm,
    MarkForm,
    QuietHoursForm,
    TimeZoneForm,
    UsernameForm,
)
from accounts.http import SignedInRequest
from accounts.selectors import exported_data
from core import clock
from core.errors import Invalid, Refused
from core.undo import offer
from core.web.forms import add_refusal
from core.web.languages import language_of
from core.web.requests import next_url
from core.web.site import absolute_url


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """Show the profile page; POST changes the time zone."""
    form = TimeZoneForm(request.POST or None, user=request.user)
    if form.is_valid():
        services.change_time_zone(user=request.user, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, _("Saved. Times are now shown in this time zone."))
        # The page on which the browser's time zone was offered, or the profile.
        return redirect(next_url(request, "accounts:profile"))
    return _show_profile(request, form=form)


@login_required
@require_POST
def language(request: SignedInRequest) -> HttpResponse:
    """Set the language of pages, e-mails and notifications."""
    form = LanguageForm(request.POST, user=request.user)
    if form.is_valid():
        services.change_language(user=request.user, language=form.cleaned_data["language"])
        with override(language_of(request, request.user.language)):
            messages.success(request, _("Saved. The site is in this language now."))
        return redirect("accounts:profile")
    return _show_profile(request, language_form=form)


@login_required
@require_POST
def display_name(request: SignedInRequest) -> HttpResponse:
    """Set the name that others see."""
    # On a copy: a ModelForm writes to its instance, and the page's header would show a refused name.
    form = DisplayNameForm(request.POST, instance=copy(request.user))
    before = request.user.display_name
    if form.is_valid():
        try:
            services.change_display_name(user=request.user, display_name=form.cleaned_data["display_name"])
        except Refused as refusal:
            form.add_error("display_name", refusal.sentence)
        else:
            sentence = _("Saved. Others see you as “%(name)s”.") % {"name": request.user.shown_name}
            offer(request, sentence, undos.RENAMED, before=before, after=request.user.display_name)
            return redirect("accounts:profile")
    return _show_profile(request, name_form=form)


@login_required
@require_POST
def mark(request: SignedInRequest) -> HttpResponse:
    """Set the colour and the badge of the user's avatar."""
    # On a copy: a ModelForm writes to its instance, and the page's header would show a refused choice.
    form = MarkForm(request.POST, instance=copy(request.user))
    if form.is_valid():
        colour, badge = form.cleaned_data["mark_colour"], form.cleaned_data["mark_badge"]
        services.change_mark(user=request.user, colour=colour, badge=badge)
        messages.success(request, _("Saved. Others see it beside your name."))
        return redirect("accounts:profile")
    return _show_profile(request, mark_form=form)


@login_required
@require_POST
def username(request: SignedInRequest) -> HttpResponse:
    """Set the name with which the user signs in."""
    form = UsernameForm(request.POST)
    if form.is_valid():
        try:
            services.change_username(user=request.user, username=form.cleaned_data["username"])
        except Refused as refusal:
            form.add_error("username", refusal.sentence)
        else:
            messages.success(request, _("Saved. You sign in as “%(name)s” now.") % {"name": request.user.username})
            return redirect("accounts:profile")
    return _show_profile(request, username_form=form)


@login_required
@require_POST
def quiet_hours(request: SignedInRequest) -> HttpResponse:
    """Set the hours in which the user's pick clocks stop."""
    form = QuietHoursForm(request.POST, user=request.user)
    if form.is_valid():
        begins, ends = form.cleaned_data["quiet_from"], form.cleaned_data["quiet_until"]
        try:
            services.set_quiet_hours(user=request.user, begins=begins, ends=ends)
        except Invalid as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("Saved. Your quiet hours apply from your next turn."))
            return redirect("accounts:profile")
    return _show_profile(request, quiet_form=form)


@login_required
@require_POST
def pick_links(request: SignedInRequest) -> HttpResponse:
    """Set whether links in messages let the user pick without signing in. The form is on the page of notifications."""
    is_on = "pick_links" in request.POST
    services.set_pick_links(user=request.user, is_on=is_on)
    if is_on:
        messages.success(request, _("Saved. Links in new messages let you pick without signing in."))
    else:
        messages.success(request, _("Saved. The links that were sent no longer work."))
    return redirect("notifications:preferences")


def _show_profile(request: SignedInRequest, **refused: BaseForm) -> HttpResponse:
    """Render the profile, with the forms that were refused."""
    context = {
        "form": TimeZoneForm(user=request.user),
        "language_form": LanguageForm(user=request.user),
        "calendar_url": absolute_url(reverse("drafts:calendar", args=[services.calendar_token(request.user)])),
        "quiet_form": QuietHoursForm(user=request.user),
        "username_form": UsernameForm(initial={"username": request.user.username}),
        "name_form": DisplayNameForm(instance=request.user),
        "mark_form": MarkForm(instance=request.user),
        "about_form": AboutMeForm(instance=request.user),
        "must_confirm": settings.CONFIRM_EMAIL,
        "waiting": request.user.emailaddress_set.filter(verified=False).first(),
        **refused,
    }
    is_refused = any(form.is_bound for form in refused.values())
    return render(request, "accounts/profile.html", context, status=422 if is_refused else 200)


@login_required
@require_POST
def about_me(request: SignedInRequest) -> HttpResponse:
    """Save the bio and the discoverability settings."""
    form = AboutMeForm(request.POST)
    if form.is_valid():
        try:
            services.change_profile(user=request.user, **form.cleaned_data)
            messages.success(request, _("Your profile is saved."))
        except Refused as refused:
            messages.error(request, refused.sentence)
    else:
        messages.error(request, _("“About me” can be at most 280 characters long."))
    return redirect("accounts:profile")


@never_cache
@login_required
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """Download the user's data as a JSON file."""
    response = JsonResponse(exported_data(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="fantasy-f1.json"'
    return response


@sensitive_post_parameters("password")
@never_cache
@login_required
def delete_account(request: SignedInRequest) -> HttpResponse:
    """Delete the user's own account."""
    form = DeleteAccountForm(request.POST or None)
    if form.is_valid():
        try:
            services.delete_account(user=request.user, **form.cleaned_data, now=clock.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Thank you for playing."))
            return redirect("home")
    return render(request, "accounts/delete_account.html", {"form": form}, status=422 if form.errors else 200)
