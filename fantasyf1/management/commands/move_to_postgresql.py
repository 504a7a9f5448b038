"""`manage.py move_to_postgresql URL`: copy the site's SQLite database into an empty PostgreSQL database."""

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fantasyf1.ops.backups.errors import BackupError
from fantasyf1.ops.heartbeats import MAX_AGE_SECONDS
from fantasyf1.ops.move import MoveError, move_to_postgresql, next_steps


class Command(BaseCommand):
    help = "Copy the SQLite database of this site into an empty PostgreSQL database. Stop the site first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "url",
            nargs="?",
            default="",
            help="postgresql://user:password@host:5432/name. To keep the password out of the history of your shell, set"
            " TARGET_DATABASE_URL instead",
        )
        parser.add_argument("--force", action="store_true", help="do not check whether the site is running")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["force"] and _is_running():
            raise CommandError("The site is running, or was a moment ago. Stop it: what it writes would be lost.")
        try:
            move_to_postgresql(options["url"] or os.environ.get("TARGET_DATABASE_URL", ""), say=self.stdout.write)
        except (MoveError, BackupError) as error:
            raise CommandError(str(error)) from error
        for line in next_steps():
            self.stdout.write(line)


def _is_running() -> bool:
    """Whether a worker or beat has reported lately."""
    now = time.time()
    heartbeats = (settings.FANTASYF1_HOME / "heartbeats").glob("*@*")
    return any(now - path.stat().st_mtime < MAX_AGE_SECONDS for path in heartbeats)
