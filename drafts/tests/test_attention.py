"""Drafts that need somebody's attention, as the first page of the admin counts them."""

from datetime import timedelta

import pytest

from accounts.models import User
from drafts.attention import LATE_TURN, LONG_PAUSE, REASONS, attention_counts, drafts_needing
from drafts.models import Draft
from drafts.services import pause_draft
from leagues.models import League
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import MINUTE, deadline, fresh, opened, pick

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def draft(league, alices, bobs, alice, bob):
    User.objects.update(last_seen_at=DRAFTING_AT)
    return opened(league, [alices, bobs])


def reasons(now):
    counts = attention_counts(League.objects.all(), now)
    for reason, count in counts.items():
        assert drafts_needing(reason, Draft.objects.all(), now).count() == count
    return {reason for reason, count in counts.items() if count}


def test_a_draft_that_runs_needs_nobody(draft):
    assert reasons(draft.opens_at + MINUTE) == set()


def test_a_turn_that_was_not_ended_is_overdue(draft):
    assert reasons(deadline(draft)) == set()
    assert reasons(deadline(draft) + LATE_TURN) == {"overdue"}


def test_a_draft_that_was_not_locked_is_overdue(draft):
    assert "overdue" in reasons(draft.locks_at + LATE_TURN)


def test_a_draft_that_has_been_paused_for_long(draft, alice):
    now = draft.opens_at + MINUTE
    pause_draft(draft=draft, by=alice, now=now, seen=fresh(draft).last_seq)
    assert reasons(now + MINUTE) == set()
    assert reasons(now + LONG_PAUSE) == {"paused"}


def test_a_first_draft_waits_for_its_manager_near_its_start(league):
    League.objects.update(first_draft_start=League.FirstDraftStart.MANUAL)
    draft = Draft.objects.get(league=league)
    User.objects.update(last_seen_at=draft.locks_at)
    assert reasons(draft.opens_at) == set()
    assert reasons(draft.locks_at - 2 * DAY) == {"waiting"}
    League.objects.update(archived_at=FOUNDED_AT)
    assert reasons(draft.locks_at - 2 * DAY) == set()


def test_fewer_drivers_than_picks(draft, alices):
    pick(draft, alices, "driver_1")
    draft.race.entries.exclude(driver__ref__in=["driver_1", "driver_2"]).update(is_withdrawn=True)
    assert reasons(draft.opens_at + 2 * MINUTE) == {"short"}


def test_a_draft_waits_for_a_manager_who_is_absent(draft, alice):
    User.objects.filter(pk=alice.pk).update(last_seen_at=draft.opens_at - 61 * DAY)
    assert reasons(draft.opens_at + MINUTE) == {"absent"}


def test_only_drafts_of_the_given_leagues_count(draft):
    now = deadline(draft) + LATE_TURN
    assert set(attention_counts(League.objects.none(), now)) == set(REASONS)
    assert not any(attention_counts(League.objects.none(), now).values())
