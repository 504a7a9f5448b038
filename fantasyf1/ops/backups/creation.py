"""Make a backup: dump, archive, checksum, copy in another place, and delete what need not be kept."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from fantasyf1.ops.backups import postgresql, sqlite
from fantasyf1.ops.backups.archives import (
    KEY_FILES,
    Manifest,
    archive_name,
    parse_recipient,
    verify_checksum,
    write_archive,
)
from fantasyf1.ops.backups.errors import BackupError, BackupIsRunningError
from fantasyf1.ops.backups.offsite import Store
from fantasyf1.ops.backups.records import read_record, record_failure, record_success
from fantasyf1.ops.backups.retention import delete_old_archives

# When the nightly backup is due, in UTC.
DUE_AT = time(2, 30)
WORK_PREFIX = ".backup-"


@dataclass(frozen=True)
class Backup:
    """A backup that was made. `copied_to` is empty if there is no other place, `deleted` names old backups."""

    path: Path
    manifest: Manifest
    copied_to: str
    deleted: list[str]


def back_up(*, now: datetime) -> Backup:
    """Make a backup, and record whether that worked. Raises `BackupError`."""
    folder: Path = settings.BACKUP_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            try:
                backup = _back_up(folder, now)
            except BackupIsRunningError:
                raise
            except BackupError as error:
                record_failure(folder, error=str(error), now=now)
                raise
            record_success(folder, file=backup.path.name, now=now)
            return backup
    except (OSError, psycopg.Error) as error:
        sentence = f"The backup has failed: {error}"
        _try_to_record(folder, sentence, now)
        raise BackupError(sentence) from error


def _try_to_record(folder: Path, sentence: str, now: datetime) -> None:
    try:
        record_failure(folder, error=sentence, now=now)
    except OSError:
        # The folder is what does not work. The next check finds that the last backup is old.
        return


def is_backup_due(now: datetime) -> bool:
    """Whether the backup of last night is missing. After a failure it is due again."""
    due_at = datetime.combine(now.date(), DUE_AT, now.tzinfo)
    if due_at > now:
        due_at -= timedelta(days=1)
    succeeded_at = read_record(settings.BACKUP_DIR).succeeded_at
    return succeeded_at is None or succeeded_at < due_at


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Keep a second backup into the same folder away. The lock of a process that dies is free."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupIsRunningError("Another backup is running.") from error
        yield


def _back_up(folder: Path, now: datetime) -> Backup:
    recipients = settings.BACKUP_AGE_RECIPIENT
    for recipient in recipients:
        parse_recipient(recipient)
    path = folder / archive_name(now, is_encrypted=bool(recipients))
    _delete_leftovers(folder)
    # What is not encrypted must not reach the folder of the backups, which may be on another machine.
    with tempfile.TemporaryDirectory(dir=settings.FANTASYF1_HOME, prefix=WORK_PREFIX) as work:
        dump = Path(work) / "dump"
        found = dump_database(dump)
        keys = key_files(settings.FANTASYF1_HOME) if recipients else {}
        manifest = Manifest(
            created_at=now.isoformat(),
            version=settings.VERSION,
            database=connection.vendor,
            server=found.server,
            migrations=found.migrations,
            rows=found.rows,
            keys=list(keys),
        )
        write_archive(path, manifest=manifest, dump=dump, keys=keys, recipients=recipients, work=Path(work))
    verify_checksum(path)
    copied_to = _copy_off_site(path)
    deleted = delete_old_archives(
        folder,
        daily=settings.BACKUP_KEEP_DAILY,
        weekly=settings.BACKUP_KEEP_WEEKLY,
        monthly=settings.BACKUP_KEEP_MONTHLY,
    )
    return Backup(path, manifest, copied_to, deleted)


def _delete_leftovers(folder: Path) -> None:
    """Delete what a process that was killed has left behind. The caller has the lock."""
    for partial in folder.glob(".*.partial"):
        partial.unlink(missing_ok=True)
    for work in settings.FANTASYF1_HOME.glob(f"{WORK_PREFIX}*"):
        shutil.rmtree(work, ignore_errors=True)


def dump_database(path: Path) -> sqlite.Facts:
    """Dump the site's database. Raises `BackupError`."""
    if connection.vendor == "postgresql":
        return postgresql.dump(postgresql.target_of(connection, settings.BACKUP_DATABASE_URL), path)
    return sqlite.dump(Path(connection.settings_dict["NAME"]), path)


def key_files(home: Path) -> dict[str, Path]:
    """The secrets in the data folder, by name. Those in the environment are not among them."""
    return {name: home / name for name in KEY_FILES if (home / name).is_file()}


def _copy_off_site(path: Path) -> str:
    if not settings.BACKUP_S3_BUCKET:
        return ""
    store = Store(
        bucket=settings.BACKUP_S3_BUCKET,
        access_key_id=settings.BACKUP_S3_ACCESS_KEY_ID,
        secret_access_key=settings.BACKUP_S3_SECRET_ACCESS_KEY,
        endpoint=settings.BACKUP_S3_ENDPOINT,
        region=settings.BACKUP_S3_REGION,
        prefix=settings.BACKUP_S3_PREFIX,
    )
    return store.copy(path)
