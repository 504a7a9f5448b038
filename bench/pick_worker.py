"""The worker process of the pick benchmark: it creates open drafts, and makes picks in them.

Run it with `python -m bench.pick_worker DRAFTS` beside the database. It creates the tables and DRAFTS leagues of eleven
constructors, all of the same eleven users, each with an open draft of 22 slots and 22 drivers; then it prints one line
of JSON about them. Ids are consecutive, so the ids of every slot and constructor follow from the place of their draft.
After that it runs the commands that it reads from standard input, and prints the result of each as one line of JSON:

    pick CONNECTIONS FIRST DRAFTS  make every pick of DRAFTS drafts through the service; elapsed seconds and CPU seconds
    statements FIRST               make one pick; the SQL statements that it ran
    made FIRST DRAFTS              the number of picks of these drafts, and how many of the drafts are complete
"""

import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import issue_tokens  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from drafts.models import Draft, Pick, Slot  # noqa: E402
from drafts.services import make_pick  # noqa: E402
from leagues.models import League, Membership, SettingsVersion  # noqa: E402
from races.models import Entry, Season  # noqa: E402
from tests.processes.draft_event_worker import send_json  # noqa: E402
from tests.support.factories import SeasonFactory, grid, weekend  # noqa: E402

CONSTRUCTORS, SLOTS = 11, 22
BATCH_SIZE = 5000
TIMEOUT_SECONDS = 60

PlannedPick = tuple[Constructor, Entry]


# -- set-up ----------------------------------------------------------------------------------------------------------


