"""The pick clock: deadlines, expired turns, downtime, and the number of queries of each."""

from datetime import time, timedelta

import pytest
from django.db import OperationalError

from accounts.services import set_quiet_hours
from drafts.models import ClockHeartbeat, Draft, DraftEvent
from drafts.rules import DOWNTIME_TOLERANCE
from drafts.services import autopick, expire_due_turns, expire_turn, expire_turn_if_due, lock_due_drafts, make_pick
from leagues.services import change_settings, create_league, leave_league
from tests.support.cast import FOUNDED_AT
from tests.support.stories import MINUTE, deadline, fresh, joined, last_event, opened, pick

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


@pytest.fixture
def settled(league, alice):
    """Change the league's rules before its first draft opens."""
    return lambda **changes: change_settings(league=league, by=alice, changes=changes, now=FOUNDED_AT)


def time_left(draft, now=None):
    return deadline(draft) - (now or draft.opens_at)


def kinds(draft):
    """Return the kinds of the events, and check that their numbers have no gaps."""
    rows = list(draft.events.order_by("seq").values_list("seq", "kind"))
    assert [seq for seq, _ in rows] == list(range(1, fresh(draft).last_seq + 1))
    return [kind for _, kind in rows]


def state(draft):
    made = draft.picks.order_by("slot__number").values_list("slot__number", "source")
    return list(made), fresh(draft).state


class TestDeadlines:
    def test_with_days_to_go_the_picks_of_one_player_share_twelve_hours(self, draft):
        assert time_left(draft) == 6 * HOUR

    def test_with_hours_to_go_they_are_shared_over_the_open_slots(self, draft, alices):
        at = draft.locks_at - 3 * HOUR - 2 * MINUTE
        pick(draft, alices, "driver_1", at)
        assert time_left(draft, at) == HOUR

    def test_a_fixed_clock_gives_everyone_the_same_time(self, settled, league, alices):
        settled(clock="fixed", clock_seconds=90)
        draft = opened(league)
        assert time_left(draft) == 90 * SECOND

    def test_without_a_clock_no_turn_runs_out(self, settled, league):
        settled(clock="none")
        draft = opened(league)
        assert fresh(draft).turn_ends_at is None
        assert expire_due_turns(now=draft.locks_at - SECOND) == 0

    def test_quiet_hours_stop_the_clock_but_allow_a_pick(self, league, alices, bobs, alice):
        set_quiet_hours(user=alice, begins=time(16), ends=time(2))  # in UTC; the draft opens at noon
        draft = opened(league, [alices, bobs])
        assert time_left(draft) == 16 * HOUR
        assert pick(draft, alices, "driver_1", draft.opens_at + 9 * HOUR).slot.number == 1


