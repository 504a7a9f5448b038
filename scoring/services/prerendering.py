"""Warms the cache: renders the season standings of leagues that have just been scored.

Rendering many at once is cheaper than leaving each to its first reader, and after a race everybody looks.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import groupby, islice
from operator import itemgetter

from django.db import transaction

from core.api.pagination import first_page
from core.cache import safe_cache
from core.cache.responses import RenderedJSON, as_json, set_many_rendered
from core.formatting.avatars import Mark
from core.formatting.points import format_points

from ..leaderboards import LeaderboardKey
from . import bulk_sql

# Pages per pipeline: small enough that a slow Redis takes them within its timeout.
BATCH_SIZE = 250


def prerender(*, leagues: Sequence[int]) -> None:
    """Cache the first page of each league's season standings under its version. Does nothing without Redis.

    The bytes equal what `scoring.leaderboards` renders for the first reader, so it does not matter who is faster.
    """
    if not safe_cache.is_redis():
        return
    with transaction.atomic():
        bulk_sql.set_bulk_session_options()
        rows = bulk_sql.season_rows(leagues)
    pages = _pages(rows)
    while batch := list(islice(pages, BATCH_SIZE)):
        safe_cache.call_or_none(partial(set_many_rendered, batch), "leaderboards")


def _pages(rows: Sequence[bulk_sql.Row]) -> Iterator[RenderedJSON]:
    for (league, version), own_rows in groupby(rows, itemgetter(0, 1)):
        yield RenderedJSON(
            LeaderboardKey(league, None, version).key, as_json(first_page([_row(row) for row in own_rows]))
        )


def _row(row: bulk_sql.Row) -> dict[str, object]:
    """A row in the format of `scoring.selectors.season_rows`."""
    _, _, rank, pk, name, owner_id, owner, colour, badge, is_bot, *numbers, joined_late, has_left = row
    points, autopicks, races, wins, best_race = numbers
    return {
        "rank": rank,
        "constructor_id": pk,
        "constructor": name,
        "user_id": owner_id,
        "player": "bot" if is_bot else owner or "former player",
        "mark": (Mark() if is_bot else Mark(colour, badge or ""))._asdict(),
        "points": format_points(Decimal(points)),
        "autopicks": autopicks,
        "races": races,
        "wins": wins,
        "best_race": format_points(Decimal(best_race)),
        "joined_late": bool(joined_late),
        "has_left": bool(has_left),
    }
