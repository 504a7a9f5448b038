"""Mixins for allauth views: 422 or 429 for a refused form, and the `next` URL in the context."""

from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.forms import BaseForm
from django.http import HttpResponse
from django.views.generic.edit import FormMixin

from accounts.forms.auth import RefusableForm
from core.errors import RateLimited, Refused


def refused_response(response: HttpResponse, form: BaseForm) -> HttpResponse:
    """Set the status of a response with an invalid form: 422, or 429 with `Retry-After` if it was rate-limited."""
    refusal = getattr(form, "refusal", None)
    response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(refusal, RateLimited):
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


class NextUrlMixin:
    """Adds `next` to the context, if it is a URL of this site."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context |= super().get_context_data(**context)  # type: ignore[misc]  # every view has it
        context["next"] = get_next_redirect_url(self.request)  # type: ignore[attr-defined]  # the same
        return context


class RefusalMixin(FormMixin[RefusableForm]):
    """An allauth view whose form may be refused, during validation or by the service that it calls."""

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.refuse(refusal)
            return self.form_invalid(form)

    def form_invalid(self, form: RefusableForm) -> HttpResponse:
        return refused_response(super().form_invalid(form), form)
