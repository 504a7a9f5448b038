"""`manage.py verify_scores`: recompute every score in plain Python and print the differences."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from leagues.models import League
from races.selectors import season_for_year

from ...services.verification import Difference, repair_scores, verify_scores


class Command(BaseCommand):
    help = "Check all scores against the rules. Exits with 1 if any differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--league", type=int, metavar="ID", help="only this league")
        parser.add_argument("--season", type=int, metavar="YEAR", help="only the leagues of this season")
        parser.add_argument("--repair", action="store_true", help="rescore what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._verify(options)
        if found and options["repair"]:
            repair_scores(differences=found, now=clock.now())
            self.stdout.write(f"{len(found)} differed and have been rescored.")
            found = self._verify(options)
        if found:
            raise CommandError(f"{len(found)} scores do not match the rules.")
        self.stdout.write("All scores match the rules.")

    def _verify(self, options: dict[str, Any]) -> list[Difference]:
        season, league = None, None
        if options["season"] and (season := season_for_year(options["season"])) is None:
            raise CommandError(f"Season not found: {options['season']}.")
        if options["league"] and (league := League.objects.filter(pk=options["league"]).first()) is None:
            raise CommandError(f"League not found: {options['league']}.")
        found = []
        for difference in verify_scores(now=clock.now(), season=season, league=league):
            self.stdout.write(str(difference))
            found.append(difference)
        return found
