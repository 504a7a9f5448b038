"""The season tables of leagues that have just been scored, rendered before anybody asks: many at once are cheaper than
each by its first reader, and after a race everybody looks."""

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

# How many are sent together: a Redis that is slow gets them within its timeout.
SLICE = 250


def prerender(*, leagues: Sequence[int]) -> None:
    """Keep the first page of each league's season table under its version, where the cache is Redis.

    It is the page that `scoring.leaderboards` renders for the first reader; who was faster does not matter.
    """
    if not cache.is_redis():
        return
    with transaction.atomic():
        statements.prepare()
        lines = statements.season_lines(leagues)
    pages = _pages(lines)
    while some := list(islice(pages, SLICE)):
        cache.attempt(partial(keep_all, some), "leaderboards")


def _pages(lines_of_all: Sequence[statements.Row]) -> Iterator[Rendered]:
    for (league, version), lines in groupby(lines_of_all, itemgetter(0, 1)):
        yield Rendered(Table(league, None, version).name, as_json(first_page([_row(line) for line in lines])))


def _row(line: statements.Row) -> dict[str, object]:
    """A row as `scoring.selectors.season_rows` has it."""
    _, _, rank, pk, name, owner, is_bot, points, autopicks, races, wins, best_race, joined_late, has_left = line
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
