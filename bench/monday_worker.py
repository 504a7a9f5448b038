"""The worker process of the Monday benchmark: it creates the leagues, and runs the periodic tasks of their drafts.

Run it with `python -m bench.monday_worker LEAGUES PLAYERS REHEARSED` beside the server under test. It creates the
tables, and leagues of seven constructors: LEAGUES for the day, of which PLAYERS have one player who makes their own
picks, and REHEARSED for the rehearsal, in which every player does; all other constructors draft automatically. It
prints one line of JSON about them. From then on it does the work of a Celery worker: two threads call the tasks of the
drafts at the intervals of the beat schedule. Meanwhile it runs the commands that it reads from standard input, and
prints the result of each as one line of JSON:

    open GROUP  let the drafts of a group ("day" or "rehearsal") open in a second; the time at which they do
    write       append an event to the first draft of the rehearsal; the time of its commit
    results     the results so far (`results`)

Every time is a value of the monotonic clock, which all processes of the machine share.
"""

import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import close_old_connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import issue_tokens  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from core.sse import pubsub  # noqa: E402
from drafts.models import Draft, Pick  # noqa: E402
from drafts.services import event_log, schedule_drafts  # noqa: E402
from fantasyf1.celery import app as celery_app  # noqa: E402
from leagues.models import League, Membership, SettingsVersion  # noqa: E402
from races.models import Race, Season  # noqa: E402
from tests.processes.draft_event_worker import append_events, create_session, send_json  # noqa: E402
from tests.support.factories import SeasonFactory, grid, results_for, weekend  # noqa: E402

CONSTRUCTORS = 7
PICKS = 2
# The tasks of each of the worker's two threads, by their names in the beat schedule.
SHIFTS = (("Expire due turns", "Make bot picks"), ("Open due drafts", "Lock due drafts"))

committed: list[tuple[int, int, float]] = []
durations: dict[str, list[float]] = defaultdict(list)
is_over = threading.Event()


# -- set-up ----------------------------------------------------------------------------------------------------------


def set_up(leagues: int, players: int, rehearsed: int) -> dict[str, Any]:
    """Create everything; returns the leagues of each group, and the drivers that can be picked."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    race = make_race()
    counts = [1] * players + [0] * (leagues - players)
    day = [
        make_league(race.season, f"Monday {number}", picking_players)
        for number, picking_players in enumerate(counts, 1)
    ]
    rehearsal = [make_league(race.season, f"Rehearsal {number}", CONSTRUCTORS) for number in range(1, rehearsed + 1)]
    schedule_drafts(now=clock.now())
    # Whatever day it is, they must not open before the command to do so.
    Draft.objects.update(opens_at=F("locks_at") - timedelta(hours=1))
    # Everyone is ready: otherwise autodraft would leave the first pick of a first draft to people for half an hour.
    for draft in Draft.objects.all():
        draft.ready_constructors.set(Constructor.objects.filter(league=draft.league_id))
    return {
        "race": race.pk,
        "drivers": list(race.season.races.get(round=1).entries.values_list("driver__ref", flat=True)),
        "day": [league_for_clients(league) for league in day],
        "rehearsal": [league_for_clients(league) for league in rehearsal],
    }


def make_race() -> Race:
    """A race in five days, after one that has results."""
    now = clock.now()
    season, starts_at = SeasonFactory.create(year=now.year), now - timedelta(days=2)
    first, second = (weekend(season, number, starts_at) for number in (1, 2))
    grid(first)
    results_for(first)
    return second


def make_league(season: Season, name: str, picking_players: int) -> League:
    """A league in which this number of players make their own picks."""
    now = clock.now()
    league = League.objects.create(season=season, name=name, capacity=CONSTRUCTORS, created_at=now)
    SettingsVersion.objects.create(league=league, number=1, picks_per_race=PICKS, created_at=now)
    names = [f"{name}, player {number}".replace(" ", "-") for number in range(CONSTRUCTORS)]
    users = User.objects.bulk_create(User(username=username, email=f"{username}@example.org") for username in names)
    Membership.objects.bulk_create(Membership(league=league, user=user, joined_at=now) for user in users)
    Constructor.objects.bulk_create(
        Constructor(
            league=league,
            owner=user,
            name=user.username,
            joined_at=now,
            autodraft="off" if number < picking_players else "on",
        )
        for number, user in enumerate(users)
    )
    return league


def league_for_clients(league: League) -> dict[str, Any]:
    """The league's draft, the session of a member, and the tokens of the players who make their own picks."""
    constructors = list(Constructor.objects.filter(league=league).select_related("owner").order_by("pk"))
    owners = {
        constructor.pk: constructor.owner
        for constructor in constructors
        if constructor.owner and constructor.autodraft == "off"
    }
    member = constructors[0].owner
    assert member, "everybody has one"
    return {
        "league": league.pk,
        "draft": Draft.objects.get(league=league).pk,
        "session": create_session(member),
        "tokens": {pk: issue_tokens(user=owner, now=clock.now())["access"] for pk, owner in owners.items()},
    }


