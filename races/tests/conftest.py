"""Fixtures: the replayed F1 API and a client for it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from races.sources.client import JolpicaClient
from tests.support.replay import REPLAY_PROGRAM, ReplayServer


@pytest.fixture(scope="session")
def replay_server() -> Iterator[ReplayServer]:
    if not REPLAY_PROGRAM.exists():
        pytest.skip("the replay server is not here: FANTASYF1_REPLAY says where it is")
    with ReplayServer() as server:
        yield server


@pytest.fixture
def replay(replay_server: ReplayServer, settings: Settings) -> ReplayServer:
    """Point the site at the replayed API, without faults and without a rate limit."""
    replay_server.reset()
    settings.F1_API_URL = replay_server.url
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000
    return replay_server


@pytest.fixture
def waits() -> list[float]:
    """The backoff delays in seconds that the client would have slept."""
    return []


@pytest.fixture
def jolpica_client(replay: ReplayServer, waits: list[float]) -> Iterator[JolpicaClient]:
    with JolpicaClient(timeout=5, sleep=waits.append) as source:
        yield source