def set_up(count: int) -> dict[str, Any]:
    """Create everything; returns the first id of each kind, the drivers, and a token for every player."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    race = weekend(SeasonFactory.create(year=now.year), starts_at=now + timedelta(days=5))
    entries = grid(race)
    names = [f"player{number}" for number in range(CONSTRUCTORS)]
    users = User.objects.bulk_create(User(username=name, email=f"{name}@example.org") for name in names)
    leagues = make_leagues(race.season, users, count)
    drafts = open_drafts(leagues, entries)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "race": race.pk,
        "league": leagues[0].pk,
        "draft": drafts[0].pk,
        "slot": first_consecutive_id(Slot, count * SLOTS),
        "constructor": first_consecutive_id(Constructor, count * CONSTRUCTORS),
        "entry": entries[0].pk,
        "drivers": [entry.driver.ref for entry in entries],
        "tokens": [issue_tokens(user=user, now=now)["access"] for user in users],
    }


def make_leagues(season: Season, users: list[User], count: int) -> list[League]:
    """Create `count` leagues with the same members."""
    now = clock.now()
    leagues = League.objects.bulk_create(
        League(season=season, name=f"League {number}", capacity=CONSTRUCTORS, created_at=now) for number in range(count)
    )
    SettingsVersion.objects.bulk_create(SettingsVersion(league=league, number=1, created_at=now) for league in leagues)
    seats = [(league, user) for league in leagues for user in users]
    Membership.objects.bulk_create(
        (Membership(league=league, user=user, joined_at=now) for league, user in seats), BATCH_SIZE
    )
    Constructor.objects.bulk_create(
        (Constructor(league=league, owner=user, name=f"Team {user.username}", joined_at=now) for league, user in seats),
        BATCH_SIZE,
    )
    return leagues


def open_drafts(leagues: list[League], entries: list[Entry]) -> list[Draft]:
    """Create an open draft without picks for each league."""
    now = clock.now()
    settings = dict(SettingsVersion.objects.values_list("league", "pk"))
    ranking = [[entry.driver_id, "0"] for entry in entries]
    drafts = Draft.objects.bulk_create(
        (
            Draft(
                league=league,
                race=entries[0].race,
                settings_id=settings[league.pk],
                state=Draft.State.OPEN,
                opens_at=now,
                opened_at=now,
                locks_at=now + timedelta(days=4),
                ranking=ranking,
                turn_began_at=now,
                turn_ends_at=now + timedelta(hours=4),
            )
            for league in leagues
        ),
        BATCH_SIZE,
    )
    first = first_consecutive_id(Constructor, len(leagues) * CONSTRUCTORS)
    Slot.objects.bulk_create(
        (
            Slot(
                draft=draft,
                number=number + 1,
                round=number // CONSTRUCTORS + 1,
                constructor_id=first + place * CONSTRUCTORS + number % CONSTRUCTORS,
            )
            for place, draft in enumerate(drafts)
            for number in range(SLOTS)
        ),
        BATCH_SIZE,
    )
    return drafts


def first_consecutive_id(model: type[Model], count: int) -> int:
    """The first id of all rows; there must be `count` rows with consecutive ids."""
    ids = model._default_manager.order_by("pk").values_list("pk", flat=True)
    first, last = int(ids[0]), int(ids.reverse()[0])
    assert last - first + 1 == count, "the arithmetic of the floor counts on it"
    return first


# -- commands --------------------------------------------------------------------------------------------------------


def picks_in_turn(draft: Draft, entries: list[Entry]) -> list[PlannedPick]:
    """The constructor and the entry of each pick, in turn."""
    slots = draft.slots.select_related("constructor__owner").order_by("number")
    return [(slot.constructor, entry) for slot, entry in zip(slots, entries, strict=True)]


def drafts_from(first: int, count: int) -> list[Draft]:
    return list(Draft.objects.filter(pk__gte=first, pk__lt=first + count).order_by("pk"))


def race_entries() -> list[Entry]:
    return list(Entry.objects.select_related("driver").order_by("pk"))


def pick(connections: int, first: int, count: int) -> tuple[float, float]:
    """Make every pick of these drafts on several connections, each with its own thread and drafts.

    Returns the elapsed seconds and the CPU seconds of this process.
    """
    entries = race_entries()
    by_draft = [picks_in_turn(draft, entries) for draft in drafts_from(first, count)]
    by_thread = [[pick for picks in by_draft[number::connections] for pick in picks] for number in range(connections)]
    connection.close()  # the pool has one connection per thread
    with ThreadPoolExecutor(connections) as threads:
        start = threading.Barrier(connections + 1)
        working = [threads.submit(make_picks, picks, start) for picks in by_thread]
        start.wait(TIMEOUT_SECONDS)
        began, worked = time.monotonic(), time.process_time()
        wait(working)
        took, worked = time.monotonic() - began, time.process_time() - worked
    for future in working:
        future.result()
    return took, worked


def make_picks(picks: list[PlannedPick], start: threading.Barrier) -> None:
    connection.ensure_connection()
    start.wait(TIMEOUT_SECONDS)
    for constructor, entry in picks:
        make_pick(constructor=constructor, entry=entry, by=constructor.owner, now=clock.now())
    connection.close()


def statements(first: int) -> list[str]:
    """The statements of the first pick of a draft, without those that begin and end the transaction."""
    constructor, entry = picks_in_turn(drafts_from(first, 1)[0], race_entries())[0]
    with CaptureQueriesContext(connection) as captured:
        make_pick(constructor=constructor, entry=entry, by=constructor.owner, now=clock.now())
    said = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in said if sql not in ("BEGIN", "COMMIT")]


def made(first: int, count: int) -> dict[str, int]:
    drafts = Draft.objects.filter(pk__gte=first, pk__lt=first + count)
    return {
        "picks": Pick.objects.filter(draft__in=drafts).count(),
        "complete": drafts.filter(state=Draft.State.COMPLETE).count(),
    }


def main() -> None:
    send_json(set_up(int(sys.argv[1])))
    acts: dict[str, Callable[..., object]] = {"pick": pick, "statements": statements, "made": made}
    for line in sys.stdin:
        name, *numbers = line.split()
        send_json(acts[name](*map(int, numbers)))


if __name__ == "__main__":
    main()
