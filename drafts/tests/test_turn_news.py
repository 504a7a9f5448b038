"""News about turns: a draft has opened, whose turn it is, who is next, half of the time is over, the lock is near."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.services import set_quiet_hours
from constructors.models import Constructor
from constructors.services import name_deputy
from drafts.models import Draft
from drafts.notification_kinds import DRAFT_COMPLETE, ON_DECK
from drafts.selectors import free_by_ranking, slot_on_the_clock
from drafts.services import (
    expire_due_turns,
    extend_turn,
    make_bot_picks,
    pause_draft,
    remind_of_missing_picks,
    remind_of_turns,
    resume_draft,
    set_autodraft,
    undo_picks,
)
from drafts.services.autopick import THINKING_TIME
from leagues.selectors import current_settings
from leagues.services import create_league, leave_league
from notifications import kinds
from notifications.kinds import IN_APP, PUSH, Recipient, Timing
from notifications.models import Notification
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import deadline, filled, fresh, joined, opened, pick, upcoming

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def set_rules(league, **settings):
    """Change the settings of the league, also those that its next draft opens with."""
    version = current_settings(league)
    for name, value in settings.items():
        setattr(version, name, value)
    version.save()


def news(user, *kind_names):
    """The user's notifications of these kinds, first to last."""
    return list(user.notifications.filter(kind__in=kind_names).order_by("pk"))


def bodies(user, kind):
    return [notification.body for notification in news(user, kind)]


def reminder(draft):
    """When the player on the clock is reminded."""
    reminder_at = fresh(draft).turn_reminder_at
    assert reminder_at is not None, "it is a long turn"
    return reminder_at


def is_current(notification, now):
    message = kinds.get_message(kind=notification.kind, message=notification.message)
    assert message is not None, "it is registered"
    return message.is_current(Recipient(notification.user, notification.params, now))


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


class TestTheOpening:
    def test_it_tells_everyone_the_lock_and_their_first_pick(self, draft, alice, bob):
        (told,) = news(bob, "draft_opened")
        assert told.title == f"{draft.race.name}: the draft of “Alpine Friends” is open"
        assert told.body == "Your first pick is number 2 of 4. The draft locks on Sat 15 Mar, 04:55 UTC."
        assert bodies(alice, "draft_opened")[0].startswith("Your first pick is number 1 of 4.")
        assert (told.expires_at, told.url) == (draft.locks_at, f"/leagues/{draft.league_id}/drafts/{draft.race_id}/")

    def test_it_tells_the_first_player_that_it_is_their_turn(self, draft, alice, bob):
        assert len(news(alice, "your_turn")) == 1
        assert news(bob, "your_turn", "on_deck") == []

    def test_it_is_no_news_after_the_lock_or_for_former_members(self, draft, league, bob):
        (told,) = news(bob, "draft_opened")
        assert is_current(told, draft.opens_at)
        assert not is_current(told, draft.locks_at)
        leave_league(user=bob, league=league, now=draft.opens_at)
        assert not is_current(told, draft.opens_at)

    def test_a_larger_league_takes_no_more_statements(self, season, league, django_assert_num_queries):
        opened(league)
        small = made_league(season, players=2)
        with CaptureQueriesContext(connection) as queries:
            opened(small)
        large = made_league(season, players=9)
        with django_assert_num_queries(len(queries)):
            opened(large)
        assert Notification.objects.filter(kind="draft_opened").count() == 13


