"""Wish lists: changes, refusals, and the autopicks that they give."""

import pytest

from core.errors import Invalid, NotAllowed
from drafts import rules
from drafts.models import WishListItem
from drafts.selectors import unwanted_of, wishes_of
from drafts.services import expire_due_turns, lock_draft, order_wishes, set_wishes
from leagues.services import change_settings, leave_league
from races.models import Driver
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import DriverFactory
from tests.support.stories import deadline, fresh, opened, pick


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def ids(*numbers):
    return [Driver.objects.get(ref=f"driver_{number}").pk for number in numbers]


def wish(constructor, *numbers, unwanted=(), but_no_team_mate=()):
    wishes = [
        rules.Wish(pk, not_with_first_team=number in but_no_team_mate)
        for number, pk in zip(numbers, ids(*numbers), strict=True)
    ]
    set_wishes(constructor=constructor, by=constructor.owner, wishes=wishes, unwanted=ids(*unwanted))


def source_of_next_pick(draft):
    """Expire the current turn; return the driver and the source of the pick."""
    expire_due_turns(now=deadline(draft))
    last = draft.picks.order_by("-pk")[0]
    return last.entry.driver.ref, last.source


class TestTheLists:
    def test_wishes_keep_their_order(self, race, alices):
        wish(alices, 5, 3, 9, unwanted=(1, 2), but_no_team_mate=(9,))
        assert wishes_of(alices) == [
            rules.Wish(pk, not_with_first_team=last)
            for pk, last in zip(ids(5, 3, 9), (False, False, True), strict=True)
        ]
        assert unwanted_of(alices) == set(ids(1, 2))

    def test_new_lists_replace_the_old_ones(self, race, alices):
        wish(alices, 5, 3, unwanted=(1,))
        wish(alices, 1)
        assert WishListItem.objects.get().driver_id == ids(1)[0]

    def test_others_cannot_change_the_lists(self, race, alices, bob):
        with pytest.raises(NotAllowed, match="Only the player can decide for this constructor"):
            set_wishes(constructor=alices, by=bob, wishes=[])

    def test_a_former_member_cannot_change_the_lists(self, race, league, bob, bobs):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        bobs.refresh_from_db()
        with pytest.raises(NotAllowed):
            set_wishes(constructor=bobs, by=bob, wishes=[])

    def test_a_driver_can_be_on_one_list_once(self, race, alices):
        for wishes, unwanted in [((1, 2, 1), ()), ((1,), (1,)), ((), (2, 2))]:
            with pytest.raises(Invalid, match="only be on one of the lists") as refused:
                wish(alices, *wishes, unwanted=unwanted)
            assert refused.value.field == "wish_list"

    def test_an_unknown_driver_is_refused_and_the_lists_stay(self, race, alices):
        wish(alices, 4)
        with pytest.raises(Invalid, match="not known"):
            set_wishes(constructor=alices, by=alices.owner, wishes=[rules.Wish(10**9)])
        assert [item.driver for item in wishes_of(alices)] == ids(4)

    def test_lists_have_at_most_sixty_drivers(self, race, alices):
        many = [rules.Wish(DriverFactory.create().pk) for _ in range(61)]
        with pytest.raises(Invalid, match="at most 60 drivers"):
            set_wishes(constructor=alices, by=alices.owner, wishes=many)
        set_wishes(constructor=alices, by=alices.owner, wishes=many[:60])


class TestWhenTimeRunsOut:
    def test_the_first_free_wish_is_picked(self, draft, alices, bobs):
        wish(bobs, 8, 6)
        pick(draft, alices, "driver_8")
        assert source_of_next_pick(draft) == ("driver_6", "wish")

    def test_after_the_wishes_the_ranking_is_used_without_unwanted_drivers(self, draft, alices):
        best, second = (Driver.objects.get(pk=row[0]).ref for row in draft.ranking[:2])
        wish(alices, unwanted=(best.removeprefix("driver_"),))
        assert source_of_next_pick(draft) == (second, "autopick")

    def test_a_wish_can_exclude_the_team_of_the_first_pick(self, draft, alices, bobs):
        wish(alices, 2, 7, but_no_team_mate=(2,))
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_9")
        assert source_of_next_pick(draft) == ("driver_7", "wish")

    def test_without_autopicks_wishes_are_still_picked(self, league, alice, alices, bobs):
        change_settings(league=league, by=alice, changes={"autopicks": False}, now=FOUNDED_AT)
        draft = opened(league, [alices, bobs])
        wish(alices, 4)
        assert source_of_next_pick(draft) == ("driver_4", "wish")
        expire_due_turns(now=deadline(draft))
        assert draft.picks.count() == 1

    def test_the_lock_uses_wishes_too(self, draft, alices, bobs):
        wish(alices, 5, 6)
        wish(bobs, 5, 7)
        lock_draft(draft=draft, now=draft.locks_at)
        got = draft.picks.order_by("slot__number").values_list("entry__driver__ref", "source")
        assert [*got[:3]] == [("driver_5", "wish"), ("driver_7", "wish"), ("driver_6", "wish")]
        assert got[3][1] == "autopick"

    def test_lists_can_change_until_the_turn_expires(self, draft, alices):
        wish(alices, 5)
        wish(alices, 6)
        assert source_of_next_pick(draft) == ("driver_6", "wish")

    def test_the_log_does_not_reveal_the_lists(self, draft, alices):
        wish(alices, 5, 6, 7)
        assert fresh(draft).last_seq == 1
        assert DRAFTING_AT > FOUNDED_AT


def test_reordering_changes_only_the_order(alices):
    wish(alices, 1, 2, 3, unwanted=[4], but_no_team_mate=[3])
    order_wishes(constructor=alices, by=alices.owner, order=ids(3, 4, 1))
    assert [(item.driver, item.not_with_first_team) for item in wishes_of(alices)] == [
        (driver, driver == ids(3)[0]) for driver in ids(3, 1, 2)
    ]
    assert list(unwanted_of(alices)) == ids(4)


def test_others_cannot_reorder_the_wishes(alices, bob):
    wish(alices, 1, 2)
    with pytest.raises(NotAllowed):
        order_wishes(constructor=alices, by=bob, order=ids(2, 1))


def test_the_page_accepts_a_whole_order_and_ignores_an_invalid_one(client, alices, alice):
    wish(alices, 1, 2)
    client.force_login(alice)
    page = f"/leagues/{alices.league_id}/wishes/"
    for order in (",".join(map(str, ids(2, 1))), "1,,2", "x"):
        assert client.post(page, {"order": order}).status_code == 302
        assert [item.driver for item in wishes_of(alices)] == ids(2, 1)
