"""Database connections really have the options that the settings request."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections, transaction

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's pragmas")
PRAGMAS = [("journal_mode", "wal"), ("busy_timeout", 20_000), ("synchronous", 1), ("foreign_keys", 1)]
on_postgresql = pytest.mark.postgresql


def ask(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@pytest.fixture
def database_file(tmp_path: Path):
    """Yield a connection to a second SQLite database, with the settings of the first, in a file.

    Pragmas mean little for a database in memory.
    """
    alias = "file"
    connections.settings[alias] = {**connections.settings["default"], "NAME": str(tmp_path / "file.sqlite3")}
    yield connections[alias]
    connections[alias].close()
    del connections[alias], connections.settings[alias]


@on_sqlite
class TestSQLite:
    @pytest.mark.parametrize(("pragma", "value"), PRAGMAS)
    def test_a_connection_has_the_pragma(self, database_file, django_db_blocker, pragma, value):
        with django_db_blocker.unblock(), database_file.cursor() as cursor:
            assert cursor.execute(f"PRAGMA {pragma}").fetchone()[0] == value

    def test_a_transaction_takes_the_write_lock_when_it_begins(self, database_file, django_db_blocker):
        with django_db_blocker.unblock(), transaction.atomic(using=database_file.alias):
            other = sqlite3.connect(database_file.settings_dict["NAME"], timeout=0)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.close()

    def test_a_reader_is_not_blocked_by_a_writer(self, database_file, django_db_blocker):
        with django_db_blocker.unblock():
            with database_file.cursor() as cursor:
                cursor.execute("CREATE TABLE lap (number INTEGER)")
            with transaction.atomic(using=database_file.alias), database_file.cursor() as cursor:
                cursor.execute("INSERT INTO lap VALUES (1)")
                other = sqlite3.connect(database_file.settings_dict["NAME"], timeout=0)
                assert other.execute("SELECT count(*) FROM lap").fetchone() == (0,)
                other.close()


@on_postgresql
@pytest.mark.django_db
class TestPostgreSQL:
    def test_waiting_for_a_lock_times_out(self):
        assert ask("SHOW lock_timeout") == "10s"

    def test_statements_have_a_timeout(self):
        assert ask("SHOW statement_timeout") == "1min"

    def test_a_slow_statement_is_cancelled(self):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            with pytest.raises(OperationalError, match="statement timeout"):
                cursor.execute("SELECT pg_sleep(5)")

    def test_nothing_is_left_in_a_session(self):
        """Which PgBouncer's transaction mode gives to somebody else."""
        assert connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        assert connection.connection.prepare_threshold is None
        assert "options" not in connection.get_connection_params()

    def test_a_connection_ends_with_its_request(self):
        assert settings.DATABASES["default"]["CONN_MAX_AGE"] == 0


@on_postgresql
def test_connections_come_from_a_pool_outside_tests(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.setenv("FANTASYF1_HOME", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
    code = "import django; django.setup(); from django.db import connection; print(connection.pool.max_size)"
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.stdout.strip() == "8", done.stderr
