"""Restore a backup, or try it: in a database beside the real one, which is checked and then thrown away.

Nothing is touched before the archive has passed its checks. A new PostgreSQL database is filled beside the old one and
takes its place when it is complete, so a restore that fails leaves the site as it was.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core import clock
from core.tasks import enqueue
from fantasyf1.celery import app as celery_app
from fantasyf1.ops import database
from fantasyf1.ops.backups import postgresql, sqlite
from fantasyf1.ops.backups.archives import Manifest, OpenedArchive, opened
from fantasyf1.ops.backups.errors import BackupError
from fantasyf1.ops.broker import BROKER_FILE
from scoring.services.verification import verify_scores

Say = Callable[[str], None]
Target = Mapping[str, str]

KINDS = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
# A background process writes a heartbeat every five seconds.
HEARTBEAT_SECONDS = 15.0
MAX_SHOWN = 20


def verify_backup(path: Path, *, identity: Path | None, say: Say) -> None:
    """Restore a backup beside the real database, check everything, and remove it. Raises `BackupError`."""
    with _opened(path, identity) as archive:
        _describe(archive.manifest, say)
        _check_kind(archive.manifest)
        say("Restoring it into a temporary database. The real one is not touched.")
        with _restored_beside(archive) as parameters, using_database(parameters):
            _check_rows(archive.manifest, _facts_of(parameters))
            _print_rows(archive.manifest.rows, say)
            if pending := pending_migrations():
                call_command("migrate", verbosity=0, interactive=False)
                say(f"Migrations that this version has applied to the copy: {len(pending)}.")
            check_scores(say)
    say("This backup can be restored.")


def restore_backup(path: Path, *, identity: Path | None, force: bool, with_keys: bool, say: Say) -> None:
    """Replace the site's database by a backup. Raises `BackupError`."""
    with _opened(path, identity) as archive:
        _describe(archive.manifest, say)
        _check_kind(archive.manifest)
        if connection.vendor == "postgresql":
            _restore_postgresql(archive, force=force, say=say)
        else:
            _restore_sqlite(archive, force=force, say=say)
        _restore_keys(archive, with_keys=with_keys, say=say)
    _forget_cache_and_messages(say)
    _finish(say)


@contextmanager
def _opened(path: Path, identity: Path | None) -> Iterator[OpenedArchive]:
    with (
        tempfile.TemporaryDirectory(dir=settings.FANTASYF1_HOME, prefix=".restore-") as work,
        opened(path, identity=identity, work=Path(work)) as archive,
    ):
        yield archive


# -- checks -----------------------------------------------------------------------------------------------------------


def _describe(manifest: Manifest, say: Say) -> None:
    say(f"Backup of {manifest.created_at}, made by version {manifest.version} from {manifest.server}.")


