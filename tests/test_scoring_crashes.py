"""Kills the process that records and scores a correction, at every point between the feed's response and the cache.

Afterwards, readers see all of the old scores or all of the new ones, in the database and in the cache, and the sweep
finishes the work. The processes are those of `tests.processes.crash_worker`.
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
from scoring.services import catch_up_scores, verify_scores
from tests.processes.crash_client import CrashWorker, crash_workers
from tests.processes.crash_worker import COMMON_CRASH_POINTS, CRASH_POINTS, RANDOM_MOMENT
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, results_for
from tests.support.stories import filled, joined, locked, opened

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LEAGUES = 3
HOUR = timedelta(hours=1)
EVERY_POINT = [*CRASH_POINTS["correct"], *COMMON_CRASH_POINTS, *[RANDOM_MOMENT] * 8]


class ScoringCrashes:
    """Some leagues that have drafted for one race, whose results are corrected again and again."""

    def __init__(self, season: Any, worker: CrashWorker) -> None:
        self.worker, self.rng, self.now = worker, random.Random(1), OVER_AT
        self.race = season.races.get(round=1)
        self.leagues = [self._drafted(season, number) for number in range(LEAGUES)]
        results_for(self.race, recorded_at=OVER_AT)
        catch_up_scores(now=OVER_AT)

    def _drafted(self, season: Any, number: int) -> League:
        league = create_league(creator=UserFactory.create(), season=season, name=f"League {number}", now=FOUNDED_AT)
        joined(league)
        locked(filled(opened(league), self.rng.sample([f"driver_{number}" for number in range(1, 9)], 4)))
        return league

    def correct(self, point: str) -> bool:
        """Let two drivers change places; returns whether the process was killed on the way."""
        self.now += HOUR
        drivers = self.rng.sample([f"driver_{number}" for number in range(1, 9)], 2)
        self.worker.send(
            act="correct", now=self.now.isoformat(), point=point, delay=self.rng.uniform(0, 0.3), race=self.race.pk,
            drivers=drivers,
        )  # fmt: skip
        return bool(self.worker.receive()["killed"])

    def stored(self, league: League) -> Any:
        """All scores of a league as the database has them."""
        return (
            sorted(PickScore.objects.filter(pick__draft__league=league).values_list("pick", "driver", "points")),
            sorted(RaceScore.objects.filter(draft__league=league).values_list("constructor", "points", "rank")),
            sorted(SeasonScore.objects.filter(league=league).values_list("constructor", "points", "rank")),
            Draft.objects.get(league=league, race=self.race).last_seq,
            score_version(league),
        )

    def read(self, league: League) -> Any:
        """The leaderboard that its players see, from the cache if it is there."""
        return [(row["constructor_id"], row["points"], row["rank"]) for row in leaderboard(league)]


@pytest.fixture
def crashes(season) -> Iterator[ScoringCrashes]:
    with crash_workers(1) as (worker,):
        yield ScoringCrashes(season, worker)


def test_readers_see_old_or_new_scores_and_catching_up_finishes(crashes):
    deaths = set()
    for point in EVERY_POINT:
        revisions = crashes.race.classifications.count()
        old = {league.pk: (crashes.stored(league), crashes.read(league)) for league in crashes.leagues}
        if crashes.correct(point):
            deaths.add(point)
        left = {league.pk: (crashes.stored(league), crashes.read(league)) for league in crashes.leagues}
        catch_up_scores(now=crashes.now)
        new = {league.pk: (crashes.stored(league), crashes.read(league)) for league in crashes.leagues}
        for pk in old:
            assert left[pk] in (old[pk], new[pk]), point
            assert (old[pk] != new[pk]) == (crashes.race.classifications.count() > revisions), point
        assert not list(verify_scores(now=crashes.now + HOUR)), point
    assert deaths >= set(CRASH_POINTS["correct"])
