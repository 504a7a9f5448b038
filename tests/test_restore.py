"""The commands in docs/operating.md restore a dump, whatever the database contains meanwhile."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# What a newer version may have added: a table that refers to an old one, a column, and the record of its migration.
NEWER_VERSION = """
CREATE TABLE accounts_trophy (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES accounts_user);
ALTER TABLE accounts_user ADD COLUMN trophies integer NOT NULL DEFAULT 0;
INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_trophies', now());
"""


@pytest.fixture
def programs():
    """The folder with the programs of the running PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        folder = Path(cursor.fetchone()[0])
    if not (folder / "pg_restore").exists():
        pytest.skip("this PostgreSQL came without pg_restore")
    return folder


@pytest.fixture
def server():
    """How to reach the server of the test, as arguments of `psycopg.connect`."""
    options = connection.settings_dict
    named = {"host": options["HOST"], "port": options["PORT"], "user": options["USER"], "password": options["PASSWORD"]}
    return {name: str(value) for name, value in named.items() if value}


@pytest.fixture
def restored(server):
    """The name of a database that a test creates, and that is dropped after it."""
    name = f"restored_{uuid4().hex}"
    yield name
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as own:
        own.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def run_documented(program, database, *, programs, server, **streams):
    """Run the command of the documentation that calls this program, on the database with this name."""
    text = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    (command,) = re.findall(rf"docker compose exec -T postgresql ({program} [^\n<>]+)", text)
    _, *words = shlex.split(command.replace(" -U fantasyf1", "").replace("fantasyf1", database))
    env = os.environ | {f"PG{name.upper()}": value for name, value in server.items()}
    subprocess.run([programs / program, *words], env=env, check=True, **streams)


def test_a_dump_replaces_a_database_of_a_newer_version(programs, server, restored, tmp_path):
    dump = tmp_path / "fantasyf1.dump"
    tools = {"programs": programs, "server": server}
    with dump.open("wb") as file:
        # The database of the test plays the one that is backed up.
        run_documented("pg_dump", connection.settings_dict["NAME"], **tools, stdout=file)

    def restore():
        run_documented("dropdb", restored, **tools)
        run_documented("createdb", restored, **tools)
        with dump.open("rb") as file:
            run_documented("pg_restore", restored, **tools, stdin=file)

    restore()
    with psycopg.connect(**server, dbname=restored) as newer:
        tables = newer.execute(TABLES).fetchall()
        newer.execute(NEWER_VERSION)
    restore()
    with psycopg.connect(**server, dbname=restored) as older:
        assert older.execute(TABLES).fetchall() == tables
        assert older.execute("SELECT name FROM django_migrations WHERE name LIKE '9999%'").fetchall() == []
        assert older.execute("SELECT 1 FROM pg_attribute WHERE attname = 'trophies'").fetchall() == []
