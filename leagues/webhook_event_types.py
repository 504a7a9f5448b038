"""The events of webhooks that are about a league itself: who joined and who left, and the test."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .webhook_events import Data, EventType


def _members_page(data: Data) -> str:
    return reverse("leagues:members", args=[data["league_id"]])


MEMBER_JOINED = EventType(
    "member.joined",
    gettext_lazy("Somebody joined"),
    text=lambda shown: _("%(member)s joined the league.") % shown,
    path=_members_page,
)
MEMBER_LEFT = EventType(
    "member.left",
    gettext_lazy("Somebody left"),
    text=lambda shown: _("%(member)s left the league.") % shown,
    path=_members_page,
)
TEST = EventType(
    "webhook.test",
    gettext_lazy("Test"),
    text=lambda shown: _("This is a test. The league's news will appear here."),
    is_optional=False,
)

TYPES = (MEMBER_JOINED, MEMBER_LEFT, TEST)
