"""PostgreSQL is restarted or away: readers wait, and a request that cannot be repeated gets 503 and never 500."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.support.factories import SeasonFactory
from tests.support.own_postgresql import OwnPostgreSQL
from tests.support.servers import Server
from tests.test_supervisor import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PAGE, API = "/", "/api/v1/races?season=2025"
READERS = 6
# Longer than any restart takes: these tests do not depend on the speed of the machine.
PATIENCE_SECONDS = 120
LOGIN = ("/api/v1/auth/login", {"username": "alice", "password": "wrong"})


@pytest.fixture(scope="module")
def postgresql(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[OwnPostgreSQL]:
    own = OwnPostgreSQL()
    try:
        with django_db_blocker.unblock():
            season = SeasonFactory.create(year=2025)
            own.copy(connection.settings_dict["NAME"])
            season.delete()
            connection.close()
        yield own
    finally:
        own.delete()


def client_of(server: Server) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=2 * PATIENCE_SECONDS)


def start_server(postgresql: OwnPostgreSQL, folder: Any, seconds: float) -> Server:
    env = {"DATABASE_URL": postgresql.url, "FANTASYF1_HOME": str(folder), "HTTPS": "false"}
    env["SITE_URL"] = "http://testserver"
    return Server(env, ("tests.processes.pool_timeout_server", str(seconds)))


@pytest.fixture(scope="module")
def site(postgresql: OwnPostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    server = start_server(postgresql, tmp_path_factory.mktemp("site"), PATIENCE_SECONDS)
    with client_of(server) as client:
        yield client
    server.stop()


class Readers:
    """Clients that read a page and the API again and again."""

    def __init__(self, site: httpx.Client) -> None:
        self.site, self.statuses = site, list[int]()
        self.threads = [threading.Thread(target=self._read, args=([PAGE, API][i % 2],)) for i in range(READERS)]
        self._stop = threading.Event()

    def _read(self, path: str) -> None:
        while not self._stop.is_set():
            self.statuses.append(self.site.get(path).status_code)

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self.threads:
            thread.join()

    def wait_for_more(self) -> None:
        """Wait until each has read twice more."""
        count = len(self.statuses) + 2 * READERS
        wait_until(lambda: len(self.statuses) >= count)


def test_readers_wait_for_a_restart(postgresql, site):
    with Readers(site) as readers:
        for _ in range(2):
            readers.wait_for_more()
            postgresql.restart()
        readers.wait_for_more()
    assert set(readers.statuses) == {200}


def restart_while_waiting(postgresql: OwnPostgreSQL, table: str, request: Any) -> httpx.Response:
    """Send a request, which waits for a lock on the table, and restart PostgreSQL meanwhile."""
    with ThreadPoolExecutor(1) as thread, closing(psycopg.connect(postgresql.url)) as session:
        session.execute(f"LOCK TABLE {table}".encode())
        answer: Future[httpx.Response] = thread.submit(request)
        wait_until(lambda: someone_waits(session))
        postgresql.restart()
        return answer.result()


def someone_waits(session: "psycopg.Connection[Any]") -> bool:
    row = session.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return bool(row and row[0])


def test_a_read_whose_connection_is_lost_is_repeated(postgresql, site):
    assert restart_while_waiting(postgresql, "races_season", lambda: site.get(API)).status_code == 200


def test_a_write_whose_connection_is_lost_may_be_repeated_by_its_client(postgresql, site):
    path, body = LOGIN
    answer = restart_while_waiting(postgresql, "core_ratelimit", lambda: site.post(path, json=body))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["error"]["code"] == "unavailable"


def test_without_a_database_the_status_is_503(postgresql, tmp_path):
    postgresql.stop()
    server = start_server(postgresql, tmp_path, 0.5)
    try:
        with client_of(server) as client:
            page, api = client.get(PAGE), client.get(API)
    finally:
        server.stop()
        postgresql.start()
    assert {answer.status_code for answer in (page, api)} == {503}
    assert {answer.headers["Retry-After"] for answer in (page, api)} == {"5"}
    assert "The site is not available right now" in page.text
    assert api.json()["error"]["code"] == "unavailable"
