"""Servers that are slow to cache leaderboards: `python -m tests.mutants.cache_that_deletes [delete]`.

Data read from the database takes up to 50 ms longer to reach the cache, so that many writes are late. With `delete`,
the mutant uses one key per league without a version: a writer deletes it after the commit
(`tests.processes.rescoring_worker`), and a reader that finds no entry writes one, even if it read before the commit.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.core.cache import cache

from core.cache.safe_cache import call_or_none

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")


def cache_key(league: int) -> str:
    return f"table of {league}"


def rendered(find: Callable[[], Any], render: Callable[[Any], Any]) -> Any:
    table = find()
    key = cache_key(table.league)
    found = call_or_none(lambda: cache.get(key), key)
    if found is None:
        found = render(table)
        call_or_none(lambda: cache.set(key, found), key)
    return found


def delayed(render: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def render_slowly(table: Any) -> Any:
        found = render(table)
        time.sleep(random.uniform(0, 0.05))
        return found

    return render_slowly


def main() -> None:
    django.setup()
    from fantasyf1.cached_reads import middleware
    from fantasyf1.ops import entrypoints
    from scoring import leaderboards

    vars(leaderboards)["_render_leaderboard"] = delayed(leaderboards._render_leaderboard)
    if sys.argv[1:] == ["delete"]:
        vars(middleware)["CachedReadsMiddleware"] = lambda django: django
        vars(leaderboards)["get_or_render"] = rendered
    asyncio.run(entrypoints._serve("127.0.0.1", int(os.environ["PORT"])))


if __name__ == "__main__":
    main()
