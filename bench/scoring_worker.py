"""The worker process of the scoring benchmark: it creates leagues that have drafted, and scores their race.

Run it with `python -m bench.scoring_worker LEAGUES LEAGUES ...` beside the benchmark. It creates the tables and, for
each number, that many leagues of ten constructors, which have made twenty picks for a race of their own that has
results; then it prints one line of JSON. After that it runs the commands that it reads from standard input, and prints
the result of each as one line of JSON. The number of leagues identifies the race:

    reset LEAGUES   delete all scores, and vacuum the tables
    ours LEAGUES    score the race as the worker does, until its leaderboards are cached; the seconds that this took
    floor LEAGUES   the same with hand-written SQL through psycopg and one Redis pipeline
    tables LEAGUES  a digest of each table and of the cache, which must be the same after both
"""

import hashlib
import json
import os
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
import redis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg.types.json import Json  # noqa: E402

from core import clock  # noqa: E402
from core.cache.responses import response_key  # noqa: E402
from leagues.models import SettingsVersion  # noqa: E402
from leagues.rules import RuleSet  # noqa: E402
from races.models import Race  # noqa: E402
from scoring.services import score_race  # noqa: E402
from tests.processes.draft_event_worker import send_json  # noqa: E402
from tests.support.factories import SeasonFactory, grid, results_for, weekend  # noqa: E402

CONSTRUCTORS, PICKS, CARS = 10, 20, 22
RULES_KEY = RuleSet().key

# -- set-up ----------------------------------------------------------------------------------------------------------

# Every league has the default settings. The slots of a league pick the cars in a fixed sequence, which starts at a
# different car in every league.
MAKE = """
WITH made AS (
    INSERT INTO leagues_league (season_id, name, folded_name, code, visibility, capacity, created_at)
    SELECT %(season)s, 'League ' || n, 'league ' || n, %(race)s || '-' || n, 'private', 10, now()
    FROM generate_series(1, %(leagues)s) AS n
    RETURNING id
)
INSERT INTO leagues_settingsversion (league_id, number, created_at, {settings})
SELECT id, 1, now(), {defaults} FROM made;

INSERT INTO constructors_constructor (league_id, name, folded_name, name_skeleton, is_bot, autodraft, joined_at)
SELECT league.id, 'Team ' || n, 'team ' || n, 'team ' || n, false, 'off', now()
FROM leagues_league AS league, generate_series(1, 10) AS n
WHERE league.code LIKE %(race)s || '-%%';

INSERT INTO drafts_draft (
    league_id, race_id, settings_id, state, opens_at, locks_at, lock_is_provisional, void_reason, order_source,
    order_seed, ranking, last_seq, opened_at, locked_at
)
SELECT league.id, %(race)s::bigint, version.id, 'locked', now(), now(), false, '', 'random', '', '[]', 0, now(), now()
FROM leagues_league AS league JOIN leagues_settingsversion AS version ON version.league_id = league.id
WHERE league.code LIKE %(race)s || '-%%';

INSERT INTO drafts_slot (draft_id, number, round, constructor_id)
SELECT draft.id, own.n + 10 * (round - 1), round, own.id
FROM drafts_draft AS draft
JOIN (
    SELECT id, league_id, row_number() OVER (PARTITION BY league_id ORDER BY id) AS n FROM constructors_constructor
) AS own ON own.league_id = draft.league_id, generate_series(1, 2) AS round
WHERE draft.race_id = %(race)s::bigint;

INSERT INTO drafts_pick (draft_id, slot_id, entry_id, source, picked_at)
SELECT draft.id, slot.id, car.id, CASE WHEN slot.number %% 7 = 0 THEN 'autopick' ELSE 'player' END, now()
FROM drafts_draft AS draft
JOIN drafts_slot AS slot ON slot.draft_id = draft.id
JOIN (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM races_entry WHERE race_id = %(race)s::bigint
) AS car ON car.n = (slot.number * 7 + draft.id) %% 22
WHERE draft.race_id = %(race)s::bigint
"""
RESET = """
TRUNCATE scoring_pickscore, scoring_racescore, scoring_seasonscore, scoring_draftscoring, scoring_scoreversion,
    scoring_sheetline, scoring_scoresheet, scoring_scorechange, scoring_pickscorechange, drafts_draftevent;
UPDATE drafts_draft SET state = 'locked', last_seq = 0 WHERE state = 'scored';
INSERT INTO scoring_scoreversion (league_id, version) SELECT league_id, 1 FROM drafts_draft WHERE race_id = %(race)s;
INSERT INTO scoring_seasonscore (league_id, constructor_id, points, races, wins, best_race, autopicks, rank)
SELECT constructor.league_id, constructor.id, 0, 0, 0, 0, 0, 1
FROM constructors_constructor AS constructor JOIN drafts_draft AS draft ON draft.league_id = constructor.league_id
WHERE draft.race_id = %(race)s
"""


