"""The worker process of the benchmark of a league-season's size: `python -m bench.season_size_worker LEAGUES RACES`.

It plays one league, measures all tables, plays LEAGUES more, and prints both measurements as one line of JSON.
"""

import sys
from datetime import UTC, datetime
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from core.tasks import enqueue  # noqa: E402
from races.models import Classification  # noqa: E402
from races.services import record_season  # noqa: E402
from races.sources.fixtures import read_pack  # noqa: E402
from scoring.services.simulation import create_league_with_bots, simulate_season  # noqa: E402
from tests.processes.draft_event_worker import send_json  # noqa: E402

BEFORE_THE_SEASON = datetime(2025, 2, 14, tzinfo=UTC)
SIZES = """
SELECT relname, reltuples::bigint, pg_total_relation_size(oid), pg_relation_size(oid)
FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
Sizes = dict[str, tuple[int, int, int]]


def measure() -> Sizes:
    """The rows, bytes with indexes, and bytes of each table, without what is no longer used."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL ANALYZE")
        cursor.execute(SIZES)
        return {name: (int(rows), int(total), int(alone)) for name, rows, total, alone in cursor.fetchall()}


def play(name: str, races: int) -> None:
    pack = read_pack(2025)
    league = create_league_with_bots(
        season=record_season(dto=pack.season, now=BEFORE_THE_SEASON),
        name=name,
        player=User.objects.create_user(f"player-{name}"),
        constructor_name="Constructor 1",
        bots=[f"Constructor {number}" for number in range(2, 11)],
        settings={},
        now=BEFORE_THE_SEASON,
    )
    drafts = simulate_season(league=league, results=pack.classifications, source=Classification.Source.PACK, seed=name)
    for _ in islice(drafts, races):
        pass


def main() -> None:
    leagues, races = map(int, sys.argv[1:])
    call_command("migrate", verbosity=0, interactive=False)
    with enqueue.enqueueing_disabled():
        play("first", races)
        first = measure()
        for number in range(leagues):
            play(f"league-{number}", races)
    send_json({"first": first, "after": measure()})


if __name__ == "__main__":
    main()
