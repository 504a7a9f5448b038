"""`manage.py prepare`: set up everything the site needs, without starting it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from fantasyf1.ops.bootstrap import prepare


class Command(BaseCommand):
    help = "Set up the database, an administrator, the seasons and a demonstration league. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="do not create a demonstration league")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(empty=options["empty"], say=self.stdout.write)
