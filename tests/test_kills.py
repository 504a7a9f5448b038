"""Kill the processes around a pick, at every point that matters, and see that nothing is lost and nothing is doubled.

A player's process, a worker and a beat work on the same draft at the same time and are killed with SIGKILL at named
points or at any moment (`tests.hand`); others take their place, until the draft is locked. Then comes the next one.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from drafts.models import Draft, Pulse, Slot
from drafts.selectors import free_entries, open_slots
from leagues.services import create_league
from tests.cast import FOUNDED_AT
from tests.factories import UserFactory
from tests.hand import ANY_MOMENT, AROUND, POINTS
from tests.hands import Hand, hands
from tests.stories import fresh, joined, opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

KILLS = 200 if os.environ.get("RACES") == "long" else 100
SECOND = timedelta(seconds=1)


class Play:
    """One draft after the other, played by processes that die; `said` are the picks that players were told of."""

    def __init__(self, season: Any, trio: list[Hand]) -> None:
        self.season, self.trio, self.lot = season, trio, random.Random(200)
        self.deaths: Counter[tuple[str, str]] = Counter()
        self.leagues = 0

    @property
    def kills(self) -> int:
        return sum(self.deaths.values())

    def play_one(self) -> None:
        """Play a draft of five: until it is complete, or until three slots are left for the lock to fill."""
        self.leagues += 1
        founder = UserFactory.create()
        league = create_league(creator=founder, season=self.season, name=f"League {self.leagues}", now=FOUNDED_AT)
        for _ in range(4):
            joined(league)
        self.draft = opened(league)
        self.said: dict[int, int] = {}
        left = 3 * (self.leagues % 2)
        while len(open_slots(self.draft)) > left:
            self.step()
        while fresh(self.draft).state != Draft.State.LOCKED:
            self.at_the_lock()
        self.check(is_over=True)

    def step(self) -> None:
        """At the deadline: the player picks and the worker picks for him."""
        draft = fresh(self.draft)
        assert draft.turn_ends_at is not None
        turn, now = open_slots(draft)[0], draft.turn_ends_at
        wanted = self.lot.choice(list(free_entries(draft)))
        Pulse.objects.update_or_create(pk=1, defaults={"beat_at": now - SECOND})
        player, worker, _beat = self.trio
        points = [self.tell(player, "pick", now, constructor=turn.constructor_id, entry=wanted.pk)]
        points.append(self.tell(worker, "expire", now))
        answer = self.hear(player, "pick", points[0])
        self.hear(worker, "expire", points[1])
        if answer["said"] and answer["said"].startswith("slot "):
            self.said[int(answer["said"].removeprefix("slot "))] = wanted.pk
        self.check()

    def at_the_lock(self) -> None:
        """Two beats at once."""
        _player, worker, beat = self.trio
        points = [self.tell(one, "lock", self.draft.locks_at) for one in (worker, beat)]
        for one, point in zip((worker, beat), points, strict=True):
            self.hear(one, "lock", point)
        self.check()

    def tell(self, hand: Hand, act: str, now: Any, **job: Any) -> str:
        """Mostly something happens to it; now and then it lives."""
        point = self.lot.choice([*POINTS[act], *AROUND, "none"])
        hand.begin(act=act, now=now.isoformat(), point=point, delay=self.lot.uniform(0, 0.04), **job)
        return point

    def hear(self, hand: Hand, act: str, point: str) -> dict[str, Any]:
        answer = hand.end()
        self.deaths[act, point] += answer["killed"]
        return answer

    def check(self, *, is_over: bool = False) -> None:
        """What a player was told is there; no slot and no driver twice; the log has no gap and tells of every pick."""
        picks = list(self.draft.picks.values_list("slot__number", "entry"))
        assert self.said.items() <= dict(picks).items()
        assert len(picks) == len({slot for slot, _ in picks}) == len({entry for _, entry in picks})
        events = list(self.draft.events.values_list("seq", "kind"))
        assert [seq for seq, _ in events] == list(range(1, fresh(self.draft).last_seq + 1))
        assert sum(kind == "picked" for _, kind in events) == len(picks)
        if is_over:
            assert len(picks) == Slot.objects.filter(draft=self.draft).count() == 10
            assert Draft.objects.filter(league=self.draft.league, state=Draft.State.UPCOMING).count() == 1


@pytest.fixture
def play(season) -> Iterator[Play]:
    with hands(3) as trio:
        yield Play(season, trio)


def test_whatever_dies_the_draft_goes_on_and_loses_nothing(play):
    while play.kills < KILLS:
        play.play_one()
    acts = ("pick", "expire", "lock")
    named = {(act, point) for act in acts for point in (*POINTS[act], *AROUND)}
    assert len(set(+play.deaths)) > 0.8 * len(named), sorted(named - set(+play.deaths))
    assert any(point == ANY_MOMENT for _, point in +play.deaths)
