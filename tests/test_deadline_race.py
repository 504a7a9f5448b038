"""A pick and an autopick in the same five milliseconds at the deadline, by two processes on PostgreSQL: one wins.

The draft's row is held by whoever comes first; the twin that does not hold it must fail the same check.
"""

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from drafts.models import Draft, Pick, Pulse
from tests.hands import Hand, hands
from tests.stories import opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = 500 if os.environ.get("RACES") == "long" else 100
WITHIN = 0.005
# How long the two may take to read what they are told before they stand at the line.
UNTIL_THE_LINE = 0.012
AUTOPICK_WINS, PLAYER_WINS = ("not_your_turn", "ended 1"), ("slot 1", "ended 0")


@pytest.fixture
def draft(league, alices, bobs) -> Draft:
    return opened(league, [alices, bobs])


@pytest.fixture
def pair(draft: Draft) -> Iterator[list[Hand]]:
    with hands(2) as pair:
        yield pair


def race(pair: list[Hand], draft: Draft, lot: random.Random, *, locked: bool = True) -> tuple[str, str]:
    """Let them go at each other once; what the player and what the sweep are told."""
    now = draft.turn_ends_at
    assert now is not None
    Pulse.objects.update_or_create(pk=1, defaults={"beat_at": now - timedelta(seconds=3)})
    job = {"constructor": draft.slots.all()[0].constructor_id, "entry": draft.race.entries.all()[0].pk}
    common = {"now": now.isoformat(), "locked": locked}
    line = time.monotonic() + UNTIL_THE_LINE
    player, sweep = pair
    player.begin(act="pick", at=line + lot.uniform(0, WITHIN), **job, **common)
    sweep.begin(act="expire", at=line, **common)
    return player.end()["said"], sweep.end()["said"]


def check(draft: Draft, outcome: tuple[str, str]) -> None:
    """One of them has filled the slot, the other was told so, and the next turn has begun once."""
    assert outcome in (AUTOPICK_WINS, PLAYER_WINS)
    source = Pick.Source.PLAYER if outcome == PLAYER_WINS else Pick.Source.AUTOPICK
    assert list(draft.picks.values_list("slot__number", "source")) == [(1, source)]
    assert list(draft.events.values_list("seq", "kind")) == [(1, "opened"), (2, "picked")]
    after = Draft.objects.get(pk=draft.pk)
    assert (after.turn_began_at, after.last_seq) == (draft.turn_ends_at, 2)


def start_again(draft: Draft) -> None:
    draft.picks.all().delete()
    draft.events.filter(seq__gt=1).delete()
    draft.save()


def fight(draft: Draft, pair: list[Hand], *, locked: bool = True) -> list[tuple[str, str]]:
    """All rounds, each of them checked."""
    lot, outcomes = random.Random(5), []
    for _ in range(ROUNDS):
        outcomes.append(race(pair, draft, lot, locked=locked))
        check(draft, outcomes[-1])
        start_again(draft)
    return outcomes


def test_one_of_them_wins_in_every_round(draft, pair):
    outcomes = fight(draft, pair)
    assert min(outcomes.count(AUTOPICK_WINS), outcomes.count(PLAYER_WINS)) > ROUNDS // 100


def test_the_twin_that_does_not_hold_the_draft_fails_the_same_check(draft, pair):
    with pytest.raises(AssertionError):
        fight(draft, pair, locked=False)
