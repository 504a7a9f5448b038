"""A database of its own for a test that backs it up, destroys it and restores it, with a data folder and a cache."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.utils import ConnectionHandler
from psycopg import sql
from pytest_django import Settings

from fantasyf1.ops.backups import postgresql
from fantasyf1.ops.backups.restoring import disconnect


@dataclass(frozen=True)
class Installation:
    """The data folder, the folder of the backups, and how to reach the database: a path of SQLite, or parameters."""

    home: Path
    backups: Path
    database: Any

    def destroy(self, *statements: str) -> None:
        """Execute statements as another version, or a mistake, would."""
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()


@pytest.fixture
def installation(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    """The test's database is a copy, without rows, that backup and restore may treat as they like.

    Cache and broker are files, because those in Redis belong to other tests as well.
    """
    home, backups = tmp_path / "home", tmp_path / "backups"
    home.mkdir()
    settings.FANTASYF1_HOME, settings.BACKUP_DIR = home, backups
    settings.REDIS_URL = settings.BROKER_URL = ""
    location = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(home / "cache")}
    settings.CACHES = {"default": location}
    own = own_postgresql if connection.vendor == "postgresql" else own_sqlite
    with own(home) as database:
        yield Installation(home, backups, database)


@contextmanager
def own_postgresql(home: Path) -> Iterator[dict[str, str]]:
    """Use a new database on the server of the test run, with the tables of the test's."""
    target = postgresql.target_of(connection, "")
    name, dump = f"own_{uuid4().hex[:12]}", home / "empty.dump"
    postgresql.dump(target, dump)
    with postgresql.maintenance(target) as session:
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        postgresql.restore_dump({**target, "dbname": name}, dump)
        with _default_name(name):
            yield {**target, "dbname": name}
    finally:
        with postgresql.maintenance(target) as session:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def own_sqlite(home: Path) -> Iterator[Path]:
    """Use a file instead of the test's database, which is in memory."""
    connection.ensure_connection()
    original, path = connections["default"], home / "fantasyf1.sqlite3"
    with closing(sqlite3.connect(path)) as copy:
        original.connection.backup(copy)
    configuration = {**original.settings_dict, "NAME": str(path)}
    connections["default"] = ConnectionHandler({"default": configuration})["default"]
    try:
        # Threads make connections of their own.
        with _settings_name(str(path)):
            yield path
    finally:
        connections["default"].close()
        connections["default"] = original


@contextmanager
def _default_name(name: str) -> Iterator[None]:
    """Let the connections of all threads use the database with this name."""
    disconnect()
    with _settings_name(name):
        try:
            yield
        finally:
            disconnect()


@contextmanager
def _settings_name(name: str) -> Iterator[None]:
    configuration = connections.settings["default"]
    before = configuration["NAME"]
    configuration["NAME"] = name
    try:
        yield
    finally:
        configuration["NAME"] = before
