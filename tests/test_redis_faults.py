"""Redis is stopped, paused, emptied or filled with rubbish: responses still come from the database, and are correct.

A server process, re-scorers and readers share a private Redis, which fails while they run. The long form, in which
Redis is away for 10 s, checks response times strictly and needs an otherwise idle machine:
`REDIS_FAULTS=long script/test tests/test_redis_faults.py`.
"""

import asyncio
import os
from collections.abc import Iterator
from functools import partial

import pytest

from bench.report import percentile
from tests.processes.leaderboard_readers import SERVER_ENV, StaleReadWatch
from tests.support.own_redis import OwnRedis
from tests.support.servers import Server, WorkerProcess, database_env

pytestmark = pytest.mark.postgresql

IS_LONG = os.environ.get("REDIS_FAULTS") == "long"
FAULT_SECONDS, HEALTHY_SECONDS = (10, 4) if IS_LONG else (3, 2)
READERS, WRITERS, LEAGUES = 20, 2, 3
# A third of the second in the long form is the timeout of the first request to a Redis that does not respond.
MAX_P99_SECONDS = 1 if IS_LONG else 10

FAULTS = ("stop", "pause", "flush", "corrupt")


@pytest.fixture(scope="module")
def own_redis() -> Iterator[OwnRedis]:
    own = OwnRedis()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def site(own_redis: OwnRedis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkerProcess, Server]]:
    with database_env(tmp_path_factory.mktemp("home")) as env:
        env |= SERVER_ENV | {"REDIS_URL": own_redis.url}
        rescorer = WorkerProcess(env, "tests.processes.rescoring_worker", str(LEAGUES), str(READERS))
        server = Server(env)
        yield rescorer, server
        server.stop()
        rescorer.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_standings_are_right_and_no_request_fails(fault: str, own_redis: OwnRedis, site: tuple[WorkerProcess, Server]):
    rescorer, server = site
    watch = StaleReadWatch(rescorer)

    async def meanwhile() -> None:
        await asyncio.sleep(HEALTHY_SECONDS)
        await asyncio.to_thread(partial(getattr(own_redis, fault), FAULT_SECONDS))

    seconds = FAULT_SECONDS + 2 * HEALTHY_SECONDS
    asyncio.run(watch.watch([server.port], f"score {seconds} {WRITERS}", meanwhile))
    assert watch.stale_reads == []
    assert watch.statuses.keys() <= {200, 304}
    assert watch.statuses[200] > 10
    assert percentile(watch.times, 0.99) < MAX_P99_SECONDS
