"""Locking: missing picks are made by the league's ranking, once, and never before the lock."""

from datetime import timedelta

import pytest

from drafts.models import Draft, Pick
from drafts.services import lock_draft, lock_due_drafts
from leagues.services import change_settings
from races.models import Entry
from tests.support.cast import FOUNDED_AT
from tests.support.stories import filled, fresh, locked, opened, pick, scored, upcoming


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def picks(draft):
    made = draft.picks.order_by("slot__number").values_list("slot__number", "entry__driver__ref", "source")
    return list(made)


def test_missing_picks_are_made_by_ranking_in_slot_order(draft, alices):
    pick(draft, alices, "driver_1")
    draft = locked(draft)
    ranked = [row[0] for row in draft.ranking if row[0] != draft.picks.get(slot__number=1).entry.driver_id]
    rest = draft.picks.exclude(slot__number=1).order_by("slot__number")
    assert [made.entry.driver_id for made in rest] == ranked[:3]
    assert {made.source for made in rest} == {Pick.Source.AUTOPICK}
    assert (draft.state, draft.locked_at) == (Draft.State.LOCKED, draft.locks_at)


def test_later_in_the_season_the_ranking_is_by_the_leagues_own_points(league, draft):
    scored(draft, ["driver_21"])
    best = locked(opened(league)).picks.get(slot__number=1)
    # Tenth place scores most, and the new winner moved nine drivers down one place.
    assert best.entry.driver.ref == "driver_9"


def test_withdrawn_drivers_are_skipped(draft):
    first = draft.ranking[0][0]
    Entry.objects.filter(race=draft.race, driver=first).update(is_withdrawn=True)
    assert first not in locked(draft).picks.values_list("entry__driver", flat=True)


def test_a_league_without_autopicks_leaves_the_slots_empty(league, alice, alices, bobs):
    change_settings(league=league, by=alice, changes={"autopicks": False}, now=FOUNDED_AT)
    draft = opened(league, [alices, bobs])
    pick(draft, alices, "driver_3")
    assert locked(draft).state == Draft.State.LOCKED
    assert picks(draft) == [(1, "driver_3", "player")]
    assert draft.slots.count() == 4


def test_a_complete_draft_just_locks(draft):
    before = picks(filled(draft))
    assert picks(locked(draft)) == before


def test_no_draft_locks_early(draft):
    assert lock_due_drafts(now=draft.locks_at - timedelta(microseconds=1)) == 0
    assert fresh(draft).state == Draft.State.OPEN
    assert lock_due_drafts(now=draft.locks_at) == 1


def test_locking_twice_makes_no_second_pick(draft):
    assert lock_draft(draft=draft, now=draft.locks_at)
    before = picks(draft)
    assert not lock_draft(draft=draft, now=draft.locks_at)
    assert lock_due_drafts(now=draft.locks_at + timedelta(days=1)) == 0
    assert picks(draft) == before


def test_a_draft_that_never_opened_opens_and_locks_late(league):
    """The server was down from opening to lock. (A league's first draft would be void.)"""
    locked(filled(opened(league)))
    second = upcoming(league)
    second.opens_at = second.locks_at
    second.save()
    assert len(picks(locked(opened(league)))) == 4
