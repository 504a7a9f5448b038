"""`manage.py migrate`: Django's command, for one process at a time and with timeouts of its own."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from fantasyf1.ops import database


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        say = self.stdout.write
        with database.exclusive_lock(connection, say=say), database.migration_timeouts(connection):
            database.retry_while_locked(lambda: super(Command, self).handle(*args, **options), say=say)
            database.ensure_timeouts(connection)
