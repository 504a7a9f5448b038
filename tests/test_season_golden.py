"""The season of 2025 from its sources to the tables: what the world knows to be right."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from pytest_django import Settings

from leagues.rules import RuleSet
from races.jolpica import Jolpica
from races.models import Classification, Season
from races.pack import read_pack
from races.services import load_pack, record_season
from scoring.leaderboards import driver_rankings, leaderboard
from scoring.selectors import race_picks
from scoring.services.playing import found_league, play_season

from .factories import UserFactory
from .replay import PROGRAM, Replay

AFTERWARDS = datetime(2026, 1, 10, tzinfo=UTC)
BEFORE = datetime(2025, 2, 14, tzinfo=UTC)
OFFICIAL = (
    "NOR 423, VER 421, PIA 410, RUS 319, LEC 242, HAM 156, ANT 150, ALB 73, SAI 64, ALO 56, HUL 51, HAD 51, BEA 41, "
    "LAW 38, OCO 38, STR 33, TSU 33, GAS 22, BOR 19, COL 0, DOO 0"
)
INVERTED = "TSU 159, BEA 159, HAD 149, OCO 148, HAM 139"

needs_replay = pytest.mark.skipif(not PROGRAM.exists(), reason="the replayed F1 API is not beside the repository")


@pytest.fixture(scope="module")
def server() -> Iterator[Replay]:
    with Replay() as server:
        yield server


@pytest.fixture
def api(server: Replay, settings: Settings) -> Replay:
    """The replayed API with every result out, asked without a pause."""
    server.calm()
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
def test_the_season_as_the_api_tells_it(api, capsys):
    check(from_the_api())


@needs_replay
@pytest.mark.django_db
def test_asking_again_brings_nothing_new(api, capsys):
    season = from_the_api()
    assert from_the_api().results_version == season.results_version == Classification.objects.count() == 30


@pytest.mark.django_db
def test_the_season_as_the_pack_tells_it():
    check(from_the_pack())


@needs_replay
@pytest.mark.django_db
def test_a_season_played_on_the_api_is_the_season_played_on_the_pack(api):
    with Jolpica() as source:
        season = source.season(2025)
        classifications = (*source.classifications(2025, "race"), *source.classifications(2025, "sprint"))
    on_api = played(record_season(facts=season, now=BEFORE), classifications, Classification.Source.API)
    pack = read_pack(2025)
    on_pack = played(record_season(facts=pack.season, now=BEFORE), pack.classifications, Classification.Source.PACK)
    assert len(on_api) == 6 * 2 * 3 + 3
    assert on_api == on_pack


def played(season, classifications, source):
    """Three bots over the first six races, sprints included: every pick with its points, and the table.

    Without the constructors' names: the first order is drawn by their ids, which differ from league to league.
    """
    players = [(UserFactory.create(), name, True) for name in ("One", "Two", "Three")]
    settings = {"scoring": "standard_f1", "sprints": True}
    league = found_league(season=season, name="Bots", players=players, settings=settings, now=BEFORE)
    first = [one for one in classifications if one.round <= 6]
    drafts = play_season(league=league, results=first, source=source, seed="1")
    picks = [
        (draft.race.round, pick.slot.number, pick.entry.driver.ref, pick.score.points)
        for draft in drafts
        for pick in race_picks(draft)
    ]
    return picks + [(row["rank"], row["points"]) for row in leaderboard(league)]