class TestExpiredTurns:
    def test_an_expired_turn_is_picked_by_ranking_and_the_next_begins(self, draft):
        at = deadline(draft)
        assert expire_due_turns(now=at) == 1
        assert state(draft) == ([(1, "autopick")], Draft.State.OPEN)
        assert (fresh(draft).turn_began_at, time_left(draft, at)) == (at, 6 * HOUR)

    def test_a_turn_does_not_expire_early(self, draft):
        assert expire_due_turns(now=deadline(draft) - timedelta(microseconds=1)) == 0

    def test_a_missed_turn_does_not_switch_autodraft_on(self, draft, alices):
        expire_due_turns(now=deadline(draft))
        alices.refresh_from_db()
        assert alices.autodraft == "off"

    def test_a_league_without_autopicks_passes_the_turn_on(self, settled, league, alices, bobs):
        settled(autopicks=False)
        draft = opened(league, [alices, bobs])
        expire_due_turns(now=draft.opens_at + 12 * HOUR)
        assert state(draft) == ([], Draft.State.OPEN)
        assert last_event(draft).payload == {"slot": 1, "constructor": "Alice Racing"}
        assert pick(draft, bobs, "driver_1", draft.opens_at + 13 * HOUR).slot.number == 2

    def test_a_passed_turn_does_not_cost_the_pick(self, settled, league, alices, bobs):
        settled(autopicks=False)
        draft = opened(league, [alices, bobs])
        expire_due_turns(now=draft.opens_at + 12 * HOUR)
        before = time_left(draft)
        late = pick(draft, alices, "driver_1", draft.opens_at + 13 * HOUR)
        assert (late.slot.number, time_left(draft)) == (1, before)  # Bob's clock is not reset

    def test_late_picks_complete_a_draft_whose_turns_have_all_passed(self, settled, league, alices, bobs):
        settled(autopicks=False, clock="fixed", clock_seconds=60)
        draft = opened(league, [alices, bobs])
        for seconds in range(0, 250, 20):
            expire_due_turns(now=draft.opens_at + seconds * SECOND)
        assert (fresh(draft).turn_ends_at, fresh(draft).state) == (None, Draft.State.OPEN)
        for number, constructor in enumerate([bobs, alices, alices, bobs], 1):
            pick(draft, constructor, f"driver_{number}", draft.opens_at + HOUR)
        assert kinds(draft) == ["opened", *["passed"] * 4, *["picked"] * 4, "completed"]

    def test_a_draft_that_waited_only_for_a_leaving_member_is_complete(self, settled, league, alices, bobs, bob):
        settled(autopicks=False)
        draft = opened(league, [alices, bobs])
        pick(draft, alices, "driver_1")
        expire_due_turns(now=deadline(draft))
        pick(draft, alices, "driver_2", draft.opens_at + 20 * HOUR)
        expire_due_turns(now=deadline(draft))
        leave_league(user=bob, league=league, now=draft.opens_at + 40 * HOUR)
        assert kinds(draft)[-2:] == ["slots_released", "completed"]
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_a_draft_with_only_absent_players_is_complete_before_its_lock(self, draft):
        now = draft.opens_at
        while fresh(draft).state == Draft.State.OPEN:
            now = deadline(draft)
            expire_due_turns(now=now)
        assert now < draft.locks_at
        assert state(draft) == ([(number, "autopick") for number in range(1, 5)], Draft.State.COMPLETE)

    def test_the_clock_is_ignored_after_the_lock(self, draft):
        assert expire_due_turns(now=draft.locks_at) == 0
        assert lock_due_drafts(now=draft.locks_at) == 1
        assert (fresh(draft).turn_began_at, fresh(draft).turn_ends_at) == (None, None)

    def test_a_second_sweep_changes_nothing(self, draft):
        at = deadline(draft)
        assert [expire_turn(draft=draft, now=at), expire_turn(draft=draft, now=at)] == [True, False]


class TestARequest:
    def test_a_request_ends_an_expired_turn(self, draft):
        draft = expire_turn_if_due(draft=fresh(draft), now=deadline(draft))
        assert draft.turn_ends_at == draft.opens_at + 12 * HOUR
        assert draft.picks.count() == 1

    def test_a_request_in_time_changes_nothing(self, draft):
        expire_turn_if_due(draft=fresh(draft), now=draft.opens_at + HOUR)
        assert kinds(draft) == ["opened"]


class TestDowntime:
    @pytest.fixture
    def watched(self, draft):
        """The clocks were last swept shortly before Alice's deadline."""
        expire_due_turns(now=deadline(draft) - DOWNTIME_TOLERANCE)
        return draft

    def test_a_turn_that_expired_during_downtime_gets_a_grace_period(self, watched):
        back = watched.opens_at + 20 * HOUR
        assert expire_due_turns(now=back) == 0
        assert (time_left(watched, back), kinds(watched)) == (10 * MINUTE, ["opened", "grace"])
        assert expire_due_turns(now=back + 10 * MINUTE + SECOND) == 0  # no sweep since: downtime again
        assert expire_due_turns(now=deadline(watched) - SECOND) == 0

    def test_a_short_downtime_grants_no_grace_period(self, watched):
        assert expire_due_turns(now=deadline(watched)) == 1

    def test_downtime_is_granted_once(self, watched):
        back = watched.opens_at + 20 * HOUR
        for seconds in (0, 1, 2):
            expire_due_turns(now=back + seconds * SECOND)
        assert kinds(watched) == ["opened", "grace"]

    def test_the_first_request_grants_downtime_too(self, watched):
        draft = expire_turn_if_due(draft=fresh(watched), now=watched.opens_at + 20 * HOUR)
        assert (draft.picks.count(), draft.turn_ends_at) == (0, draft.opens_at + 20 * HOUR + 10 * MINUTE)

    def test_a_turn_longer_than_a_share_is_not_shortened(self, watched):
        long = watched.locks_at - HOUR
        Draft.objects.filter(pk=watched.pk).update(turn_ends_at=long)
        expire_due_turns(now=watched.opens_at + 20 * HOUR)
        assert deadline(watched) == long

    def test_there_is_one_pulse_row(self, watched):
        expire_due_turns(now=watched.opens_at + 20 * HOUR)
        assert ClockHeartbeat.objects.get().beat_at == watched.opens_at + 20 * HOUR