class TestATurn:
    def test_it_says_until_when_how_many_are_free_and_what_happens_otherwise(self, draft, alices, bob):
        pick(draft, alices, "driver_1")
        (told,) = news(bob, "your_turn")
        assert told.title == f"{draft.race.name}: it is your turn in “Alpine Friends”"
        assert told.body == (
            "You have until Mon 10 Mar, 18:01 UTC. 21 drivers are available. If your time runs out, you get the first"
            " available driver on your wish list, or the best one left."
        )
        assert (told.expires_at, told.priority) == (deadline(draft), kinds.Priority.URGENT)

    def test_it_knows_the_slot(self, draft, alice, alices):
        slot = draft.slots.get(number=1)
        params = news(alice, "your_turn")[0].params
        assert {
            "league_id": draft.league_id, "race_id": draft.race_id, "draft_id": draft.pk, "constructor_id": alices.pk,
            "slot": 1, "slot_id": slot.pk,
        }.items() <= params.items()  # fmt: skip

    def test_without_autopicks_it_says_that_the_turn_passes(self, league, alices, bobs, alice):
        set_rules(league, autopicks=False)
        opened(league, [alices, bobs])
        assert "your turn passes, but you can still pick until the lock." in bodies(alice, "your_turn")[0]

    def test_without_a_clock_it_lasts_until_the_lock(self, league, alices, bobs, alice):
        set_rules(league, clock="none")
        draft = opened(league, [alices, bobs])
        (told,) = news(alice, "your_turn")
        assert told.expires_at == draft.locks_at
        assert told.body.startswith("You have until Sat 15 Mar, 04:55 UTC. 22 drivers are available. If you have not")

    def test_it_is_over_after_the_pick(self, draft, alice, alices):
        (told,) = news(alice, "your_turn")
        assert is_current(told, draft.opens_at)
        assert not is_current(told, draft.locks_at)
        pick(draft, alices, "driver_1")
        assert not is_current(told, draft.opens_at + MINUTE)

    def test_a_pause_and_leaving_end_it_too(self, draft, league, alices, alice, bob):
        pick(draft, alices, "driver_1")
        (told,) = news(bob, "your_turn")
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        assert not is_current(told, draft.opens_at)
        resume_draft(draft=draft, by=alice, now=draft.opens_at)
        assert is_current(told, draft.opens_at)
        leave_league(user=bob, league=league, now=draft.opens_at)
        assert not is_current(told, draft.opens_at)

    def test_neither_bots_nor_autodraft_are_told(self, league, alices, bobs, bob):
        bot = joined(league, is_bot=True)
        draft = opened(league, [alices, bot, bobs])
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=draft.opens_at)
        pick(draft, alices, "driver_1")
        make_bot_picks(now=draft.opens_at + MINUTE + THINKING_TIME)
        assert fresh(draft).picks.count() == 2
        assert news(bob, "your_turn", "on_deck") == []
        assert Notification.objects.filter(kind="your_turn").count() == 1

    def test_a_deputy_is_told_and_sent_to_their_own_page(self, league, alices, bobs, alice, bob, client):
        name_deputy(constructor=alices, deputy=bob, by=alice, now=FOUNDED_AT)
        opened(league, [alices, bobs])
        (told,) = news(bob, "your_turn")
        assert told.title.endswith("it is the turn of “Alice Racing” in “Alpine Friends”")
        client.force_login(bob)
        assert client.get(told.url).status_code == 200
        name_deputy(constructor=alices, deputy=None, by=alice, now=FOUNDED_AT)
        assert not is_current(told, upcoming_time(told))
        assert len(news(alice, "your_turn")) == 1

    def test_an_undone_pick_begins_the_turn_again(self, draft, alices, alice, bob):
        pick(draft, alices, "driver_1")
        undo_picks(draft=draft, by=bob_as_manager(draft, bob), count=1, now=draft.opens_at + HOUR)
        assert len(news(alice, "your_turn")) == 2

    def test_an_extension_does_not(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=30, now=draft.opens_at + HOUR)
        assert len(news(alice, "your_turn")) == 1

    def test_a_member_who_leaves_gives_the_turn_to_the_next(self, league, alices, bobs, alice, bob):
        draft = opened(league, [bobs, alices])
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        assert len(news(alice, "your_turn")) == 1

    def test_a_newcomer_who_takes_over_from_a_bot_on_the_clock_is_told(self, league, alices, bobs, charlie):
        bot = joined(league, is_bot=True)
        draft = opened(league, [bot, alices, bobs])
        joined(league, charlie, at=draft.opens_at)
        assert len(news(charlie, "your_turn")) == 1
        assert fresh(draft).turn_reminder_at is not None


def upcoming_time(notification):
    return notification.created_at + MINUTE


