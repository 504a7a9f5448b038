"""Kills the processes around a pick at every point that matters, and checks that nothing is lost or doubled.

A player's process, a worker and a beat work on the same draft at the same time and are killed with SIGKILL at named
points or at any moment (`tests.processes.crash_worker`). Other processes take their place until the draft is locked.
Then the next draft begins.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from drafts.models import ClockHeartbeat, Draft, Slot
from drafts.selectors import free_entries, open_slots
from leagues.services import create_league
from tests.processes.crash_client import CrashWorker, crash_workers
from tests.processes.crash_worker import COMMON_CRASH_POINTS, CRASH_POINTS, RANDOM_MOMENT
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import fresh, joined, opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

MAX_KILLS = 200
MIN_KILLS = MAX_KILLS if os.environ.get("RACES") == "long" else 100
SECOND = timedelta(seconds=1)


class PickCrashes:
    """Plays one draft after the other with processes that crash; `confirmed_picks` were acknowledged to the player."""

    def __init__(self, season: Any, workers: list[CrashWorker]) -> None:
        self.season, self.workers, self.rng = season, workers, random.Random(200)
        self.kill_counts: Counter[tuple[str, str]] = Counter()
        self.leagues = 0

    @property
    def kills(self) -> int:
        return sum(self.kill_counts.values())

    def play_draft(self) -> None:
        """Play a draft of five: until it is complete, or until three slots are left for the lock to fill."""
        self.leagues += 1
        founder = UserFactory.create()
        league = create_league(creator=founder, season=self.season, name=f"League {self.leagues}", now=FOUNDED_AT)
        for _ in range(4):
            joined(league)
        self.draft = opened(league)
        self.confirmed_picks: dict[int, int] = {}
        left = 3 * (self.leagues % 2)
        while len(open_slots(self.draft)) > left:
            self.pick_at_deadline()
        while fresh(self.draft).state != Draft.State.LOCKED:
            self.lock_twice()
        self.check(is_over=True)

    def pick_at_deadline(self) -> None:
        """At the deadline, the player picks while the worker makes an automatic pick for the same slot."""
        draft = fresh(self.draft)
        assert draft.turn_ends_at is not None
        turn, now = open_slots(draft)[0], draft.turn_ends_at
        wanted = self.rng.choice(list(free_entries(draft)))
        ClockHeartbeat.objects.update_or_create(pk=1, defaults={"beat_at": now - SECOND})
        player, worker, _beat = self.workers
        points = [self.send_job(player, "pick", now, constructor=turn.constructor_id, entry=wanted.pk)]
        points.append(self.send_job(worker, "expire", now))
        answer = self.receive_result(player, "pick", points[0])
        self.receive_result(worker, "expire", points[1])
        if answer["said"] and answer["said"].startswith("slot "):
            self.confirmed_picks[int(answer["said"].removeprefix("slot "))] = wanted.pk
        self.check()

    def lock_twice(self) -> None:
        """Two beats lock the draft at the same time."""
        _player, worker, beat = self.workers
        points = [self.send_job(process, "lock", self.draft.locks_at) for process in (worker, beat)]
        for process, point in zip((worker, beat), points, strict=True):
            self.receive_result(process, "lock", point)
        self.check()

    def send_job(self, process: CrashWorker, act: str, now: Any, **job: Any) -> str:
        """Send a job to a process that is usually killed while it runs; returns the crash point, "none" for none."""
        point = self.rng.choice([*CRASH_POINTS[act], *COMMON_CRASH_POINTS, "none"])
        process.send(act=act, now=now.isoformat(), point=point, delay=self.rng.uniform(0, 0.04), **job)
        return point

    def receive_result(self, process: CrashWorker, act: str, point: str) -> dict[str, Any]:
        answer = process.receive()
        self.kill_counts[act, point] += answer["killed"]
        return answer

    def check(self, *, is_over: bool = False) -> None:
        """Acknowledged picks exist; no slot and no driver is used twice; the log has no gap and contains every pick."""
        picks = list(self.draft.picks.values_list("slot__number", "entry"))
        assert self.confirmed_picks.items() <= dict(picks).items()
        assert len(picks) == len({slot for slot, _ in picks}) == len({entry for _, entry in picks})
        events = list(self.draft.events.values_list("seq", "kind"))
        assert [seq for seq, _ in events] == list(range(1, fresh(self.draft).last_seq + 1))
        assert sum(kind == "picked" for _, kind in events) == len(picks)
        if is_over:
            assert len(picks) == Slot.objects.filter(draft=self.draft).count() == 10
            assert Draft.objects.filter(league=self.draft.league, state=Draft.State.UPCOMING).count() == 1


@pytest.fixture
def crashes(season) -> Iterator[PickCrashes]:
    with crash_workers(3) as workers:
        yield PickCrashes(season, workers)


def test_no_crash_loses_a_pick_or_stops_the_draft(crashes):
    acts = ("pick", "expire", "lock")
    named = {(act, point) for act in acts for point in (*CRASH_POINTS[act], *COMMON_CRASH_POINTS)}
    # Which points a process reaches before it is killed is up to chance.
    while crashes.kills < MIN_KILLS or (crashes.kills < MAX_KILLS and len(+crashes.kill_counts) <= 0.8 * len(named)):
        crashes.play_draft()
    assert len(set(+crashes.kill_counts)) > 0.8 * len(named), sorted(named - set(+crashes.kill_counts))
    assert any(point == RANDOM_MOMENT for _, point in +crashes.kill_counts)
