"""`manage.py load_seasons`: load this season and the previous one on a first start, from the F1 API or season packs."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import Refused
from races.selectors import current_year, season_for_year
from races.services import load_pack, load_season
from races.sources.client import JolpicaClient
from races.sources.fixtures import available_packs, read_pack
from races.sources.parser import SourceError

API_TIMEOUT_SECONDS = 3.0


class Command(BaseCommand):
    help = (
        "Load this season and the previous one from the F1 API, or from season packs if it cannot be reached. "
        "After this year's last race, load the next calendar too."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        self.api_is_reachable = True
        loaded = [year for year in (now.year - 1, now.year) if self._load(year, now)]
        if loaded:
            self._load_next_season(now)
            return
        if not available_packs():
            raise CommandError("Neither the F1 API nor a season pack has a season to load.")
        newest = available_packs()[-1]
        self.stdout.write(f"Season {now.year} is not available. Loading the latest season pack, {newest}.")
        self._load_pack(newest, now)

    def _load_next_season(self, now: datetime) -> None:
        """After the last race of this year, load next year's calendar if it is published."""
        year = current_year(now)
        if year is not None and year > now.year:
            self._load(year, now)

    def _load(self, year: int, now: datetime) -> bool:
        season = season_for_year(year)
        if season is not None and season.races.exists():
            self.stdout.write(f"Season {year} is already loaded.")
            return True
        return (self.api_is_reachable and self._load_from_api(year, now)) or self._load_pack(year, now)

    def _load_from_api(self, year: int, now: datetime) -> bool:
        try:
            with JolpicaClient(timeout=API_TIMEOUT_SECONDS, attempts=1) as source:
                season, outcomes = load_season(source=source, year=year, now=now)
        except Refused as refused:
            # Do not wait again for an unreachable API. One that lacks this season may still have the other.
            self.api_is_reachable = not isinstance(refused, SourceError)
            self.stdout.write(refused.sentence)
            return False
        for outcome in outcomes:
            if outcome.refusal:
                self.stderr.write(str(outcome))
        self.stdout.write(f"Season {season} loaded from the F1 API: {season.races.count()} races.")
        return True

    def _load_pack(self, year: int, now: datetime) -> bool:
        if year not in available_packs():
            return False
        season = load_pack(pack=read_pack(year), now=now)
        self.stdout.write(f"Season {season} loaded from the season pack: {season.races.count()} races.")
        return True
