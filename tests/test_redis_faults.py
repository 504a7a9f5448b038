"""What becomes of Redis: stopped, paused, emptied, full of rubbish. The database answers, and answers what is true.

A server process, re-scorers and readers on a Redis of their own, to which something happens in the middle. The long
form, in which Redis is away for 10 s: `REDIS_FAULTS=long script/test tests/test_redis_faults.py`. It looks at the time
of an answer as well, and wants a machine that does nothing else.
"""

import asyncio
import os
from collections.abc import Iterator
from functools import partial

import pytest

from bench.report import percentile
from tests.own_redis import OwnRedis
from tests.readers import SETTINGS, Watch
from tests.servers import Server, Talker, database

pytestmark = pytest.mark.postgresql

IS_LONG = os.environ.get("REDIS_FAULTS") == "long"
AWAY_SECONDS, AROUND_SECONDS = (10, 4) if IS_LONG else (3, 2)
READERS, WRITERS, LEAGUES = 20, 2, 3
# A third of the long form's second is the timeout of the first question to a Redis that does not answer.
LONGEST_SECONDS = 1 if IS_LONG else 10

FAULTS = ("stop", "pause", "flush", "spoil")


@pytest.fixture(scope="module")
def own_redis() -> Iterator[OwnRedis]:
    own = OwnRedis()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def site(own_redis: OwnRedis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Talker, Server]]:
    with database(tmp_path_factory.mktemp("home")) as env:
        env |= SETTINGS | {"REDIS_URL": own_redis.url}
        stand = Talker(env, "tests.stand", str(LEAGUES), str(READERS))
        server = Server(env)
        yield stand, server
        server.stop()
        stand.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_tables_are_right_and_no_request_fails(fault: str, own_redis: OwnRedis, site: tuple[Talker, Server]):
    stand, server = site
    watch = Watch(stand)

    async def meanwhile() -> None:
        await asyncio.sleep(AROUND_SECONDS)
        await asyncio.to_thread(partial(getattr(own_redis, fault), AWAY_SECONDS))

    seconds = AWAY_SECONDS + 2 * AROUND_SECONDS
    asyncio.run(watch.watch([server.port], f"score {seconds} {WRITERS}", meanwhile))
    assert watch.mistakes == []
    assert watch.statuses.keys() <= {200, 304}
    assert watch.statuses[200] > 10
    assert percentile(watch.times, 0.99) < LONGEST_SECONDS