def _check_kind(manifest: Manifest) -> None:
    """Raise `BackupError` for a backup that this installation cannot use."""
    if manifest.database != connection.vendor:
        raise BackupError(
            f"This is a backup of {KINDS.get(manifest.database)}, and this site uses {KINDS[connection.vendor]}."
            " Restore it where DATABASE_URL is as it was. manage.py move_to_postgresql copies a SQLite database to"
            " PostgreSQL."
        )
    own = {config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = [name for name in manifest.migrations if name.split(".")[0] in own and name not in known]
    if unknown:
        raise BackupError(
            f"This backup was made by version {manifest.version}, which is newer: this version ({settings.VERSION})"
            f" does not have the migration {unknown[0]}. Use version {manifest.version} to restore it."
        )


def _check_rows(manifest: Manifest, found: sqlite.Facts) -> None:
    differing = [
        f"{table}: {found.rows.get(table, 0)} instead of {manifest.rows.get(table, 0)}"
        for table in sorted(manifest.rows.keys() | found.rows.keys())
        if found.rows.get(table) != manifest.rows.get(table)
    ]
    if differing:
        raise BackupError(f"The restored database has other numbers of rows: {', '.join(differing[:MAX_SHOWN])}.")


def _print_rows(rows: Mapping[str, int], say: Say) -> None:
    say(f"{sum(rows.values())} rows in {len(rows)} tables, as in the manifest.")
    for table, count in sorted(rows.items(), key=lambda row: -row[1]):
        if count:
            say(f"{count:>12}  {table}")


def pending_migrations() -> list[str]:
    """The migrations that this version has and the database does not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def check_scores(say: Say) -> None:
    """Raise `BackupError` if the scores in the database are not those of the rules."""
    found = list(verify_scores(now=clock.now()))
    if found:
        shown = " ".join(str(difference) for difference in found[:MAX_SHOWN])
        raise BackupError(f"{len(found)} scores do not match the rules: {shown}")
    say("All scores match the rules.")


@contextmanager
def using_database(parameters: Mapping[str, Any]) -> Iterator[None]:
    """Let Django use another database inside the block, with a cache of its own. No task is enqueued.

    `parameters` replaces some of the settings of the connection, such as NAME.
    """
    original, original_cache = connection.settings_dict, caches["default"]
    disconnect()
    connection.settings_dict = {**original, **parameters}
    caches["default"] = LocMemCache("restored", {})
    try:
        with enqueue.enqueueing_disabled():
            yield
    finally:
        disconnect()
        caches["default"].clear()
        caches["default"] = original_cache
        connection.settings_dict = original


def disconnect() -> None:
    """Close the connection of this process, and its pool."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def _target() -> dict[str, str]:
    return postgresql.target_of(connection, settings.BACKUP_DATABASE_URL)


def _parameters(target: Target) -> dict[str, Any]:
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return {name: target.get(key, "") for name, key in names.items()}


def _restore_postgresql(archive: OpenedArchive, *, force: bool, say: Say) -> None:
    target = _target()
    disconnect()
    sessions = postgresql.sessions_of(target)
    if sessions and not force:
        raise BackupError(
            f"{sessions} other sessions use the database {target['dbname']}. Stop every process of the site, or end the"
            " sessions with --force."
        )
    try:
        if postgresql.can_replace_database(target):
            _replace_database(archive, target, say)
        else:
            _replace_tables(archive, target, say)
    except psycopg.Error as error:
        raise BackupError(f"The restore has failed: {error}") from error
    database.ensure_timeouts(connection)


def _replace_database(archive: OpenedArchive, target: Target, say: Say) -> None:
    say("Restoring it into a new database, which then takes the place of the old one.")
    with postgresql.new_database(target) as fresh:
        postgresql.restore_dump(fresh, archive.dump)
        _check_rows(archive.manifest, postgresql.facts(fresh))
        postgresql.take_place_of(target, fresh)


def _replace_tables(archive: OpenedArchive, target: Target, say: Say) -> None:
    say("This role may not replace its database, so its tables are dropped and restored.")
    postgresql.end_sessions(target)
    postgresql.empty_schema(target)
    try:
        postgresql.restore_dump(target, archive.dump)
    except BackupError as error:
        raise BackupError(f"The database is empty now, and the restore has failed: {error}") from error
    _check_rows(archive.manifest, postgresql.facts(target))


@contextmanager
def _restored_beside(archive: OpenedArchive) -> Iterator[dict[str, Any]]:
    """Yield the settings of a temporary database with the content of the archive."""
    if connection.vendor != "postgresql":
        yield {"NAME": str(archive.dump)}
        return
    target = _target()
    if not postgresql.can_replace_database(target):
        raise BackupError(
            f"The role {target.get('user', '')} may not create databases, so the backup cannot be tried. Permit it:"
            " ALTER ROLE ... CREATEDB."
        )
    with postgresql.new_database(target) as fresh:
        postgresql.restore_dump(fresh, archive.dump)
        yield _parameters(fresh)


def _facts_of(parameters: Mapping[str, Any]) -> sqlite.Facts:
    """What is in the database of the present block."""
    if connection.vendor == "postgresql":
        return postgresql.facts(postgresql.target_of(connection, ""))
    return sqlite.facts(Path(parameters["NAME"]))


# -- SQLite -----------------------------------------------------------------------------------------------------------


def _restore_sqlite(archive: OpenedArchive, *, force: bool, say: Say) -> None:
    _check_rows(archive.manifest, sqlite.facts(archive.dump))
    disconnect()
    path = Path(connection.settings_dict["NAME"])
    if not force and (_has_heartbeat(settings.FANTASYF1_HOME) or sqlite.is_in_use(path)):
        raise BackupError(
            f"The site is running, or was {HEARTBEAT_SECONDS:.0f} s ago. Stop it and try again, or use --force."
        )
    sqlite.replace(path, archive.dump)
    say(f"Replaced {path}.")


def _has_heartbeat(home: Path) -> bool:
    """Whether a worker or beat has reported lately."""
    now = time.time()
    return any(now - path.stat().st_mtime < HEARTBEAT_SECONDS for path in (home / "heartbeats").glob("*@*"))


# -- afterwards -------------------------------------------------------------------------------------------------------


def _restore_keys(archive: OpenedArchive, *, with_keys: bool, say: Say) -> None:
    """Put the keys of the backup into the data folder if asked to, and keep those that they replace."""
    home: Path = settings.FANTASYF1_HOME
    stored = {name: (archive.keys / name).read_text() for name in archive.manifest.keys}
    other = [name for name, key in stored.items() if not (home / name).exists() or (home / name).read_text() != key]
    if not other:
        return
    if not with_keys:
        say(f"The backup has other keys than the data folder: {', '.join(other)}. With --keys, they are restored too.")
        return
    for name in other:
        if (home / name).exists():
            (home / name).replace(home / f"{name}.before-restore")
        (home / name).touch(mode=0o600)
        (home / name).write_text(stored[name])
    say(f"Restored {', '.join(other)}. The keys from before end in .before-restore.")


def _forget_cache_and_messages(say: Say) -> None:
    """Clear what was computed from the data of before: the cache, and the tasks that wait."""
    if not settings.BROKER_URL:
        sqlite.delete_messages_and_cache(settings.FANTASYF1_HOME, BROKER_FILE)
    else:
        try:
            with celery_app.connection_for_write() as broker:
                for queue in settings.QUEUES:
                    broker.default_channel.queue_purge(queue)  # type: ignore[attr-defined]
        except (OperationalError, OSError, RedisError) as error:
            say(f"The broker does not respond, so its messages stay. They do no harm. ({error})")
    try:
        cache.clear()
    except (OSError, RedisError) as error:
        say(f"The cache does not respond. Empty it before you start the site: redis-cli flushall. ({error})")


def _finish(say: Say) -> None:
    """Check the restored database, and say what to do next."""
    if pending := pending_migrations():
        say(f"The backup is from an earlier version: {len(pending)} migrations are missing, such as {pending[0]}.")
        say("Next: run manage.py prepare, then manage.py verify_scores, and start the site.")
        return
    check_scores(say)
    say("Next: start the site. Live pages reload by themselves.")
