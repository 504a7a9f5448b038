"""The lobby of a league's first draft: when it opens, who starts it, Ready, nudges, and who is in every round."""

from datetime import timedelta
from itertools import product

import pytest

from core.errors import NotAllowed, RateLimited, Refused
from drafts.models import Draft
from drafts.selectors import draw_of, due_to_open, opening_of
from drafts.services import (
    expire_due_turns,
    lock_due_drafts,
    make_bot_picks,
    nudge,
    open_due_drafts,
    set_autodraft,
    set_order,
    set_ready,
    start_draft,
)
from drafts.services.autopick import THINKING_TIME
from leagues.models import League
from leagues.selectors import newcomer_sentence
from leagues.services import (
    archive_league,
    count_contact,
    create_league,
    invite,
    join_league,
    leave_league,
    plan_first_draft,
)
from notifications.models import Notification, OutgoingEmail
from races.models import Entry
from tests.support.cast import FOUNDED_AT
from tests.support.stories import deadline, everyone_ready, fresh, joined, last_event, opened, order_of, pick, upcoming

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def founded(season, creator, at, **kwargs):
    return create_league(creator=creator, season=season, name="The League", now=at, **kwargs)


def started(league, by, at, order=None):
    """Start the draft by hand, with a drawn order or this one."""
    draft = upcoming(league)
    if order is not None:
        draft.planned_order = [constructor.pk for constructor in order]
        draft.save(update_fields=["planned_order"])
    return start_draft(draft=draft, by=by, now=at)


@pytest.fixture
def window(upcoming_draft):
    """The draft of a league that was created long before: it tells when the window opens and the draft locks."""
    return upcoming_draft


@pytest.fixture
def late(season, alice, window):
    """A league that was created a day after the window had opened."""
    return founded(season, alice, window.opens_at + timedelta(days=1))


