"""Reconnect storm: many clients lose their connection about once a second while the draft goes on.

Runs with the services of the test run on PostgreSQL, Redis and two server processes, otherwise on SQLite and one. The
long form has 200 clients and 100 events: `STORM=long script/test tests/test_reconnect_storm.py`, or without services
`STORM=long .venv/bin/python -m pytest tests/test_reconnect_storm.py`.
"""

import asyncio
import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.support.servers import DraftEventWorker, EventSourceClient, Server, draft_with_servers

CLIENTS, EVENTS = (200, 100) if os.environ.get("STORM") == "long" else (60, 40)
EVENTS_A_SECOND = 5
SERVERS = 2 if settings.REDIS_URL else 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DraftEventWorker, dict[str, str]]]:
    with draft_with_servers(tmp_path_factory.mktemp("home"), people=CLIENTS, servers=0) as (worker, _, env):
        yield worker, env


async def follow_with_disconnects(
    worker: DraftEventWorker, servers: list[Server], *, seconds: float
) -> list[EventSourceClient]:
    """Let all clients follow while the events are written, and for this number of seconds longer."""
    ports, end = [server.port for server in servers], worker.seq + EVENTS
    followers = [EventSourceClient(worker.path, session, ports, str(worker.seq)) for session in worker.sessions]
    following = [asyncio.create_task(follower.follow(end, disconnect_after=1)) for follower in followers]
    for _ in range(EVENTS):
        await asyncio.gather(asyncio.to_thread(worker.write), asyncio.sleep(1 / EVENTS_A_SECOND))
    _, behind = await asyncio.wait(following, timeout=seconds)
    for task in behind:
        task.cancel()
    await asyncio.gather(*behind, return_exceptions=True)
    return followers


def run_storm(
    site: tuple[DraftEventWorker, dict[str, str]], *module: str, seconds: float
) -> tuple[list[EventSourceClient], int]:
    """Run a storm on servers of this kind; returns the followers and how many of them have received everything."""
    worker, env = site
    servers = [Server(env, module) for _ in range(SERVERS)]
    expected = list(range(worker.seq + 1, worker.seq + EVENTS + 1))
    followers = asyncio.run(follow_with_disconnects(worker, servers, seconds=seconds))
    for server in servers:
        server.stop()
    return followers, sum(follower.seqs == expected for follower in followers)


def test_every_client_gets_every_event_once_and_in_order(site: tuple[DraftEventWorker, dict[str, str]]):
    followers, complete = run_storm(site, "fantasyf1.ops.entrypoints", "web", seconds=30)
    assert complete == CLIENTS
    assert sum(follower.disconnects for follower in followers) > 2 * CLIENTS, "the streams were cut"
    assert {status for follower in followers for status in follower.statuses} == {200}


def test_without_the_check_for_gaps_clients_miss_events(site: tuple[DraftEventWorker, dict[str, str]]):
    """The mutant: clients that are disconnected during an event never receive it."""
    followers, complete = run_storm(site, "tests.mutants.sse_without_replay", seconds=2)
    assert any(follower.seqs for follower in followers), "the mutant does follow"
    assert complete < CLIENTS
