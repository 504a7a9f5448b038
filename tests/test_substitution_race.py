"""Two processes on PostgreSQL swap in and pick the same free driver within 5 ms: one of them gets the driver.

The first process locks the draft's row, and a constraint backs up the lock. Each alone is enough; the mutant that has
neither must fail the same check.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from constructors.models import Constructor
from drafts.models import Draft
from drafts.services import substitute_driver
from races.models import Entry
from races.tests.test_concurrency import run_concurrently
from tests.processes.crash_client import CrashWorker, crash_workers
from tests.support.stories import MINUTE, entry, fresh, opened, pick, withdrawn
from tests.test_pick_race import without_constraints

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MAX_ROUNDS = 200
MIN_ROUNDS = MAX_ROUNDS if os.environ.get("RACES") == "long" else 60
MAX_OFFSET_SECONDS = 0.005
# How long the two processes may take to read their jobs before the agreed start.
BARRIER_SECONDS = 0.012
HOLDER_WINS, PICKER_WINS = ("slot 1", "driver_taken"), ("driver_taken", "slot 2")


@pytest.fixture
def draft(league, alices, bobs) -> Draft:
    """Alice has picked the first driver, who has since withdrawn; it is Bob's turn."""
    draft = opened(league, [alices, bobs])
    pick(draft, alices, "driver_1")
    withdrawn(draft, "driver_1")
    return fresh(draft)


@pytest.fixture
def workers(draft: Draft) -> Iterator[list[CrashWorker]]:
    with crash_workers(2) as workers:
        yield workers


def run_round(
    workers: list[CrashWorker], draft: Draft, wanted: Entry, rng: random.Random, *, locked: bool
) -> tuple[str, str]:
    """Run both at once; returns the outcome of the swap and the outcome of the pick."""
    first, second = draft.slots.order_by("number")[:2]
    out = entry(draft.race, "driver_1")
    common = {"entry": wanted.pk, "now": (draft.opens_at + 5 * MINUTE).isoformat(), "locked": locked}
    start = time.monotonic() + BARRIER_SECONDS
    holder, picker = workers
    holder.send(
        act="swap",
        at=start + rng.uniform(0, MAX_OFFSET_SECONDS),
        constructor=first.constructor_id,
        out=out.pk,
        **common,
    )
    picker.send(act="pick", at=start, constructor=second.constructor_id, **common)
    return holder.receive()["said"], picker.receive()["said"]


def check_outcome(draft: Draft, wanted: Entry, outcome: tuple[str, str]) -> None:
    """One of them has the driver, the other was told so, and the log has no gap."""
    assert outcome in (HOLDER_WINS, PICKER_WINS)
    slot, kind = (1, "swapped") if outcome == HOLDER_WINS else (2, "picked")
    assert draft.picks.get(entry=wanted).slot.number == slot
    assert list(draft.events.filter(seq__gt=3).values_list("seq", "kind")) == [(4, kind)]
    assert Draft.objects.get(pk=draft.pk).last_seq == 4


def reset_draft(draft: Draft) -> None:
    draft.picks.filter(slot__number=2).delete()
    draft.picks.update(entry=entry(draft.race, "driver_1"))
    draft.events.filter(seq__gt=3).delete()
    draft.save()


def run_rounds(
    draft: Draft, workers: list[CrashWorker], *, locked: bool = True, min_rounds: int = MIN_ROUNDS
) -> list[tuple[str, str]]:
    """Run rounds and check each of them, until both sides have won one. Return the outcomes."""
    rng, outcomes, wanted = random.Random(7), [], entry(draft.race, "driver_5")
    for number in range(1, MAX_ROUNDS + 1):
        outcomes.append(run_round(workers, draft, wanted, rng, locked=locked))
        check_outcome(draft, wanted, outcomes[-1])
        reset_draft(draft)
        if number >= min_rounds and {HOLDER_WINS, PICKER_WINS} <= set(outcomes):
            break
    return outcomes


def test_exactly_one_side_wins_in_every_round(draft, workers):
    outcomes = run_rounds(draft, workers)
    assert min(outcomes.count(HOLDER_WINS), outcomes.count(PICKER_WINS)) > 0


def test_a_substitution_and_a_withdrawal_are_serialized(draft, alices, bobs):
    pick(draft, bobs, "driver_2")
    for number in range(1, 17, 2):
        alice_has, bob_has = f"driver_{number}", f"driver_{number + 1}"
        swap, drop_out = (
            substitution(draft, alices, alice_has, f"driver_{number + 2}"),
            partial(withdrawn, draft, bob_has),
        )
        run_concurrently(swap, drop_out)
        substitution(draft, bobs, bob_has, f"driver_{number + 3}")()
        withdrawn(draft, f"driver_{number + 2}")
    log = list(draft.events.order_by("seq").values_list("seq", "kind"))
    assert [seq for seq, _ in log] == list(range(1, fresh(draft).last_seq + 1))
    assert Counter(kind for _, kind in log)["swapped"] == 16
    assert Counter(kind for _, kind in log)["driver_out"] == 17


def substitution(draft: Draft, constructor: Constructor, out: str, to: str) -> Callable[[], object]:
    had, wanted = entry(draft.race, out), entry(draft.race, to)
    return partial(substitute_driver, constructor=constructor, out=had, entry=wanted, now=draft.opens_at + 5 * MINUTE)


def test_the_constraint_alone_is_enough(draft, workers):
    run_rounds(draft, workers, locked=False)


def test_without_lock_and_constraints_the_same_check_fails(draft, workers):
    with without_constraints(), pytest.raises(AssertionError):
        run_rounds(draft, workers, locked=False, min_rounds=MAX_ROUNDS)
