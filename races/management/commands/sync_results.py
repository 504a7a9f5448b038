"""`manage.py sync_results YEAR [--round N]`: sync race and sprint classifications from the F1 API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import Refused
from races.services import SyncOutcome, sync_results
from races.sources.client import JolpicaClient


class Command(BaseCommand):
    help = "Record the F1 API's classifications of a season or one round. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")
        parser.add_argument("--round", type=int, metavar="N", dest="only_round", help="only this round")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcomes = self._sync(options["year"], options["only_round"])
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if refusals := [str(outcome) for outcome in outcomes if outcome.refusal]:
            raise CommandError("\n".join(refusals))
        new = sum(bool(outcome.classification) for outcome in outcomes)
        self.stdout.write(f"{len(outcomes)} classifications, {new} new.")

    def _sync(self, year: int, only_round: int | None) -> list[SyncOutcome]:
        outcomes = []
        with JolpicaClient(progress=self.stdout.write) as source:
            for outcome in sync_results(source=source, year=year, now=clock.now(), only_round=only_round):
                if not outcome.refusal:
                    self.stdout.write(str(outcome))
                outcomes.append(outcome)
        return outcomes
