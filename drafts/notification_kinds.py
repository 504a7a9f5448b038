"""The notifications of drafts: whose turn it is, what was picked for whom, what managers do, and when a race moves.

Before e-mail or push is sent, each message about a league checks that its recipient is still a member, and that what it
says is still true.
"""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from constructors.models import Constructor
from leagues.selectors import is_still_member
from notifications.kinds import (
    FOR_ADMINISTRATORS,
    IN_APP,
    PUSH,
    Message,
    NotificationKind,
    Params,
    Priority,
    Recipient,
    Timing,
)

from . import rules
from .models import IN_PROGRESS_STATES, Draft, Pick, Slot
from .pick_links import pick_link_path
from .selectors import draft_order, driver_names, has_turn, has_unfilled_slot

YOUR_PICKS, YOUR_DRAFTS = _("Your turn and your picks"), _("Your drafts")

DRAFT_OPENED = NotificationKind("draft_opened", _("A draft has opened"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE)
ON_DECK = NotificationKind(
    "on_deck",
    _("You are next in a draft"),
    section=YOUR_PICKS,
    defaults=frozenset({IN_APP, PUSH}),
    timing=Timing.AT_ONCE,
)
YOUR_TURN = NotificationKind(
    "your_turn", _("It is your turn in a draft"), section=YOUR_PICKS, timing=Timing.AT_ONCE, priority=Priority.URGENT
)
HALF_CLOCK = NotificationKind(
    "half_clock",
    _("Half of your time for a pick is over"),
    section=YOUR_PICKS,
    timing=Timing.AT_ONCE,
    priority=Priority.URGENT,
)
AUTOPICKED = NotificationKind(
    "autopicked", _("A driver was picked for you, or your turn passed"), section=YOUR_PICKS, timing=Timing.AT_ONCE
)
DRAFT_COMPLETE = NotificationKind(
    "draft_complete", _("A draft is complete: your drivers"), section=YOUR_DRAFTS, timing=Timing.DIGEST
)
ORDER_CHANGED = NotificationKind(
    "order_changed", _("A manager set the order of a draft"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE
)
PICK_MISSING = NotificationKind(
    "pick_missing",
    _("A draft locks soon, and a pick of yours is missing"),
    section=YOUR_PICKS,
    timing=Timing.AT_ONCE,
    priority=Priority.URGENT,
)
DRAFT_PAUSED = NotificationKind(
    "draft_paused", _("A manager paused or resumed a draft"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE
)
COMMISSIONER_PICKED = NotificationKind(
    "commissioner_picked",
    _("A manager or your deputy picked for you, or undid your pick"),
    section=YOUR_PICKS,
    timing=Timing.AT_ONCE,
)
RACE_CHANGED = NotificationKind(
    "race_changed", _("A race moved, and the lock of a draft with it"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE
)
DRIVER_OUT = NotificationKind("driver_out", _("A driver you picked is out"), section=YOUR_PICKS, timing=Timing.AT_ONCE)
DRAFT_VOIDED = NotificationKind(
    "draft_voided", _("A draft is void or was missed"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE
)
FIRST_DRAFT = NotificationKind(
    "first_draft", _("A league's first draft waits for you or has started"), section=YOUR_DRAFTS, timing=Timing.AT_ONCE
)

PICKED_BY_LINK_KIND = NotificationKind(
    "picked_by_link",
    _("Somebody used the link from your message"),
    is_optional=False,
    timing=Timing.AT_ONCE,
    priority=Priority.URGENT,
    waits_for_quiet_hours=False,
)
EXTENSION_ASKED_KIND = NotificationKind(
    "extension_asked",
    _("A player asks for more time"),
    section=YOUR_DRAFTS,
    timing=Timing.AT_ONCE,
    priority=Priority.URGENT,
)

# -- links and values --------------------------------------------------------------------------------------------------


def _room(params: Params) -> str:
    return reverse("drafts:room", args=[params["league_id"], params["race_id"]])


def _lobby(params: Params) -> str:
    return reverse("drafts:lobby", args=[params["league_id"]])


def _named_by(params: Params) -> Params:
    return {"by": params["by"] or gettext("An administrator")}


def _reason(params: Params) -> Params:
    """The reason of a void draft is one of the sentences in `drafts.services.rescheduling` and `locking`."""
    return {"reason": gettext(params["reason"])}


def _deputy_page(params: Params) -> str:
    return reverse("drafts:deputy", args=[params["league_id"], params["race_id"]])


def _league(params: Params) -> str:
    return reverse("pages:league_home", args=[params["league_id"]])


def _consequence(params: Params) -> Params:
    """What happens if the player does nothing: when the time runs out, or without a clock at the lock."""
    sentence = rules.timeout_sentence if params["has_clock"] else rules.lock_sentence
    return {"consequence": sentence(autopicks=params["autopicks"])}


def _turn(params: Params) -> Params:
    free = params["free"]
    count = ngettext("%(count)s driver is available.", "%(count)s drivers are available.", free) % {"count": free}
    return {**_consequence(params), "available": count}


def _lock(params: Params) -> Params:
    return {"consequence": rules.lock_sentence(autopicks=params["autopicks"])}


def _autopick(params: Params) -> Params:
    """Why the server picked, and how it chose. `reason` is one of `AUTOPICK_REASONS`, `source` is `Pick.Source`."""
    if params["source"] == Pick.Source.WISH:
        choice = gettext("This was the first available driver on your wish list.")
    else:
        choice = gettext("This was the best available driver in the league's ranking.")
    return {"reason": gettext(AUTOPICK_REASONS[params["reason"]]), "choice": choice}


# Translated when a message is rendered.
AUTOPICK_REASONS = {
    "time": gettext_noop("Your time ran out. You can change the pick until the next one is made."),
    "autodraft": gettext_noop("Autodraft is on. You can change the pick until the next one is made."),
    "lock": gettext_noop("The draft has locked."),
}


def _whose_turn(params: Params) -> Params:
    turn = gettext("It is the turn of %(constructor)s.") % params if params["constructor"] else ""
    return {**_named_by(params), "turn": turn}


# -- is it still true? -------------------------------------------------------------------------------------------------

Check = Callable[[Recipient], bool]


def _member_and(*checks: Check) -> Check:
    """The check whether the recipient is still a member of the league, and these checks."""
    return lambda recipient: all(check(recipient) for check in (is_still_member, *checks))


def _in_state(*states: str) -> Check:
    """The check whether the draft is in one of these states, and not past its lock while it can be drafted in."""

    def check(recipient: Recipient) -> bool:
        draft = Draft.objects.filter(pk=recipient.params["draft_id"], state__in=states).first()
        return draft is not None and (recipient.now < draft.locks_at or draft.state not in IN_PROGRESS_STATES)

    return check


def _has_turn(recipient: Recipient) -> bool:
    """Whether the constructor that the message names is still on the clock, in the same round."""
    params = recipient.params
    return has_turn(params["draft_id"], params["constructor_id"], params["round"], recipient.now)


def _is_unfilled(recipient: Recipient) -> bool:
    return Slot.objects.filter(pk=recipient.params["slot_id"], picks=None, passed_at=None).exists()


def _is_waited_for(recipient: Recipient) -> bool:
    """Whether the constructor that the recipient waits for is still on the clock."""
    params = recipient.params
    return has_turn(params["draft_id"], params["waits_for_id"], params["waits_for_round"], recipient.now)


def _is_deputy(recipient: Recipient) -> bool:
    return Constructor.objects.filter(pk=recipient.params["constructor_id"], deputy=recipient.user).exists()


def _misses_a_pick(recipient: Recipient) -> bool:
    return has_unfilled_slot(recipient.params["draft_id"], recipient.params["constructor_id"], recipient.now)


def _can_still_pick(recipient: Recipient) -> bool:
    """Whether the slot whose turn has passed is still without a pick."""
    params, now = recipient.params, recipient.now
    return has_unfilled_slot(params["draft_id"], params["constructor_id"], now, round_number=params["round"])


def _has_these_drivers(recipient: Recipient) -> bool:
    params = recipient.params
    return driver_names(params["draft_id"], params["constructor_id"]) == str(params["drivers"])


def _has_this_place(recipient: Recipient) -> bool:
    params = recipient.params
    draft = Draft.objects.get(pk=params["draft_id"])
    order: list[int] = draft.planned_order or []
    if draft.state != Draft.State.UPCOMING:
        order = draft_order(draft)
    place, constructor = int(params["place"]), int(params["constructor_id"])
    return order[place - 1 : place] == [constructor]


def _locks_then(recipient: Recipient) -> bool:
    """Whether the draft still locks at the time that the message says."""
    locks_at = datetime.fromisoformat(recipient.params["locks_at"])
    return Draft.objects.filter(pk=recipient.params["draft_id"], locks_at=locks_at).exists()


def _is_driver_out(recipient: Recipient) -> bool:
    """Whether the pick still has a driver who is out."""
    return Pick.objects.filter(pk=recipient.params["pick_id"], entry__is_withdrawn=True).exists()


_is_running = _in_state(Draft.State.OPEN, Draft.State.PAUSED)

# -- turns -------------------------------------------------------------------------------------------------------------

OPENED = Message(
    DRAFT_OPENED,
    "opened",
    title=_("%(race)s: the draft of “%(league)s” is open"),
    body=_("Your first pick is number %(place)s of %(slots)s. The draft locks on %(locks_at)s."),
    link=_room,
    is_current=_member_and(_in_state(*IN_PROGRESS_STATES)),
)
NEXT_UP = Message(
    ON_DECK,
    "next_up",
    title=_("%(race)s: you are next in “%(league)s”"),
    body=_("It is the turn of %(constructor)s, until %(ends_at)s at the latest. Then it is yours."),
    link=_room,
    is_current=_member_and(_is_waited_for),
)
TURN_BEGAN = Message(
    YOUR_TURN,
    "turn_began",
    title=_("%(race)s: it is your turn in “%(league)s”"),
    body=_("You have until %(ends_at)s. %(available)s %(consequence)s"),
    link=_room,
    values=_turn,
    signed_link=pick_link_path,
    is_current=_member_and(_has_turn),
    action=_("Pick a driver"),
)
DEPUTY_TURN_BEGAN = Message(
    YOUR_TURN,
    "deputy_turn_began",
    title=_("%(race)s: it is the turn of “%(constructor)s” in “%(league)s”"),
    body=_("You are their deputy. You or the player can pick until %(ends_at)s."),
    link=_deputy_page,
    signed_link=pick_link_path,
    is_current=_member_and(_has_turn, _is_deputy),
    action=_("Pick a driver"),
)
HALF_OVER = Message(
    HALF_CLOCK,
    "half_over",
    title=_("%(race)s: half of your time in “%(league)s” is over"),
    body=_("It is still your turn, until %(ends_at)s. %(consequence)s"),
    link=_room,
    values=_consequence,
    signed_link=pick_link_path,
    is_current=_member_and(_has_turn),
    action=_("Pick a driver"),
)
DEPUTY_HALF_OVER = Message(
    HALF_CLOCK,
    "deputy_half_over",
    title=_("%(race)s: half of the time of “%(constructor)s” in “%(league)s” is over"),
    body=_("You are their deputy. You or the player can pick until %(ends_at)s."),
    link=_deputy_page,
    signed_link=pick_link_path,
    is_current=_member_and(_has_turn, _is_deputy),
    action=_("Pick a driver"),
)
LOCKS_SOON = Message(
    PICK_MISSING,
    "locks_soon",
    title=_("%(race)s: the draft of “%(league)s” locks soon, and your pick is missing"),
    body=_("It locks on %(locks_at)s. %(consequence)s"),
    link=_room,
    values=_lock,
    signed_link=pick_link_path,
    is_current=_member_and(_is_running, _misses_a_pick),
    action=_("Pick a driver"),
)
COMPLETED = Message(
    DRAFT_COMPLETE,
    "completed",
    title=_("%(race)s: the draft of “%(league)s” is complete"),
    body=_("Your drivers: %(drivers)s."),
    link=_room,
    is_current=_member_and(_in_state(Draft.State.COMPLETE, Draft.State.LOCKED, Draft.State.SCORED), _has_these_drivers),
)

# -- picks by others ---------------------------------------------------------------------------------------------------

SERVER_PICKED = Message(
    AUTOPICKED,
    "server_picked",
    title=_("%(race)s: you have %(driver)s in “%(league)s”"),
    body=_("%(reason)s %(choice)s"),
    link=_room,
    values=_autopick,
    is_current=is_still_member,
)
TURN_PASSED = Message(
    AUTOPICKED,
    "turn_passed",
    title=_("%(race)s: your turn in “%(league)s” has passed"),
    body=_("Your time ran out. You can still pick until the draft locks on %(locks_at)s."),
    link=_room,
    signed_link=pick_link_path,
    is_current=_member_and(_can_still_pick),
    action=_("Pick a driver"),
)
MANAGER_PICKED = Message(
    COMMISSIONER_PICKED,
    "manager_picked",
    title=_("%(race)s: you have %(driver)s in “%(league)s”"),
    body=_("%(by)s picked for you."),
    link=_room,
    values=_named_by,
    is_current=is_still_member,
)
MANAGER_SUBSTITUTED = Message(
    COMMISSIONER_PICKED,
    "manager_substituted",
    title=_("%(race)s: you have %(driver)s instead of %(out)s in “%(league)s”"),
    body=_("%(by)s chose the driver for you, because %(out)s is out."),
    link=_room,
    values=_named_by,
    is_current=is_still_member,
)
MANAGER_UNDID = Message(
    COMMISSIONER_PICKED,
    "manager_undid",
    title=_("%(race)s: your pick in “%(league)s” was undone"),
    body=_("%(by)s undid this pick: %(drivers)s. You can pick again when it is your turn."),
    link=_room,
    values=_named_by,
    is_current=is_still_member,
)
DEPUTY_PICKED = Message(
    COMMISSIONER_PICKED,
    "deputy_picked",
    title=_("%(race)s: you have %(driver)s in “%(league)s”"),
    body=_("%(by)s picked for you as your deputy. You can change the pick until the next one is made."),
    link=_room,
    values=_named_by,
    is_current=is_still_member,
)

# -- what managers do --------------------------------------------------------------------------------------------------

ORDER_SET = Message(
    ORDER_CHANGED,
    "order_set",
    title=_("%(race)s: the order of the draft of “%(league)s” has changed"),
    body=_("%(by)s set the order. You are number %(place)s of %(places)s."),
    link=_room,
    values=_named_by,
    is_current=_member_and(_has_this_place),
)
NEXT_ORDER_SET = Message(
    ORDER_CHANGED,
    "next_order_set",
    title=_("%(race)s: the order of the draft of “%(league)s” has changed"),
    body=_("%(by)s set the order. You are number %(place)s of %(places)s. The draft opens on %(opens_at)s."),
    link=_room,
    values=_named_by,
    is_current=_member_and(_has_this_place),
    timing=Timing.DIGEST,
)
PAUSED = Message(
    DRAFT_PAUSED,
    "paused",
    title=_("%(race)s: the draft of “%(league)s” is paused"),
    body=_("%(by)s paused it. The clock stands still, and nobody can pick. It still locks on %(locks_at)s."),
    link=_room,
    values=_named_by,
    is_current=_member_and(_in_state(Draft.State.PAUSED)),
)
RESUMED = Message(
    DRAFT_PAUSED,
    "resumed",
    title=_("%(race)s: the draft of “%(league)s” goes on"),
    body=_("%(by)s resumed it. %(turn)s"),
    link=_room,
    values=_whose_turn,
    is_current=_member_and(_in_state(Draft.State.OPEN)),
)
RESUMED_ON_YOUR_TURN = Message(
    DRAFT_PAUSED,
    "resumed_on_your_turn",
    title=_("%(race)s: the draft of “%(league)s” goes on, and it is your turn"),
    body=_("%(by)s resumed it. You have until %(ends_at)s."),
    link=_room,
    values=_named_by,
    signed_link=pick_link_path,
    is_current=_member_and(_has_turn),
    action=_("Pick a driver"),
)

# -- races, substitutions, the lobby -----------------------------------------------------------------------------------


NEXT_LOCK_MOVED = Message(
    RACE_CHANGED,
    "next_lock_moved",
    title=_("%(race)s: the draft of “%(league)s” locks at another time"),
    body=_("It now locks on %(locks_at)s."),
    link=_room,
    is_current=_member_and(_locks_then),
)
LOCK_MOVED = Message(
    RACE_CHANGED,
    "lock_moved",
    title=_("%(race)s: the draft of “%(league)s” locks at another time"),
    body=_("It now locks on %(locks_at)s. All picks stay."),
    link=_room,
    is_current=_member_and(_locks_then),
)
NEXT_RACE_CHANGED = Message(
    RACE_CHANGED,
    "next_race_changed",
    title=_("“%(league)s” drafts for another race next: %(race)s"),
    body=_("The calendar has changed. The draft opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
    is_current=is_still_member,
)
NEXT_SKIPPED = Message(
    RACE_CHANGED,
    "next_skipped",
    title=_("“%(league)s” skips the %(skipped)s"),
    body=_("The next draft is for the %(race)s. It opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
    is_current=is_still_member,
)
NEXT_RESTORED = Message(
    RACE_CHANGED,
    "next_restored",
    title=_("“%(league)s” drafts for the %(race)s after all"),
    body=_("The draft opens on %(opens_at)s and locks on %(locks_at)s."),
    link=_room,
    is_current=is_still_member,
)
NEXT_VOIDED = Message(
    DRAFT_VOIDED,
    "next_voided",
    title=_("%(race)s: the draft of “%(league)s” is void"),
    body="%(reason)s",
    link=_room,
    values=_reason,
    is_current=is_still_member,
)
VOIDED = Message(
    DRAFT_VOIDED,
    "voided",
    title=_("%(race)s: the draft of “%(league)s” is void"),
    body=_("%(reason)s All picks stay visible but score no points. The next draft keeps the order."),
    link=_room,
    values=_reason,
    is_current=is_still_member,
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
    is_current=_member_and(_is_driver_out),
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


RACE_MISSED = Message(
    DRAFT_VOIDED,
    "race_missed",
    title=_("%(race)s: “%(league)s” had no draft"),
    body=_("The site was down when the draft should have been held. Nobody scores points for this race."),
    link=_league,
    is_current=is_still_member,
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
    is_current=_member_and(_in_state(Draft.State.UPCOMING)),
)
STARTED = Message(
    FIRST_DRAFT,
    "started",
    title=_("The first draft of “%(league)s” has started"),
    body=_("%(by)s started the draft for the %(race)s. It locks on %(locks_at)s."),
    link=_room,
    values=_named_by,
    is_current=_member_and(_in_state(*IN_PROGRESS_STATES)),
)

PICKED_BY_LINK = Message(
    PICKED_BY_LINK_KIND,
    "picked_by_link",
    title=_("%(driver)s was picked with the link from your message: %(race)s"),
    body=_(
        "This is your pick in “%(league)s”. You can change it until the next player picks, in the draft room or with"
        " the same link. If it was not you, switch such links off where you choose what you are told."
    ),
    link=_room,
    action=_("Open the draft room"),
)
DEPUTY_PICKED_BY_LINK = Message(
    PICKED_BY_LINK_KIND,
    "deputy_picked_by_link",
    title=_("%(driver)s was picked with the link of your deputy: %(race)s"),
    body=_(
        "The link was in a message to %(deputy)s, your deputy in “%(league)s”. You can change the pick in the draft"
        " room until the next player picks."
    ),
    link=_room,
    action=_("Open the draft room"),
)
LINKS_SWITCHED_OFF = Message(
    PICKED_BY_LINK_KIND,
    "links_switched_off",
    title=_("Links that pick without signing in were switched off"),
    body=_(
        "This was done with the link about the %(race)s in “%(league)s”. Such links no longer work, and you pick in the"
        " draft room. If it was not you, somebody else has read your message. You can switch the links on again where"
        " you choose what you are told."
    ),
    link=lambda _: reverse("notifications:preferences"),
    is_current=lambda recipient: not recipient.user.pick_links,
    action=_("Choose what you are told"),
)
EXTENSION_ASKED = Message(
    EXTENSION_ASKED_KIND,
    "extension_asked",
    title=_("%(constructor)s asks for %(hours)s more hours: %(race)s"),
    body=_("Their time in “%(league)s” runs out on %(ends_at)s. You can extend the clock in the draft room."),
    link=_room,
    is_current=_member_and(_is_unfilled),
    action=_("Open the draft room"),
)

# Those that begin with NEXT are about a draft that has not opened.
MESSAGES = (
    TURN_BEGAN,
    DEPUTY_TURN_BEGAN,
    HALF_OVER,
    DEPUTY_HALF_OVER,
    NEXT_UP,
    LOCKS_SOON,
    OPENED,
    SERVER_PICKED,
    TURN_PASSED,
    MANAGER_PICKED,
    MANAGER_SUBSTITUTED,
    MANAGER_UNDID,
    DEPUTY_PICKED,
    COMPLETED,
    PAUSED,
    RESUMED,
    RESUMED_ON_YOUR_TURN,
    ORDER_SET,
    NEXT_ORDER_SET,
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
    PICKED_BY_LINK,
    DEPUTY_PICKED_BY_LINK,
    LINKS_SWITCHED_OFF,
    EXTENSION_ASKED,
)