class TestWhenItOpens:
    def test_with_its_window_if_two_people_are_in_by_then(self, league, window):
        opening = opening_of(window)
        assert (opening.is_first, opening.waits_for_start, opening.opens_by) == (True, False, window.opens_at)
        assert open_due_drafts(now=window.opens_at) == 1

    def test_with_one_person_it_waits_for_the_manager(self, season, alice, window, bob):
        league = founded(season, alice, FOUNDED_AT)
        assert opening_of(upcoming(league)).waits_for_start
        open_due_drafts(now=window.opens_at)
        join_league(user=bob, league=league, now=window.opens_at + HOUR)
        open_due_drafts(now=window.opens_at + HOUR)
        assert opening_of(upcoming(league)).opens_by == window.locks_at - timedelta(days=1)

    def test_a_league_of_this_week_waits_until_a_day_before_the_lock(self, late, window):
        joined(late, at=late.created_at)
        by_itself = window.locks_at - timedelta(days=1)
        open_due_drafts(now=by_itself - MINUTE)
        assert opening_of(upcoming(late)).waits_for_start
        open_due_drafts(now=by_itself)
        assert late.drafts.get().opened_at == by_itself

    @pytest.mark.parametrize(
        ("before_lock", "opens"), [(20 * HOUR, 18 * HOUR), (2 * HOUR, HOUR), (HOUR / 2, HOUR)], ids=str
    )
    def test_a_league_of_the_last_day_has_two_hours_to_gather(self, season, alice, window, before_lock, opens):
        league = founded(season, alice, window.locks_at - before_lock)
        assert opening_of(upcoming(league)).opens_by == window.locks_at - opens

    def test_never_with_one_constructor_but_as_soon_as_there_are_two(self, late, window, bob):
        last_hour = window.locks_at - HOUR
        open_due_drafts(now=last_hour)
        assert upcoming(late)
        join_league(user=bob, league=late, now=last_hour + MINUTE)
        open_due_drafts(now=last_hour + 2 * MINUTE)
        assert late.drafts.get().state == Draft.State.OPEN

    def test_when_the_manager_wants_to_start_it_the_window_does_not(self, league, alice, window):
        plan_first_draft(league=league, by=alice, start="manual", now=FOUNDED_AT)
        assert open_due_drafts(now=window.opens_at) == 0
        assert opening_of(fresh(window)).waits_for_start

    def test_with_bots_it_opens_at_once_and_long_before_its_window(self, season, alice):
        league = founded(season, alice, FOUNDED_AT, first_draft_start="now")
        assert open_due_drafts(now=FOUNDED_AT, league=league) == 1
        draft = league.drafts.get()
        assert (draft.opened_at, draft.opens_at) == (FOUNDED_AT, FOUNDED_AT)

    def test_a_later_draft_opens_with_its_window_even_for_one_constructor(self, league, alice, bob):
        plan_first_draft(league=league, by=alice, start="manual", now=FOUNDED_AT)
        draft = started(league, alice, FOUNDED_AT)
        everyone_ready(draft)
        pick(draft, draft.slots.order_by("number")[0].constructor, "driver_1", FOUNDED_AT)
        lock_due_drafts(now=draft.locks_at)
        leave_league(user=bob, league=league, now=draft.locks_at)
        second = upcoming(league)
        assert not opening_of(second).is_first
        assert open_due_drafts(now=second.opens_at, league=league) == 1

    def test_unopened_it_is_void_at_the_lock_and_the_next_race_is_the_first(self, late, alice, window):
        assert lock_due_drafts(now=window.locks_at - MINUTE) == 0
        lock_due_drafts(now=window.locks_at)
        missed = late.drafts.get(race=window.race)
        assert (missed.state, missed.void_reason) == ("void", "The draft had not started by its lock.")
        assert opening_of(upcoming(late)).is_first
        told = Notification.objects.get(user=alice, key__startswith=f"void:{missed.pk}:")
        assert told.body == "The draft had not started by its lock."

    def test_past_its_lock_it_does_not_open_any_more(self, late, window):
        joined(late, at=late.created_at)
        open_due_drafts(now=window.locks_at)
        assert late.drafts.get().state == Draft.State.UPCOMING

    def test_the_query_for_due_drafts_says_the_same_as_the_rule(self, season, alice, window, bob):
        lock, monday = window.locks_at, window.opens_at
        founding = (FOUNDED_AT, monday, monday + HOUR, lock - 25 * HOUR, lock - 3 * HOUR, lock - HOUR / 2)
        leagues = []
        for created_at, start, joins in product(founding, League.FirstDraftStart.values, (None, 0 * HOUR, 30 * HOUR)):
            league = founded(season, alice, created_at, first_draft_start=start)
            leagues.append(league)
            if joins is not None:
                join_league(user=bob, league=league, now=created_at + joins)
        drafts = list(Draft.objects.filter(league__in=leagues).select_related("league"))
        assert len(drafts) == 54
        for now in (FOUNDED_AT, monday, lock - 26 * HOUR, lock - 24 * HOUR, lock - HOUR, lock - MINUTE, lock):
            known = [draft for draft in drafts if draft.league.created_at <= now]
            expected = {draft.pk for draft in known if opening_of(draft).is_due(now)}
            assert {draft.pk for draft in due_to_open(now).filter(pk__in=[draft.pk for draft in known])} == expected


