"""Let a league skip a race, and draft for it after all."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.errors import NotAllowed, Refused
from core.transactions import atomic
from leagues.activity_kinds import RACE_RESTORED, RACE_SKIPPED
from leagues.models import League, SkippedRace
from leagues.selectors import can_manage
from leagues.services import check_not_archived, log_activity
from races.models import Race

from ..models import Draft, DraftEvent
from ..selectors import UNLOCKED_STATES
from . import notifications
from .event_log import append_event
from .scheduling import WINDOW_FIELDS, UpcomingRaces, first_to_lock, schedule_draft, set_window

# Stored untranslated: the notification translates it for each reader.
SKIPPED = gettext_noop("The league skips this race.")


@atomic
def skip_race(*, league: League, race: Race, by: User, now: datetime) -> bool:
    """Let the league skip the race: it does not draft for it, and nobody scores. Its order goes to the next draft.

    Returns whether `restore_race` takes it back completely: a draft that this has voided stays void. Raises `Refused`
    once somebody has picked for the race, or once its draft has locked.
    """
    league = _locked_league(league, by)
    if SkippedRace.objects.filter(league=league, race=race).exists():
        raise Refused(_("The league skips this race already."), code="skipped")
    drafts = Draft.objects.not_void().locked().select_related("league", "race")
    draft = drafts.filter(league=league, race=race).order_by("pk").first()
    _check_can_skip(league, race, draft, now)
    SkippedRace.objects.create(league=league, race=race, by=by, created_at=now)
    log_activity(league, RACE_SKIPPED, by=by, now=now, race=race.name, race_id=race.pk)
    return draft is None or _release_draft(draft, now)


def _locked_league(league: League, by: User) -> League:
    league = League.objects.locked().get(pk=league.pk)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can decide which races it skips."))
    check_not_archived(league)
    return league


def _check_can_skip(league: League, race: Race, draft: Draft | None, now: datetime) -> None:
    if draft is None:
        ahead = [other for other, _lock in UpcomingRaces(league.season_id, [league.pk]).unlocked_races(league.pk, now)]
        if race not in ahead:
            raise Refused(_("This race is over, or is not held."), code="race_over")
    elif draft.state not in UNLOCKED_STATES or draft.locks_at <= now:
        raise Refused(_("The draft for this race is locked."), code="wrong_state")
    elif draft.picks.exists():
        raise Refused(
            _("Somebody has picked for this race already. Undo the picks before you skip it."), code="has_picks"
        )


def _release_draft(draft: Draft, now: datetime) -> bool:
    """Void the draft of a skipped race and schedule the next one; returns whether the draft is still there instead.

    A draft that has not opened moves on to the next race, and keeps its seed and the manager's order.
    """
    skipped = draft.race
    if draft.state == Draft.State.UPCOMING and _move_to_next_race(draft, now):
        notifications.notify_players([notifications.race_skipped(draft, skipped)], now=now)
        return True
    draft.state, draft.voided_at, draft.void_reason = Draft.State.VOID, now, SKIPPED
    draft.turn_began_at = draft.turn_ends_at = draft.turn_reminder_at = draft.paused_at = None
    draft.save()
    append_event(draft, DraftEvent.Kind.VOIDED, now=now, reason=draft.void_reason)
    notifications.notify_players([notifications.draft_voided(draft)], now=now)
    schedule_draft(league=draft.league, now=now)
    return False


def _move_to_next_race(draft: Draft, now: datetime) -> bool:
    races = UpcomingRaces(draft.race.season_id, [draft.league_id]).unlocked_races(draft.league_id, now)
    if races:
        draft.race, lock = first_to_lock(races)
        set_window(draft, lock, now)
        draft.save(update_fields=["race", *WINDOW_FIELDS])
    return bool(races)


@atomic
def restore_race(*, league: League, race: Race, by: User, now: datetime) -> None:
    """Let the league draft for a race that it wanted to skip. Raises `Refused` once the draft would have locked."""
    league = _locked_league(league, by)
    skipped = SkippedRace.objects.filter(league=league, race=race)
    if not skipped.exists():
        raise Refused(_("The league drafts for this race already."), code="not_skipped")
    skipped.delete()
    races = dict(UpcomingRaces(league.season_id, [league.pk]).unlocked_races(league.pk, now))
    if race not in races:
        raise Refused(_("This race is over, or is not held."), code="race_over")
    log_activity(league, RACE_RESTORED, by=by, now=now, race=race.name, race_id=race.pk)
    _move_back(league, race, races[race].at, now)


def _move_back(league: League, race: Race, locks_at: datetime, now: datetime) -> None:
    """Draft for the race next, if its lock comes before that of the draft that waits."""
    drafts = Draft.objects.locked().select_related("league", "race").filter(league=league)
    draft = drafts.filter(state=Draft.State.UPCOMING).order_by("locks_at").first()
    if draft is None:
        schedule_draft(league=league, now=now)
    elif locks_at < draft.locks_at and _move_to_next_race(draft, now):
        notifications.notify_players([notifications.race_restored(draft)], now=now)
