"""Prepare a database for the site: one process at a time, with timeouts for migrations and for everything else.

All of it works through PgBouncer in transaction mode too. On SQLite, which has neither roles nor timeouts, and whose
processes share a data folder with a lock of its own, it does nothing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import psycopg
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from core import timeouts

Say = Callable[[str], None]

# Any number that no other program on the same database uses for its advisory locks.
LOCK_ID = 7_011_950
# A migration that waits for a lock makes everybody behind it wait, so it gives up soon and starts over later. Its
# statements may take as long as they need: what rewrites a large table takes minutes.
MIGRATION_TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "0"}
LOCK_NOT_AVAILABLE = "55P03"
MAX_MIGRATION_ATTEMPTS = 10
MAX_PAUSE_SECONDS = 15.0
# The sessions of PgBouncer from before the role had timeouts: at most as many as it has connections to a database.
MAX_OLD_SESSIONS = 100

_is_locked = ContextVar("is_database_locked", default=False)


# -- one process at a time --------------------------------------------------------------------------------------------


@contextmanager
def exclusive_lock(connection: BaseDatabaseWrapper, *, say: Say) -> Iterator[None]:
    """Hold an advisory lock. A second process waits, whatever its machine, and then finds everything done.

    The lock belongs to a transaction on a connection of its own, because a session's lock would not outlive a statement
    in PgBouncer's transaction mode. Inside another such block, it is held already.
    """
    if connection.vendor != "postgresql" or _is_locked.get():
        yield
        return
    with _new_session(connection) as session, session.cursor() as cursor:
        others = timeouts.other_timeouts(cursor)
        _take_lock(cursor, say)
        token = _is_locked.set(True)
        try:
            yield
        finally:
            _is_locked.reset(token)
            if others:
                _end_session(cursor)


def _new_session(connection: BaseDatabaseWrapper) -> "psycopg.Connection[Any]":
    """A connection outside of the pool. Raises Django's errors."""
    with connection.wrap_database_errors:
        return psycopg.connect(**connection.get_connection_params())


def _take_lock(cursor: "psycopg.Cursor[Any]", say: Say) -> None:
    _set_local(cursor, lock_timeout="0", statement_timeout="0", idle_in_transaction_session_timeout="0")
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_ID])
    if cursor.fetchone() != (True,):
        say("Waiting for another process that prepares this database.")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])


def _set_local(cursor: Any, **values: str) -> None:
    """Set these options until the end of the transaction."""
    for name, value in values.items():
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _end_session(cursor: "psycopg.Cursor[Any]") -> None:
    """End the session of a transaction at the server, where PgBouncer would lend it to the site next.

    It is from before the role got its timeouts. Nobody else uses it while the transaction runs.
    """
    with suppress(psycopg.OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


# -- migrations -------------------------------------------------------------------------------------------------------


class MigrationSchemaEditor(DatabaseSchemaEditor):
    """Sets the timeouts of a migration in its transaction."""

    def __enter__(self) -> "MigrationSchemaEditor":
        super().__enter__()
        if self.atomic_migration and not self.collect_sql:
            with self.connection.cursor() as cursor:
                _set_local(cursor, **MIGRATION_TIMEOUTS)
        return self


@contextmanager
def migration_timeouts(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Run the migrations inside the block with timeouts of their own."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.SchemaEditorClass = MigrationSchemaEditor
    try:
        yield
    finally:
        del connection.SchemaEditorClass


def retry_while_locked(migrate: Callable[[], object], *, say: Say) -> None:
    """Call `migrate` until no migration had to give up waiting for a lock. What has been applied is not repeated.

    Raises `CommandError` after `MAX_MIGRATION_ATTEMPTS`.
    """
    for attempt in range(MAX_MIGRATION_ATTEMPTS):
        try:
            migrate()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
        else:
            return
        say("A migration waits for a table that is in use. It starts over.")
        time.sleep(min(0.5 * 2**attempt, MAX_PAUSE_SECONDS))
    raise CommandError(
        f"A migration could not lock a table in {MAX_MIGRATION_ATTEMPTS} attempts, because something uses it all the"
        " time, such as a long task or another program. It has changed nothing. Stop that, then start again."
    )


# -- the role's timeouts ----------------------------------------------------------------------------------------------


def ensure_timeouts(connection: BaseDatabaseWrapper) -> None:
    """Make sure that new sessions have the timeouts of `core.timeouts`: set them for the role if they do not.

    Raises `CommandError` if that does not help.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or not _check_new_session(connection):
        return
    try:
        _set_for_role(connection)
    except ProgrammingError as error:
        raise _not_in_force(str(error).strip()) from error
    for _ in range(MAX_OLD_SESSIONS):
        others = _check_new_session(connection, end_if_wrong=True)
        if not others:
            break
    else:
        raise _not_in_force(timeouts.describe(others))
    # The sessions of this process are from before.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _set_for_role(connection: BaseDatabaseWrapper) -> None:
    """Set the timeouts for new sessions of this role in this database. A role may do this for itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = connection.ops.quote_name(cursor.fetchone()[0])
        for name, value in timeouts.TIMEOUTS.items():
            cursor.execute(f"ALTER ROLE SESSION_USER IN DATABASE {database} SET {name} = '{value}'")


def _check_new_session(connection: BaseDatabaseWrapper, *, end_if_wrong: bool = False) -> dict[str, str]:
    """The wrong timeouts of a new session, which PgBouncer may have opened before the role was changed."""
    with _new_session(connection) as session, session.cursor() as cursor:
        others = timeouts.other_timeouts(cursor)
        if others and end_if_wrong:
            _end_session(cursor)
    return others


def _not_in_force(reason: str) -> CommandError:
    wanted = " and ".join(f"{name} = '{value}'" for name, value in timeouts.TIMEOUTS.items())
    return CommandError(
        f"New database sessions do not have the timeouts that the site needs, {wanted}: {reason}. Set both with ALTER"
        " ROLE ... IN DATABASE ... SET, remove other values from DATABASE_URL, and run RECONNECT in PgBouncer."
    )