def bob_as_manager(draft, bob):
    draft.league.memberships.filter(user=bob).update(role="co_manager")
    return bob


class TestOnDeck:
    @pytest.fixture
    def three(self, league, alices, bobs, charlie):
        return opened(league, [alices, bobs, joined(league, charlie)])

    def test_the_player_after_the_one_on_the_clock_is_told(self, three, alices, charlie):
        pick(three, alices, "driver_1")
        (told,) = news(charlie, "on_deck")
        assert told.title == f"{three.race.name}: you are next in “Alpine Friends”"
        assert told.body.startswith("It is the turn of Bob Motorsport, until Mon 10 Mar,")
        assert (told.expires_at, is_current(told, three.opens_at + MINUTE)) == (deadline(three), True)

    def test_it_is_over_when_that_player_has_picked(self, three, alices, bobs, charlie):
        pick(three, alices, "driver_1")
        pick(three, bobs, "driver_2")
        assert not is_current(news(charlie, "on_deck")[0], three.opens_at + MINUTE)

    def test_it_does_not_come_by_email_unless_the_player_wants_it(self):
        assert ON_DECK.defaults == {IN_APP, PUSH}

    def test_nobody_is_next_after_themselves(self, league, alices, bobs, bob):
        set_rules(league, method="snake")
        draft = opened(league, [alices, bobs])
        pick(draft, alices, "driver_1")
        assert (len(news(bob, "your_turn")), news(bob, "on_deck")) == (1, [])

    def test_nobody_is_next_after_autodraft(self, three, alices, bobs, bob, charlie):
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=three.opens_at)
        pick(three, alices, "driver_1")
        assert news(charlie, "on_deck") == []
        expire_due_turns(now=three.opens_at + MINUTE)
        assert len(news(charlie, "your_turn")) == 1

    def test_a_player_on_autodraft_is_not_told(self, three, alices, charlie):
        charlies = Constructor.objects.get(owner=charlie)
        set_autodraft(constructor=charlies, by=charlie, autodraft="on", now=three.opens_at)
        pick(three, alices, "driver_1")
        assert news(charlie, "on_deck") == []


class TestHalfOfTheTime:
    def test_the_player_is_told_once_when_half_is_over(self, draft, alice, bob):
        half = draft.opens_at + (deadline(draft) - draft.opens_at) / 2
        assert (fresh(draft).turn_reminder_at, remind_of_turns(now=half - MINUTE)) == (half, 0)
        assert [remind_of_turns(now=half), remind_of_turns(now=half + MINUTE)] == [1, 0]
        (told,) = news(alice, "half_clock")
        assert told.title == f"{draft.race.name}: half of your time in “Alpine Friends” is over"
        assert told.body.startswith("It is still your turn, until Mon 10 Mar, 18:00 UTC. If your time runs out,")
        assert (told.expires_at, news(bob, "half_clock")) == (deadline(draft), [])

    def test_quiet_hours_do_not_count(self, league, alices, bobs, alice):
        opens_at = upcoming(league).opens_at
        set_quiet_hours(user=alice, begins=(opens_at + HOUR).time(), ends=(opens_at + 5 * HOUR).time())
        draft = opened(league, [alices, bobs])
        assert deadline(draft) == draft.opens_at + 10 * HOUR
        assert draft.turn_reminder_at == draft.opens_at + 7 * HOUR

    @pytest.mark.parametrize(("seconds", "is_told"), [(19 * 60, False), (20 * 60, True)])
    def test_short_turns_have_no_reminder(self, league, alices, bobs, alice, seconds, is_told):
        set_rules(league, clock="fixed", clock_seconds=seconds)
        draft = opened(league, [alices, bobs])
        remind_of_turns(now=deadline(draft) - MINUTE)
        assert bool(news(alice, "half_clock")) == is_told

    def test_a_turn_that_is_over_is_not_remembered(self, draft, alice):
        remind_of_turns(now=deadline(draft))
        assert (news(alice, "half_clock"), fresh(draft).turn_reminder_at) == ([], None)

    def test_nor_is_one_that_the_player_has_used(self, draft, alices, alice, bob):
        pick(draft, alices, "driver_1")
        remind_of_turns(now=reminder(draft))
        assert (news(alice, "half_clock"), len(news(bob, "half_clock"))) == ([], 1)

    def test_an_extension_moves_it(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=60, now=draft.opens_at)
        assert fresh(draft).turn_reminder_at == draft.opens_at + 3.5 * HOUR

    def test_a_pause_moves_it_unless_it_was_sent(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert remind_of_turns(now=draft.opens_at + 3 * HOUR) == 0
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 4 * HOUR)
        assert fresh(draft).turn_reminder_at == draft.opens_at + 6 * HOUR
        remind_of_turns(now=draft.opens_at + 6 * HOUR)
        pause_draft(draft=draft, by=alice, now=draft.opens_at + 6 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 7 * HOUR)
        assert fresh(draft).turn_reminder_at is None

    def test_so_does_downtime(self, draft):
        expire_due_turns(now=draft.opens_at)
        expire_due_turns(now=draft.opens_at + HOUR)
        assert fresh(draft).turn_reminder_at == draft.opens_at + 4 * HOUR

    def test_neither_bots_nor_autodraft_are_reminded(self, league, alices, bobs, bob):
        set_autodraft(constructor=bobs, by=bob, autodraft="on", now=FOUNDED_AT)
        bot = joined(league, is_bot=True)
        draft = opened(league, [bot, bobs, alices])
        assert draft.turn_reminder_at is None
        make_bot_picks(now=draft.opens_at + THINKING_TIME)
        assert fresh(draft).turn_reminder_at is None

    def test_the_deputy_is_reminded_too(self, league, alices, bobs, alice, bob):
        name_deputy(constructor=alices, deputy=bob, by=alice, now=FOUNDED_AT)
        draft = opened(league, [alices, bobs])
        remind_of_turns(now=reminder(draft))
        assert [len(news(user, "half_clock")) for user in (alice, bob)] == [1, 1]


