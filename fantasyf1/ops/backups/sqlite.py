"""Copies of a SQLite database by its backup API, and how they replace it."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from fantasyf1.ops.backups.archives import sync_folder
from fantasyf1.ops.backups.errors import BackupError

COMPANIONS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Facts:
    """What a database contains: the version of its server, the migrations applied, and rows by table."""

    server: str
    migrations: list[str]
    rows: dict[str, int]


def dump(source: Path, target: Path) -> Facts:
    """Copy a database that may be in use. Raises `BackupError` if it is damaged."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as data,
            closing(sqlite3.connect(target)) as copy,
        ):
            data.backup(copy)
        return facts(target)
    except sqlite3.Error as error:
        raise BackupError(f"The database {source} cannot be copied: {error}.") from error


def facts(path: Path) -> Facts:
    """Check a database that nobody uses, and count its rows. Raises `BackupError` if it is damaged."""
    try:
        with closing(sqlite3.connect(path)) as database:
            (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise BackupError(f"The database is damaged: {found}.")
            names = [name for (name,) in database.execute(TABLES).fetchall()]
            rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
            applied = database.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be read: {error}.") from error
    return Facts(f"SQLite {sqlite3.sqlite_version}", [name for (name,) in applied], rows)


TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def is_in_use(path: Path) -> bool:
    """Whether another process has the database open. A database that cannot be read is not in use.

    Only a process that is alone may end the WAL mode. The site begins it again with its next connection.
    """
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=0.5)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    except sqlite3.DatabaseError:
        return False
    return False


def replace(path: Path, dump: Path) -> None:
    """Put a dump in the place of the database, all at once. Nobody may use it.

    The write-ahead log goes first: SQLite would apply that of the old database to the new one.
    """
    fresh = path.with_name(f".{path.name}.restored")
    shutil.copyfile(dump, fresh)
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    for companion in COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)
    fresh.replace(path)
    sync_folder(path.parent)


def delete_messages_and_cache(home: Path, broker_file: str) -> None:
    """Delete what the data folder holds beside the database: it belongs to the time before the restore."""
    for name in (broker_file, *(broker_file + companion for companion in COMPANIONS)):
        (home / name).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        shutil.rmtree(home / "cache")