# -- the worker ------------------------------------------------------------------------------------------------------


def note_commits() -> None:
    """Record the time at which each event of this process is committed, just before its wake-up is published."""

    def announce_all(kind: str, events: Sequence[tuple[int, int]]) -> None:
        transaction.on_commit(lambda: committed.extend((pk, seq, time.monotonic()) for pk, seq in events))
        pubsub.publish_on_commit(kind, events)

    event_log.publish_on_commit = announce_all  # type: ignore[attr-defined]


def work(names: tuple[str, ...]) -> None:
    """Call the tasks with these names at the intervals of the beat schedule until `is_over` is set."""
    due = dict.fromkeys(names, time.monotonic())
    while not is_over.is_set():
        name = min(due, key=lambda task: due[task])
        if is_over.wait(max(due[name] - time.monotonic(), 0)):
            return
        began = time.monotonic()
        celery_app.tasks[settings.CELERY_BEAT_SCHEDULE[name]["task"]]()
        close_old_connections()
        durations[name].append(time.monotonic() - began)
        due[name] = max(due[name] + settings.CELERY_BEAT_SCHEDULE[name]["schedule"].total_seconds(), time.monotonic())


# -- commands --------------------------------------------------------------------------------------------------------


def open_drafts(leagues: list[dict[str, Any]]) -> float:
    """Let these drafts open in a second; returns the time at which they do."""
    opens_at, moment = clock.now() + timedelta(seconds=1), time.monotonic() + 1
    Draft.objects.filter(pk__in=[league["draft"] for league in leagues]).update(opens_at=opens_at)
    return moment


def results(leagues: list[dict[str, Any]]) -> dict[str, Any]:
    """How many of these drafts are in each state; their picks; the draft, the event and the time of each commit of this
    process; and the longest run of each task.
    """
    drafts = Draft.objects.filter(pk__in=[league["draft"] for league in leagues])
    return {
        "states": Counter(drafts.values_list("state", flat=True)),
        "picks": Pick.objects.filter(draft__in=drafts).count(),
        "committed": committed,
        "longest": {name: max(times) for name, times in durations.items()},
    }


def main() -> None:
    made = set_up(*map(int, sys.argv[1:]))
    note_commits()
    celery_app.loader.import_default_modules()
    threads = [threading.Thread(target=work, args=(names,)) for names in SHIFTS]
    for thread in threads:
        thread.start()
    send_json(made)
    commands: dict[str, Callable[[], object]] = {
        "open day": partial(open_drafts, made["day"]),
        "open rehearsal": partial(open_drafts, made["rehearsal"]),
        "write": partial(append_events, made["rehearsal"][0]["draft"], 1),
        "results": partial(results, made["day"]),
    }
    for line in sys.stdin:
        send_json(commands[line.strip()]())
    is_over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
