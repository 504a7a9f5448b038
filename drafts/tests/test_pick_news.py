"""News about what others did in a draft: autopicks, deputies, and managers who pick, undo, pause or reorder."""

import pytest

from constructors.services import name_deputy
from drafts.models import Draft
from drafts.notification_kinds import NEXT_ORDER_SET
from drafts.rules import Wish
from drafts.services import (
    change_own_pick,
    expire_due_turns,
    lock_draft,
    make_own_pick,
    pause_draft,
    pick_for,
    resume_draft,
    set_autodraft,
    set_order,
    set_wishes,
    start_draft,
    substitute_driver_for,
    undo_picks,
)
from leagues.services import leave_league
from notifications.kinds import Timing
from notifications.models import Notification
from notifications.services import dispatch_notifications
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import deadline, entry, filled, fresh, joined, opened, pick, upcoming, withdrawn

from .test_turn_news import HOUR, MINUTE, bodies, is_current, news, set_rules


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


class TestAutopicks:
    def test_it_tells_the_player_whom_they_got_and_why(self, draft, alice, bob):
        expire_due_turns(now=deadline(draft))
        (told,) = news(alice, "autopicked")
        driver = draft.picks.get().entry.driver
        assert told.title == f"{draft.race.name}: you have {driver} in “Alpine Friends”"
        assert told.body == (
            "Your time ran out. You can change the pick until the next one is made. This was the best available driver"
            " in the league's ranking."
        )
        assert news(bob, "autopicked") == []

    def test_a_pick_from_the_wish_list_says_so(self, draft, alices, alice):
        set_wishes(constructor=alices, by=alice, wishes=[Wish(entry(draft.race, "driver_9").driver_id)])
        expire_due_turns(now=deadline(draft))
        assert bodies(alice, "autopicked")[0].endswith("This was the first available driver on your wish list.")

    def test_autodraft_says_so(self, draft, alices, bobs, bob):
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=draft.opens_at)
        pick(draft, alices, "driver_1")
        expire_due_turns(now=draft.opens_at + 2 * MINUTE)
        assert bodies(bob, "autopicked")[0].startswith("Autodraft is on.")

    def test_the_lock_says_so_for_each_missing_pick(self, draft, alice, bob):
        lock_draft(draft=draft, now=draft.locks_at)
        assert [len(news(user, "autopicked")) for user in (alice, bob)] == [2, 2]
        assert bodies(bob, "autopicked")[0].startswith("The draft has locked. This was the best")

    def test_a_turn_that_passes_tells_that_there_is_time_until_the_lock(self, league, alices, bobs, alice):
        set_rules(league, autopicks=False)
        draft = opened(league, [alices, bobs])
        expire_due_turns(now=deadline(draft))
        (told,) = news(alice, "autopicked")
        assert told.title == f"{draft.race.name}: your turn in “Alpine Friends” has passed"
        assert told.body == "Your time ran out. You can still pick until the draft locks on Sat 15 Mar, 04:55 UTC."
        assert is_current(told, draft.locks_at - MINUTE)
        pick(draft, alices, "driver_1")
        assert not is_current(told, draft.locks_at - MINUTE)

    def test_own_picks_are_no_news(self, draft, alices, alice):
        make_own_pick(constructor=alices, entry=entry(draft.race, "driver_1"), by=alice, now=draft.opens_at)
        assert news(alice, "autopicked", "commissioner_picked") == []


class TestPicksOfManagersAndDeputies:
    def test_the_player_is_told_who_picked(self, draft, alices, bobs, alice, bob):
        pick(draft, alices, "driver_1")
        pick_for(draft=draft, constructor=bobs, entry=entry(draft.race, "driver_2"), by=alice, now=draft.opens_at)
        (told,) = news(bob, "commissioner_picked")
        assert told.title == f"{draft.race.name}: you have Driver 2 in “Alpine Friends”"
        assert told.body == "alice picked for you."
        assert news(alice, "commissioner_picked") == []

    def test_an_administrator_stays_unnamed(self, draft, alices, alice):
        admin = UserFactory.create(is_superuser=True)
        pick_for(draft=draft, constructor=alices, entry=entry(draft.race, "driver_2"), by=admin, now=draft.opens_at)
        assert bodies(alice, "commissioner_picked") == ["An administrator picked for you."]

    def test_managers_who_pick_for_themselves_are_told_nothing(self, draft, alices, alice):
        pick_for(draft=draft, constructor=alices, entry=entry(draft.race, "driver_2"), by=alice, now=draft.opens_at)
        assert news(alice, "commissioner_picked") == []

    def test_undone_picks_are_told_to_their_holders_at_once(self, draft, alice, bob):
        filled(draft, ["driver_1", "driver_2", "driver_3", "driver_4"])
        undo_picks(draft=draft, by=alice, count=3, now=draft.opens_at + HOUR)
        (told,) = news(bob, "commissioner_picked")
        assert told.title == f"{draft.race.name}: your pick in “Alpine Friends” was undone"
        assert told.body.startswith("alice undid this pick: Driver 4, Driver 2.")
        assert news(alice, "commissioner_picked") == []

    def test_a_substitution_by_a_manager_names_both_drivers(self, draft, alices, bobs, alice, bob):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        out, new = withdrawn(draft, "driver_2"), entry(draft.race, "driver_3")
        substitute_driver_for(draft=draft, out=out, entry=new, by=alice, now=draft.opens_at + HOUR)
        (told,) = news(bob, "commissioner_picked")
        assert told.title == f"{draft.race.name}: you have Driver 3 instead of Driver 2 in “Alpine Friends”"
        (out_of_race,) = news(bob, "driver_out")
        assert (is_current(out_of_race, draft.opens_at), out_of_race.expires_at) == (False, draft.locks_at)

    def test_picks_and_changes_of_a_deputy_are_told(self, draft, alices, alice, bob):
        name_deputy(constructor=alices, deputy=bob, by=alice, now=FOUNDED_AT)
        alices.refresh_from_db()
        make_own_pick(constructor=alices, entry=entry(draft.race, "driver_1"), by=bob, now=draft.opens_at)
        change_own_pick(constructor=alices, entry=entry(draft.race, "driver_2"), by=bob, now=draft.opens_at)
        first, second = news(alice, "commissioner_picked")
        assert [told.title.split(" in ")[0] for told in (first, second)] == [
            f"{draft.race.name}: you have Driver 1", f"{draft.race.name}: you have Driver 2",
        ]  # fmt: skip
        assert first.body.startswith("bob picked for you as your deputy.")


