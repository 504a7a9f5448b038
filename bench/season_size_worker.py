"""The worker process of the benchmark of a league-season's size: `python -m bench.season_size_worker LEAGUES RACES`.

It measures all tables, plays the leagues, and prints both measurements as one line of JSON.
"""

import sys
from collections import defaultdict
from datetime import UTC, datetime

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from core.tasks import enqueue  # noqa: E402
from drafts.services import lock_draft, open_due_drafts  # noqa: E402
from leagues.models import League  # noqa: E402
from races.models import Classification  # noqa: E402
from races.services import record_season  # noqa: E402
from races.sources.dto import ClassificationDTO  # noqa: E402
from races.sources.fixtures import SeasonPack, read_pack  # noqa: E402
from scoring.services import simulation  # noqa: E402
from scoring.services.simulation import create_league_with_bots  # noqa: E402
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


def create_league(number: int, pack: SeasonPack) -> League:
    return create_league_with_bots(
        season=record_season(dto=pack.season, now=BEFORE_THE_SEASON),
        name=f"League {number}",
        player=User.objects.create_user(f"player-{number}"),
        constructor_name="Constructor 1",
        bots=[f"Constructor {number}" for number in range(2, 11)],
        settings={},
        now=BEFORE_THE_SEASON,
    )


def play(leagues: list[League], pack: SeasonPack, races: int) -> None:
    """Play race after race in all leagues at once, by the steps of `simulate_season`."""
    results: dict[tuple[str, str], list[ClassificationDTO]] = defaultdict(list)
    for dto in pack.classifications:
        results[dto.circuit, dto.race_name].append(dto)
    for race in list(leagues[0].season.races.order_by("round")[:races]):
        for league in leagues:
            draft = simulation._next_draft(league, None)
            assert draft, f"{league} has no draft before the {race}"
            simulation._seed_draws(league, "1")
            open_due_drafts(now=draft.opens_at, league=league)
            simulation._draft_as_bots(draft, f"{league.pk}")
            lock_draft(draft=draft, now=draft.locks_at)
        simulation._record_and_score(race, results[race.circuit.ref, race.name], Classification.Source.PACK)


def main() -> None:
    count, races = map(int, sys.argv[1:])
    call_command("migrate", verbosity=0, interactive=False)
    pack = read_pack(2025)
    with enqueue.enqueueing_disabled():
        record_season(dto=pack.season, now=BEFORE_THE_SEASON)
        before = measure()
        play([create_league(number, pack) for number in range(count)], pack, races)
        send_json({"before": before, "after": measure()})


if __name__ == "__main__":
    main()
