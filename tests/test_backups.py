"""Drills: play, back up, destroy, restore; then scores are as before and streams go on. On PostgreSQL and SQLite."""

import asyncio
import fcntl
import json
import tarfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice
from uuid import uuid4

import boto3
import pyrage
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from moto.server import ThreadedMotoServer
from psycopg.conninfo import make_conninfo

from accounts.models import User
from core import clock
from drafts.models import Draft, DraftEvent
from drafts.services.event_log import append_event
from fantasyf1.ops.backups import creation, postgresql
from fantasyf1.ops.backups.archives import checksum_path, sha256_of
from fantasyf1.ops.backups.errors import BackupError
from fantasyf1.ops.backups.monitoring import back_up_when_due
from fantasyf1.ops.backups.records import Record, read_record
from leagues.models import League
from notifications.models import Notification
from races.models import Classification
from races.services import record_season
from races.sources.fixtures import read_pack
from scoring.leaderboards import leaderboard
from scoring.services.simulation import create_league_with_bots, simulate_season
from tests.support.sse_client import AsgiStreamClient, running_registry, session_cookie_headers

BEFORE_THE_SEASON = datetime(2025, 2, 14, tzinfo=UTC)
# What a newer version may have added: a table that refers to an old one, a column, and the record of its migration.
NEWER_VERSION = (
    "CREATE TABLE accounts_trophy (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES accounts_user (id))",
    "ALTER TABLE accounts_user ADD COLUMN trophies integer NOT NULL DEFAULT 0",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '9999_trophies', '2026-01-01 00:00:00+00')",
)


@pytest.fixture
def played(installation):
    """A league of three bots and the user Alice, after two races of 2025."""
    pack = read_pack(2025)
    league = create_league_with_bots(
        season=record_season(dto=pack.season, now=BEFORE_THE_SEASON),
        name="The bots",
        player=User.objects.create_user("alice"),
        constructor_name="Alice Racing",
        bots=["One", "Two", "Three"],
        settings={},
        now=BEFORE_THE_SEASON,
    )
    drafts = simulate_season(league=league, results=pack.classifications, source=Classification.Source.PACK, seed="1")
    assert len(list(islice(drafts, 2))) == 2
    return league


