"""Live streams on real server processes: what they use, which failures they survive, and how they end."""

import asyncio
import http.server
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg
import pytest
from django.conf import settings

from tests.support.servers import DraftEventWorker, EventSourceClient, Server, draft_with_servers

STREAMS = 90
NEVER_REACHED_SEQ = 1000


class Site:
    """One installation for all tests in this module. Each test follows from where the previous one stopped."""

    def __init__(self, worker: DraftEventWorker, server: Server, env: dict[str, str]) -> None:
        self.worker, self.server, self.env = worker, server, env

    def follower(self, number: int = 0) -> EventSourceClient:
        """A client that has received everything so far."""
        worker, ports = self.worker, [self.server.port]
        return EventSourceClient(worker.path, worker.sessions[number], ports, str(worker.seq))

    async def write(self, count: int = 1) -> None:
        await asyncio.to_thread(self.worker.write, count)

    async def stop(self, number: int = signal.SIGTERM) -> float:
        return await asyncio.to_thread(self.server.stop, number)

    async def start(self) -> None:
        self.server = await asyncio.to_thread(Server, self.env, port=self.server.port)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with draft_with_servers(tmp_path_factory.mktemp("home"), people=STREAMS, servers=1) as (worker, servers, env):
        worker.write()
        site = Site(worker, servers[0], env)
        yield site
        site.server.stop()


async def wait_until(is_so, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_streams(site: Site, count: int) -> AsyncIterator[None]:
    """Open this number of streams; each client has received an event and waits for the next one."""
    followers = [site.follower(number) for number in range(count)]
    tasks = [asyncio.create_task(follower.follow(NEVER_REACHED_SEQ)) for follower in followers]
    await wait_until(lambda: all(follower.statuses for follower in followers))
    await site.write()
    await wait_until(lambda: all(follower.seqs for follower in followers))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def database_connections(env: dict[str, str]) -> int:
    """The number of the server's connections to its database: not those of the draft's process and of this one."""
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row
    return int(row[0]) - 1


def test_many_streams_do_not_occupy_threads(site: Site):
    async def count() -> tuple[int, int]:
        async with open_streams(site, 1):  # the pool of database connections starts threads with its first one
            pass
        before = site.server.threads()
        async with open_streams(site, STREAMS):
            return before, site.server.threads()

    before, with_them = asyncio.run(count())
    assert with_them <= before


@pytest.mark.postgresql
def test_many_streams_use_few_database_connections(site: Site):
    async def count() -> int:
        most = 0
        async with open_streams(site, STREAMS):
            for _ in range(10):
                await site.write()
                most = max(most, await asyncio.to_thread(database_connections, site.env))
        return most

    assert asyncio.run(count()) <= 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_events_during_a_restart_are_caught_up(site: Site, number: int):
    async def live_through() -> tuple[EventSourceClient, float]:
        follower = site.follower()
        following = asyncio.create_task(follower.follow(site.worker.seq + 5))
        await site.write(2)
        await wait_until(lambda: len(follower.seqs) == 2)
        seconds = await site.stop(number)
        await site.write(2)
        await site.start()
        await wait_until(lambda: len(follower.seqs) == 4)
        await site.write()
        await asyncio.wait_for(following, 20)
        return follower, seconds

    before = site.worker.seq
    follower, seconds = asyncio.run(live_through())
    assert follower.seqs == list(range(before + 1, before + 6))
    assert seconds < 5, "open streams hold up the end"


class Unavailable(http.server.BaseHTTPRequestHandler):
    """The response of a proxy whose server is unavailable."""

    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def answering_503(port: int) -> Iterator[None]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Unavailable) as proxy:
        serving = threading.Thread(target=proxy.serve_forever)
        serving.start()
        yield
        proxy.shutdown()
        serving.join()


def test_three_seconds_of_503_lose_no_event(site: Site):
    async def live_through() -> EventSourceClient:
        follower = site.follower()
        following = asyncio.create_task(follower.follow(site.worker.seq + 4))
        await site.write(2)
        await wait_until(lambda: len(follower.seqs) == 2)
        await site.stop()
        with answering_503(site.server.port):
            await site.write(2)
            await asyncio.sleep(3)
        await site.start()
        await asyncio.wait_for(following, 20)
        return follower

    before = site.worker.seq
    follower = asyncio.run(live_through())
    assert follower.seqs == list(range(before + 1, before + 5))
    assert set(follower.statuses) == {200, 503}


@pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis: script/test brings one")
def test_without_redis_streams_poll(site: Site):
    """This server has no Redis, so it gets no wake-ups: its streams are later, but complete."""
    deaf = Server(site.env | {"REDIS_URL": "redis://127.0.0.1:1"})
    follower = EventSourceClient(site.worker.path, site.worker.sessions[0], [deaf.port], str(site.worker.seq))

    async def follow() -> None:
        following = asyncio.create_task(follower.follow(site.worker.seq + 3))
        await wait_until(lambda: follower.statuses)
        await site.write()
        await wait_until(lambda: follower.seqs)
        await site.write(2)
        await asyncio.wait_for(following, 10)

    before = site.worker.seq
    asyncio.run(follow())
    deaf.stop()
    assert follower.seqs == [before + 1, before + 2, before + 3]
