"""Pick links: signed links, sent in messages, that open the page of one turn without signing in.

A link is for one user and one slot. What it can do is decided from the database each time it is used: it works while
the slot can be filled, and then until the pick can no longer be changed. It ends with an undo by a manager, with the
user's password, on signing out everywhere, and when the user switches such links off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, TypedDict

from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import can_play_for, is_deputy
from core.errors import Gone, NotFound
from leagues.selectors import managers_of
from notifications.kinds import Recipient
from races.models import Entry

from . import rules
from .models import Draft, DraftEvent, Pick, Slot
from .selectors import board_of, can_change_pick, free_by_ranking, unwanted_of, wishes_of

# The separator of the parts must not look like the end of a URL in a message.
SIGNER = signing.TimestampSigner(salt="drafts.pick_link", sep=".")
# A link ends with its turn, at the latest when the draft locks. This is for drafts that nobody locks.
LIFETIME = timedelta(days=14)
BEST = 3


class PickLink(NamedTuple):
    """What a link says. `seq` is the number of the draft's last event when it was made."""

    user_id: int
    constructor_id: int
    slot_id: int
    seq: int
    credentials: str


def pick_link_path(recipient: Recipient) -> str:
    """Return the path of the link for the recipient of a message about a turn; empty if they cannot pick with one.

    The params of the message hold `draft_id`, `constructor_id` and `round`: before the first pick, slots are
    rewritten for a newcomer.
    """
    params, user = recipient.params, recipient.user
    slots = Slot.objects.filter(draft=params["draft_id"], constructor=params["constructor_id"], round=params["round"])
    slot = slots.select_related("draft").first()
    if slot is None or not user.pick_links:
        return ""
    link = PickLink(user.pk, params["constructor_id"], slot.pk, slot.draft.last_seq, _credentials_of(user))
    turn = linked_turn(link, recipient.now)
    if turn is None or turn.refusal or turn.pick is not None:
        return ""
    return reverse("drafts:pick_link", args=[SIGNER.sign_object(list(link))])


def read_pick_link(token: str) -> PickLink:
    """Return what the link says. Raises `NotFound` for one that the site has not issued, `Gone` for a very old one."""
    try:
        return PickLink(*SIGNER.unsign_object(token, max_age=LIFETIME))
    except signing.SignatureExpired as error:
        raise Gone(_("This link has expired.")) from error
    except signing.BadSignature as error:
        raise NotFound(_("There is no such link.")) from error


def _credentials_of(user: User) -> str:
    return user.pick_links_digest[:16]


@dataclass(frozen=True)
class LinkedTurn:
    """The turn that a link is for. `refusal` says why the link no longer works; it is empty while it does.

    `pick` fills the slot; while the link works, the user has made it with the link or in the room, and can change it.
    """

    user: User
    slot: Slot
    pick: Pick | None
    refusal: str = ""

    @property
    def draft(self) -> Draft:
        return self.slot.draft

    @property
    def constructor(self) -> Constructor:
        return self.slot.constructor

    @property
    def ends_at(self) -> datetime:
        """When the turn ends, or until when a pick can be changed if nobody picks after it."""
        runs = self.pick is None and self.slot.passed_at is None
        return (self.draft.turn_ends_at if runs else None) or self.draft.locks_at

    @property
    def has_clock(self) -> bool:
        return self.ends_at != self.draft.locks_at


def linked_turn(link: PickLink, now: datetime) -> LinkedTurn | None:
    """Return the turn that the link is for; None if the slot or the user no longer exists."""
    related = ("draft__league", "draft__race", "draft__settings", "constructor__owner")
    slot = Slot.objects.filter(pk=link.slot_id).select_related(*related).first()
    user = User.objects.filter(pk=link.user_id).first()
    if slot is None or user is None:
        return None
    pick = Pick.objects.filter(slot=slot).select_related("entry__driver", "entry__team").first()
    turn = LinkedTurn(user, slot, pick)
    return LinkedTurn(user, slot, pick, next(_refusals(link, turn, now), ""))


def _refusals(link: PickLink, turn: LinkedTurn, now: datetime) -> Iterator[str]:
    """Yield the reasons why a link does not work, the one to tell first."""
    user, constructor = turn.user, turn.constructor
    if not _is_current(link, user):
        yield _("This link has been switched off. You can still pick in the draft room.")
    if constructor.pk != link.constructor_id or not (can_play_for(user, constructor) or is_deputy(user, constructor)):
        yield _("This link is for a constructor that you no longer pick for.")
    if turn.draft.events.filter(kind=DraftEvent.Kind.UNDONE, seq__gt=link.seq).exists():
        yield _("Picks were undone after this link was sent, so it no longer works.")
    yield from _closed(turn.draft, now)
    yield from _over(turn, now) if turn.pick is None else _unchangeable(turn, turn.pick, now)


