"""Leagues whose tables change at command, in a database of their own.

`python -m tests.stand LEAGUES PEOPLE [CONSTRUCTORS]` is a process beside the servers under test. It makes the tables,
so many leagues of two constructors, or as many as are said, with a race that is scored, and so many members of all of
them, who are signed in; then it prints one line of JSON about them. In every version of a table the points of its first
are the version.

`score SECONDS WRITERS` lets so many threads score the leagues anew. For every commit that is acknowledged there is a
line of JSON with league and version, and `null` when the time is over. `score SECONDS WRITERS delete` is for the twin,
which keeps tables without their version: every commit is followed by the deletion of the table.
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

from accounts.services import open_tokens  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from drafts.models import Draft  # noqa: E402
from fantasyf1.kit import clock  # noqa: E402
from fantasyf1.kit.cache import attempt  # noqa: E402
from fantasyf1.kit.hints import muted  # noqa: E402
from leagues.models import League, Membership  # noqa: E402
from leagues.services import create_league, join_league  # noqa: E402
from scoring.models import LeagueTable, RaceScore  # noqa: E402
from scoring.services.table import rank_leagues  # noqa: E402
from tests.factories import SeasonFactory, UserFactory, weekend  # noqa: E402
from tests.stage import members  # noqa: E402
from tests.twin_of_tables import key_of  # noqa: E402

# How often the tables change in all, however many write: one that changes all the time is never kept by anybody.
CHANGES_PER_SECOND = 20

_speaking = threading.Lock()


def set_up(leagues: int, people: int, constructors: int = 2) -> dict[str, Any]:
    """Make everything; returns the ids of the leagues, and a token of each member."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    season = SeasonFactory.create(year=now.year)
    weekend(season, starts_at=now + timedelta(days=5))
    alice, *others = (UserFactory.create(username=f"driver{number}") for number in range(constructors))
    made = [create_league(creator=alice, season=season, name=f"Stand {number}", now=now) for number in range(leagues)]
    for league in made:
        for player in others:
            join_league(user=player, league=league, now=now)
        race_once(league)
        score(league.pk)
    users = members(made[0], people)
    Membership.objects.bulk_create(
        Membership(league=league, user=user, joined_at=now) for league in made[1:] for user in users
    )
    tokens = [open_tokens(user=user, now=now)["access"] for user in users]
    return {"leagues": [league.pk for league in made], "tokens": tokens}


def race_once(league: League) -> None:
    """The league's first race as it is when it has been scored."""
    draft = Draft.objects.get(league=league)
    draft.state = Draft.State.SCORED
    draft.save()
    constructors = Constructor.objects.filter(league=league).order_by("pk")
    RaceScore.objects.bulk_create(
        RaceScore(draft=draft, constructor=one, points=0, rank=rank) for rank, one in enumerate(constructors, 1)
    )


@transaction.atomic
def score(league: int) -> int:
    """Give the first in the table as many points as its next version has; returns that version."""
    League.objects.select_for_update().get(pk=league)
    version = LeagueTable.objects.get(league=league).version + 1
    RaceScore.objects.filter(draft__league=league, rank=1).update(points=version)
    rank_leagues(leagues=[league])
    return version


def score_for(until: float, leagues: list[int], pause: float, is_twin: bool) -> None:
    while time.monotonic() < until:
        league = random.choice(leagues)
        version = score(league)
        if is_twin:
            attempt(partial(cache.delete, key_of(league)), "a table", is_urgent=True)
        say({"league": league, "version": version})
        time.sleep(random.uniform(0, pause))
    connection.close()


def say(answer: object) -> None:
    with _speaking:
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def main() -> None:
    with muted():
        made = set_up(*map(int, sys.argv[1:]))
    say(made)
    for line in sys.stdin:
        _, seconds, writers, *how = line.split()
        until, pause = time.monotonic() + float(seconds), 2 * int(writers) / CHANGES_PER_SECOND
        with ThreadPoolExecutor(int(writers)) as threads:
            working = [threads.submit(score_for, until, made["leagues"], pause, bool(how)) for _ in range(int(writers))]
        for one in working:
            one.result()
        say(None)


if __name__ == "__main__":
    main()
