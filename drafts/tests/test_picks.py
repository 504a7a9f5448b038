"""Picks: the refusals and their sentences, and the database constraints as the last guard."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.errors import NotAllowed, Refused
from drafts.models import Draft, Pick
from drafts.services import make_pick
from leagues.services import create_league, leave_league
from races.models import Entry
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import UserFactory, weekend
from tests.support.factories import grid as full_grid
from tests.support.stories import entry, filled, fresh, joined, locked, opened, pick, scored, upcoming


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def refusal(draft, constructor, ref="driver_1", at=None):
    with pytest.raises(Refused) as refused:
        pick(draft, constructor, ref, at)
    return refused.value.code, refused.value.sentence


class TestAPick:
    def test_a_pick_records_who_made_it_and_when(self, draft, alices, alice):
        made = make_pick(constructor=alices, entry=entry(draft.race, "driver_4"), by=alice, now=DRAFTING_AT)
        assert (made.slot.number, made.source, made.picked_by, made.picked_at) == (1, "player", alice, DRAFTING_AT)

    def test_the_turn_advances(self, draft, alices, bobs):
        turns = [
            pick(draft, constructor, f"driver_{n}").slot.number
            for n, constructor in enumerate([alices, bobs, alices, bobs], 1)
        ]
        assert turns == [1, 2, 3, 4]

    def test_the_last_pick_completes_the_draft(self, draft):
        assert filled(draft).state == Draft.State.COMPLETE

    def test_a_driver_taken_in_one_league_is_free_in_another(self, season, draft, alices, charlie):
        other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        charlies = other.constructors.get()
        joined(other)
        theirs = opened(other, [charlies])
        pick(draft, alices, "driver_1")
        assert pick(theirs, charlies, "driver_1").draft == theirs


class TestRefusals:
    def test_a_pick_before_the_draft_opens_is_refused(self, league, alices):
        assert refusal(upcoming(league), alices) == ("draft_not_open", "The draft has not opened yet.")

    def test_a_pick_out_of_turn_is_refused(self, draft, bobs):
        assert refusal(draft, bobs) == ("not_your_turn", "It is Alice Racing's turn.")

    def test_a_taken_driver_is_refused(self, draft, alices, bobs):
        pick(draft, alices, "driver_1")
        assert refusal(draft, bobs) == ("driver_taken", "1 is gone: Alice Racing picked first.")

    def test_a_withdrawn_driver_is_refused(self, draft, alices):
        Entry.objects.filter(race=draft.race, driver__ref="driver_1").update(is_withdrawn=True)
        assert refusal(draft, alices) == ("driver_withdrawn", "1 will not take part.")

    def test_a_constructor_with_all_picks_is_refused(self, draft, alices, bobs, charlie, league):
        charlies = joined(league, charlie, at=draft.opens_at)
        for n, constructor in enumerate([alices, bobs, charlies, alices, bobs], 1):
            pick(draft, constructor, f"driver_{n}")
        assert refusal(draft, alices, "driver_9") == ("no_picks_left", "You have made all your picks.")

    def test_a_pick_in_a_complete_draft_is_refused(self, draft, alices):
        filled(draft)
        assert refusal(draft, alices, "driver_9") == ("draft_complete", "Every pick has been made.")

    def test_a_pick_after_the_lock_is_refused_even_before_the_sweep(self, draft, alices):
        assert refusal(draft, alices, at=draft.locks_at) == ("draft_locked", "The draft is locked.")
        assert pick(draft, alices, "driver_1", draft.locks_at - timedelta(microseconds=1)).slot.number == 1

    def test_a_pick_in_a_locked_or_scored_draft_is_refused(self, draft, alices):
        locked(filled(draft))
        assert refusal(draft, alices, "driver_9")[0] == "draft_locked"
        scored(draft)
        assert refusal(draft, alices, "driver_9")[0] == "draft_locked"

    def test_a_race_without_a_draft_is_refused(self, league, season, draft, alices):
        later = full_grid(season.races.get(round=3))[0]
        with pytest.raises(Refused) as refused:
            make_pick(constructor=alices, entry=later, now=DRAFTING_AT)
        assert refused.value.code == "no_draft"

    def test_a_race_of_another_season_is_refused(self, draft, alices):
        other = weekend(type(draft.race.season).objects.create(year=2031, grid_size=22))
        with pytest.raises(Refused) as refused:
            make_pick(constructor=alices, entry=full_grid(other)[0], now=DRAFTING_AT)
        assert refused.value.code == "no_draft"

    def test_a_constructor_picks_only_in_its_own_league(self, season, draft, charlie):
        other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        assert refusal(draft, other.constructors.get())[0] == "draft_not_open"
        assert not draft.picks.exists()

    def test_a_retired_constructor_is_refused(self, league, draft, bob, bobs):
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        bobs.refresh_from_db()
        with pytest.raises(NotAllowed, match="has left the league"):
            pick(draft, bobs, "driver_1")

    def test_a_refused_pick_writes_nothing(self, draft, alices, bobs):
        refusal(draft, bobs)
        assert not draft.picks.exists()
        assert pick(draft, alices, "driver_1").slot.number == 1


class TestTheLastGuard:
    def test_a_constraint_allows_one_holder_of_a_driver(self, draft, alices):
        made = pick(draft, alices, "driver_1")
        slot = draft.slots.get(number=2)
        with pytest.raises(IntegrityError), transaction.atomic():
            Pick.objects.create(draft=draft, slot=slot, entry=made.entry, picked_at=DRAFTING_AT)

    def test_a_constraint_allows_one_pick_in_a_slot(self, draft, alices):
        made, other = pick(draft, alices, "driver_1"), entry(draft.race, "driver_2")
        with pytest.raises(IntegrityError), transaction.atomic():
            Pick.objects.create(draft=draft, slot=made.slot, entry=other, picked_at=DRAFTING_AT)


class TestLeaving:
    def test_open_slots_of_a_former_member_are_released(self, league, draft, bob, alices, bobs):
        pick(draft, alices, "driver_1")
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        assert list(draft.slots.values_list("number", "constructor")) == [(1, alices.pk), (3, alices.pk)]
        pick(draft, alices, "driver_2")
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_the_picks_of_a_former_member_stay(self, league, draft, bob, alices, bobs):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        assert draft.picks.filter(slot__constructor=bobs).count() == 1
        assert refusal(draft, alices, "driver_2")[1] == "2 is gone: Bob Motorsport picked first."

    def test_a_draft_that_waited_only_for_that_player_is_complete(self, league, draft, bob, alices, bobs):
        for n, constructor in enumerate([alices, bobs, alices], 1):
            pick(draft, constructor, f"driver_{n}")
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_a_locked_draft_keeps_its_slots(self, league, draft, bob):
        locked(draft)
        leave_league(user=bob, league=league, now=draft.locks_at)
        assert draft.slots.count() == 4


def test_a_full_league_holds_the_whole_grid(league):
    for _ in range(9):
        joined(league, UserFactory.create())
    draft = filled(opened(league))
    assert draft.state == Draft.State.COMPLETE
    assert draft.picks.values("entry").distinct().count() == 22