class TestTheStart:
    def test_a_manager_starts_it_whenever_they_like(self, league, alice, window):
        draft = started(league, alice, FOUNDED_AT)
        assert (draft.state, draft.opened_at, draft.settings) == ("open", FOUNDED_AT, league.settings_versions.get())
        event = last_event(draft)
        assert (event.kind, event.by) == ("opened", alice)

    def test_the_others_are_told(self, league, alice, bob):
        started(league, alice, FOUNDED_AT)
        told = Notification.objects.get(message="started")
        assert (told.user, told.title) == (bob, "The first draft of “Alpine Friends” has started")

    @pytest.mark.parametrize("name", ["bob", "charlie"])
    def test_nobody_else_does(self, league, window, request, name):
        with pytest.raises(NotAllowed):
            start_draft(draft=window, by=request.getfixturevalue(name), now=FOUNDED_AT)

    def test_it_takes_two_constructors(self, late, alice):
        with pytest.raises(Refused, match="at least two constructors") as refused:
            start_draft(draft=upcoming(late), by=alice, now=late.created_at)
        assert refused.value.code == "too_few_constructors"

    def test_it_takes_a_line_up(self, league, alice, window):
        Entry.objects.filter(race=window.race).delete()
        with pytest.raises(Refused, match="line-up") as refused:
            start_draft(draft=window, by=alice, now=FOUNDED_AT)
        assert refused.value.code == "no_line_up"

    def test_it_starts_once_and_not_after_the_lock(self, league, alice, window):
        draft = started(league, alice, FOUNDED_AT)
        for now, code in ((FOUNDED_AT, "already_started"), (window.locks_at, "already_started")):
            with pytest.raises(Refused) as refused:
                start_draft(draft=draft, by=alice, now=now)
            assert refused.value.code == code

    def test_it_does_not_start_at_the_lock_or_in_an_archived_league(self, league, alice, window):
        with pytest.raises(Refused) as refused:
            start_draft(draft=window, by=alice, now=window.locks_at)
        assert refused.value.code == "draft_locked"
        archive_league(league=league, by=alice, now=FOUNDED_AT)
        with pytest.raises(Refused) as refused:
            start_draft(draft=fresh(window), by=alice, now=FOUNDED_AT)
        assert refused.value.code == "archived"

    def test_a_manager_who_has_not_seen_the_latest_change_looks_again(self, league, alice, alices, bobs, window):
        set_order(draft=window, order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        with pytest.raises(Refused) as refused:
            start_draft(draft=window, by=alice, now=FOUNDED_AT, seen=0)
        assert refused.value.code == "room_moved_on"


class TestTheFirstPick:
    def test_bots_leave_it_to_people_for_half_an_hour(self, league, alice, alices, bobs):
        bot = joined(league, is_bot=True)
        draft = started(league, alice, FOUNDED_AT, [bot, alices, bobs])
        assert make_bot_picks(now=FOUNDED_AT + 30 * MINUTE - MINUTE) == 0
        assert make_bot_picks(now=FOUNDED_AT + 30 * MINUTE) == 1
        assert draft.picks.get().source == "bot"

    def test_or_until_everyone_is_ready(self, league, alice, bob, alices, bobs):
        bot = joined(league, is_bot=True)
        draft = started(league, alice, FOUNDED_AT, [bot, alices, bobs])
        set_ready(draft=draft, by=bob, is_ready=True, now=FOUNDED_AT + MINUTE)
        assert make_bot_picks(now=FOUNDED_AT + MINUTE) == 1

    def test_who_starts_the_draft_is_ready(self, league, alice, bob, alices, bobs):
        bot = joined(league, is_bot=True)
        set_ready(draft=upcoming(league), by=bob, is_ready=True, now=FOUNDED_AT)
        started(league, alice, FOUNDED_AT, [bot, alices, bobs])
        assert make_bot_picks(now=FOUNDED_AT + THINKING_TIME) == 1

    def test_who_plays_alone_with_bots_does_not_wait(self, season, alice):
        league = founded(season, alice, FOUNDED_AT, first_draft_start="now")
        open_due_drafts(now=FOUNDED_AT, league=league)
        assert league.drafts.get().first_pick_hold_until is None

    def test_autodraft_waits_too(self, league, alice, bob, alices, bobs):
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=FOUNDED_AT)
        draft = started(league, alice, FOUNDED_AT, [bobs, alices])
        assert deadline(draft) == FOUNDED_AT + 30 * MINUTE
        assert expire_due_turns(now=FOUNDED_AT + 29 * MINUTE) == 0
        set_ready(draft=draft, by=bob, is_ready=True, now=FOUNDED_AT + 29 * MINUTE)
        assert expire_due_turns(now=FOUNDED_AT + 29 * MINUTE) == 1

    def test_autodraft_that_is_switched_on_then_waits_too(self, league, alice, bob, alices, bobs):
        draft = started(league, alice, FOUNDED_AT, [bobs, alices])
        usual = deadline(draft)
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=FOUNDED_AT + MINUTE)
        assert (deadline(draft), draft.picks.exists()) == (FOUNDED_AT + 30 * MINUTE, False)
        set_autodraft(constructor=bobs, by=bob, autodraft="off", now=FOUNDED_AT + 2 * MINUTE)
        assert deadline(draft) == usual

    def test_only_the_first_pick_of_the_first_draft_waits(self, league, alice, alices, bobs):
        bot = joined(league, is_bot=True)
        draft = started(league, alice, FOUNDED_AT, [alices, bot, bobs])
        pick(draft, alices, "driver_1", FOUNDED_AT)
        assert make_bot_picks(now=FOUNDED_AT + THINKING_TIME) == 1