class TestTheSweep:
    @pytest.fixture
    def second(self, season, draft, charlie):
        """A draft of another league, with the same deadline."""
        other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        joined(other)
        return opened(other)

    def test_a_sweep_ends_a_limited_number_of_turns(self, draft, second, monkeypatch):
        monkeypatch.setattr(autopick, "BATCH_SIZE", 1)
        at = deadline(draft)
        assert [expire_due_turns(now=at) for _ in range(3)] == [1, 1, 0]

    def test_a_locked_row_does_not_hold_up_other_drafts(self, draft, second, monkeypatch):
        def expire(*, draft, now):
            if draft.pk < second.pk:
                raise OperationalError("canceling statement due to lock timeout")
            return expire_turn(draft=draft, now=now)

        monkeypatch.setattr(autopick, "expire_turn", expire)
        assert expire_due_turns(now=deadline(draft)) == 1
        assert (draft.picks.count(), second.picks.count()) == (0, 1)


class TestNewcomers:
    def test_newcomers_in_a_paused_first_draft_get_slots_and_no_clock_changes(self, draft, league, charlie):
        Draft.objects.filter(pk=draft.pk).update(state=Draft.State.PAUSED, paused_at=draft.opens_at + HOUR)
        before = fresh(draft)
        joined(league, charlie, at=draft.opens_at + 2 * HOUR)
        after = fresh(draft)
        assert (after.state, after.turn_ends_at, after.turn_began_at) == (
            Draft.State.PAUSED,
            before.turn_ends_at,
            before.turn_began_at,
        )
        assert draft.slots.count() == 6

    def test_without_a_clock_the_turn_does_not_end(self, settled, league, alices, bobs, charlie):
        settled(clock="none")
        draft = opened(league, [alices, bobs])
        joined(league, charlie, at=draft.opens_at + HOUR)
        assert fresh(draft).turn_began_at == draft.opens_at

    def test_a_newcomer_after_the_last_pick_changes_nothing(self, draft, league, alices, bobs, charlie):
        for number, constructor in enumerate([alices, bobs, alices, bobs], 1):
            pick(draft, constructor, f"driver_{number}")
        joined(league, charlie, at=draft.opens_at + HOUR)
        assert (fresh(draft).state, fresh(draft).turn_began_at) == (Draft.State.COMPLETE, None)


class TestWhatItCosts:
    """Query budgets, including the two statements of the transaction.

    A pick reads the draft and its board, and writes the pick, the event number, the event, and the next deadline; and
    to tell the players on the clock and after it, it reads their notifications and channels, and writes what is new. An
    expired turn also reads the free drivers and the two lists of the player.
    """

    def test_a_pick_takes_a_fixed_number_of_queries(self, draft, alices, django_assert_num_queries):
        self.pick_in(draft, alices, django_assert_num_queries(11))

    def test_an_ended_turn_takes_a_fixed_number_of_queries(self, draft, django_assert_num_queries):
        with django_assert_num_queries(14):
            assert expire_turn(draft=draft, now=draft.opens_at + 12 * HOUR)

    def test_queries_do_not_grow_with_the_league(self, league, alices, bobs, django_assert_num_queries):
        others = [joined(league) for _ in range(9)]
        draft = opened(league, [alices, bobs, *others])
        self.pick_in(draft, alices, django_assert_num_queries(11))
        ends = deadline(draft)
        with django_assert_num_queries(14):
            assert expire_turn(draft=draft, now=ends)

    def test_queries_do_not_grow_with_the_picks(self, draft, alices, bobs, django_assert_num_queries):
        pick(draft, alices, "driver_2")
        pick(draft, bobs, "driver_3")
        self.pick_in(draft, alices, django_assert_num_queries(11))

    def pick_in(self, draft, constructor, budget):
        entry = draft.race.entries.select_related("driver").get(driver__ref="driver_1")
        with budget:
            make_pick(constructor=constructor, entry=entry, now=draft.opens_at + MINUTE)


def test_events_name_the_constructor_and_the_driver(draft, alices, bobs):
    pick(draft, alices, "driver_1")
    expire_due_turns(now=deadline(draft))
    assert kinds(draft) == ["opened", "picked", "picked"]
    event = DraftEvent.objects.get(draft=draft, seq=2)
    assert (event.by, event.happened_at) == (None, draft.opens_at + MINUTE)
    assert event.payload == {
        "slot": 1,
        "constructor_id": alices.pk,
        "constructor": "Alice Racing",
        "driver_id": "driver_1",
        "driver": "Driver 1",
        "source": "player",
    }