def run(command, *arguments, **options):
    """Run a management command; returns what it prints."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def back_up(installation):
    run("backup")
    (path,) = installation.backups.glob("*.tar.gz")
    return path


def standings():
    return [
        (row["rank"], row["constructor"], row["points"]) for row in leaderboard(League.objects.get(name="The bots"))
    ]


# -- drills -----------------------------------------------------------------------------------------------------------


def test_a_backup_replaces_a_database_of_a_newer_version(installation, played):
    before = standings()
    path = back_up(installation)
    League.objects.update(name="Destroyed")
    installation.destroy(*NEWER_VERSION)
    said = run("restore", path)
    assert "All scores match the rules." in said
    assert "start the site" in said
    assert standings() == before
    assert "All scores match the rules." in run("verify_scores")
    assert "accounts_trophy" not in connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE name = '9999_trophies'")
        assert cursor.fetchone() == (0,)


def test_a_backup_replaces_a_database_without_its_tables(installation, played):
    before = standings()
    path = back_up(installation)
    tables = connection.introspection.table_names()
    if connection.vendor == "postgresql":
        installation.destroy(*(f'DROP TABLE "{table}" CASCADE' for table in tables))
    else:
        connection.close()
        installation.database.write_bytes(b"not a database at all " * 400)
    run("restore", path)
    assert standings() == before


def test_streams_go_on_after_a_restore(installation, played):
    """A client that is ahead of the restored events is told to reload, and gets all of them."""
    draft = Draft.objects.filter(league=played, state=Draft.State.SCORED).latest("pk")
    last_seq = draft.last_seq
    path = back_up(installation)
    for _ in range(3):
        append_event(draft, DraftEvent.Kind.PICKED, now=BEFORE_THE_SEASON)
    run("restore", path)

    async def follow():
        async with running_registry() as registry:
            ahead = AsgiStreamClient(registry, draft.pk, headers | {"last-event-id": str(last_seq + 3)})
            behind = AsgiStreamClient(registry, draft.pk, headers | {"last-event-id": str(last_seq - 1)})
            await ahead.wait_until_seq(last_seq)
            await behind.wait_until_seq(last_seq)
            return ahead, behind

    headers = session_cookie_headers(User.objects.get(username="alice"))
    connection.close()
    ahead, behind = asyncio.run(follow())
    assert ahead.sse_events[0]["event"] == "reset"
    assert ahead.seqs == list(range(1, last_seq + 1))
    assert behind.seqs == [last_seq]


def test_a_trial_changes_nothing(installation, played):
    path = back_up(installation)
    League.objects.update(name="Later")
    cache.set("key", "value")
    said = run("restore", path, verify=True)
    assert "All scores match the rules." in said
    assert "This backup can be restored." in said
    assert "drafts_pick\n" in said
    assert League.objects.get().name == "Later"
    assert cache.get("key") == "value"
    assert list(installation.home.glob(".restore-*")) == []


def test_a_trial_finds_wrong_scores(installation, played):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_seasonscore SET points = points + 1")
    path = back_up(installation)
    with pytest.raises(CommandError, match="do not match the rules"):
        run("restore", path, verify=True)


# -- the archive ------------------------------------------------------------------------------------------------------


def test_a_backup_says_what_is_in_it(installation, played, settings):
    path = back_up(installation)
    with tarfile.open(path) as tar:
        file = tar.extractfile("manifest.json")
        assert file
        manifest = json.load(file)
        assert sorted(tar.getnames())[0].startswith("database.")
    assert manifest["version"] == settings.VERSION
    assert manifest["database"] == connection.vendor
    assert manifest["rows"]["leagues_league"] == 1
    assert "leagues.0001_initial" in manifest["migrations"]
    assert datetime.fromisoformat(manifest["created_at"]) <= clock.now()
    assert path.stat().st_mode & 0o077 == 0


@pytest.fixture
def empty(installation):
    """A backup of an installation without rows."""
    return back_up(installation)


def test_a_damaged_backup_is_refused(installation, empty):
    content = bytearray(empty.read_bytes())
    content[len(content) // 2] ^= 1
    empty.write_bytes(content)
    User.objects.create_user("alice")
    with pytest.raises(CommandError, match="does not match its checksum"):
        run("restore", empty)
    assert User.objects.count() == 1


def test_a_backup_without_its_checksum_is_refused(installation, empty):
    checksum_path(empty).unlink()
    with pytest.raises(CommandError, match="checksum of this backup is missing"):
        run("restore", empty)


def test_a_backup_of_a_newer_version_is_refused(installation):
    installation.destroy(NEWER_VERSION[2])
    path = back_up(installation)
    with pytest.raises(CommandError, match="does not have the migration"):
        run("restore", path)


def test_an_encrypted_backup_contains_the_keys(installation, settings):
    identity = pyrage.x25519.Identity.generate()
    settings.BACKUP_AGE_RECIPIENT = [str(identity.to_public())]
    key = installation.home / "secret-key"
    key.write_text("the first key")
    assert "keys of the data folder: secret-key" in run("backup")
    (path,) = installation.backups.glob("*.age")
    assert b"database" not in path.read_bytes()
    with pytest.raises(CommandError, match="is encrypted"):
        run("restore", path)
    file = installation.home / "identity"
    file.write_text(f"# created: today\n{identity}\n")
    key.write_text("another key")
    assert "other keys" in run("restore", path, identity=file)
    assert key.read_text() == "another key"
    run("restore", path, identity=file, keys=True)
    assert key.read_text() == "the first key"
    assert (installation.home / "secret-key.before-restore").read_text() == "another key"


def test_another_identity_is_refused(installation, settings):
    settings.BACKUP_AGE_RECIPIENT = [str(pyrage.x25519.Identity.generate().to_public())]
    run("backup")
    (path,) = installation.backups.glob("*.age")
    file = installation.home / "identity"
    file.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(CommandError, match="does not decrypt"):
        run("restore", path, identity=file)


def test_without_encryption_the_keys_stay_out(installation):
    (installation.home / "secret-key").write_text("secret")
    assert "not encrypted, so the keys of the data folder are not in it" in run("backup")
    (path,) = installation.backups.glob("*.tar.gz")
    with tarfile.open(path) as tar:
        assert not [name for name in tar.getnames() if "key" in name]


# -- while the site runs ----------------------------------------------------------------------------------------------


def test_a_restore_waits_until_the_site_is_stopped(installation, empty):
    User.objects.create_user("alice")
    connection.close()
    if connection.vendor == "postgresql":
        session = postgresql.connect(installation.database)
        with pytest.raises(CommandError, match="1 other sessions use the database"):
            run("restore", empty)
    else:
        (installation.home / "heartbeats").mkdir()
        (installation.home / "heartbeats" / "worker@here").touch()
        with pytest.raises(CommandError, match="The site is running"):
            run("restore", empty)
    assert User.objects.count() == 1
    connection.close()
    run("restore", empty, force=True)
    assert User.objects.count() == 0
    if connection.vendor == "postgresql":
        session.close()


def test_the_cache_and_the_messages_of_before_are_gone(installation, empty):
    cache.set("key", "value")
    broker = installation.home / "broker.sqlite3"
    broker.touch()
    run("restore", empty)
    assert cache.get("key") is None
    assert not broker.exists()


# -- every night ------------------------------------------------------------------------------------------------------

NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def test_a_backup_is_made_once_a_night(installation):
    assert back_up_when_due(now=NIGHT)
    assert not back_up_when_due(now=NIGHT + timedelta(hours=1))
    assert not back_up_when_due(now=NIGHT + timedelta(hours=23))
    assert back_up_when_due(now=NIGHT + timedelta(hours=24))
    assert len(list(installation.backups.glob("*.tar.gz"))) == 2


def test_backups_can_be_switched_off(installation, settings):
    settings.BACKUPS = False
    assert not back_up_when_due(now=NIGHT)
    assert not installation.backups.exists()


def test_two_processes_do_not_back_up_at_once(installation):
    installation.backups.mkdir()
    with (installation.backups / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not back_up_when_due(now=NIGHT)
        with pytest.raises(CommandError, match="Another backup is running"):
            run("backup")
    assert read_record(installation.backups).error == ""


@pytest.mark.postgresql
def test_two_machines_do_not_back_up_at_once(installation):
    with postgresql.connect(installation.database) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [postgresql.LOCK_ID])
        with pytest.raises(CommandError, match="Another backup of this database is running"):
            run("backup")
    assert read_record(installation.backups).error == ""


def test_what_a_killed_backup_left_is_deleted(installation):
    installation.backups.mkdir()
    leftovers = installation.home / ".backup-killed", installation.backups / ".fantasyf1-x.tar.gz.partial"
    leftovers[0].mkdir()
    leftovers[1].touch()
    run("backup")
    assert not any(path.exists() for path in leftovers)


def test_administrators_are_notified_of_a_failure_once_a_day(installation, settings):
    User.objects.create_superuser("root")
    settings.BACKUP_DIR = installation.home / "a-file" / "backups"
    (installation.home / "a-file").touch()
    assert not back_up_when_due(now=NIGHT)
    settings.BACKUP_DIR = installation.backups
    settings.BACKUP_AGE_RECIPIENT = ["age1nonsense"]
    assert not back_up_when_due(now=NIGHT)
    assert not back_up_when_due(now=NIGHT + timedelta(hours=1))
    assert [row.message for row in Notification.objects.all()] == ["backup_failed"]
    assert "BACKUP_AGE_RECIPIENT is invalid" in Notification.objects.get().params["error"]
    settings.BACKUP_AGE_RECIPIENT = []
    assert back_up_when_due(now=NIGHT + timedelta(hours=2))
    assert read_record(installation.backups).error == ""


def test_a_site_that_nobody_uses_needs_no_backup(installation, league):
    record = Record()
    assert not record.is_old(NIGHT, in_use_since=None)
    assert not record.is_old(NIGHT, in_use_since=NIGHT - timedelta(hours=40))
    assert record.is_old(NIGHT, in_use_since=NIGHT - timedelta(hours=50))
    record = Record(succeeded_at=NIGHT - timedelta(hours=47))
    assert not record.is_old(NIGHT, in_use_since=NIGHT - timedelta(days=90))


def test_old_backups_are_deleted_after_a_good_one(installation, settings):
    settings.BACKUP_KEEP_DAILY, settings.BACKUP_KEEP_WEEKLY, settings.BACKUP_KEEP_MONTHLY = 2, 0, 0
    for hours in (0, 1, 24, 48):
        back_up_at(NIGHT + timedelta(hours=hours))
    (installation.backups / "notes.txt").touch()
    kept = sorted(path.name for path in installation.backups.glob("*.tar.gz"))
    assert kept == ["fantasyf1-20260303T030000Z.tar.gz", "fantasyf1-20260304T030000Z.tar.gz"]
    assert len(list(installation.backups.glob("*.sha256"))) == 2
    assert (installation.backups / "notes.txt").exists()


def test_a_backup_that_fails_deletes_none(installation, settings):
    settings.BACKUP_KEEP_DAILY = settings.BACKUP_KEEP_WEEKLY = settings.BACKUP_KEEP_MONTHLY = 0
    back_up_at(NIGHT)
    settings.BACKUP_AGE_RECIPIENT = ["age1nonsense"]
    with pytest.raises(BackupError):
        back_up_at(NIGHT + timedelta(days=1))
    assert len(list(installation.backups.glob("*.tar.gz"))) == 1


def back_up_at(now):
    return creation.back_up(now=now)


# -- another place ----------------------------------------------------------------------------------------------------


@pytest.fixture
def store(settings):
    """A server that speaks the protocol of S3, with a bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings.BACKUP_S3_ENDPOINT = f"http://{host}:{port}"
    settings.BACKUP_S3_BUCKET, settings.BACKUP_S3_PREFIX = "backups", "f1/"
    settings.BACKUP_S3_ACCESS_KEY_ID, settings.BACKUP_S3_SECRET_ACCESS_KEY = "key", "secret"
    client = boto3.client(
        "s3",
        endpoint_url=settings.BACKUP_S3_ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    client.create_bucket(Bucket="backups")
    yield client
    server.stop()


def test_a_backup_is_copied_off_site(installation, store):
    said = run("backup")
    (path,) = installation.backups.glob("*.tar.gz")
    assert f"Copied to backups/f1/{path.name}." in said
    for file in (path, checksum_path(path)):
        assert store.get_object(Bucket="backups", Key=f"f1/{file.name}")["Body"].read() == file.read_bytes()


def test_a_copy_that_fails_is_reported(installation, store, settings):
    settings.BACKUP_S3_BUCKET = "another"
    with pytest.raises(CommandError, match="could not be copied to the bucket another"):
        run("backup")
    assert "bucket another" in read_record(installation.backups).error
    assert len(list(installation.backups.glob("*.tar.gz"))) == 1


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited_role(installation, settings):
    """The database belongs to a role that may not create others."""
    name = f"limited_{uuid4().hex[:8]}"
    target = installation.database
    with postgresql.connect(target) as session:
        session.execute(f"CREATE ROLE {name} LOGIN")
        session.execute(f"ALTER DATABASE {target['dbname']} OWNER TO {name}")
        for kind, relation in session.execute(postgresql.OWN_RELATIONS).fetchall():
            if kind != "SEQUENCE":
                session.execute(f'ALTER {kind} "{relation}" OWNER TO {name}')
    settings.BACKUP_DATABASE_URL = make_conninfo(**{**target, "user": name})
    yield name
    with postgresql.connect(target) as session:
        session.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER")
        session.execute(f"DROP OWNED BY {name}")
        session.execute(f"DROP ROLE {name}")


@pytest.mark.postgresql
def test_a_role_that_may_not_create_databases_replaces_the_tables(installation, played, limited_role):
    before = standings()
    path = back_up(installation)
    League.objects.update(name="Destroyed")
    installation.destroy(*NEWER_VERSION)
    assert "may not replace its database" in run("restore", path, force=True)
    assert standings() == before
    assert "accounts_trophy" not in connection.introspection.table_names()


@pytest.mark.postgresql
def test_a_role_that_may_not_create_databases_cannot_try_a_backup(installation, limited_role):
    path = back_up(installation)
    with pytest.raises(CommandError, match="may not create databases"):
        run("restore", path, verify=True)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("version", "sentence"), [(None, "pg_dump is not installed"), ("9", "pg_dump is of version 9")]
)
def test_pg_dump_must_not_be_older_than_the_server(installation, monkeypatch, tmp_path, version, sentence):
    monkeypatch.setattr(postgresql, "FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    if version:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.1'\n")
        (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(CommandError, match=sentence):
        run("backup")


@pytest.mark.postgresql
def test_a_restore_that_fails_leaves_the_database_as_it_was(installation, played):
    path = back_up(installation)
    with tarfile.open(path) as tar:
        tar.extractall(installation.home / "content", filter="data")
    dump = installation.home / "content" / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-20_000])
    with tarfile.open(path, "w:gz") as tar:
        for file in (installation.home / "content").iterdir():
            tar.add(file, file.name)
    checksum_path(path).write_text(f"{sha256_of(path)}  {path.name}\n")
    League.objects.update(name="Later")
    with pytest.raises(CommandError, match="pg_restore has failed"):
        run("restore", path)
    assert League.objects.get().name == "Later"


@pytest.mark.postgresql
def test_the_password_is_on_no_command_line(installation, monkeypatch, tmp_path):
    shown = tmp_path / "shown"
    (tmp_path / "pg_dump").write_text(f'#!/bin/sh\necho "$0 $@" >>{shown}\necho "pg_dump (PostgreSQL) 99.1"\n')
    (tmp_path / "pg_dump").chmod(0o755)
    postgresql._run([tmp_path / "pg_dump", "--file=x"], {**installation.database, "password": "sesame"})
    assert "sesame" not in shown.read_text()