class TestReady:
    def test_a_player_says_so_and_takes_it_back(self, league, bob, bobs, window):
        set_ready(draft=window, by=bob, is_ready=True, now=FOUNDED_AT)
        assert list(window.ready_constructors.all()) == [bobs]
        set_ready(draft=window, by=bob, is_ready=False, now=FOUNDED_AT)
        assert not window.ready_constructors.exists()

    def test_a_stranger_does_not(self, window, charlie):
        with pytest.raises(NotAllowed):
            set_ready(draft=window, by=charlie, is_ready=True, now=FOUNDED_AT)

    def test_after_the_first_pick_the_lobby_is_closed(self, open_draft, alices, bob):
        pick(open_draft, alices, "driver_1")
        with pytest.raises(Refused) as refused:
            set_ready(draft=open_draft, by=bob, is_ready=True, now=open_draft.opens_at)
        assert refused.value.code == "lobby_closed"


class TestNudging:
    def test_those_who_are_missing_are_told(self, league, alice, bob, charlie, window):
        set_ready(draft=window, by=alice, is_ready=True, now=FOUNDED_AT)
        invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
        assert nudge(draft=window, by=alice, now=FOUNDED_AT) == 2
        assert Notification.objects.get(user=bob).title == "alice waits for you in the lobby of “Alpine Friends”"
        assert Notification.objects.filter(user=charlie, message="reminded").count() == 1

    def test_those_who_are_ready_are_left_alone(self, alice, bob, window):
        set_ready(draft=window, by=bob, is_ready=True, now=FOUNDED_AT)
        with pytest.raises(Refused) as refused:
            nudge(draft=window, by=alice, now=FOUNDED_AT)
        assert refused.value.code == "nobody_missing"
        assert fresh(window).nudged_at is None

    def test_once_in_half_an_hour(self, alice, bob, window):
        nudge(draft=window, by=alice, now=FOUNDED_AT)
        with pytest.raises(Refused) as refused:
            nudge(draft=window, by=bob, now=FOUNDED_AT + 29 * MINUTE)
        assert refused.value.code == "nudged_recently"
        assert nudge(draft=window, by=bob, now=FOUNDED_AT + 30 * MINUTE) == 1

    def test_an_e_mail_is_sent_again_after_a_day(self, league, alice, bob, window):
        invitation = invite(league=league, by=alice, email="dora@example.org", now=FOUNDED_AT)
        invitation.sent_at = FOUNDED_AT
        invitation.save(update_fields=["sent_at"])
        for hours, emails in ((1, 1), (24, 2)):
            nudge(draft=window, by=alice, now=FOUNDED_AT + hours * HOUR)
            assert OutgoingEmail.objects.filter(address="dora@example.org").count() == emails

    def test_a_player_is_nudged_five_times_a_day_by_the_same_person(self, alice, bob, window):
        times = [FOUNDED_AT + number * 30 * MINUTE for number in range(6)]
        assert [nudge(draft=window, by=alice, now=now) for now in times[:5]] == [1] * 5
        with pytest.raises(RateLimited, match="this person"):
            nudge(draft=window, by=alice, now=times[5])
        assert Notification.objects.filter(user=bob, message="nudged").count() == 5

    def test_nudges_and_invitations_count_together(self, alice, bob, charlie, window):
        for _ in range(4):
            count_contact(sender=alice, recipient=bob, now=FOUNDED_AT)
        assert nudge(draft=window, by=alice, now=FOUNDED_AT) == 1
        invite(league=window.league, by=alice, username="charlie", now=FOUNDED_AT)
        assert nudge(draft=window, by=alice, now=FOUNDED_AT + 30 * MINUTE) == 1, "only Charlie"
        assert Notification.objects.filter(user=charlie, message="reminded").count() == 1

    def test_strangers_do_not_nudge(self, window, charlie):
        with pytest.raises(NotAllowed):
            nudge(draft=window, by=charlie, now=FOUNDED_AT)


