"""`manage.py backup`: make a backup of the database in BACKUP_DIR."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from fantasyf1.ops.backups.creation import Backup, back_up
from fantasyf1.ops.backups.errors import BackupError


class Command(BaseCommand):
    help = "Back up the database into BACKUP_DIR, and to the store of BACKUP_S3_BUCKET if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup = back_up(now=clock.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        for line in _describe(backup):
            self.stdout.write(line)


def _describe(backup: Backup) -> list[str]:
    manifest = backup.manifest
    rows = sum(manifest.rows.values())
    lines = [f"{backup.path}: {backup.path.stat().st_size} bytes, {rows} rows in {len(manifest.rows)} tables."]
    if manifest.keys:
        lines.append(f"It is encrypted, and contains the keys of the data folder: {', '.join(manifest.keys)}.")
    elif backup.path.suffix == ".age":
        lines.append("It is encrypted. The data folder has no keys, so keep those of the environment in another place.")
    else:
        lines.append(
            "It is not encrypted, so the keys of the data folder are not in it. Keep them in another place, or set"
            " BACKUP_AGE_RECIPIENT."
        )
    if backup.copied_to:
        lines.append(f"Copied to {backup.copied_to}.")
    if backup.deleted:
        lines.append(f"Deleted {len(backup.deleted)} older backups.")
    return lines