def set_up(sizes: Sequence[int]) -> dict[str, int]:
    """Create everything; returns the race of each size."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    season = SeasonFactory.create(year=now.year)
    defaults = default_settings()
    make = MAKE.replace("{settings}", ", ".join(defaults)).replace(
        "{defaults}", ", ".join(f"%({name})s" for name in defaults)
    )
    races = {}
    for number, size in enumerate(sizes, 1):
        race = weekend(season, number, starts_at=now - timedelta(days=100))
        grid(race)
        race.entries.update(in_line_up=True)
        results_for(race)
        run(make, race=str(race.pk), season=season.pk, leagues=size, **defaults)
        races[str(size)] = race.pk
    return races


def default_settings() -> dict[str, Any]:
    """The default of every league setting, as a parameter of SQL."""
    values = SettingsVersion().values
    return {name: Json(value) if isinstance(value, dict) else value for name, value in values.items()}


def redis_without_timeout() -> "redis.Redis[bytes]":
    """A client of the cache's Redis without the short timeouts of the cache."""
    return redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])


def run(statements: str, **parameters: Any) -> None:
    """Run SQL statements, each in its own transaction."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as own:
        for statement in statements.split(";"):
            own.execute(statement, parameters)


def reset(race: int) -> int:
    run(RESET, race=race)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    redis_without_timeout().flushdb()
    return 0


# -- ours ------------------------------------------------------------------------------------------------------------


def ours(race: int) -> dict[str, float]:
    found = Race.objects.get(pk=race)
    assert connection.connection
    with stopwatch(connection.connection) as took:
        score_race(race=found, now=clock.now())
    return took


@contextmanager
def stopwatch(own: "psycopg.Connection[Any]") -> Iterator[dict[str, float]]:
    """Measure the elapsed seconds of the block, and the CPU seconds of this process and its PostgreSQL backend."""
    took: dict[str, float] = {}
    began, worked = time.perf_counter(), time.process_time() + cpu_seconds(own.info.backend_pid)
    yield took
    took["cpu"] = time.process_time() + cpu_seconds(own.info.backend_pid) - worked
    took["seconds"] = time.perf_counter() - began


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# -- the floor: hand-written SQL -------------------------------------------------------------------------------------

BY_HAND = (
    """
    SELECT id FROM leagues_league WHERE id IN (SELECT league_id FROM drafts_draft WHERE race_id = %(race)s)
    ORDER BY id FOR NO KEY UPDATE
    """,
    "SELECT id FROM drafts_draft WHERE race_id = %(race)s AND state = 'locked' ORDER BY id FOR NO KEY UPDATE",
    """
    INSERT INTO scoring_draftscoring (draft_id, sheet_id, scored_at)
    SELECT id, %(sheet)s, now() FROM drafts_draft WHERE race_id = %(race)s
    """,
    """
    INSERT INTO scoring_pickscore (pick_id, driver_id, points, breakdown)
    SELECT pick.id, line.scorer_id, line.points, line.breakdown
    FROM drafts_draft AS draft
    JOIN drafts_pick AS pick ON pick.draft_id = draft.id
    JOIN races_entry AS entry ON entry.id = pick.entry_id
    JOIN scoring_sheetline AS line ON line.driver_id = entry.driver_id AND line.sheet_id = %(sheet)s
    WHERE draft.race_id = %(race)s
    """,
    """
    INSERT INTO scoring_racescore (draft_id, constructor_id, points, best_pick, autopicks, rank)
    SELECT slot.draft_id, slot.constructor_id, sum(score.points), max(score.points),
           count(*) FILTER (WHERE pick.source = 'autopick'),
           rank() OVER (PARTITION BY slot.draft_id ORDER BY sum(score.points) DESC, max(score.points) DESC)
    FROM drafts_draft AS draft
    JOIN drafts_slot AS slot ON slot.draft_id = draft.id
    JOIN drafts_pick AS pick ON pick.slot_id = slot.id
    JOIN scoring_pickscore AS score ON score.pick_id = pick.id
    WHERE draft.race_id = %(race)s
    GROUP BY slot.draft_id, slot.constructor_id
    """,
    "UPDATE drafts_draft SET state = 'scored', last_seq = last_seq + 1 WHERE race_id = %(race)s RETURNING id, last_seq",
    """
    INSERT INTO drafts_draftevent (draft_id, seq, kind, payload, happened_at)
    SELECT id, last_seq, 'scored', '{"race_revision": 1, "sprint_revision": 0}', now()
    FROM drafts_draft WHERE race_id = %(race)s
    """,
    """
    UPDATE scoring_seasonscore AS season
    SET points = ranked.points, races = ranked.races, wins = ranked.wins, best_race = ranked.best,
        autopicks = ranked.autopicks, rank = ranked.rank
    FROM (
        SELECT score.constructor_id, sum(points) AS points, count(*) AS races,
               count(*) FILTER (WHERE score.rank = 1) AS wins, max(points) AS best, sum(autopicks) AS autopicks,
               rank() OVER (
                   PARTITION BY every.league_id
                   ORDER BY sum(points) DESC, array_agg(score.rank ORDER BY score.rank) || 32767, max(points) DESC,
                            sum(autopicks)
               ) AS rank
        FROM drafts_draft AS draft
        JOIN drafts_draft AS every ON every.league_id = draft.league_id AND every.state = 'scored'
        JOIN scoring_racescore AS score ON score.draft_id = every.id
        WHERE draft.race_id = %(race)s
        GROUP BY every.league_id, score.constructor_id
    ) AS ranked
    WHERE season.constructor_id = ranked.constructor_id
    """,
    """
    UPDATE scoring_scoreversion SET version = version + 1
    WHERE league_id IN (SELECT league_id FROM drafts_draft WHERE race_id = %(race)s)
    """,
)
READ = """
    SELECT season.league_id, board.version, season.rank, constructor.id, constructor.name, season.points::text,
           season.autopicks, season.races, season.wins, season.best_race::text
    FROM drafts_draft AS draft
    JOIN scoring_scoreversion AS board ON board.league_id = draft.league_id
    JOIN scoring_seasonscore AS season ON season.league_id = draft.league_id
    JOIN constructors_constructor AS constructor ON constructor.id = season.constructor_id
    WHERE draft.race_id = %(race)s
    ORDER BY season.league_id, season.rank, constructor.name
