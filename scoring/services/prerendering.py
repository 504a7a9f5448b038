"""Warms the cache: renders the season standings of leagues that have just been scored.

Rendering many at once is cheaper than leaving each to its first reader, and after a race everybody looks.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from itertools import groupby, islice
from operator import itemgetter

from django.db import transaction

from fantasyf1.kit import cache
from fantasyf1.kit.api.lists import first_page
from fantasyf1.kit.points import points_text
from fantasyf1.kit.rendered import Rendered, as_json, keep_all

from ..leaderboards import Table
from . import statements

# Pages per pipeline: small enough that a slow Redis takes them within its timeout.
SLICE = 250


def prerender(*, leagues: Sequence[int]) -> None:
    """Cache the first page of each league's season standings under its version. Does nothing without Redis.

    The bytes equal what `scoring.leaderboards` renders for the first reader, so it does not matter who is faster.
    """
    if not cache.is_redis():
        return
    with transaction.atomic():
        statements.prepare()
        rows = statements.season_lines(leagues)
    pages = _pages(rows)
    while batch := list(islice(pages, SLICE)):
        cache.attempt(partial(keep_all, batch), "leaderboards")


def _pages(rows: Sequence[statements.Row]) -> Iterator[Rendered]:
    for (league, version), own_rows in groupby(rows, itemgetter(0, 1)):
        yield Rendered(Table(league, None, version).name, as_json(first_page([_row(row) for row in own_rows])))


def _row(row: statements.Row) -> dict[str, object]:
    """A row in the format of `scoring.selectors.season_rows`."""
    _, _, rank, pk, name, owner, is_bot, points, autopicks, races, wins, best_race, joined_late, has_left = row
    return {
        "rank": rank,
        "constructor_id": pk,
        "constructor": name,
        "player": "bot" if is_bot else owner or "former player",
        "points": points_text(Decimal(points)),
        "autopicks": autopicks,
        "races": races,
        "wins": wins,
        "best_race": points_text(Decimal(best_race)),
        "joined_late": bool(joined_late),
        "has_left": bool(has_left),
    }
