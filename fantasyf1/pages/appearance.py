"""The reader's choice of theme and contrast. It belongs to the browser, with or without an account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.web.appearance import Appearance, chosen_appearance, remember
from fantasyf1.pages.forms import AppearanceForm


def appearance(request: HttpRequest) -> HttpResponse:
    """The choices, which JavaScript applies at once; otherwise they apply from the next page on."""
    if request.method != "POST":
        form = AppearanceForm(initial=chosen_appearance(request)._asdict())
        return render(request, "pages/appearance.html", {"form": form, "next": request.GET.get("next", "")})
    form = AppearanceForm(request.POST)
    if not form.is_valid():
        return render(request, "pages/appearance.html", {"form": form}, status=422)
    response = redirect(_next_url(request))
    remember(response, Appearance(**form.cleaned_data))
    messages.success(request, _("Saved for this browser."))
    return response


def _next_url(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_safe else "pages:appearance"
