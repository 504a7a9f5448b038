"""Kill the process that records and scores a correction, at every point between the feed's answer and the cache.

Whoever reads then reads all of the old scores or all of the new ones, by the database as by the cache, and the sweep
finishes what was begun. The processes are those of `tests.hand`.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from drafts.models import Draft
from leagues.models import League
from leagues.services import create_league
from scoring.leaderboards import leaderboard, score_version
from scoring.models import PickScore, RaceScore, SeasonScore
from scoring.services import score_what_is_behind, verify_scores
from tests.cast import FOUNDED_AT, OVER_AT
from tests.factories import UserFactory, results_for
from tests.hand import ANY_MOMENT, AROUND, POINTS
from tests.hands import Hand, hands
from tests.stories import filled, joined, locked, opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LEAGUES = 3
HOUR = timedelta(hours=1)
EVERY_POINT = [*POINTS["correct"], *AROUND, *[ANY_MOMENT] * 8]


class Stewards:
    """Some leagues that have drafted for one race, whose results are corrected again and again."""

    def __init__(self, season: Any, hand: Hand) -> None:
        self.hand, self.lot, self.now = hand, random.Random(1), OVER_AT
        self.race = season.races.get(round=1)
        self.leagues = [self._drafted(season, number) for number in range(LEAGUES)]
        results_for(self.race, recorded_at=OVER_AT)
        score_what_is_behind(now=OVER_AT)

    def _drafted(self, season: Any, number: int) -> League:
        league = create_league(creator=UserFactory.create(), season=season, name=f"League {number}", now=FOUNDED_AT)
        joined(league)
        locked(filled(opened(league), self.lot.sample([f"driver_{one}" for one in range(1, 9)], 4)))
        return league

    def correct(self, point: str) -> bool:
        """Two drivers change places; whether the process was killed on the way."""
        self.now += HOUR
        drivers = self.lot.sample([f"driver_{one}" for one in range(1, 9)], 2)
        self.hand.begin(
            act="correct", now=self.now.isoformat(), point=point, delay=self.lot.uniform(0, 0.3), race=self.race.pk,
            drivers=drivers,
        )  # fmt: skip
        return bool(self.hand.end()["killed"])

    def stored(self, league: League) -> Any:
        """Everything that a league's scores are, as the database has it."""
        return (
            sorted(PickScore.objects.filter(pick__draft__league=league).values_list("pick", "driver", "points")),
            sorted(RaceScore.objects.filter(draft__league=league).values_list("constructor", "points", "rank")),
            sorted(SeasonScore.objects.filter(league=league).values_list("constructor", "points", "rank")),
            Draft.objects.get(league=league, race=self.race).last_seq,
            score_version(league),
        )

    def read(self, league: League) -> Any:
        """What its players are shown, from the cache where it has it."""
        return [(row["constructor_id"], row["points"], row["rank"]) for row in leaderboard(league)]


@pytest.fixture
def stewards(season) -> Iterator[Stewards]:
    with hands(1) as (hand,):
        yield Stewards(season, hand)


def test_readers_see_all_old_or_all_new_and_the_sweep_finishes_it(stewards):
    deaths = set()
    for point in EVERY_POINT:
        revisions = stewards.race.classifications.count()
        old = {one.pk: (stewards.stored(one), stewards.read(one)) for one in stewards.leagues}
        if stewards.correct(point):
            deaths.add(point)
        left = {one.pk: (stewards.stored(one), stewards.read(one)) for one in stewards.leagues}
        score_what_is_behind(now=stewards.now)
        new = {one.pk: (stewards.stored(one), stewards.read(one)) for one in stewards.leagues}
        for pk in old:
            assert left[pk] in (old[pk], new[pk]), point
            assert (old[pk] != new[pk]) == (stewards.race.classifications.count() > revisions), point
        assert not list(verify_scores(now=stewards.now + HOUR)), point
    assert deaths >= set(POINTS["correct"])
