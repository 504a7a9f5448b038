"""Plays the season of 2025 from its sources to the tables, and checks it against the known results."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from pytest_django import Settings

from leagues.rules import RuleSet
from races.models import Classification, Season
from races.services import load_pack, record_season
from races.sources.client import JolpicaClient
from races.sources.fixtures import read_pack
from scoring.leaderboards import driver_rankings, leaderboard
from scoring.selectors import race_picks
from scoring.services.simulation import create_league_with_bots, simulate_season

from .support.factories import UserFactory
from .support.replay import REPLAY_PROGRAM, ReplayServer

AFTERWARDS = datetime(2026, 1, 10, tzinfo=UTC)
BEFORE = datetime(2025, 2, 14, tzinfo=UTC)
OFFICIAL = (
    "NOR 423, VER 421, PIA 410, RUS 319, LEC 242, HAM 156, ANT 150, ALB 73, SAI 64, ALO 56, HUL 51, HAD 51, BEA 41, "
    "LAW 38, OCO 38, STR 33, TSU 33, GAS 22, BOR 19, COL 0, DOO 0"
)
INVERTED = "TSU 159, BEA 159, HAD 149, OCO 148, HAM 139"

needs_replay = pytest.mark.skipif(
    not REPLAY_PROGRAM.exists(), reason="the replayed F1 API is not beside the repository"
)


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        yield server


@pytest.fixture
def api(server: ReplayServer, settings: Settings) -> ReplayServer:
    """The replay API with all results published and no pause between requests."""
    server.reset()
    settings.F1_API_URL = server.url
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000
    return server


def from_the_api() -> Season:
    call_command("sync_results", "2025", verbosity=0)
    return Season.objects.get(year=2025)


def from_the_pack() -> Season:
    load_pack(pack=read_pack(2025), now=AFTERWARDS)
    return Season.objects.get(year=2025)


def points(season: Season, rule_set: RuleSet) -> set[str]:
    return {f"{row['code']} {row['points']}" for row in driver_rankings(season, rule_set)}


def check(season: Season) -> None:
    assert points(season, RuleSet("standard_f1", sprints=True)) == set(OFFICIAL.split(", "))
    assert points(season, RuleSet("inverted_position")) >= set(INVERTED.split(", "))
    best = driver_rankings(season, RuleSet("inverted_position"))[:5]
    assert {row["code"] for row in best} == {"TSU", "BEA", "HAD", "OCO", "HAM"}
    assert [row["rank"] for row in best] == [1, 1, 3, 4, 5]


@needs_replay
@pytest.mark.django_db
def test_the_season_from_the_api_is_as_expected(api, capsys):
    check(from_the_api())


@needs_replay
@pytest.mark.django_db
def test_syncing_again_changes_nothing(api, capsys):
    season = from_the_api()
    assert from_the_api().results_version == season.results_version == Classification.objects.count() == 30


@pytest.mark.django_db
def test_the_season_from_the_pack_is_as_expected():
    check(from_the_pack())


@needs_replay
@pytest.mark.django_db
def test_a_season_simulated_from_the_api_equals_one_from_the_pack(api):
    with JolpicaClient() as source:
        season = source.season(2025)
        classifications = (*source.classifications(2025, "race"), *source.classifications(2025, "sprint"))
    on_api = play_six_races(record_season(dto=season, now=BEFORE), classifications, Classification.Source.API)
    pack = read_pack(2025)
    on_pack = play_six_races(
        record_season(dto=pack.season, now=BEFORE), pack.classifications, Classification.Source.PACK
    )
    assert len(on_api) == 6 * 2 * 3 + 3
    assert on_api == on_pack


def play_six_races(season, classifications, source):
    """Let three bots play the first six races, sprints included; returns every pick with its points, and the table.

    The names of the constructors are left out: the first order is drawn by their ids, which differ between leagues.
    """
    league = create_league_with_bots(
        season=season,
        name="Bots",
        player=UserFactory.create(),
        constructor_name="One",
        bots=["Two", "Three"],
        settings={"scoring": "standard_f1", "sprints": True},
        now=BEFORE,
    )
    first = [classification for classification in classifications if classification.round <= 6]
    drafts = simulate_season(league=league, results=first, source=source, seed="1")
    picks = [
        (draft.race.round, pick.slot.number, pick.entry.driver.ref, pick.score.points)
        for draft in drafts
        for pick in race_picks(draft)
    ]
    return picks + [(row["rank"], row["points"]) for row in leaderboard(league)]
