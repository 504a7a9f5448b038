"""Views of the profile page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms.profile import AboutMeForm, QuietHoursForm, TimeZoneForm
from accounts.http import SignedInRequest
from core.errors import Invalid


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
