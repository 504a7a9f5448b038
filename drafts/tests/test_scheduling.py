"""Which race a league drafts for next, and when that draft opens and locks."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Refused
from drafts.models import Draft
from drafts.rules import commitment
from drafts.services import schedule_draft, schedule_drafts
from leagues.services import change_settings, create_league, leave_league
from races.models import Race, Session
from tests.support.cast import FOUNDED_AT
from tests.support.factories import STARTS_AT
from tests.support.stories import filled, fresh, locked, opened, upcoming

WEEK = timedelta(weeks=1)


def founded(alice, season, at):
    return create_league(creator=alice, season=season, name="Latecomers", now=at)


def change(league, alice, **changes):
    change_settings(league=league, by=alice, changes=changes, now=FOUNDED_AT)
    return upcoming(league)


class TestTheNextRace:
    def test_a_new_league_drafts_for_the_first_race_ahead(self, alice, season):
        assert upcoming(founded(alice, season, FOUNDED_AT)).race.round == 1

    def test_a_race_whose_lock_has_passed_is_not_drafted_for(self, alice, season):
        after_its_lock = STARTS_AT - timedelta(hours=23, minutes=5)
        assert upcoming(founded(alice, season, after_its_lock)).race.round == 2

    def test_a_race_is_drafted_for_until_its_lock(self, alice, season):
        before_its_lock = STARTS_AT - timedelta(hours=23, minutes=5, seconds=1)
        assert upcoming(founded(alice, season, before_its_lock)).race.round == 1

    def test_a_cancelled_race_is_left_out(self, alice, season, race):
        Race.objects.filter(pk=race.pk).update(state=Race.State.CANCELLED)
        assert upcoming(founded(alice, season, FOUNDED_AT)).race.round == 2

    def test_after_the_season_there_is_no_next_race(self, alice, season):
        with pytest.raises(Refused, match="Season 2025 is over"):
            founded(alice, season, STARTS_AT + 3 * WEEK)
        assert not Draft.objects.exists()
        assert schedule_drafts(now=STARTS_AT + 3 * WEEK) == 0

    def test_locking_a_draft_creates_the_next_one(self, league):
        first = locked(filled(opened(league)))
        assert (first.state, upcoming(league).race.round) == (Draft.State.LOCKED, 2)

    def test_after_the_last_race_no_draft_is_created(self, league):
        for _ in range(3):
            locked(filled(opened(league)))
        assert Draft.objects.filter(league=league).count() == 3
        assert schedule_draft(league=league, now=STARTS_AT) is None


class TestMissingDrafts:
    def test_the_sweep_creates_missing_drafts_once(self, league, upcoming_draft):
        upcoming_draft.delete()
        assert [schedule_drafts(now=FOUNDED_AT) for _ in range(2)] == [1, 0]
        assert upcoming(league).race.round == 1

    def test_a_league_with_a_draft_in_progress_gets_no_other(self, league):
        opened(league)
        assert schedule_draft(league=league, now=FOUNDED_AT) is None

    def test_an_archived_league_gets_no_drafts(self, league, alice, bob, upcoming_draft):
        for user in (bob, alice):
            leave_league(user=user, league=league, now=FOUNDED_AT)
        upcoming_draft.delete()
        assert schedule_drafts(now=FOUNDED_AT) == 0


class TestTheWindow:
    def test_it_opens_on_a_monday_at_8_in_new_york_and_locks_before_qualifying(self, upcoming_draft):
        assert upcoming_draft.opens_at == datetime(2025, 3, 10, 12, tzinfo=UTC)
        assert upcoming_draft.locks_at == datetime(2025, 3, 15, 4, 55, tzinfo=UTC)
        assert not upcoming_draft.lock_is_provisional

    def test_on_a_sprint_weekend_it_locks_before_sprint_qualifying(self, league):
        locked(opened(league))
        assert upcoming(league).locks_at == STARTS_AT + WEEK - timedelta(hours=48, minutes=5)

    def test_a_league_can_always_lock_at_qualifying(self, league, alice):
        locked(opened(league))
        draft = change(league, alice, lock_at_qualifying=True)
        assert draft.locks_at == STARTS_AT + WEEK - timedelta(hours=25, minutes=5)

    def test_a_change_of_the_settings_moves_the_whole_window(self, league, alice):
        draft = change(league, alice, lock_minutes=1440)
        assert draft.locks_at == STARTS_AT - timedelta(hours=47)
        assert draft.opens_at == datetime(2025, 3, 10, 12, tzinfo=UTC)

    def test_an_open_draft_keeps_its_window(self, league, alice):
        draft = opened(league)
        change_settings(league=league, by=alice, changes={"lock_minutes": 60}, now=draft.opens_at)
        assert fresh(draft).locks_at == draft.locks_at

    @pytest.mark.parametrize("how", ["no time", "no session"])
    def test_without_a_timetable_the_lock_is_provisional(self, alice, season, race, how):
        sessions = Session.objects.filter(race=race)
        _ = sessions.update(starts_at=None) if how == "no time" else sessions.delete()
        draft = upcoming(founded(alice, season, FOUNDED_AT))
        assert (draft.locks_at, draft.lock_is_provisional) == (STARTS_AT - timedelta(hours=24), True)


class TestTheSeed:
    def test_the_seed_is_committed_before_the_draft_opens(self, league):
        promised = upcoming(league).order_commitment
        draft = opened(league)
        assert draft.order_commitment == promised == commitment(draft.order_seed)

    def test_every_draft_has_its_own_seed(self, alice, season):
        seeds = {upcoming(founded(alice, season, FOUNDED_AT)).order_seed for _ in range(10)}
        assert len(seeds) == 10
        assert all(len(seed) == 64 for seed in seeds)
