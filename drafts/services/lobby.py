"""The lobby of a league's first draft: players say that they are ready, nudge those who are missing, and the manager
starts the draft."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.selectors import constructors_in, own_constructor
from core.errors import NotAllowed, RateLimited, Refused
from core.transactions import atomic
from leagues.models import League
from leagues.selectors import can_manage, current_settings
from leagues.services import count_contact, remind_invited

from .. import rankings, rules
from ..models import Draft
from ..selectors import has_lobby, is_everyone_ready, is_first_draft, open_slots, opening_of
from . import notifications
from .clock import deadline_of
from .event_log import check_last_seen_event
from .opening import compute_ranking, open_draft

NUDGE_INTERVAL = timedelta(minutes=30)


@atomic
def start_draft(*, draft: Draft, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Open a league's first draft now, for its managers. A player who starts it counts as ready.

    Raises `Refused` if it is open already, opens without a start, has too few constructors, or has no line-up yet.
    """
    if not can_manage(by, draft.league):
        raise NotAllowed(_("Only the league's managers can start the draft."))
    # The ranking locks the race's row, which must be locked before leagues and drafts.
    ranking = compute_ranking(draft.race, current_settings(draft.league).rule_set, now)
    draft = _locked(draft)
    check_last_seen_event(draft, seen)
    _check_can_start(draft, now)
    if not ranking:
        sentence = _("The line-up of the %(race)s is not known yet, so the draft cannot start.")
        raise Refused(sentence % {"race": draft.race.name}, code="no_line_up")
    if own := own_constructor(by, draft.league):
        draft.ready_constructors.add(own)
    standings = rankings.registered().standings_order(draft.league)
    draft = open_draft(draft=draft, standings=standings, ranking=ranking, now=now, by=by)
    notifications.notify_draft_started(draft=draft, by=by, now=now)
    return draft


def _check_can_start(draft: Draft, now: datetime) -> None:
    if draft.state != Draft.State.UPCOMING:
        raise Refused(_("The draft has already started."), code="already_started")
    if draft.league.archived_at is not None:
        raise Refused(_("This league is archived. No more drafts open."), code="archived")
    if now >= draft.locks_at:
        raise Refused(_("It is too late for this race: the draft has locked."), code="draft_locked")
    opening = opening_of(draft)
    if not opening.is_first:
        raise Refused(_("Only a league's first draft has to be started. This one opens by itself."), code="not_first")
    if opening.constructors < rules.MIN_CONSTRUCTORS:
        sentence = _("A draft needs at least two constructors. Invite someone, or let bots play.")
        raise Refused(sentence, code="too_few_constructors")


@atomic
def set_ready(*, draft: Draft, by: User, is_ready: bool, now: datetime) -> Draft:
    """Say that a player is ready for the league's first draft, or is not. Possible until its first pick."""
    draft = _locked(draft)
    own = own_constructor(by, draft.league)
    if own is None:
        raise NotAllowed(_("Only players of the league can do this."))
    is_open = draft.state in (Draft.State.UPCOMING, Draft.State.OPEN, Draft.State.PAUSED)
    if not is_open or draft.picks.exists() or not is_first_draft(draft):
        raise Refused(_("The lobby has closed."), code="lobby_closed")
    if is_ready:
        draft.ready_constructors.add(own)
    else:
        draft.ready_constructors.remove(own)
    if draft.first_pick_hold_until and is_everyone_ready(draft):
        _end_hold(draft, now)
    return draft


def _end_hold(draft: Draft, now: datetime) -> None:
    """Let bots and autodraft pick. A deadline that the hold has set becomes the usual one."""
    held_until, draft.first_pick_hold_until = draft.first_pick_hold_until, None
    if draft.turn_ends_at == held_until:
        draft.turn_ends_at = deadline_of(draft, list(open_slots(draft)), now)
    draft.save(update_fields=["first_pick_hold_until", "turn_ends_at"])


@atomic
def nudge(*, draft: Draft, by: User, now: datetime) -> int:
    """Tell the players who are not ready, and the people who are invited, that the lobby waits; returns how many.

    People whom `by` has contacted too often today are left out. Raises `RateLimited` if nobody else is left.
    """
    draft = _locked(draft)
    if own_constructor(by, draft.league) is None and not can_manage(by, draft.league):
        raise NotAllowed(_("Only players of the league can do this."))
    if not has_lobby(draft):
        raise Refused(_("The lobby has closed."), code="lobby_closed")
    if draft.nudged_at is not None and now < draft.nudged_at + NUDGE_INTERVAL:
        sentence = _("They were nudged less than half an hour ago. Give them some time.")
        raise Refused(sentence, code="nudged_recently")
    waiting = constructors_in(draft.league).filter(is_bot=False).exclude(owner=by)
    missing = waiting.exclude(pk__in=draft.ready_constructors.values("pk"))
    users, refusal = _within_limits([constructor.owner for constructor in missing if constructor.owner], by, now)
    notifications.notify_nudged(draft=draft, users=users, by=by, now=now)
    nudged = len(users) + remind_invited(league=draft.league, by=by, now=now, or_refuse=not users)
    if not nudged:
        raise refusal or Refused(_("Nobody is missing."), code="nobody_missing")
    draft.nudged_at = now
    draft.save(update_fields=["nudged_at"])
    return nudged


def _within_limits(users: Sequence[User], by: User, now: datetime) -> tuple[list[User], RateLimited | None]:
    """Count a message to each of the users. Returns those who can get one, and the refusal of another, if any."""
    found, refusal = [], None
    for user in users:
        try:
            count_contact(sender=by, recipient=user, now=now)
        except RateLimited as limited:
            refusal = limited
        else:
            found.append(user)
    return found, refusal


def _locked(draft: Draft) -> Draft:
    """Lock the league, so that nobody joins or leaves meanwhile, and the draft."""
    League.objects.locked().get(pk=draft.league_id)
    return Draft.objects.locked().select_related("league__season", "race__season", "settings").get(pk=draft.pk)