class TestBeforeTheLock:
    def lock_soon(self, draft):
        return draft.locks_at - 3 * HOUR

    def test_a_passed_turn_is_remembered_once(self, league, alices, bobs, alice, bob):
        set_rules(league, autopicks=False)
        draft = opened(league, [alices, bobs])
        expire_due_turns(now=deadline(draft))
        pick(draft, bobs, "driver_2", deadline(draft) - MINUTE)
        for early in (True, False, False):
            remind_of_missing_picks(now=self.lock_soon(draft) - early * MINUTE)
        (told,) = news(alice, "pick_missing")
        assert told.title.endswith("the draft of “Alpine Friends” locks soon, and your pick is missing")
        assert told.body == (
            "It locks on Sat 15 Mar, 04:55 UTC. If you have not picked by the lock, you get a driver only if one on"
            " your wish list is available."
        )
        assert (told.expires_at, told.params["slot"]) == (draft.locks_at, 1)

    @pytest.mark.parametrize(("opened_before", "told_before"), [(10 * HOUR, 3 * HOUR), (2 * HOUR, HOUR)])
    def test_in_a_draft_that_opens_late_it_is_half_way_to_the_lock(self, draft, alice, opened_before, told_before):
        Draft.objects.filter(pk=draft.pk).update(opened_at=draft.locks_at - opened_before)
        due_at = draft.locks_at - told_before
        for now, count in ((due_at - MINUTE, 0), (due_at, 1), (due_at + MINUTE, 1)):
            remind_of_missing_picks(now=now)
            assert len(news(alice, "pick_missing")) == count

    def test_with_a_clock_the_players_whose_turn_will_come_are_not_told(self, draft, alice, bob):
        remind_of_missing_picks(now=self.lock_soon(draft))
        assert (len(news(alice, "pick_missing")), news(bob, "pick_missing")) == (1, [])

    def test_without_a_clock_they_are(self, league, alices, bobs, bob):
        set_rules(league, clock="none")
        draft = opened(league, [alices, bobs])
        remind_of_missing_picks(now=self.lock_soon(draft))
        (told,) = news(bob, "pick_missing")
        assert told.params["slot"] == 2

    def test_it_is_over_when_no_pick_is_missing(self, draft, alice):
        remind_of_missing_picks(now=self.lock_soon(draft))
        (told,) = news(alice, "pick_missing")
        assert is_current(told, self.lock_soon(draft))
        filled(draft)
        assert not is_current(told, self.lock_soon(draft))

    def test_neither_a_complete_draft_nor_autodraft_is_remembered(self, league, alices, bobs, alice, bob):
        draft = filled(opened(league, [alices, bobs]))
        assert remind_of_missing_picks(now=self.lock_soon(draft)) == 0
        undo_picks(draft=draft, by=alice, count=4, now=self.lock_soon(draft))
        Constructor.objects.update(autodraft="on")
        assert remind_of_missing_picks(now=self.lock_soon(draft)) == 1
        assert not Notification.objects.filter(kind="pick_missing").exists()

    def test_many_drafts_take_the_statements_of_one(self, season, draft, django_assert_num_queries):
        at = reminder(draft)
        with django_assert_num_queries(8):
            remind_of_turns(now=at)
        for _ in range(3):
            opened(made_league(season, players=2))
        with django_assert_num_queries(8):
            assert remind_of_turns(now=at) == 3
        with django_assert_num_queries(8):
            assert remind_of_missing_picks(now=self.lock_soon(draft)) == 4


