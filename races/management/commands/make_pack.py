"""`manage.py make_pack YEAR`: regenerate a season pack from the F1 API (`F1_API_URL`)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fantasyf1.kit.errors import Refused
from races.jolpica import Jolpica
from races.pack import FOLDER, SeasonPack, packs_available, read_pack, with_line_ups_of, write_pack


class Command(BaseCommand):
    help = "Write a season's facts into a season pack. Line-ups that were entered by hand into the old one are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, metavar="YEAR")
        parser.add_argument("--folder", type=Path, default=FOLDER, help="where packs are kept")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        try:
            with Jolpica(progress=self.stdout.write) as source:
                pack = _fetch(source, year)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if year in packs_available():
            pack = with_line_ups_of(pack, read_pack(year))
        path = write_pack(pack, options["folder"])
        self.stdout.write(f"{path}: {len(pack.classifications)} classifications, {path.stat().st_size:,} bytes.")


def _fetch(source: Jolpica, year: int) -> SeasonPack:
    season = source.season(year)
    races, sprints = source.classifications(year, "race"), source.classifications(year, "sprint")
    in_order = sorted((*races, *sprints), key=lambda facts: (facts.round, facts.kind == "race"))
    return SeasonPack(season, tuple(in_order), {})