class TestNewcomers:
    def test_before_the_first_pick_they_are_in_every_round_and_the_clock_runs_on(self, league, alice, alices, bobs):
        league.settings_versions.update(method="snake")
        draft = started(league, alice, FOUNDED_AT, [alices, bobs])
        before = deadline(draft)
        carols = joined(league, at=FOUNDED_AT + HOUR)
        assert order_of(draft) == [alices.pk, bobs.pk, carols.pk, carols.pk, bobs.pk, alices.pk]
        assert list(draft.slots.order_by("number").values_list("number", "round")) == [
            (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2)
        ]  # fmt: skip
        assert deadline(draft) == before

    def test_that_holds_for_any_draft(self, league, alices, bobs, season):
        first = opened(league, [alices, bobs])
        pick(first, alices, "driver_1")
        lock_due_drafts(now=first.locks_at)
        second = opened(league)
        carols = joined(league, at=second.opens_at)
        assert order_of(second) == [bobs.pk, alices.pk, carols.pk] * 2

    def test_after_it_they_wait_for_the_next_draft(self, open_draft, league, alices):
        pick(open_draft, alices, "driver_1")
        before = order_of(open_draft)
        carols = joined(league, at=open_draft.opens_at + HOUR)
        assert order_of(open_draft) == before
        lock_due_drafts(now=open_draft.locks_at)
        assert carols.pk in order_of(opened(league))

    def test_the_page_to_join_says_from_when_they_play(self, open_draft, league, alices):
        race = open_draft.race.name
        assert newcomer_sentence(league) == f"You play from the {race} on."
        pick(open_draft, alices, "driver_1")
        assert newcomer_sentence(league).startswith(f"The draft for the {race} has begun without you.")

    def test_a_grid_that_is_full_takes_nobody_in(self, league, alice, alices, bobs):
        draft = started(league, alice, FOUNDED_AT, [alices, bobs])
        draft.settings.picks_per_race = 11
        draft.settings.save(update_fields=["picks_per_race"])
        joined(league, at=FOUNDED_AT)
        assert set(order_of(draft)) == {alices.pk, bobs.pk}

    def test_who_leaves_before_the_first_pick_leaves_no_gap(self, league, alice, bob, alices, bobs):
        carols = joined(league)
        draft = started(league, alice, FOUNDED_AT, [alices, bobs, carols])
        before = deadline(draft)
        leave_league(user=bob, league=league, now=FOUNDED_AT + HOUR)
        assert order_of(draft) == [alices.pk, carols.pk] * 2
        assert list(draft.slots.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]
        assert deadline(draft) == before

    def test_if_they_were_on_the_clock_the_next_turn_starts(self, league, alice, bob, alices, bobs):
        carols = joined(league)
        draft = started(league, alice, FOUNDED_AT, [bobs, carols, alices])
        leave_league(user=bob, league=league, now=FOUNDED_AT + HOUR)
        assert fresh(draft).turn_began_at == FOUNDED_AT + HOUR

    def test_an_order_that_keeps_the_turn_keeps_its_deadline(self, league, alice, alices, bobs):
        carols = joined(league)
        draft = started(league, alice, FOUNDED_AT, [alices, bobs, carols])
        before = deadline(draft)
        set_order(draft=draft, order=[alices.pk, carols.pk, bobs.pk], by=alice, now=FOUNDED_AT + HOUR)
        assert deadline(draft) == before
        set_order(draft=draft, order=[bobs.pk, carols.pk, alices.pk], by=alice, now=FOUNDED_AT + 2 * HOUR)
        assert fresh(draft).turn_began_at == FOUNDED_AT + 2 * HOUR


class TestTheProof:
    def test_it_covers_everyone_who_takes_part_and_names_the_late(self, league, alice, bob):
        for _ in range(3):
            joined(league)
        committed = upcoming(league).order_commitment
        draft = started(league, alice, FOUNDED_AT)
        drawn = order_of(draft)[:5]
        carols = joined(league, at=FOUNDED_AT)
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        draw = draw_of(fresh(draft))
        assert draw is not None
        assert [constructor.pk for constructor in draw.drawn] == drawn
        assert (draw.added, draw.replaced) == ([carols], {})
        assert fresh(draft).order_commitment == committed
