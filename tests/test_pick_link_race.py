"""Requests with the same pick link at the same moment make one pick, though the next turn is the same player's."""

from collections import Counter
from functools import partial

import pytest

from core.errors import Refused
from drafts.pick_links import PickLink, pick_link_path, read_pick_link
from drafts.selectors import slot_on_the_clock
from drafts.services import autodraft_by_link, pick_by_link, undo_picks
from notifications.kinds import Recipient
from races.tests.test_concurrency import run_concurrently
from tests.support.stories import MINUTE, entry, fresh, opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = 10


@pytest.fixture
def draft(league, alices, bobs):
    """Alice has the first and the second turn."""
    draft = opened(league, [alices, bobs])
    draft.slots.filter(number=2).update(constructor=alices, round=2)
    return fresh(draft)


def link_to_turn(draft, now) -> PickLink:
    slot = slot_on_the_clock(fresh(draft))
    assert slot is not None
    params = {"draft_id": draft.pk, "constructor_id": slot.constructor_id, "round": slot.round}
    path = pick_link_path(Recipient(slot.constructor.owner, params, now))
    return read_pick_link(path.split("/")[2])


def outcome(service, **values) -> str:
    """Whether the call won, or the code of its refusal."""
    try:
        service(**values)
    except Refused as refused:
        return refused.code
    return "won"


def test_requests_at_once_make_one_pick(draft, alice):
    now = draft.opens_at + MINUTE
    for _ in range(ROUNDS):
        link = link_to_turn(draft, now)
        entries = [entry(draft.race, f"driver_{number}") for number in (11, 12, 13)]
        calls = [partial(outcome, pick_by_link, link=link, entry=wanted, now=now) for wanted in entries]
        outcomes = run_concurrently(*calls, partial(outcome, autodraft_by_link, link=link, now=now))
        assert Counter(outcomes) == {"already_picked": 3, "won": 1}
        assert [pick.slot.number for pick in draft.picks.all()] == [1]
        undo_picks(draft=draft, by=alice, count=1, now=now)
