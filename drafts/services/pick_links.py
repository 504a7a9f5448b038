"""Pick by a link from a message: pick, change the pick, autodraft one turn, ask for more time.

The holder of a link acts as the user whom the message was sent to, who is told at once of every pick, and if the links
are switched off.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import set_pick_links
from core.errors import Gone, Refused
from core.services.rate_limits import RateLimitRule, consume
from core.transactions import atomic
from notifications.kinds import Message
from notifications.services import notify
from races.models import Entry

from ..models import Draft, DraftEvent, Pick, Slot
from ..notification_kinds import DEPUTY_PICKED_BY_LINK, EXTENSION_ASKED, LINKS_SWITCHED_OFF, PICKED_BY_LINK
from ..pick_links import LinkedTurn, PickLink, has_asked_for_time, linked_turn, managers_to_ask
from .autopick import choose_autopick_for
from .event_log import append_event
from .picks import change_own_pick, make_own_pick, make_pick

REQUESTS_PER_MINUTE = 60
HOURS_TO_ASK_FOR = 2


def count_pick_link_request(*, address: str, now: datetime) -> None:
    """Count a request from this client address. Raises `RateLimited` for more than 60 a minute."""
    consume([RateLimitRule("pick link from", address, REQUESTS_PER_MINUTE, timedelta(minutes=1))], now=now)


@atomic
def pick_by_link(*, link: PickLink, entry: Entry, now: datetime) -> Pick:
    """Make the pick of the link's turn. The same pick again has no effect; raises `Refused` for another one."""
    turn = _locked_turn(link, now)
    if turn.pick is not None and turn.pick.entry_id == entry.pk:
        return turn.pick
    _check_open(turn)
    pick = make_own_pick(constructor=turn.constructor, entry=entry, by=turn.user, now=now)
    _notify_picked(turn, pick, now)
    return pick


@atomic
def change_pick_by_link(*, link: PickLink, entry: Entry, now: datetime) -> Pick:
    """Change the pick of the link's turn, as long as nobody has picked after it."""
    turn = _locked_turn(link, now)
    if turn.pick is None:
        raise Refused(_("There is no pick to change yet."), code="no_pick")
    pick = change_own_pick(constructor=turn.constructor, entry=entry, by=turn.user, now=now)
    _notify_picked(turn, pick, now)
    return pick


@atomic
def autodraft_by_link(*, link: PickLink, now: datetime) -> Pick:
    """Make the autopick of the link's turn now. Raises `Refused` if there is none."""
    turn = _locked_turn(link, now)
    _check_open(turn)
    choice = choose_autopick_for(turn.draft, turn.constructor)
    if choice is None:
        raise Refused(
            _("No driver on your wish list is available, and this league has no autopicks."), code="no_autopick"
        )
    pick = make_pick(constructor=turn.constructor, entry=choice.entry, source=choice.source, by=turn.user, now=now)
    _notify_picked(turn, pick, now)
    return pick


@atomic
def ask_for_time(*, link: PickLink, now: datetime) -> None:
    """Ask the other managers of the league for two more hours, once per turn."""
    turn = _locked_turn(link, now)
    _check_open(turn)
    managers = managers_to_ask(turn)
    if not managers:
        raise Refused(_("Nobody can give you more time for this pick."), code="nobody_to_ask")
    if has_asked_for_time(turn):
        raise Refused(_("You have already asked for more time in this turn."), code="already_asked")
    what = {"slot": turn.slot.number, "constructor": turn.constructor.name, "hours": HOURS_TO_ASK_FOR}
    event = append_event(turn.draft, DraftEvent.Kind.TIME_ASKED, now=now, by=turn.user, **what)
    notify(
        users=managers,
        message=EXTENSION_ASKED,
        key=f"extension-asked:{turn.draft.pk}:{event.seq}",
        params=_params(turn) | {"hours": HOURS_TO_ASK_FOR, "ends_at": turn.ends_at},
        expires_at=turn.ends_at,
        now=now,
    )


@atomic
def switch_off_pick_links(*, link: PickLink, now: datetime) -> None:
    """Switch such links off for the user of this one, which must work itself, and tell them.

    It takes no sign-in, so that a user can end a link that they have forwarded by mistake at once. Anybody else who
    has the link can do it too, but not unnoticed.
    """
    turn = _locked_turn(link, now)
    set_pick_links(user=turn.user, is_on=False)
    key = f"pick-links-off:{now.isoformat()}"
    notify(users=[turn.user], message=LINKS_SWITCHED_OFF, key=key, params=_params(turn), now=now)


def _locked_turn(link: PickLink, now: datetime) -> LinkedTurn:
    """Return the link's turn, with the draft locked until the transaction ends. Raises `Gone` for a dead link."""
    draft_ids = Slot.objects.filter(pk=link.slot_id).values_list("draft", flat=True)
    list(Draft.objects.locked().filter(pk__in=list(draft_ids)))  # Evaluated to lock the row.
    return live_turn(link=link, now=now)


def live_turn(*, link: PickLink, now: datetime) -> LinkedTurn:
    """Return the turn of a link that works. Raises `Gone` for a dead one."""
    turn = linked_turn(link, now)
    if turn is None:
        raise Gone(_("This turn is over."))
    if turn.refusal:
        raise Gone(turn.refusal)
    return turn


def _check_open(turn: LinkedTurn) -> None:
    if turn.pick is not None:
        sentence = _("You have already picked %(driver)s. You can change this pick until the next player picks.")
        raise Refused(sentence % {"driver": turn.pick.entry.driver}, code="already_picked")


def _notify_picked(turn: LinkedTurn, pick: Pick, now: datetime) -> None:
    """Tell the user of the link, and the player if their deputy's link made an autopick.

    If the deputy chose the driver, `make_own_pick` tells the player.
    """
    _notify(turn, pick, turn.user, PICKED_BY_LINK, now)
    player = turn.constructor.owner
    if player not in (None, turn.user) and pick.source != Pick.Source.DEPUTY:
        _notify(turn, pick, player, DEPUTY_PICKED_BY_LINK, now)


def _notify(turn: LinkedTurn, pick: Pick, user: User, message: Message, now: datetime) -> None:
    seq = DraftEvent.objects.filter(draft=pick.draft_id).order_by("-seq").values_list("seq", flat=True)[0]
    params = _params(turn) | {"driver": str(pick.entry.driver), "deputy": turn.user.shown_name}
    notify(users=[user], message=message, key=f"picked-by-link:{pick.pk}:{seq}", params=params, now=now)


def _params(turn: LinkedTurn) -> dict[str, Any]:
    draft = turn.draft
    return {
        "league_id": draft.league_id,
        "league": draft.league.name,
        "race_id": draft.race_id,
        "race": draft.race.name,
        "draft_id": draft.pk,
        "slot_id": turn.slot.pk,
        "constructor": turn.constructor.name,
        "locks_at": draft.locks_at,
    }
