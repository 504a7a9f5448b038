"""A pick and an autopick race in the same five milliseconds at the deadline: exactly one of them wins.

Two worker processes run them on PostgreSQL. The first one to come locks the draft's row. The mutant, which does not
lock it, must fail the same check. The same holds for two sweeps: beat's own and a worker's.
"""

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from drafts.models import ClockHeartbeat, Draft, Pick
from tests.processes.crash_client import CrashWorker, crash_workers
from tests.support.stories import opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MAX_ROUNDS = 500
MIN_ROUNDS = MAX_ROUNDS if os.environ.get("RACES") == "long" else 100
MAX_OFFSET_SECONDS = 0.005
# How long the two worker processes have to read their jobs before they start.
BARRIER_SECONDS = 0.012
AUTOPICK_WINS, PLAYER_WINS = ("not_your_turn", "ended 1"), ("slot 1", "ended 0")


@pytest.fixture
def draft(league, alices, bobs) -> Draft:
    return opened(league, [alices, bobs])


@pytest.fixture
def workers(draft: Draft) -> Iterator[list[CrashWorker]]:
    with crash_workers(2) as workers:
        yield workers


def run_round(workers: list[CrashWorker], draft: Draft, rng: random.Random, *, locked: bool = True) -> tuple[str, str]:
    """Run the pick and the sweep against each other once. Return the result of each."""
    now = draft.turn_ends_at
    assert now is not None
    ClockHeartbeat.objects.update_or_create(pk=1, defaults={"beat_at": now - timedelta(seconds=3)})
    job = {"constructor": draft.slots.all()[0].constructor_id, "entry": draft.race.entries.all()[0].pk}
    common = {"now": now.isoformat(), "locked": locked}
    start = time.monotonic() + BARRIER_SECONDS
    player, sweep = workers
    player.send(act="pick", at=start + rng.uniform(0, MAX_OFFSET_SECONDS), **job, **common)
    sweep.send(act="expire", at=start, **common)
    return player.receive()["said"], sweep.receive()["said"]


def check_outcome(draft: Draft, outcome: tuple[str, str]) -> None:
    """Check that one of them filled the slot, the other was told so, and the next turn began once."""
    assert outcome in (AUTOPICK_WINS, PLAYER_WINS)
    source = Pick.Source.PLAYER if outcome == PLAYER_WINS else Pick.Source.AUTOPICK
    assert list(draft.picks.values_list("slot__number", "source")) == [(1, source)]
    assert list(draft.events.values_list("seq", "kind")) == [(1, "opened"), (2, "picked")]
    after = Draft.objects.get(pk=draft.pk)
    assert (after.turn_began_at, after.last_seq) == (draft.turn_ends_at, 2)


def reset_draft(draft: Draft) -> None:
    draft.picks.all().delete()
    draft.events.filter(seq__gt=1).delete()
    draft.save()


def run_rounds(
    draft: Draft, workers: list[CrashWorker], *, locked: bool = True, min_rounds: int = MIN_ROUNDS
) -> list[tuple[str, str]]:
    """Run rounds and check each of them, until both sides have won some. Return the outcomes."""
    rng, outcomes = random.Random(5), []
    for number in range(1, MAX_ROUNDS + 1):
        outcomes.append(run_round(workers, draft, rng, locked=locked))
        check_outcome(draft, outcomes[-1])
        reset_draft(draft)
        if number >= min_rounds and fewest_wins(outcomes) > number // 100:
            break
    return outcomes


def fewest_wins(outcomes: list[tuple[str, str]]) -> int:
    return min(outcomes.count(AUTOPICK_WINS), outcomes.count(PLAYER_WINS))


def test_exactly_one_side_wins_in_every_round(draft, workers):
    outcomes = run_rounds(draft, workers)
    assert fewest_wins(outcomes) > len(outcomes) // 100


def test_without_the_row_lock_the_same_check_fails(draft, workers):
    with pytest.raises(AssertionError):
        run_rounds(draft, workers, locked=False, min_rounds=MAX_ROUNDS)


# -- two sweeps at once: beat's own and a worker's -------------------------------------------------------------------

SWEEP_ROUNDS = 20


def sweep_twice(workers: list[CrashWorker], draft: Draft, *, locked: bool = True) -> None:
    """Sweep in both processes at the same moment, and check that one of them ended the turn and the other nothing."""
    now = draft.turn_ends_at
    assert now is not None
    ClockHeartbeat.objects.update_or_create(pk=1, defaults={"beat_at": now - timedelta(seconds=3)})
    start = time.monotonic() + BARRIER_SECONDS
    for worker in workers:
        worker.send(act="expire", at=start, now=now.isoformat(), locked=locked)
    assert sorted(worker.receive()["said"] for worker in workers) == ["ended 0", "ended 1"]
    assert list(draft.picks.values_list("slot__number", "source")) == [(1, Pick.Source.AUTOPICK)]
    assert list(draft.events.values_list("seq", "kind")) == [(1, "opened"), (2, "picked")]
    reset_draft(draft)


def run_sweeps(workers: list[CrashWorker], draft: Draft, rounds: int, *, locked: bool = True) -> None:
    for _ in range(rounds):
        sweep_twice(workers, draft, locked=locked)


def test_two_sweeps_at_once_end_a_turn_once(draft, workers):
    run_sweeps(workers, draft, SWEEP_ROUNDS)


def test_without_the_row_lock_two_sweeps_end_it_twice(draft, workers):
    with pytest.raises(AssertionError):
        run_sweeps(workers, draft, MAX_ROUNDS, locked=False)
