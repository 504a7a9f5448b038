"""Leagues that are scored again on command: `python -m tests.processes.rescoring_worker LEAGUES PEOPLE [CONSTRUCTORS]`.

Runs beside the servers under test, on its own database. It migrates, creates LEAGUES leagues of two (or CONSTRUCTORS)
constructors with one scored race, and PEOPLE members of all of them who are signed in; then it prints one line of JSON
about them. In every version of a leaderboard, the points of its first row are the version.

`score SECONDS WRITERS` scores the leagues again from WRITERS threads. It prints a line of JSON with league and version
for every acknowledged commit, and `null` when the time is over. `score SECONDS WRITERS delete` is for the mutant whose
cache keys have no version: every commit is followed by the deletion of the key.
"""

import json
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import django

django.setup()

from datetime import timedelta  # noqa: E402

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from accounts.services import issue_tokens  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from core.cache.safe_cache import call_or_none  # noqa: E402
from core.tasks.enqueue import enqueueing_disabled  # noqa: E402
from drafts.models import Draft  # noqa: E402
from leagues.models import League, Membership  # noqa: E402
from leagues.services import create_league, join_league  # noqa: E402
from scoring.models import RaceScore, ScoreVersion  # noqa: E402
from scoring.services.standings import rank_leagues  # noqa: E402
from tests.mutants.cache_that_deletes import cache_key  # noqa: E402
from tests.processes.draft_event_worker import create_members  # noqa: E402
from tests.support.factories import SeasonFactory, UserFactory, weekend  # noqa: E402

# How often the tables change in total, with any number of writers: a table that changes all the time is never cached.
CHANGES_PER_SECOND = 20

_stdout_lock = threading.Lock()


def set_up(leagues: int, people: int, constructors: int = 2) -> dict[str, Any]:
    """Create everything; returns the ids of the leagues, and a token of each member."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    season = SeasonFactory.create(year=now.year)
    weekend(season, starts_at=now + timedelta(days=5))
    alice, *others = (UserFactory.create(username=f"driver{number}") for number in range(constructors))
    made = [create_league(creator=alice, season=season, name=f"Stand {number}", now=now) for number in range(leagues)]
    for league in made:
        for player in others:
            join_league(user=player, league=league, now=now)
        add_scored_race(league)
        rescore(league.pk)
    users = create_members(made[0], people)
    Membership.objects.bulk_create(
        Membership(league=league, user=user, joined_at=now) for league in made[1:] for user in users
    )
    tokens = [issue_tokens(user=user, now=now)["access"] for user in users]
    return {"leagues": [league.pk for league in made], "tokens": tokens}


def add_scored_race(league: League) -> None:
    """Add the first race of the league in the state after scoring."""
    draft = Draft.objects.get(league=league)
    draft.state = Draft.State.SCORED
    draft.save()
    constructors = Constructor.objects.filter(league=league).order_by("pk")
    RaceScore.objects.bulk_create(
        RaceScore(draft=draft, constructor=constructor, points=0, rank=rank)
        for rank, constructor in enumerate(constructors, 1)
    )


@transaction.atomic
def rescore(league: int) -> int:
    """Give the leader of the table as many points as its next version number; returns that version."""
    League.objects.select_for_update().get(pk=league)
    version = ScoreVersion.objects.get(league=league).version + 1
    RaceScore.objects.filter(draft__league=league, rank=1).update(points=version)
    rank_leagues(leagues=[league])
    return version


def rescore_until(until: float, leagues: list[int], pause: float, deletes_cache: bool) -> None:
    while time.monotonic() < until:
        league = random.choice(leagues)
        version = rescore(league)
        if deletes_cache:
            call_or_none(partial(cache.delete, cache_key(league)), "a table", ignore_cooldown=True)
        send_json({"league": league, "version": version})
        time.sleep(random.uniform(0, pause))
    connection.close()


def send_json(answer: object) -> None:
    with _stdout_lock:
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def main() -> None:
    with enqueueing_disabled():
        made = set_up(*map(int, sys.argv[1:]))
    send_json(made)
    for line in sys.stdin:
        _, seconds, writers, *how = line.split()
        until, pause = time.monotonic() + float(seconds), 2 * int(writers) / CHANGES_PER_SECOND
        with ThreadPoolExecutor(int(writers)) as threads:
            working = [
                threads.submit(rescore_until, until, made["leagues"], pause, bool(how)) for _ in range(int(writers))
            ]
        for future in working:
            future.result()
        send_json(None)


if __name__ == "__main__":
    main()
