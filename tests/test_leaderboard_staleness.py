"""Readers never see a table older than one that was committed before their request, while re-scorers change the tables.

The servers and the re-scorers run in worker processes, the readers in this process. The short form takes a few seconds.
The long form uses 200 readers and 20 re-scorers for 30 s on two servers:
`READERS=long script/test tests/test_leaderboard_staleness.py`.
"""

import asyncio
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice

import pytest

from tests.processes.leaderboard_readers import SERVER_ENV, StaleReadWatch
from tests.support.servers import Server, WorkerProcess, services_env

pytestmark = pytest.mark.postgresql

IS_LONG = os.environ.get("READERS") == "long"
READERS, WRITERS, SECONDS = (200, 20, 30) if IS_LONG else (40, 6, 8)
LEAGUES, SERVERS = (4, 2) if IS_LONG else (2, 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkerProcess, dict[str, str]]]:
    with services_env(tmp_path_factory.mktemp("home")) as env:
        env |= SERVER_ENV | {"DATABASE_POOL_SIZE": str(WRITERS + 2)}
        rescorer = WorkerProcess(env, "tests.processes.rescoring_worker", str(LEAGUES), str(READERS))
        yield rescorer, env
        rescorer.close()


def repeated_watches(
    site: tuple[WorkerProcess, dict[str, str]], how: str = ""
) -> Generator[StaleReadWatch, None, None]:
    """Read and re-score for a while, repeatedly, on servers that are slow to cache tables."""
    rescorer, env = site
    servers = [Server(env, ("tests.mutants.cache_that_deletes", *how.split())) for _ in range(SERVERS)]
    try:
        while True:
            watch = StaleReadWatch(rescorer)
            asyncio.run(watch.watch([server.port for server in servers], f"score {SECONDS} {WRITERS} {how}"))
            yield watch
    finally:
        for server in servers:
            server.stop()


def test_no_reader_gets_older_standings_after_a_commit(site: tuple[WorkerProcess, dict[str, str]]):
    with closing(repeated_watches(site)) as all_of_them:
        watch = next(all_of_them)
    assert watch.stale_reads == []
    assert watch.statuses.keys() == {200, 304}
    assert sum(watch.versions.values()) > 5 * LEAGUES, "the tables have changed meanwhile"


def test_a_cache_that_deletes_instead_of_versioning_serves_stale_data(
    site: tuple[WorkerProcess, dict[str, str]],
):
    with closing(repeated_watches(site, "delete")) as tries:
        assert any("after" in mistake for watch in islice(tries, 8) for mistake in watch.stale_reads)
