"""`manage.py sync_season YEAR`: sync calendar, circuits, teams, drivers and first line-up from the F1 API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import Refused
from races.services import sync_season
from races.sources.client import JolpicaClient


class Command(BaseCommand):
    help = "Update a season's calendar, teams and drivers from the F1 API. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with JolpicaClient(progress=self.stdout.write) as source:
                season = sync_season(source=source, year=options["year"], now=clock.now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{season}: {season.races.count()} races, {season.grid_size} cars.")
