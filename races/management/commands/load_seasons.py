"""`manage.py load_seasons`: load this season and the previous one on a first start, from the F1 API or season packs."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused
from races.feed import FeedError
from races.jolpica import Jolpica
from races.pack import packs_available, read_pack
from races.selectors import season_for_year
from races.services import load_pack, load_season_from

SECONDS_TO_ANSWER = 3.0


class Command(BaseCommand):
    help = "Load this season and the one before it, from the F1 API where it answers, else from the season packs."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        self.api_is_reachable = True
        loaded = [year for year in (now.year - 1, now.year) if self._load(year, now)]
        if loaded:
            return
        if not packs_available():
            raise CommandError("The F1 API has no season to load, and there is no season pack.")
        newest = packs_available()[-1]
        self.stdout.write(f"Nobody has the season {now.year}; loading the newest pack, {newest}.")
        self._load_pack(newest, now)

    def _load(self, year: int, now: datetime) -> bool:
        if season_for_year(year) is not None:
            self.stdout.write(f"Season {year} is there already.")
            return True
        return (self.api_is_reachable and self._load_from_api(year, now)) or self._load_pack(year, now)

    def _load_from_api(self, year: int, now: datetime) -> bool:
        try:
            with Jolpica(timeout=SECONDS_TO_ANSWER, attempts=1) as source:
                season, outcomes = load_season_from(source=source, year=year, now=now)
        except Refused as refused:
            # Do not wait again for an unreachable API. One that lacks this season may still have the other.
            self.api_is_reachable = not isinstance(refused, FeedError)
            self.stdout.write(refused.sentence)
            return False
        for outcome in outcomes:
            if outcome.refusal:
                self.stderr.write(str(outcome))
        self.stdout.write(f"Season {season} loaded from the F1 API: {season.races.count()} races.")
        return True

    def _load_pack(self, year: int, now: datetime) -> bool:
        if year not in packs_available():
            return False
        season = load_pack(pack=read_pack(year), now=now)
        self.stdout.write(f"Season {season} loaded from the season pack: {season.races.count()} races.")
        return True
