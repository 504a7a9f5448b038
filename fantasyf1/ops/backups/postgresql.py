"""Dumps of a PostgreSQL database by pg_dump, and databases beside it in which they are restored.

The password travels in the environment of the programs, never on their command line, which all users can read.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from fantasyf1.ops.backups.errors import BackupError, BackupIsRunningError
from fantasyf1.ops.backups.sqlite import Facts

Session = psycopg.Connection[Any]
Target = Mapping[str, str]

# Any number that no other program on the same database uses for its advisory locks.
LOCK_ID = 7_011_951
# Where to look for programs of the server's version: the PATH may have others.
FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
# The parameters of a connection that the programs know, each with its variable.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
# A backup waits for nothing and may take as long as it needs.
NO_TIMEOUTS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
ROW_TABLES = """
SELECT format('%I', tablename), tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename
"""
OWN_RELATIONS = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       relname
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
ORDER BY relkind IN ('S'), relname
"""


def target_of(connection: BaseDatabaseWrapper, direct_url: str) -> dict[str, str]:
    """How to reach the database: by the site's own settings, or by a URL that leads around PgBouncer."""
    parameters = conninfo_to_dict(direct_url) if direct_url else connection.get_connection_params()
    return {name: str(parameters[name]) for name in VARIABLES if parameters.get(name)}


def connect(target: Target, **changes: str) -> Session:
    """A session of its own, in autocommit mode. Raises `BackupError` if there is none."""
    try:
        return psycopg.connect(**{**target, **changes}, autocommit=True)  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise BackupError(f"PostgreSQL cannot be reached: {error}") from error


# -- programs ---------------------------------------------------------------------------------------------------------


def program(name: str, session: Session) -> Path:
    """The path of pg_dump or pg_restore. Raises `BackupError` if it is missing or older than the server.

    Of several versions, that of the server comes first: what a newer one writes may need a newer server.
    """
    server = session.info.server_version // 10_000
    found = {path: _major_version(path) for path in _candidates(name)}
    usable = sorted((version, path) for path, version in found.items() if version >= server)
    if usable:
        return usable[0][1]
    package = f"PostgreSQL's client programs of version {server} (on Debian, the package postgresql-client-{server})"
    if not found:
        raise BackupError(f"{name} is not installed. Install {package}.")
    raise BackupError(f"{name} is of version {max(found.values())}, and the server of {server}. Install {package}.")


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    for folder in FOLDERS:
        yield from (path for path in Path("/").glob(f"{folder}/{name}") if os.access(path, os.X_OK))


def _major_version(path: Path) -> int:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else 0


def _run(command: list[str | Path], target: Target) -> None:
    """Run a program. Raises `BackupError` with what it says if it fails."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {VARIABLES[name]: value for name, value in target.items()}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        raise BackupError(f"{Path(command[0]).name} has failed: {done.stderr.strip()}")


# -- dumps ------------------------------------------------------------------------------------------------------------


def dump(target: Target, path: Path) -> Facts:
    """Dump a database and count its rows, both from the same snapshot. Raises `BackupError`.

    An advisory lock keeps a second backup away, on whatever machine.
    """
    with connect(target) as session, session.transaction(), session.cursor() as cursor:
        pg_dump = program("pg_dump", session)
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name in NO_TIMEOUTS:
            cursor.execute("SELECT set_config(%s, '0', true)", [name])
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), pg_export_snapshot()", [LOCK_ID])
        row = cursor.fetchone()
        if not row or not row[0]:
            raise BackupIsRunningError("Another backup of this database is running.")
        # The archive is compressed as a whole.
        options = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password")
        _run([pg_dump, *options, f"--snapshot={row[1]}", f"--file={path}"], target)
        return _facts(session)


def facts(target: Target) -> Facts:
    with connect(target) as session, session.transaction():
        for name in NO_TIMEOUTS:
            session.execute("SELECT set_config(%s, '0', true)", [name])
        return _facts(session)


def _facts(session: Session) -> Facts:
    tables = session.execute(ROW_TABLES).fetchall()
    rows = {name: _count(session, quoted) for quoted, name in tables}
    applied = session.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    version = session.info.server_version
    return Facts(f"PostgreSQL {version // 10_000}.{version % 10_000}", [name for (name,) in applied], rows)


def _count(session: Session, quoted: str) -> int:
    row = session.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 - quoted by PostgreSQL
    return int(row[0]) if row else 0


# -- restoring --------------------------------------------------------------------------------------------------------


def restore_dump(target: Target, path: Path) -> None:
    """Restore a dump into a database without tables: all of it, or nothing. Raises `BackupError`."""
    with connect(target) as session:
        pg_restore = program("pg_restore", session)
    options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-password")
    _run([pg_restore, *options, f"--dbname={target['dbname']}", path], target)


def sessions_of(target: Target) -> int:
    """How many other sessions use the database; none if it does not exist."""
    with maintenance(target) as session:
        row = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
            " AND pid <> pg_backend_pid()",
            [target["dbname"]],
        ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def maintenance(target: Target) -> Iterator[Session]:
    """A session in another database of the same server, or in this one if the role may not use others."""
    session = None
    for name in ("postgres", "template1"):
        with suppress(BackupError):
            session = connect(target, dbname=name)
            break
    with session or connect(target) as used:
        yield used


def can_replace_database(target: Target) -> bool:
    """Whether the role may create databases, and owns this one if it exists."""
    with maintenance(target) as session:
        if session.info.dbname == target["dbname"]:
            return False
        row = session.execute(
            "SELECT (rolcreatedb OR rolsuper) AND coalesce((SELECT pg_has_role(datdba, 'USAGE') FROM pg_database"
            " WHERE datname = %s), true) FROM pg_roles WHERE rolname = current_user",
            [target["dbname"]],
        ).fetchone()
    return bool(row and row[0])


@contextmanager
def new_database(target: Target) -> Iterator[dict[str, str]]:
    """An empty database beside the given one. It is dropped at the end, unless `take_place_of` has renamed it."""
    name = f"{target['dbname']}_restored_{uuid4().hex[:8]}"
    with maintenance(target) as session:
        session.execute(_create(session, name, like=target["dbname"]))
    try:
        yield {**target, "dbname": name}
    finally:
        with maintenance(target) as session:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(session: Session, name: str, *, like: str) -> sql.Composed:
    """Create a database with the encoding and collation of another one, or of the server if there is none."""
    row = session.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s", [like]
    ).fetchone()
    command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if row is None:
        return command
    options = sql.SQL(" TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}")
    return command + options.format(*map(sql.Literal, row))


def take_place_of(target: Target, restored: Target) -> None:
    """Drop the database and give its name to the restored one. Sessions of the old one end."""
    old, new = sql.Identifier(target["dbname"]), sql.Identifier(restored["dbname"])
    with maintenance(target) as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(old))
        session.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(new, old))


def empty_schema(target: Target) -> None:
    """Drop all tables, views and sequences of the schema, in one transaction. Raises `BackupError`."""
    try:
        with connect(target) as session, session.transaction():
            for kind, name in session.execute(OWN_RELATIONS).fetchall():
                command = sql.SQL("DROP {} IF EXISTS {} CASCADE").format(sql.SQL(kind), sql.Identifier(name))
                session.execute(command)
    except psycopg.Error as error:
        raise BackupError(f"The old tables cannot be dropped: {error}") from error


def end_sessions(target: Target) -> None:
    """End the other sessions of the role in its database."""
    with connect(target) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND usename = current_user"
        )
