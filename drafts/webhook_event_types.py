"""The events of drafts that a league's webhooks can announce."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leagues.webhook_events import Data, EventType

from .models import Draft, Pick, Slot


def _room(data: Data) -> str:
    return reverse("drafts:room", args=[data["league_id"], data["race_id"]])


def _turn_text(shown: Data) -> str:
    sentence = _("%(constructor)s is on the clock in the draft for the %(race)s.")
    if shown["ends_at"]:
        sentence = _("%(constructor)s is on the clock in the draft for the %(race)s, until %(ends_at)s.")
    return sentence % shown


def _is_turn_running(data: Data, _now: datetime) -> bool:
    """Whether the slot is still the constructor's to fill: news of a turn that is over is not sent late."""
    slots = Slot.objects.filter(draft=data["draft_id"], draft__state=Draft.State.OPEN, number=data["slot"])
    return slots.filter(constructor=data["constructor_id"], picks=None, passed_at=None, voided_at=None).exists()


def _pick_text(shown: Data) -> str:
    if shown["is_change"]:
        return _("%(constructor)s now has %(driver)s for the %(race)s.") % shown
    sentences: dict[str, str] = {
        Pick.Source.MANAGER: _("A manager picked %(driver)s for %(constructor)s."),
        Pick.Source.DEPUTY: _("A deputy picked %(driver)s for %(constructor)s."),
        Pick.Source.WISH: _("%(constructor)s got %(driver)s from the wish list."),
        Pick.Source.AUTOPICK: _("%(constructor)s got %(driver)s as an autopick."),
        Pick.Source.BOT: _("%(constructor)s, a bot, picked %(driver)s."),
    }
    return sentences.get(shown["source"], _("%(constructor)s picked %(driver)s.")) % shown


OPENED = EventType(
    "draft.opened",
    gettext_lazy("A draft opened"),
    text=lambda shown: _("The draft for the %(race)s is open. It locks %(locks_at)s.") % shown,
    path=_room,
)
TURN = EventType(
    "draft.turn",
    gettext_lazy("A player is on the clock"),
    text=_turn_text,
    path=_room,
    is_current=_is_turn_running,
)
PICK = EventType("draft.pick", gettext_lazy("A driver was picked"), text=_pick_text, path=_room)
COMPLETED = EventType(
    "draft.completed",
    gettext_lazy("A draft is complete"),
    text=lambda shown: _("All picks were made in the draft for the %(race)s.") % shown,
    path=_room,
)
VOIDED = EventType(
    "draft.voided",
    gettext_lazy("A draft became void"),
    text=lambda shown: _("The draft for the %(race)s is void. %(reason)s") % {**shown, "reason": _(shown["reason"])},
    path=_room,
)

TYPES = (OPENED, TURN, PICK, COMPLETED, VOIDED)
