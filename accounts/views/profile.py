"""Views of the profile page, the data export and account deletion."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.forms.profile import AboutMeForm, DeleteAccountForm, QuietHoursForm, TimeZoneForm
from accounts.http import SignedInRequest
from accounts.selectors import exported_data
from core import clock
from core.errors import Invalid, Refused
from core.web.forms import add_refusal


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """Show the profile page; POST changes the time zone."""
    form = TimeZoneForm(request.POST or None, user=request.user)
    if form.is_valid():
        services.change_time_zone(user=request.user, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, _("Saved. Times are now shown in this time zone."))
        return redirect("accounts:profile")
    return _show_profile(request, form, QuietHoursForm(user=request.user))


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
    return _show_profile(request, TimeZoneForm(user=request.user), form)


def _show_profile(request: SignedInRequest, form: Form, quiet_form: Form) -> HttpResponse:
    is_refused = form.is_bound or quiet_form.is_bound
    context = {
        "form": form,
        "quiet_form": quiet_form,
        "about_form": AboutMeForm(instance=request.user),
        "waiting": request.user.emailaddress_set.filter(verified=False).first(),
    }
    return render(request, "accounts/profile.html", context, status=422 if is_refused else 200)


@login_required
@require_POST
def about_me(request: SignedInRequest) -> HttpResponse:
    """Save the bio and the discoverability settings."""
    form = AboutMeForm(request.POST)
    if form.is_valid():
        services.change_profile(user=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
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
