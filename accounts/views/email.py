"""Views of the user's e-mail address: allauth's, with our forms and templates."""

from http import HTTPStatus
from typing import Any

from allauth.account import views as allauth
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.forms.auth import ChangeEmailForm, RefusableForm
from accounts.selectors import can_confirm_email
from accounts.services import rate_limits, signed_links
from accounts.views.mixins import RefusalMixin
from core import clock
from core.errors import Gone, Invalid, Refused
from core.services.rate_limits import consume
from core.web.requests import client_address

UNDO_STATUSES: dict[type[Refused], HTTPStatus] = {Invalid: HTTPStatus.NOT_FOUND, Gone: HTTPStatus.GONE}


class ConfirmEmailView(allauth.ConfirmEmailView):
    """Confirm an address from the link in the e-mail. It takes a click on a button: mail scanners follow links."""

    template_name = "accounts/confirm_email.html"

    def get_object(self, queryset: Any = None) -> EmailConfirmationHMAC:
        confirmation: EmailConfirmationHMAC = super().get_object(queryset)  # type: ignore[no-untyped-call]
        if not confirmation.email_address.user.is_active:
            raise Http404
        return confirmation

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(*args, **kwargs)
        except Http404:
            self.object = None
            return self._refused()
        return response

    def respond(self, success: bool) -> HttpResponse:
        if not success:
            return self._refused()
        messages.success(self.request, _("Your e-mail address is confirmed."))
        response: HttpResponse = super().respond(success)  # type: ignore[no-untyped-call]
        return response

    def logout_other_user(self, confirmation: EmailConfirmationHMAC) -> None:
        """Do nothing: the link confirms its own user's address, and another signed-in user stays signed in."""

    def _refused(self) -> HttpResponse:
        context = self.get_context_data()
        return self.render_to_response(context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo_email_change(request: HttpRequest, token: str) -> HttpResponse:
    """Undo a change of the address from the link in the e-mail to the old one; the next page sets a new password.

    It takes a click on a button: mail scanners follow links.
    """
    try:
        if request.method == "POST":
            return _undo(request, token)
        context = {"change": services.change_to_undo(token=token, now=clock.now())}
        return render(request, "accounts/undo_email_change.html", context)
    except Refused as refusal:
        status = UNDO_STATUSES.get(type(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
        return render(request, "accounts/undo_email_change.html", {"refusal": refusal.sentence}, status=status)


def _undo(request: HttpRequest, token: str) -> HttpResponse:
    user = services.undo_email_change(token=token, now=clock.now())
    if request.user == user:
        # The session is deleted, so it must not be saved again.
        logout(request)
    return redirect(signed_links.password_reset_path(user))


def _saved_sentence() -> str:
    if settings.HAS_MAIL_SERVER:
        return _("Your address is saved. If it needs confirming, an e-mail is on its way.")
    return _("Your address is saved. This site cannot send e-mail.")


class ChangeEmailView(RefusalMixin, allauth.EmailView):
    """Show the user's e-mail address; change it, resend the confirmation, or cancel the pending one."""

    template_name = "accounts/email.html"
    form_class = ChangeEmailForm
    success_url = reverse_lazy("accounts:change_email")

    @method_decorator(sensitive_post_parameters("password"))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        if not form.refusal:
            messages.success(self.request, _saved_sentence())
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**context)  # type: ignore[no-untyped-call]
        return shown | {"can_confirm": can_confirm_email(), "must_confirm": settings.CONFIRM_EMAIL}

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        try:
            services.check_can_confirm_email()
            consume(rate_limits.email_limits(request.POST.get("email", ""), client_address(request)), now=clock.now())
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return None
        sent: HttpResponse | None = super()._action_send(request, *args, **kwargs)
        if self._did_send_verification_email:
            messages.success(request, _("We sent the e-mail again."))
        return sent

    def _get_email_address(self, request: HttpRequest) -> EmailAddress | None:
        """Only the address that waits to be confirmed: removing the confirmed one would not ask for the password."""
        address: EmailAddress | None = super()._get_email_address(request)
        return None if address is None or address.verified else address

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Do nothing: confirming an address makes it the primary one."""