def _is_current(link: PickLink, user: User) -> bool:
    is_same = constant_time_compare(link.credentials, _credentials_of(user))
    return user.is_active and user.pick_links and is_same


def _closed(draft: Draft, now: datetime) -> Iterator[str]:
    if draft.state == Draft.State.VOID:
        yield _("This draft is void, so there is nothing to pick.")
    elif draft.state in (Draft.State.LOCKED, Draft.State.SCORED) or now >= draft.locks_at:
        yield _("This draft has locked, so its picks can no longer be made or changed.")
    elif draft.state == Draft.State.PAUSED:
        yield _("The draft is paused. This link works again when a manager resumes it.")


def _over(turn: LinkedTurn, now: datetime) -> Iterator[str]:
    """Why a slot without a pick cannot be filled."""
    board = board_of(turn.draft)
    ends_at = turn.draft.turn_ends_at
    if board.slot_to_fill(turn.constructor) != turn.slot:
        yield _("This turn is over.")
    elif turn.slot == board.turn and ends_at is not None and ends_at <= now:
        yield _("The time for this pick has run out.")


def _unchangeable(turn: LinkedTurn, pick: Pick, now: datetime) -> Iterator[str]:
    """Why a pick cannot be changed. Names the driver to nobody but the user who picked."""
    if pick.picked_by_id != turn.user.pk:
        yield _("This pick has been made without this link.")
    elif not can_change_pick(turn.draft, turn.constructor, now) or not _is_latest(pick):
        sentence = _("You picked %(driver)s. The next player has picked, so you can no longer change it.")
        yield sentence % {"driver": pick.entry.driver}


def _is_latest(pick: Pick) -> bool:
    return not Pick.objects.filter(draft=pick.draft_id, pk__gt=pick.pk).exists()


class _Lists(TypedDict):
    """What the rules of an autopick go by."""

    wishes: Sequence[rules.Wish]
    do_not_draft: set[int]
    ranking: Sequence[int]
    free: Mapping[int, int | None]
    first_pick_team: int | None


class LinkChoices:
    """The free drivers for the page of a turn, with their points: all by the draft's ranking, and the best three.

    `best` goes by the player's wish list, then by the ranking. `by_default` is the driver whom the player gets if
    nothing is done, None for none.
    """

    def __init__(self, turn: LinkedTurn) -> None:
        self._turn = turn
        self.free = free_by_ranking(turn.draft)

    @cached_property
    def best(self) -> list[tuple[Entry, str]]:
        by_driver = {entry.driver_id: (entry, points) for entry, points in self.free}
        return [by_driver[driver] for driver in rules.best_drivers(BEST, **self._lists)]

    @cached_property
    def by_default(self) -> Entry | None:
        settings = self._turn.draft.settings
        driver = rules.choose_autopick(**self._lists, autopicks=settings is not None and settings.autopicks)
        return next((entry for entry, _points in self.free if entry.driver_id == driver), None)

    @cached_property
    def _lists(self) -> _Lists:
        draft, constructor = self._turn.draft, self._turn.constructor
        return {
            "wishes": wishes_of(constructor),
            "do_not_draft": unwanted_of(constructor),
            "ranking": [driver for driver, _points in draft.ranking],
            "free": {entry.driver_id: entry.team_id for entry, _points in self.free},
            "first_pick_team": self._first_pick_team(),
        }

    def _first_pick_team(self) -> int | None:
        others = Pick.objects.filter(draft=self._turn.draft, slot__constructor=self._turn.constructor)
        first = others.exclude(slot=self._turn.slot).order_by("slot__number").select_related("entry").first()
        return first.entry.team_id if first else None


def managers_to_ask(turn: LinkedTurn) -> list[User]:
    """Return the managers who can give the turn more time: none if it has no clock or the user is the only one."""
    if turn.pick is not None or not turn.has_clock:
        return []
    return [user for user in managers_of(turn.draft.league) if user != turn.user]


def has_asked_for_time(turn: LinkedTurn) -> bool:
    """Whether somebody has asked for more time in this turn. The turn began after the last undo, if there was one."""
    events = turn.draft.events.order_by("-seq")
    undone = events.filter(kind=DraftEvent.Kind.UNDONE).values_list("seq", flat=True).first() or 0
    asked = events.filter(kind=DraftEvent.Kind.TIME_ASKED, seq__gt=undone)
    return any(event.payload["slot"] == turn.slot.number for event in asked)