"""
SHEET = """
    INSERT INTO scoring_scoresheet (
        race_id, rules_key, race_revision, sprint_revision, replacements_version, replacements, created_at
    ) VALUES (%(race)s, %(key)s, 1, 0, 0, '[]', now()) RETURNING id
"""
LINE = """
    INSERT INTO scoring_sheetline (
        sheet_id, driver_id, scorer_id, points, breakdown, points_if_race_held, breakdown_if_race_held,
        points_if_sprint_held, breakdown_if_sprint_held, points_if_held, breakdown_if_held
    ) VALUES (
        %(sheet)s, %(driver)s, %(driver)s, %(points)s, %(lines)s, %(points)s, %(lines)s, %(points)s, %(lines)s,
        %(points)s, %(lines)s
    )
"""
DRIVERS = """
    SELECT result.driver_id, result.position FROM races_result AS result
    JOIN races_classification AS classification ON classification.id = result.classification_id
    WHERE classification.race_id = %(race)s
"""


def floor(race: int) -> dict[str, float]:
    """Score the race with hand-written SQL and cache the leaderboards; return the seconds by `stopwatch`."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as own, stopwatch(own) as took:
        numbered = score_with_sql(own, race)
        bodies = render(own.execute(READ, {"race": race}).fetchall())
        with redis_without_timeout().pipeline(transaction=False) as pipeline:
            for draft, seq in numbered:
                pipeline.publish("floor", f"{draft} {seq}")
            for key, body in bodies.items():
                pipeline.set(key, body, ex=14400)
            pipeline.execute()
    return took


