"""Readers and re-scorers at the same tables: nobody sees an older version than one that was committed before he asked.

Server processes, a process with the re-scorers, and the readers here. The short form takes a few seconds; the long one,
200 readers and 20 re-scorers for 30 s on two servers: `READERS=long script/test tests/test_leaderboard_readers.py`.
"""

import asyncio
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice

import pytest

from tests.readers import SETTINGS, Watch
from tests.servers import Server, Talker, services

pytestmark = pytest.mark.postgresql

IS_LONG = os.environ.get("READERS") == "long"
READERS, WRITERS, SECONDS = (200, 20, 30) if IS_LONG else (40, 6, 8)
LEAGUES, SERVERS = (4, 2) if IS_LONG else (2, 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Talker, dict[str, str]]]:
    with services(tmp_path_factory.mktemp("home")) as env:
        env |= SETTINGS | {"DATABASE_POOL_SIZE": str(WRITERS + 2)}
        stand = Talker(env, "tests.stand", str(LEAGUES), str(READERS))
        yield stand, env
        stand.close()


def watches(site: tuple[Talker, dict[str, str]], how: str = "") -> Generator[Watch, None, None]:
    """Let everybody read and score for a while, again and again, on servers that are slow to keep tables."""
    stand, env = site
    servers = [Server(env, ("tests.twin_of_tables", *how.split())) for _ in range(SERVERS)]
    try:
        while True:
            watch = Watch(stand)
            asyncio.run(watch.watch([server.port for server in servers], f"score {SECONDS} {WRITERS} {how}"))
            yield watch
    finally:
        for server in servers:
            server.stop()


def test_nobody_sees_an_older_table_after_an_acknowledged_commit(site: tuple[Talker, dict[str, str]]):
    with closing(watches(site)) as all_of_them:
        watch = next(all_of_them)
    assert watch.mistakes == []
    assert watch.statuses.keys() == {200, 304}
    assert sum(watch.versions.values()) > 5 * LEAGUES, "the tables have changed meanwhile"


def test_the_twin_that_deletes_instead_of_versioning_shows_old_tables(site: tuple[Talker, dict[str, str]]):
    with closing(watches(site, "delete")) as tries:
        assert any("after" in mistake for watch in islice(tries, 8) for mistake in watch.mistakes)
