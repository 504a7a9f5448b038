"""A league gets another manager if a draft waits for one who has not been seen for 60 days."""

from datetime import timedelta

import pytest

from drafts.models import Draft
from drafts.services import pause_draft, replace_absent_managers
from leagues.models import ActivityLogEntry, Membership
from leagues.services import plan_first_draft, set_role
from tests.support.cast import DRAFTING_AT
from tests.support.stories import fresh, joined, pick

NOW = DRAFTING_AT
LONG_AGO = NOW - timedelta(days=61)
DAY = timedelta(days=1)


def seen(user, at):
    user.last_seen_at = at
    user.save(update_fields=["last_seen_at"])


def manager_of(league):
    return Membership.objects.active().get(league=league, role="manager").user


@pytest.fixture
def absent_alice(league, alice, bob):
    """Alice has not been here for 61 days, Bob was yesterday."""
    seen(alice, LONG_AGO)
    seen(bob, NOW - DAY)


@pytest.fixture
def waiting_draft(open_draft, alice, absent_alice):
    """A paused draft: it waits for a manager."""
    return pause_draft(draft=open_draft, by=alice, now=NOW)


def test_a_member_takes_over_and_both_are_told(waiting_draft, league, alice, bob):
    assert replace_absent_managers(now=NOW) == 1
    assert manager_of(league) == bob
    assert Membership.objects.get(league=league, user=alice).role == "co_manager"
    assert bob.notifications.get(kind="league_changed").title == "You now manage “Alpine Friends”"
    assert alice.notifications.get(kind="league_changed").title == "You no longer manage “Alpine Friends”"
    assert "not been seen for 60 days" in ActivityLogEntry.objects.filter(league=league)[0].sentence
    assert replace_absent_managers(now=NOW) == 0


def test_a_co_manager_comes_first(waiting_draft, league, alice, charlie):
    joined(league, charlie)
    set_role(league=league, by=alice, user=charlie, role="co_manager")
    seen(charlie, NOW - DAY)
    replace_absent_managers(now=NOW)
    assert manager_of(league) == charlie


def test_nobody_takes_over_who_is_absent_too(waiting_draft, league, alice, bob):
    seen(bob, LONG_AGO)
    assert replace_absent_managers(now=NOW) == 0
    assert manager_of(league) == alice


@pytest.mark.parametrize(("seen_at", "replaced"), [(NOW - 60 * DAY, 0), (NOW - 60.001 * DAY, 1)])
def test_sixty_days_are_long_enough(waiting_draft, alice, seen_at, replaced):
    seen(alice, seen_at)
    assert replace_absent_managers(now=NOW) == replaced


def test_the_manager_own_turn_makes_a_draft_wait(open_draft, absent_alice, league, bob):
    assert replace_absent_managers(now=NOW) == 1


def test_a_draft_that_waits_for_others_does_not(open_draft, absent_alice, league, alices, alice):
    pick(open_draft, alices, "driver_1", NOW)
    assert replace_absent_managers(now=NOW) == 0


def test_a_draft_that_is_not_due_waits_for_nobody(upcoming_draft, absent_alice):
    assert replace_absent_managers(now=upcoming_draft.opens_at - DAY) == 0


def test_a_first_draft_that_the_manager_has_to_start_waits(upcoming_draft, absent_alice, league, alice):
    plan_first_draft(league=league, by=alice, start="manual", now=upcoming_draft.opens_at - DAY)
    assert replace_absent_managers(now=upcoming_draft.opens_at - DAY) == 0
    assert replace_absent_managers(now=upcoming_draft.opens_at) == 1
    assert fresh(upcoming_draft).state == Draft.State.UPCOMING


def test_a_draft_that_opens_by_itself_waits_for_nobody(upcoming_draft, absent_alice):
    assert replace_absent_managers(now=upcoming_draft.opens_at) == 0


def test_an_archived_league_keeps_its_manager(waiting_draft, league):
    league.archived_at = NOW
    league.save()
    assert replace_absent_managers(now=NOW) == 0
