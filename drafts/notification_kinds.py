"""The notifications of drafts: another lock or race, a void draft, a driver who is out."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.kinds import Message, NotificationKind, Params

RACE_CHANGED = NotificationKind("race_changed", _("A race moved, and the lock of a draft with it"))
DRIVER_OUT = NotificationKind("driver_out", _("A driver you picked is out"))
DRAFT_VOIDED = NotificationKind("draft_voided", _("A draft is void"))


def _room(params: Params) -> str:
    return reverse("drafts:room", args=[params["league_id"], params["race_id"]])


def _reason(params: Params) -> Params:
    """The reason of a void draft is one of the sentences in `drafts.services.rescheduling`."""
    return {"reason": gettext(params["reason"])}


NEXT_LOCK_MOVED = Message(
    RACE_CHANGED,
    "next_lock_moved",
    title=_("%(race)s: the draft of “%(league)s” locks at another time"),
    body=_("It now locks on %(locks_at)s."),
    link=_room,
)
LOCK_MOVED = Message(
    RACE_CHANGED,
    "lock_moved",
    title=_("%(race)s: the draft of “%(league)s” locks at another time"),
    body=_("It now locks on %(locks_at)s. All picks stay."),
    link=_room,
)
NEXT_RACE_CHANGED = Message(
    RACE_CHANGED,
    "next_race_changed",
    title=_("“%(league)s” drafts for another race next: %(race)s"),
    body=_("The calendar has changed. The draft opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
)
NEXT_SKIPPED = Message(
    RACE_CHANGED,
    "next_skipped",
    title=_("“%(league)s” skips the %(skipped)s"),
    body=_("The next draft is for the %(race)s. It opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
)
NEXT_RESTORED = Message(
    RACE_CHANGED,
    "next_restored",
    title=_("“%(league)s” drafts for the %(race)s after all"),
    body=_("The draft opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
)
NEXT_VOIDED = Message(
    DRAFT_VOIDED,
    "next_voided",
    title=_("%(race)s: the draft of “%(league)s” is void"),
    body="%(reason)s",
    link=_room,
    values=_reason,
)
VOIDED = Message(
    DRAFT_VOIDED,
    "voided",
    title=_("%(race)s: the draft of “%(league)s” is void"),
    body=_("%(reason)s All picks stay visible but score no points. The next draft keeps the order."),
    link=_room,
    values=_reason,
)
PICK_OUT = Message(
    DRIVER_OUT,
    "pick_out",
    title=_("%(driver)s is out of the %(race)s: choose another driver in “%(league)s”"),
    body=_(
        "You can take any free driver instead until the draft locks on %(locks_at)s. If you do nothing, the driver who"
        " races instead scores for you. If nobody does, the pick scores no points."
    ),
    link=_room,
)

# Those that begin with NEXT are about a draft that has not opened.
MESSAGES = (
    NEXT_LOCK_MOVED, LOCK_MOVED, NEXT_RACE_CHANGED, NEXT_SKIPPED, NEXT_RESTORED, PICK_OUT, NEXT_VOIDED, VOIDED,
)  # fmt: skip
