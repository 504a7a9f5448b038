"""The notifications of races: results in quarantine."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import FOR_ADMINISTRATORS, Message, Params, Recipient

from .models import Classification, Quarantine
from .rules import shown_reason


def _session(params: Params) -> Params:
    return {"session": Classification.Kind(params["kind"]).label, "reason": shown_reason(params["reason"])}


def _case(params: Params) -> str:
    return reverse("admin:races_quarantine_change", args=[params["case"]])


def _is_unsettled(recipient: Recipient) -> bool:
    return Quarantine.objects.filter(pk=recipient.params["case"], settled_at=None).exists()


QUARANTINED = Message(
    FOR_ADMINISTRATORS,
    "quarantined",
    title=_("Results in quarantine: %(race)s, %(session)s"),
    body="%(reason)s",
    link=_case,
    values=_session,
    is_current=_is_unsettled,
)

MESSAGES = (QUARANTINED,)
