"""How pages on views of django-allauth answer: a refusal beside its field with a status of its own, and the way on."""

from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.forms import BaseForm
from django.http import HttpResponse
from django.views.generic.edit import FormMixin

from accounts.key_forms import Refusing
from fantasyf1.kit.errors import Refused, TooMany


def answered(answer: HttpResponse, form: BaseForm) -> HttpResponse:
    """The page that shows what is wrong with a form, with the status that says so."""
    refusal = getattr(form, "refusal", None)
    answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(refusal, TooMany):
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


class Going:
    """A view that goes on to where `next` says, which its page is told as far as that is a page of ours."""

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        facts |= super().get_context_data(**facts)  # type: ignore[misc]  # every view has it
        facts["next"] = get_next_redirect_url(self.request)  # type: ignore[attr-defined]  # the same
        return facts


class Answering(FormMixin[Refusing]):
    """A view of allauth whose form may be refused, while it is checked or when it is done."""

    def form_valid(self, form: Refusing) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.refuse(refusal)
            return self.form_invalid(form)

    def form_invalid(self, form: Refusing) -> HttpResponse:
        return answered(super().form_invalid(form), form)
