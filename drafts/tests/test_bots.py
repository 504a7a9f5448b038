"""Bots: they fill the free places of a league, and give them to people who join."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from constructors.models import Constructor
from constructors.selectors import constructors_in
from core.errors import Invalid
from drafts.selectors import draw_of
from drafts.services import lock_due_drafts, nudge, open_due_drafts, start_draft
from leagues.models import Membership
from leagues.selectors import current_settings
from leagues.services import change_league, change_settings, create_league, join_league, leave_league, plan_first_draft
from notifications.models import Notification
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import fresh, joined, opened, order_of, pick, upcoming

HOUR = timedelta(hours=1)


def bots_of(league):
    return list(constructors_in(league).filter(is_bot=True))


@pytest.fixture
def botted(season, alice):
    """Alice's league of her and three bots."""
    return create_league(creator=alice, season=season, name="Bots", settings={"bots_up_to": 4}, now=FOUNDED_AT)


class TestFillingUp:
    def test_a_league_has_none_unless_its_manager_wants_them(self, league):
        assert bots_of(league) == []

    def test_they_take_the_free_places_up_to_a_number(self, botted):
        bots = bots_of(botted)
        assert len(bots) == 3
        assert all(bot.owner is None and bot.player == "bot" for bot in bots)
        assert Membership.objects.filter(league=botted).count() == 1

    def test_or_up_to_the_capacity(self, season, alice):
        league = create_league(
            creator=alice, season=season, name="Full", capacity=3, settings={"bots_up_to": 20}, now=FOUNDED_AT
        )
        assert len(bots_of(league)) == 2

    def test_each_has_a_name_of_its_own_that_depends_on_the_league_alone(self, botted):
        names = [bot.name for bot in bots_of(botted)]
        Constructor.objects.filter(league=botted, is_bot=True).delete()
        change_settings(league=botted, by=botted.creator, changes={"method": "snake"}, now=FOUNDED_AT)
        assert [bot.name for bot in bots_of(botted)] == names
        assert len(set(names)) == 3

    def test_the_manager_changes_how_many_there_are(self, botted, alice):
        for number, bots in ((6, 5), (2, 1), (0, 0)):
            plan_first_draft(league=botted, by=alice, start="window", bots_up_to=number, now=FOUNDED_AT)
            assert len(bots_of(botted)) == bots

    def test_playing_at_once_fills_the_league(self, season, alice):
        league = create_league(creator=alice, season=season, name="Now", first_draft_start="now", now=FOUNDED_AT)
        assert len(bots_of(league)) == league.capacity - 1 == 10

    def test_it_can_be_chosen_later_too(self, league, alice):
        league = plan_first_draft(league=league, by=alice, start="now", now=FOUNDED_AT)
        assert (len(bots_of(league)), league.first_draft_start) == (9, "now")

    def test_an_unknown_start_is_refused(self, league, alice, season):
        with pytest.raises(Invalid):
            plan_first_draft(league=league, by=alice, start="tomorrow", now=FOUNDED_AT)
        with pytest.raises(Invalid):
            create_league(creator=alice, season=season, name="Odd", first_draft_start="tomorrow", now=FOUNDED_AT)

    def test_a_league_without_people_has_no_bots(self, botted, alice):
        leave_league(user=alice, league=botted, now=FOUNDED_AT)
        assert bots_of(botted) == []


class TestGivingTheirPlaces:
    def test_a_person_who_joins_takes_the_place_of_one(self, botted, bob):
        before = bots_of(botted)
        joined(botted, bob)
        assert bots_of(botted) == before[:-1]
        assert constructors_in(botted).count() == 4

    def test_bots_do_not_make_a_league_full(self, season, alice):
        league = create_league(
            creator=alice, season=season, name="Full", capacity=3, settings={"bots_up_to": 3}, now=FOUNDED_AT
        )
        for _ in range(2):
            joined(league)
        assert bots_of(league) == []

    def test_in_an_open_draft_they_take_over_its_slots_before_the_first_pick(self, botted, alice, bob):
        draft = start_draft(draft=upcoming(botted), by=alice, now=FOUNDED_AT)
        order, last_bot = (
            order_of(draft),
            [pk for pk in order_of(draft)[:4] if pk in {b.pk for b in bots_of(botted)}][-1],
        )
        bobs = joined(botted, bob, at=FOUNDED_AT + HOUR)
        assert order_of(draft) == [bobs.pk if pk == last_bot else pk for pk in order]
        draw = draw_of(fresh(draft))
        assert draw is not None
        assert [constructor.pk for constructor in draw.drawn] == order[:4]
        assert (draw.added, draw.replaced) == ([], {last_bot: bobs})
        bot = Constructor.objects.get(pk=last_bot)
        assert (bot.left_at, bot.is_bot) == (FOUNDED_AT + HOUR, True)

    def test_after_it_they_play_the_draft_to_its_end(self, botted, alice, bob):
        draft = start_draft(draft=upcoming(botted), by=alice, now=FOUNDED_AT)
        order, bots = order_of(draft), bots_of(botted)
        pick(draft, draft.slots.select_related("constructor").order_by("number")[0].constructor, "driver_1", FOUNDED_AT)
        bobs = joined(botted, bob, at=FOUNDED_AT + HOUR)
        assert (order_of(draft), bots_of(botted)) == (order, bots)
        lock_due_drafts(now=draft.locks_at)
        assert len(bots_of(botted)) == 2
        assert set(order_of(opened(botted))) == {constructor.pk for constructor in constructors_in(botted)} >= {bobs.pk}
        assert draft.picks.filter(slot__constructor__in=bots).count() == 6

    def test_a_person_who_leaves_makes_room_for_one_between_drafts(self, botted, bob):
        joined(botted, bob)
        leave_league(user=bob, league=botted, now=FOUNDED_AT)
        assert len(bots_of(botted)) == 3
        assert Constructor.objects.filter(league=botted, is_bot=True).values("name").distinct().count() == 4

    def test_a_smaller_league_has_fewer_from_the_next_draft_on(self, botted, alice):
        change_league(league=botted, by=alice, capacity=3)
        assert len(set(order_of(start_draft(draft=upcoming(botted), by=alice, now=FOUNDED_AT)))) == 3


def test_a_single_newcomer_plays_at_once(season, alice):
    league = create_league(creator=alice, season=season, name="Alone", first_draft_start="now", now=FOUNDED_AT)
    open_due_drafts(now=FOUNDED_AT, league=league)
    draft = league.drafts.get()
    assert (draft.state, len(set(order_of(draft)))) == ("open", 11)


def test_bots_are_told_nothing(botted, alice):
    dora = UserFactory.create()
    join_league(user=dora, league=botted, now=FOUNDED_AT)
    assert nudge(draft=upcoming(botted), by=alice, now=FOUNDED_AT) == 1
    start_draft(draft=upcoming(botted), by=alice, now=FOUNDED_AT)
    assert set(Notification.objects.values_list("user", flat=True)) - {alice.pk} == {dora.pk}


def test_bots_that_were_users_become_constructors_without_a_player(league, bob, bobs):
    migration = import_module("constructors.migrations.0002_bots_without_users")
    Constructor.objects.filter(pk=bobs.pk).update(is_bot=True)
    migration.separate_bots_from_users(apps, None)
    bobs.refresh_from_db()
    assert (bobs.owner, bobs.player) == (None, "bot")
    assert not Membership.objects.filter(league=league, user=bob).exists()
    assert current_settings(league).bots_up_to == 2
