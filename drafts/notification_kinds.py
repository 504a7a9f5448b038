"""The notifications of drafts: the lobby, another lock or race, a void draft, a driver who is out."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.kinds import FOR_ADMINISTRATORS, Message, NotificationKind, Params

RACE_CHANGED = NotificationKind("race_changed", _("A race moved, and the lock of a draft with it"))
DRIVER_OUT = NotificationKind("driver_out", _("A driver you picked is out"))
DRAFT_VOIDED = NotificationKind("draft_voided", _("A draft is void or was missed"))
FIRST_DRAFT = NotificationKind("first_draft", _("A league's first draft waits for you or has started"))


def _room(params: Params) -> str:
    return reverse("drafts:room", args=[params["league_id"], params["race_id"]])


def _lobby(params: Params) -> str:
    return reverse("drafts:lobby", args=[params["league_id"]])


def _named_by(params: Params) -> Params:
    return {"by": params["by"] or gettext("An administrator")}


def _reason(params: Params) -> Params:
    """The reason of a void draft is one of the sentences in `drafts.services.rescheduling` and `locking`."""
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


def _race_admin(params: Params) -> str:
    return reverse("admin:races_race_change", args=[params["race_id"]])


DRIVERS_MISSING = Message(
    FOR_ADMINISTRATORS,
    "drivers_missing",
    title=_("%(race)s: there are fewer drivers than picks"),
    body=_(
        "The draft of “%(league)s” has opened with %(slots)d picks, but only %(drivers)d drivers are entered. If a"
        " driver is missing, add an entry to the race before the draft locks on %(locks_at)s. Otherwise the last picks"
        " are void, here and in other drafts of that size."
    ),
    link=_race_admin,
)


def _league(params: Params) -> str:
    return reverse("pages:league_home", args=[params["league_id"]])


RACE_MISSED = Message(
    DRAFT_VOIDED,
    "race_missed",
    title=_("%(race)s: “%(league)s” had no draft"),
    body=_("The site was down when the draft should have been held. Nobody scores points for this race."),
    link=_league,
)
DRAFTS_MISSED = Message(
    FOR_ADMINISTRATORS,
    "drafts_missed",
    title=_("%(race)s: leagues had no draft"),
    body=_(
        "No process was running between the previous lock and the lock of this race, so “%(league)s”, and maybe other"
        " leagues, did not draft for it. Their players have been told."
    ),
    link=_race_admin,
)

NUDGED = Message(
    FIRST_DRAFT,
    "nudged",
    title=_("%(by)s waits for you in the lobby of “%(league)s”"),
    body=_("The first draft is for the %(race)s. Press “Ready” in the lobby when you are there."),
    link=_lobby,
    values=_named_by,
)
STARTED = Message(
    FIRST_DRAFT,
    "started",
    title=_("The first draft of “%(league)s” has started"),
    body=_("%(by)s started the draft for the %(race)s. It locks on %(locks_at)s."),
    link=_room,
    values=_named_by,
)

# Those that begin with NEXT are about a draft that has not opened.
MESSAGES = (
    NEXT_LOCK_MOVED,
    LOCK_MOVED,
    NEXT_RACE_CHANGED,
    NEXT_SKIPPED,
    NEXT_RESTORED,
    PICK_OUT,
    NEXT_VOIDED,
    VOIDED,
    NUDGED,
    STARTED,
    RACE_MISSED,
    DRIVERS_MISSING,
    DRAFTS_MISSED,
)
