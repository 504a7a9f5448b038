"""What drafts count: how long a pick took from its request, and how late a turn ended."""

from datetime import timedelta

import pytest

from core.metrics import measured_work
from drafts.services import expire_turn
from tests.support.metrics import Growth
from tests.support.stories import deadline, opened, pick


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def test_a_pick_is_measured_from_its_request_to_its_commit(draft, alices, django_capture_on_commit_callbacks):
    growth = Growth()
    with measured_work(is_request=True), django_capture_on_commit_callbacks() as callbacks:
        pick(draft, alices, "driver_1", draft.opens_at)
    assert growth.of("fantasyf1_pick_duration_seconds_count", source="player") == 0
    for callback in callbacks:
        callback()
    assert growth.of("fantasyf1_pick_duration_seconds_count", source="player") == 1
    assert growth.of("fantasyf1_pick_duration_seconds_sum", source="player") > 0


def test_a_pick_that_nobody_waits_for_is_not_measured(draft, alices, django_capture_on_commit_callbacks):
    growth = Growth()
    with measured_work(), django_capture_on_commit_callbacks(execute=True):
        pick(draft, alices, "driver_1", draft.opens_at)
    assert growth.labels_of("fantasyf1_pick_duration_seconds_count", "source") == set()


def test_a_turn_that_runs_out_is_late_until_its_end_is_committed(draft, at, django_capture_on_commit_callbacks):
    growth, late = Growth(), deadline(draft) + timedelta(seconds=4)
    at(late + timedelta(seconds=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_turn(draft=draft, now=late)
    assert growth.of("fantasyf1_draft_turn_lateness_seconds_sum") == 6
    with django_capture_on_commit_callbacks(execute=True):
        assert not expire_turn(draft=draft, now=late)
    assert growth.of("fantasyf1_draft_turn_lateness_seconds_count") == 1
