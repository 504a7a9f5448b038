"""`manage.py move_to_postgresql`: a season that was played on SQLite has the same scores on PostgreSQL."""

import os
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from psycopg import sql

from accounts.models import User
from core import sandbox
from fantasyf1.settings.database import _sqlite
from leagues.models import League
from races.models import Classification
from races.services import record_season
from races.sources.fixtures import read_pack
from scoring.leaderboards import leaderboard
from scoring.services.simulation import create_league_with_bots, simulate_season

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

BEFORE_THE_SEASON = datetime(2025, 2, 14, tzinfo=UTC)


@pytest.fixture
def target():
    """The address of an empty PostgreSQL database."""
    name = f"target_{uuid4().hex}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_site(settings, tmp_path):
    """The site uses an empty SQLite file."""
    settings.FANTASYF1_HOME = tmp_path
    settings.REDIS_URL = settings.BROKER_URL = ""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    original = connections["default"]
    connections["default"] = ConnectionHandler({"default": _sqlite(str(tmp_path / "fantasyf1.sqlite3"))})["default"]
    yield tmp_path
    connections["default"].close()
    connections["default"] = original


@pytest.fixture
def prepared_site(sqlite_site):
    """The SQLite file has the tables of this version. The migrations would end at the same tables, after a while."""
    sandbox._create_tables(connection)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in MigrationLoader(None).disk_migrations:
        recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    return sqlite_site


@pytest.fixture
def played(prepared_site):
    """A league of six constructors after three races of 2025."""
    pack = read_pack(2025)
    league = create_league_with_bots(
        season=record_season(dto=pack.season, now=BEFORE_THE_SEASON),
        name="The bots",
        player=User.objects.create_superuser("alice", password="a cold front over Spa"),
        constructor_name="Alice Racing",
        bots=["One", "Two", "Three", "Four", "Five"],
        settings={},
        now=BEFORE_THE_SEASON,
    )
    results = pack.classifications
    played = simulate_season(league=league, results=results, source=Classification.Source.PACK, seed="1")
    assert len(list(islice(played, 3))) == 3
    return league


def move(target, **options):
    out = StringIO()
    call_command("move_to_postgresql", target, stdout=out, **options)
    return out.getvalue()


def test_a_season_has_the_same_scores_after_the_move(played, target):
    before = leaderboard(played)
    users = list(User.objects.values_list("pk", "username", "password"))
    said = move(target)
    assert "All scores match the rules." in said
    assert "DATABASE_URL" in said
    with psycopg.connect(target) as moved:
        rows = moved.execute(
            "SELECT c.name, s.points, s.rank FROM scoring_seasonscore s JOIN constructors_constructor c"
            " ON c.id = s.constructor_id ORDER BY c.name"
        ).fetchall()
        expected = sorted((row["constructor"], row["rank"]) for row in before)
        assert [(name, rank) for name, _, rank in rows] == expected
        assert moved.execute("SELECT id, username, password FROM accounts_user").fetchall() == users
        # Permissions refer to the content types of the same model, and the next row gets an unused id.
        wrong = moved.execute(
            "SELECT p.codename FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id"
            " WHERE p.codename LIKE 'view_%' AND p.codename <> 'view_' || t.model"
        )
        assert wrong.fetchall() == []
        ids = moved.execute("SELECT max(id) + 1, nextval('leagues_league_id_seq') FROM leagues_league").fetchall()
        assert ids[0][0] == ids[0][1]
    # The old one is as it was, and a second move finds the target filled.
    assert leaderboard(League.objects.get()) == before
    with pytest.raises(CommandError, match="is not empty"):
        move(target)


def test_foreign_tables_are_left_alone(prepared_site, target):
    with psycopg.connect(target) as other:
        other.execute("CREATE TABLE something_else (id integer)")
    with pytest.raises(CommandError, match="tables of something else"):
        move(target)


def test_an_old_database_is_not_moved(sqlite_site, target):
    with pytest.raises(CommandError, match="lacks migrations"):
        move(target)


def test_a_running_site_is_not_moved(sqlite_site, target):
    (sqlite_site / "heartbeats").mkdir()
    (sqlite_site / "heartbeats" / "worker@here").touch()
    with pytest.raises(CommandError, match="is running"):
        move(target)


@pytest.mark.parametrize("url", ["", "mysql://host/name", "sqlite:////tmp/x", "nonsense"])
def test_the_target_must_be_postgresql(prepared_site, url):
    with pytest.raises(CommandError, match="must be like postgresql"):
        move(url)


def test_a_site_on_postgresql_has_nothing_to_move(target):
    with pytest.raises(CommandError, match="does not use SQLite"):
        move(target, force=True)