def made_league(season, players):
    league = create_league(creator=UserFactory.create(), season=season, name="Others", now=FOUNDED_AT)
    for _ in range(players - 1):
        joined(league)
    return league


class TestACompleteDraft:
    def test_everyone_but_the_last_to_pick_is_told_their_drivers(self, draft, alice, bob):
        filled(draft, ["driver_1", "driver_2", "driver_3", "driver_4"])
        (told,) = news(alice, "draft_complete")
        assert told.title == f"{draft.race.name}: the draft of “Alpine Friends” is complete"
        assert told.body == "Your drivers: Driver 1, Driver 3."
        assert news(bob, "draft_complete") == []
        assert DRAFT_COMPLETE.timing is Timing.DIGEST

    def test_it_is_no_news_when_a_pick_was_undone_or_changed(self, draft, alice):
        filled(draft)
        (told,) = news(alice, "draft_complete")
        assert is_current(told, draft.opens_at + HOUR)
        undo_picks(draft=draft, by=alice, count=2, now=draft.opens_at + HOUR)
        assert not is_current(told, draft.opens_at + HOUR)
        pick(draft, Constructor.objects.get(owner=alice), "driver_20", draft.opens_at + HOUR)
        filled(draft)
        first, second = news(alice, "draft_complete")
        assert (is_current(first, draft.opens_at), is_current(second, draft.opens_at)) == (False, True)


acts = st.lists(st.sampled_from(["pick", "pick", "expire", "undo"]), max_size=12)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(acts=acts, method=st.sampled_from(["snake", "sequential"]))
def test_in_a_whole_draft_each_turn_is_announced_once(league, alice, alices, bobs, acts, method):
    with transaction.atomic():
        set_rules(league, method=method)
        draft = opened(league, [alices, bobs, joined(league)])
        turns: list[tuple] = []
        for act in [*acts, *["pick"] * 12]:
            if (slot := slot_on_the_clock(fresh(draft))) is None:
                break
            if (slot.pk, fresh(draft).turn_began_at) not in [turn[2:] for turn in turns]:
                turns.append((slot.constructor.owner_id, slot.number, slot.pk, fresh(draft).turn_began_at))
            play(fresh(draft), slot, act, alice)
        told = Notification.objects.filter(kind="your_turn").order_by("pk").values_list("user", "params__slot")
        assert list(told) == [turn[:2] for turn in turns]
        transaction.set_rollback(True)


def play(draft, slot, act, manager):
    if act == "expire":
        expire_due_turns(now=draft.turn_ends_at)
    elif act == "undo" and draft.picks.exists():
        undo_picks(draft=draft, by=manager, count=1, now=draft.turn_began_at + MINUTE)
    else:
        driver = free_by_ranking(draft)[0][0].driver.ref
        pick(draft, slot.constructor, driver, draft.turn_began_at + MINUTE)
