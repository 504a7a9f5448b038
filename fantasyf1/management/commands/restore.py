"""`manage.py restore FILE`: replace the database by a backup, or only try whether that would work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fantasyf1.ops.backups.errors import BackupError
from fantasyf1.ops.backups.restoring import restore_backup, verify_backup


class Command(BaseCommand):
    help = "Restore a backup that manage.py backup has made. Stop the site first."
    # The database may be damaged, or gone.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup, with its checksum beside it")
        parser.add_argument(
            "--verify", action="store_true", help="restore it into a temporary database, check that, and change nothing"
        )
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the file with the identity of age")
        parser.add_argument("--keys", action="store_true", help="restore the keys of the data folder too")
        parser.add_argument("--force", action="store_true", help="end the sessions that use the database")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"].expanduser().absolute()
        try:
            if options["verify"]:
                verify_backup(path, identity=options["identity"], say=self.stdout.write)
            else:
                restore_backup(
                    path,
                    identity=options["identity"],
                    force=options["force"],
                    with_keys=options["keys"],
                    say=self.stdout.write,
                )
        except BackupError as error:
            raise CommandError(str(error)) from error
