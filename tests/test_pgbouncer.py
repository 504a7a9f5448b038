"""The site runs behind PgBouncer in transaction mode: migrations, a draft, and the timeouts of every statement."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.support.cast import DRAFTING_AT
from tests.support.pgbouncer import POOL_SIZE, PgBouncer, find_pgbouncer
from tests.support.servers import WorkerProcess, services_env

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(find_pgbouncer() is None, reason="PgBouncer is not installed"),
]
PEOPLE, THREADS = 3, 6
LEFT_BEHIND = """
SELECT name FROM pg_prepared_statements
UNION ALL SELECT relname FROM pg_class WHERE relpersistence = 't' AND pg_table_is_visible(oid)
UNION ALL SELECT locktype FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
UNION ALL SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN ('TimeZone', 'client_encoding')
"""


@pytest.fixture(scope="module")
def pgbouncer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PgBouncer, dict[str, str]]]:
    program = find_pgbouncer()
    assert program
    with services_env(tmp_path_factory.mktemp("home")) as env:
        pgbouncer = PgBouncer(program, env["DATABASE_URL"])
        start = {"FANTASYF1_CLOCK": DRAFTING_AT.isoformat(), "FANTASYF1_CLOCK_STARTED_AT": str(time.time())}
        yield pgbouncer, env | start | {"DEBUG": "true", "DATABASE_URL": pgbouncer.url}
        pgbouncer.stop()


@pytest.fixture(scope="module")
def worker(pgbouncer: tuple[PgBouncer, dict[str, str]]) -> Iterator[WorkerProcess]:
    """The draft's process, which has migrated the database through PgBouncer."""
    worker = WorkerProcess(pgbouncer[1], "tests.processes.pooled_draft_worker", str(PEOPLE))
    yield worker
    worker.close()


def test_the_site_works_in_transaction_mode(pgbouncer, worker):
    """One test, because the migrations take longer than all the rest."""
    # Although PgBouncer had sessions from before the migrations set the timeouts for the role.
    assert worker.ask("timeouts") == [["10s", "1min", "10s", "1min"]] * 8
    outcome = worker.ask(f"draft {THREADS}")
    assert outcome["own"] == outcome["picks"] == outcome["slots"] > PEOPLE
    assert outcome["seqs"] == list(range(1, len(outcome["seqs"]) + 1))
    for _ in range(POOL_SIZE):
        with psycopg.connect(pgbouncer[0].url, prepare_threshold=None) as session:
            assert session.execute(LEFT_BEHIND).fetchall() == []
