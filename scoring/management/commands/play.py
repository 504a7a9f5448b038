"""`manage.py play SEASON`: simulate a season with a league of bots, and print drafts and standings."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from accounts.models import User
from core.errors import Refused
from core.formatting.points import format_points
from core.sandbox import temporary_database
from drafts.models import Draft
from leagues.models import League, SettingsVersion
from races.models import Classification, Quarantine
from races.services import fetch_classifications, record_season
from races.sources.client import JolpicaClient
from races.sources.fixtures import SeasonPack, available_packs, read_pack

from ...leaderboards import leaderboard
from ...selectors import race_picks
from ...services.simulation import create_league_with_bots, simulate_season

# Early enough that the first draft has not opened yet.
BEFORE_THE_SEASON = timedelta(days=30)


class Command(BaseCommand):
    help = "Play a season with a league of bots in a temporary database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("season", type=int)
        parser.add_argument("--players", type=int, default=10, help="constructors in the league (default: 10)")
        parser.add_argument("--picks", type=int, default=2, help="picks of each constructor per race (default: 2)")
        parser.add_argument("--method", choices=SettingsVersion.Method.values, default="sequential")
        parser.add_argument("--strategy", choices=SettingsVersion.OrderStrategy.values, default="rotation")
        parser.add_argument("--scoring", choices=SettingsVersion.Scoring.values[:2], default="inverted_position")
        parser.add_argument("--sprints", action="store_true", help="score sprints too")
        parser.add_argument("--seed", default="1", help="seed of the draws and the bots' picks (default: 1)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pack = _pack_of(options["season"])
            with temporary_database():
                self._play(pack, options)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused

    def _play(self, pack: SeasonPack, options: dict[str, Any]) -> None:
        league = self._create_league(pack, options)
        played = simulate_season(
            league=league, results=pack.classifications, source=Classification.Source.PACK, seed=options["seed"]
        )
        races: list[dict[str, Any]] = []
        try:
            for draft in played:
                picks = _picks(draft)
                races.append({"round": draft.race.round, "picks": picks})
                if not options["json"]:
                    self._print_race(draft, picks)
        finally:
            # Whatever stops the season, what has been played is printed.
            self._print_result(league, races, options)

    def _print_result(self, league: League, races: list[dict[str, Any]], options: dict[str, Any]) -> None:
        standings = [
            {"rank": row["rank"], "constructor": row["constructor"], "points": row["points"]}
            for row in leaderboard(league)
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"season": options["season"], "races": races, "standings": standings}))
        else:
            self._print_standings(standings)

    def _create_league(self, pack: SeasonPack, options: dict[str, Any]) -> League:
        if options["players"] < 2:
            raise CommandError("A draft needs at least two players.")
        first_race = datetime.combine(min(race.date for race in pack.season.races), time(12), tzinfo=UTC)
        now = first_race - BEFORE_THE_SEASON
        season = record_season(dto=pack.season, now=now)
        settings = {
            "picks_per_race": options["picks"],
            "method": options["method"],
            "order_strategy": options["strategy"],
            "scoring": options["scoring"],
            "sprints": options["sprints"],
        }
        names = [f"Constructor {n}" for n in range(1, options["players"] + 1)]
        return create_league_with_bots(
            season=season,
            name="The bots",
            player=User.objects.create_user("player"),
            constructor_name=names[0],
            bots=names[1:],
            settings=settings,
            now=now,
        )

    def _print_race(self, draft: Draft, picks: list[dict[str, Any]]) -> None:
        self.stdout.write(f"\nRound {draft.race.round}, {draft.race.name}")
        for reason in _reasons_for_missing_scores(draft):
            self.stdout.write(f"  {reason}")
        for pick in picks:
            self.stdout.write(f"{pick['slot']:>4}  {pick['constructor']:<24} {pick['driver']:<20} {pick['points']:>7}")

    def _print_standings(self, standings: list[dict[str, Any]]) -> None:
        self.stdout.write("\nFinal standings")
        for row in standings:
            self.stdout.write(f"{row['rank']:>4}  {row['constructor']:<24} {row['points']:>7}")


def _pack_of(year: int) -> SeasonPack:
    """The season from the bundled pack, else from the F1 API. Raises `Refused` if neither has it."""
    if year in available_packs():
        return read_pack(year)
    try:
        return _season_of_api(year)
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(
            f"There is no season pack for {year}, and requests to the F1 API need the database, which counts them. "
            f"Run manage.py migrate first. ({error})"
        ) from error


def _season_of_api(year: int) -> SeasonPack:
    with JolpicaClient() as api:
        kinds = (Classification.Kind.RACE, Classification.Kind.SPRINT)
        found = [classification for kind in kinds for classification in fetch_classifications(api, year, kind)]
        return SeasonPack(api.season(year), tuple(found), {})


def _picks(draft: Draft) -> list[dict[str, Any]]:
    return [
        {
            "slot": pick.slot.number,
            "constructor": pick.slot.constructor.name,
            "driver": pick.entry.driver.ref,
            "points": format_points(pick.score.points) if hasattr(pick, "score") else "0",
        }
        for pick in race_picks(draft)
    ]


def _reasons_for_missing_scores(draft: Draft) -> list[str]:
    """Sentences on why the race of this draft was not scored, or only partly."""
    refused = list(Quarantine.objects.filter(race=draft.race).order_by("pk").values_list("reason", flat=True))
    if draft.state != Draft.State.SCORED and not refused:
        return ["There are no results, so this race was not scored."]
    return refused
