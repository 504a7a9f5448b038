"""Opening drafts: the order by each strategy, the slots, and who gets them."""

from datetime import timedelta
from hashlib import sha256
from threading import Barrier, Thread

import pytest
from django.db import connection

from core.errors import Invalid, NotAllowed, Refused
from drafts.models import Draft, Slot
from drafts.services import open_draft as open_the_draft
from drafts.services import open_due_drafts, opening, set_order
from leagues.services import change_settings, create_league, leave_league, set_role
from races.models import Entry
from tests.support.cast import FOUNDED_AT
from tests.support.factories import SeasonFactory, weekend
from tests.support.stories import entry, filled, fresh, joined, locked, opened, order_of, pick, scored, upcoming


def strategy(league, alice, name, **changes):
    change_settings(league=league, by=alice, changes={"order_strategy": name, **changes}, now=FOUNDED_AT)


@pytest.fixture
def carols(league):
    return joined(league)


class TestTheFirstOrder:
    def test_anyone_can_repeat_the_draw_from_the_seed(self, league):
        for _ in range(5):
            joined(league)
        draft = opened(league)
        lots = {pk: sha256(f"{draft.order_seed}:{pk}".encode()).hexdigest() for pk in order_of(draft)}
        assert order_of(draft)[:7] == sorted(lots, key=lots.__getitem__)
        assert draft.order_commitment == sha256(draft.order_seed.encode()).hexdigest()
        assert draft.order_source == "random"

    @pytest.mark.parametrize("name", ["rotation", "reverse_standings", "random", "manual"])
    def test_the_first_order_is_random_under_every_strategy(self, league, alice, name):
        strategy(league, alice, name)
        assert opened(league).order_source == "random"

    def test_an_order_set_by_the_manager_replaces_the_draw(self, league, alice, alices, bobs):
        set_order(draft=upcoming(league), order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        draft = opened(league)
        assert (order_of(draft)[:2], draft.order_source) == ([bobs.pk, alices.pk], "manual")


class TestRotation:
    def test_the_last_constructor_becomes_first_each_race(self, league, alices, bobs, carols):
        a, b, c = alices.pk, bobs.pk, carols.pk
        drafts = [scored(opened(league, order)) for order in ([alices, bobs, carols], None, None)]
        assert [order_of(draft)[:3] for draft in drafts] == [[a, b, c], [c, a, b], [b, c, a]]
        assert drafts[1].order_source == "rotation"

    def test_a_newcomer_is_last_once_and_then_exempt_once(self, season, league, alices, bobs):
        scored(opened(league, [alices, bobs]))
        dave = joined(league, at=upcoming(league).opens_at)
        second = scored(opened(league))
        third = opened(league)
        assert order_of(second)[:3] == [bobs.pk, alices.pk, dave.pk]
        assert order_of(third)[:3] == [alices.pk, bobs.pk, dave.pk]

    def test_the_rotation_leaves_out_former_members(self, league, alices, bobs, bob, carols):
        scored(opened(league, [alices, bobs, carols]))
        leave_league(user=bob, league=league, now=upcoming(league).opens_at)
        assert order_of(opened(league)) == [carols.pk, alices.pk] * 2

    def test_the_order_rotates_even_without_picks(self, league, alice, alices, bobs):
        strategy(league, alice, "rotation", autopicks=False)
        locked(opened(league, [alices, bobs]))
        assert order_of(opened(league))[:2] == [bobs.pk, alices.pk]


class TestOtherStrategies:
    def test_reverse_standings_let_the_last_in_the_standings_pick_first(self, league, alice, alices, bobs):
        strategy(league, alice, "reverse_standings")
        # Alice's drivers finish 10th and 9th, Bob's first and second.
        first = filled(opened(league, [alices, bobs]), ["driver_10", "driver_1", "driver_9", "driver_2"])
        scored(first)
        second = opened(league)
        assert (order_of(second)[:2], second.order_source) == ([bobs.pk, alices.pk], "reverse_standings")

    def test_the_random_strategy_draws_for_each_race(self, league, alice):
        for _ in range(6):
            joined(league)
        strategy(league, alice, "random")
        drafts = [scored(opened(league)) for _ in range(3)]
        assert {draft.order_source for draft in drafts} == {"random"}
        assert len({tuple(order_of(draft)) for draft in drafts}) > 1

    def test_the_manual_strategy_keeps_the_last_order(self, league, alice, alices, bobs):
        strategy(league, alice, "manual")
        scored(opened(league, [bobs, alices]))
        second = scored(opened(league))
        set_order(draft=upcoming(league), order=[alices.pk, bobs.pk], by=alice, now=FOUNDED_AT)
        assert order_of(second)[:2] == [bobs.pk, alices.pk]
        assert order_of(opened(league))[:2] == [alices.pk, bobs.pk]

    def test_a_new_member_missing_from_the_planned_order_picks_last(self, league, alice, alices, bobs):
        set_order(draft=upcoming(league), order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        dave = joined(league)
        assert order_of(opened(league))[:3] == [bobs.pk, alices.pk, dave.pk]


class TestSlots:
    @pytest.mark.parametrize(("method", "places"), [("sequential", [0, 1, 2, 0, 1, 2]), ("snake", [0, 1, 2, 2, 1, 0])])
    def test_opening_creates_every_slot(self, league, alice, alices, bobs, carols, method, places):
        strategy(league, alice, "rotation", method=method)
        order = [carols, alices, bobs]
        draft = opened(league, order)
        assert order_of(draft) == [order[place].pk for place in places]
        assert list(draft.slots.values_list("number", "round")) == [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2)]

    def test_opening_records_settings_time_and_ranking(self, league):
        draft = opened(league)
        assert (draft.state, draft.opened_at) == (Draft.State.OPEN, draft.opens_at)
        assert draft.settings == league.settings_versions.get()
        assert len(draft.ranking) == 22

    def test_opening_again_changes_nothing(self, league):
        draft = opened(league)
        slots = list(draft.slots.values_list("pk", flat=True))
        later = draft.opens_at + timedelta(hours=1)
        assert open_due_drafts(now=later) == 0
        assert open_the_draft(draft=draft, standings=[], ranking=[], now=later).opened_at == draft.opened_at
        assert list(draft.slots.values_list("pk", flat=True)) == slots

    def test_no_draft_opens_early(self, league, upcoming_draft):
        assert open_due_drafts(now=upcoming_draft.opens_at - timedelta(seconds=1)) == 0
        assert fresh(upcoming_draft).state == Draft.State.UPCOMING

    def test_a_draft_without_a_line_up_waits(self, league, race, upcoming_draft):
        Entry.objects.filter(race=race).delete()
        assert open_due_drafts(now=upcoming_draft.opens_at) == 0
        assert fresh(upcoming_draft).state == Draft.State.UPCOMING

    def test_drafts_that_wait_for_a_line_up_do_not_hold_up_others(self, season, alice, monkeypatch):
        monkeypatch.setattr(opening, "BATCH_SIZE", 1)
        next_season = SeasonFactory.create(year=2026)
        weekend(next_season)
        for drafted_season in (next_season, season):
            name = f"League of {drafted_season}"
            joined(create_league(creator=alice, season=drafted_season, name=name, now=FOUNDED_AT))
        waiting, other = Draft.objects.order_by("league_id")
        assert open_due_drafts(now=other.opens_at) == 1
        assert (fresh(waiting).state, fresh(other).state) == (Draft.State.UPCOMING, Draft.State.OPEN)

    def test_opening_can_be_limited_to_a_league(self, league, upcoming_draft, season, charlie):
        others = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        assert open_due_drafts(now=upcoming_draft.opens_at, league=league) == 1
        assert Draft.objects.get(league=others).state == Draft.State.UPCOMING

    def test_the_line_up_is_that_of_the_last_race_and_is_fixed(self, league):
        scored(opened(league))
        second = opened(league)
        assert second.race.entries.filter(in_line_up=True).count() == 22
        assert second.race.line_up_frozen_at == second.opens_at


class TestNewcomers:
    def test_before_the_first_pick_a_newcomer_is_last_in_every_round(self, league, charlie):
        draft = opened(league)
        before = order_of(draft)[:2]
        charlies = joined(league, charlie, at=draft.opens_at)
        assert order_of(draft) == [*before, charlies.pk] * 2

    def test_a_complete_draft_stays_complete(self, league, charlie):
        draft = filled(opened(league))
        joined(league, charlie, at=draft.opens_at)
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_after_the_lock_a_new_member_waits_for_the_next_draft(self, league, charlie):
        draft = locked(filled(opened(league)))
        charlies = joined(league, charlie, at=draft.locks_at)
        assert not Slot.objects.filter(constructor=charlies).exists()
        assert order_of(opened(league)).count(charlies.pk) == 2

    def test_a_newcomer_after_the_first_pick_waits_for_the_next_draft(self, league, charlie):
        scored(filled(opened(league)))
        draft = opened(league)
        pick(draft, draft.slots.select_related("constructor").order_by("number")[0].constructor, "driver_1")
        charlies = joined(league, charlie, at=draft.opens_at)
        assert charlies.pk not in order_of(draft)
        with pytest.raises(Refused, match="opened before you joined") as refused:
            pick(draft, charlies, "driver_2")
        assert refused.value.code == "not_in_this_draft"


class TestSettingTheOrder:
    def test_until_the_first_pick_an_open_draft_can_be_reordered(self, league, alice, alices, bobs):
        draft = opened(league, [alices, bobs])
        draft = set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        assert (order_of(draft), fresh(draft).order_source) == ([bobs.pk, alices.pk] * 2, "manual")

    def test_after_the_first_pick_the_order_is_final(self, league, alice, alices, bobs):
        draft = opened(league, [alices, bobs])
        pick(draft, alices, "driver_1")
        with pytest.raises(Refused, match="until the first pick") as refused:
            set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=FOUNDED_AT)
        assert refused.value.code == "order_is_fixed"
        assert order_of(draft) == [alices.pk, bobs.pk] * 2

    @pytest.mark.parametrize("names", ["a", "ab a", "abx", ""])
    def test_an_order_must_name_everyone_exactly_once(self, league, alice, alices, bobs, names):
        ids = {"a": alices.pk, "b": bobs.pk, "x": 999_999, " ": alices.pk}
        with pytest.raises(Invalid, match="every constructor of the league exactly once"):
            set_order(draft=upcoming(league), order=[ids[name] for name in names], by=alice, now=FOUNDED_AT)

    def test_only_managers_can_set_the_order(self, league, alice, bob, charlie, alices, bobs):
        order = [bobs.pk, alices.pk]
        for who in (bob, charlie):
            with pytest.raises(NotAllowed):
                set_order(draft=upcoming(league), order=order, by=who, now=FOUNDED_AT)
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert set_order(draft=upcoming(league), order=order, by=bob, now=FOUNDED_AT).planned_order == order


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_concurrent_openings_open_once(league, upcoming_draft):
    together, counts = Barrier(4), []

    def sweep():
        together.wait()
        try:
            counts.append(open_due_drafts(now=upcoming_draft.opens_at))
        finally:
            connection.close()

    threads = [Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 4
    assert upcoming_draft.slots.count() == 4
    assert entry(upcoming_draft.race, "driver_1").in_line_up