class TestAPause:
    def test_the_other_players_are_told_who_paused(self, draft, alice, bob):
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        (told,) = news(bob, "draft_paused")
        assert told.title == f"{draft.race.name}: the draft of “Alpine Friends” is paused"
        assert told.body.startswith("alice paused it. The clock stands still, and nobody can pick.")
        assert news(alice, "draft_paused") == []

    def test_after_it_they_are_told_whose_turn_it_is(self, draft, alice, bob):
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        paused, resumed = news(bob, "draft_paused")
        assert resumed.title == f"{draft.race.name}: the draft of “Alpine Friends” goes on"
        assert resumed.body == "alice resumed it. It is the turn of Alice Racing."
        assert [is_current(told, draft.opens_at + HOUR) for told in (paused, resumed)] == [False, True]

    def test_the_player_on_the_clock_gets_the_new_deadline_and_no_second_news(self, draft, alices, alice, bob):
        pick(draft, alices, "driver_1")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 2 * HOUR)
        resumed = news(bob, "draft_paused")[-1]
        assert resumed.title.endswith("goes on, and it is your turn")
        assert resumed.body == "alice resumed it. You have until Mon 10 Mar, 19:01 UTC."
        assert (resumed.expires_at, len(news(bob, "your_turn"))) == (deadline(draft), 1)

    def test_a_draft_that_ends_with_the_pause_is_complete(self, draft, alice, bob, alices, bobs):
        for number, constructor in enumerate([alices, bobs, alices], 1):
            pick(draft, constructor, f"driver_{number}")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        last = entry(draft.race, "driver_4")
        pick_for(draft=draft, constructor=bobs, entry=last, by=alice, now=draft.opens_at + HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert fresh(draft).state == Draft.State.COMPLETE
        assert bodies(bob, "draft_complete") == ["Your drivers: Driver 2, Driver 4."]


class TestTheOrder:
    def test_the_place_in_an_open_draft_is_told_at_once(self, draft, alices, bobs, alice, bob):
        set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=draft.opens_at)
        (told,) = news(bob, "order_changed")
        assert told.title == f"{draft.race.name}: the order of the draft of “Alpine Friends” has changed"
        assert told.body == "alice set the order. You are number 1 of 2."
        assert (news(alice, "order_changed"), len(news(bob, "your_turn"))) == ([], 1)

    def test_that_of_a_draft_to_come_is_in_the_digest(self, league, alices, bobs, alice, bob):
        draft = upcoming(league)
        for order in ([bobs.pk, alices.pk], [alices.pk, bobs.pk]):
            set_order(draft=draft, order=order, by=alice, now=FOUNDED_AT)
        first, second = news(bob, "order_changed")
        assert second.body.endswith("You are number 2 of 2. The draft opens on Mon 10 Mar, 12:00 UTC.")
        assert [is_current(told, FOUNDED_AT) for told in (first, second)] == [False, True]
        assert (second.message, NEXT_ORDER_SET.timing) == (NEXT_ORDER_SET.name, Timing.DIGEST)

    def test_its_email_waits_for_the_morning(self, league, alices, bobs, alice, bob, settings):
        settings.HAS_MAIL_SERVER = True
        set_order(draft=upcoming(league), order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        dispatch_notifications(now=FOUNDED_AT)
        delivery = news(bob, "order_changed")[0].deliveries.get(channel="email")
        assert delivery.due_at > FOUNDED_AT


class TestWhatIsStillTrue:
    def test_news_of_a_league_is_dropped_for_former_members(self, league, draft, alices, bob):
        expire_due_turns(now=deadline(draft))
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        told = list(bob.notifications.all())
        assert told
        assert not any(is_current(notification, draft.opens_at + HOUR) for notification in told)

    def test_the_start_of_a_first_draft_tells_the_others_once(self, league, alice, bob):
        draft = upcoming(league)
        start_draft(draft=draft, by=alice, now=draft.opens_at - HOUR)
        assert (len(news(bob, "first_draft")), news(bob, "draft_opened"), news(alice, "first_draft")) == (1, [], [])

    def test_bots_and_people_who_left_are_told_nothing(self, league, alices, bobs, bob):
        bot = joined(league, is_bot=True)
        draft = opened(league, [alices, bobs, bot])
        leave_league(user=bob, league=league, now=draft.opens_at)
        before = bob.notifications.count()
        filled(draft)
        assert bob.notifications.count() == before
        assert not Notification.objects.filter(user=None).exists()
