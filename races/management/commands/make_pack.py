"""`manage.py make_pack YEAR`: regenerate a season pack from the F1 API (`F1_API_URL`)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import Refused
from races.services import fetch_classifications
from races.sources.client import JolpicaClient
from races.sources.fixtures import PACKS_DIR, SeasonPack, available_packs, keep_manual_line_ups, read_pack, write_pack


class Command(BaseCommand):
    help = "Write a season to a season pack. Keeps the line-ups that were added to an existing pack by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")
        parser.add_argument("--folder", type=Path, default=PACKS_DIR, help="folder of the season packs")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        try:
            with JolpicaClient(progress=self.stdout.write) as source:
                pack = _fetch(source, year)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if year in available_packs():
            pack = keep_manual_line_ups(pack, read_pack(year))
        path = write_pack(pack, options["folder"])
        self.stdout.write(f"{path}: {len(pack.classifications)} classifications, {path.stat().st_size:,} bytes.")


def _fetch(source: JolpicaClient, year: int) -> SeasonPack:
    season = source.season(year)
    races, sprints = (fetch_classifications(source, year, kind) for kind in ("race", "sprint"))
    in_order = sorted((*races, *sprints), key=lambda dto: (dto.round, dto.kind == "race"))
    return SeasonPack(season, tuple(in_order), {})
