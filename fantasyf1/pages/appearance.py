"""The reader's choice of theme and contrast: in the account, or without one in the browser."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.services import change_appearance
from core.web.appearance import Appearance, chosen_appearance, remember
from core.web.requests import next_url
from fantasyf1.pages.forms import AppearanceForm

SYSTEM = "system"  # what an account has for the empty value of a cookie and of the form


def appearance(request: HttpRequest) -> HttpResponse:
    """The choices, which JavaScript applies at once; otherwise they apply from the next page on.

    `static/js/app.js` sends them for users, with the header of htmx, and shows them by itself.
    """
    if request.method != "POST":
        form = AppearanceForm(initial=chosen_appearance(request)._asdict())
        return render(request, "pages/appearance.html", {"form": form, "next": request.GET.get("next", "")})
    form = AppearanceForm(request.POST)
    if not form.is_valid():
        return render(request, "pages/appearance.html", {"form": form}, status=422)
    if request.user.is_authenticated:
        change_appearance(user=request.user, **{name: value or SYSTEM for name, value in form.cleaned_data.items()})
    response = _response(request)
    remember(response, Appearance(**form.cleaned_data))
    return response


def _response(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    is_user = request.user.is_authenticated
    messages.success(request, _("Saved for your account.") if is_user else _("Saved for this browser."))
    return redirect(next_url(request, "pages:appearance"))
