"""How a database is prepared: by one process at a time, and with timeouts for migrations and for everything else."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from fantasyf1 import health
from fantasyf1.ops import database

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@contextmanager
def other_session() -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(**connection.get_connection_params()) as session:
        yield session


def show(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def alter_role(change: str) -> None:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER ROLE SESSION_USER IN DATABASE {name} {change}")
    connection.close()


class TestLock:
    def test_a_second_process_waits_for_the_first(self):
        waits, order = Event(), []

        def second() -> None:
            with database.exclusive_lock(connection, say=lambda line: waits.set()):
                order.append("second")
            connection.close()

        thread = Thread(target=second)
        with database.exclusive_lock(connection, say=print):
            thread.start()
            assert waits.wait(30)
            order.append("first")
        thread.join(30)
        assert order == ["first", "second"]

    def test_one_process_takes_it_once(self):
        with database.exclusive_lock(connection, say=print), database.exclusive_lock(connection, say=print):
            assert self.count_locks() == 1
        assert self.count_locks() == 0

    def count_locks(self) -> int:
        with other_session() as session:
            row = session.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            ).fetchone()
        assert row
        return int(row[0])


class TestMigrations:
    def test_they_have_timeouts_of_their_own(self):
        with database.migration_timeouts(connection), connection.schema_editor():
            assert (show("lock_timeout"), show("statement_timeout")) == ("5s", "0")
        with connection.schema_editor():
            assert (show("lock_timeout"), show("statement_timeout")) == ("10s", "1min")

    def test_one_that_cannot_lock_a_table_starts_over(self, monkeypatch):
        monkeypatch.setitem(database.MIGRATION_TIMEOUTS, "lock_timeout", "50ms")
        lines = []
        with other_session() as user:
            user.execute("LOCK TABLE core_ratelimit")

            def say(line: str) -> None:
                lines.append(line)
                user.rollback()

            database.retry_while_locked(self.migrate, say=say)
        assert lines == ["A migration waits for a table that is in use. It starts over."]

    def test_it_gives_up_in_the_end(self, monkeypatch):
        monkeypatch.setitem(database.MIGRATION_TIMEOUTS, "lock_timeout", "10ms")
        monkeypatch.setattr(database, "MAX_PAUSE_SECONDS", 0.0)
        with other_session() as user:
            user.execute("LOCK TABLE core_ratelimit")
            with pytest.raises(CommandError, match="could not lock a table in 10 attempts"):
                database.retry_while_locked(self.migrate, say=print)

    def test_other_errors_are_raised(self):
        def fail() -> None:
            raise OperationalError("no space left on device")

        with pytest.raises(OperationalError, match="no space left"):
            database.retry_while_locked(fail, say=print)

    def migrate(self) -> None:
        with database.migration_timeouts(connection), connection.schema_editor() as editor:
            editor.execute("LOCK TABLE core_ratelimit")


class TestTimeouts:
    @pytest.fixture(autouse=True)
    def own_timeouts(self) -> Iterator[None]:
        """Remove the timeouts of the role in this database, and restore them."""
        alter_role("RESET ALL")
        yield
        connection.close()
        database.ensure_timeouts(connection)

    def test_missing_ones_are_set(self):
        assert show("lock_timeout") == "0"
        database.ensure_timeouts(connection)
        assert (show("lock_timeout"), show("statement_timeout")) == ("10s", "1min")

    def test_other_ones_are_replaced(self):
        alter_role("SET statement_timeout = '1h'")
        database.ensure_timeouts(connection)
        assert (show("lock_timeout"), show("statement_timeout")) == ("10s", "1min")

    def test_options_in_the_url_that_replace_them_are_refused(self, monkeypatch):
        reason = r"do not have the timeouts .*: lock_timeout is 1s\. Set both with"
        with monkeypatch.context() as patch:
            patch.setattr(database, "MAX_OLD_SESSIONS", 2)
            patch.setitem(connection.settings_dict["OPTIONS"], "options", "-c lock_timeout=1s")
            with pytest.raises(CommandError, match=reason):
                database.ensure_timeouts(connection)

    def test_the_health_check_logs_that_they_are_missing(self, caplog):
        assert health._database_responds()
        (record,) = caplog.records
        assert "other timeouts (manage.py prepare): lock_timeout is 0 and statement_timeout is 0" in record.message
        database.ensure_timeouts(connection)
        caplog.clear()
        assert health._database_responds()
        assert caplog.records == []