def score_with_sql(own: "psycopg.Connection[Any]", race: int) -> list[Any]:
    places = own.execute(DRIVERS, {"race": race}).fetchall()
    made = own.execute(SHEET, {"race": race, "key": RULES_KEY}).fetchone()
    assert made
    with own.cursor() as cursor:
        cursor.executemany(LINE, [line(made[0], driver, place) for driver, place in places])
    numbered: list[Any] = []
    for statement in BY_HAND:
        cursor = own.execute(statement, {"race": race, "sheet": made[0]})
        if "RETURNING" in statement:
            numbered = cursor.fetchall()
    own.commit()
    return numbered


def line(sheet: int, driver: int, place: int) -> dict[str, Any]:
    points = max(1, 10 - abs(10 - place))
    ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd"}.get(place, "th")
    lines = json.dumps([[f"{place}{ending} place", str(points)]])
    return {"sheet": sheet, "driver": driver, "points": points, "lines": lines}


def render(rows: Sequence[Sequence[Any]]) -> dict[str, bytes]:
    tables: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for league, version, rank, pk, name, points, autopicks, races, wins, best in rows:
        tables[league, version].append(
            {
                "rank": rank,
                "constructor_id": pk,
                "constructor": name,
                "user_id": None,
                "player": "former player",
                "points": points.removesuffix(".00"),
                "autopicks": autopicks,
                "races": races,
                "wins": wins,
                "best_race": best.removesuffix(".00"),
                "joined_late": False,
                "has_left": False,
            }
        )
    prefix = response_key("")
    return {
        f"{prefix}leaderboard:{league}:all:v{version}": seal(
            {"items": own, "total": len(own), "page": 1, "page_size": 50, "total_pages": 1}
        )
        for (league, version), own in tables.items()
    }


def seal(table: Any) -> bytes:
    body = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x" % zlib.crc32(body) + body


# -- the result of both sides ----------------------------------------------------------------------------------------

TABLES = {
    "picks": "SELECT pick_id, driver_id, points, breakdown::text FROM scoring_pickscore ORDER BY pick_id",
    "races": (
        "SELECT draft_id, constructor_id, points, best_pick, autopicks, rank FROM scoring_racescore"
        " ORDER BY draft_id, constructor_id"
    ),
    "seasons": (
        "SELECT constructor_id, points, races, wins, best_race, autopicks, rank FROM scoring_seasonscore"
        " ORDER BY constructor_id"
    ),
    "events": "SELECT draft_id, seq, kind, payload::text FROM drafts_draftevent ORDER BY draft_id, seq",
    "drafts": "SELECT id, state, last_seq FROM drafts_draft ORDER BY id",
    "versions": "SELECT league_id, version FROM scoring_scoreversion ORDER BY league_id",
}


def state_digests(race: int) -> dict[str, str]:
    """Return a digest of each table of scores and of the cached leaderboards, and how many of these are cached."""
    found = {}
    with psycopg.connect(os.environ["DATABASE_URL"]) as own:
        for name, query in TABLES.items():
            found[name] = digest(own.execute(query).fetchall())
    keys = sorted(redis_without_timeout().scan_iter(f"{response_key('')}leaderboard:*", count=5000))
    found["cache"] = digest([(key, redis_without_timeout().get(key)) for key in keys])
    found["cached"] = str(len(keys))
    return found


def digest(rows: Sequence[Any]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def main() -> None:
    races = set_up([int(size) for size in sys.argv[1:]])
    send_json(races)
    commands = {"reset": reset, "ours": ours, "floor": floor, "tables": state_digests}
    for line in sys.stdin:
        name, size = line.split()
        send_json(commands[name](races[size]))


if __name__ == "__main__":
    main()
