"""The notifications of races: results in quarantine."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import FOR_ADMINISTRATORS, Message, Params

from .models import Classification


def _session(params: Params) -> Params:
    return {"session": Classification.Kind(params["kind"]).label}


def _case(params: Params) -> str:
    return reverse("admin:races_quarantine_change", args=[params["case"]])


QUARANTINED = Message(
    FOR_ADMINISTRATORS,
    "quarantined",
    title=_("Results in quarantine: %(race)s, %(session)s"),
    body="%(reason)s",
    link=_case,
    values=_session,
)

MESSAGES = (QUARANTINED,)
