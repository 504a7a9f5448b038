"""Tests of `manage.py play`: bots play a whole season.

It is repeatable, and its sums are checked against the raw facts of the season pack.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.errors import Refused
from races.sources.fixtures import PACKS_DIR
from scoring.management.commands import play as play_command
from scoring.services.simulation import simulate_season

UNREACHABLE_API = "http://127.0.0.1:9/"
# Who replaced a driver of the line-up who did not take part in 2025: the only newcomer of the season, in round 7.
# Nobody replaced the other drivers who missed a race after they had been in the previous one.
REPLACEMENTS = {(7, "doohan"): "colapinto"}


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run a command in its own process, on the installation in `home`."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"FANTASYF1_HOME": str(home), "F1_API_URL": UNREACHABLE_API}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def play(home: Path, *arguments: str) -> tuple[int, str, str]:
    return run(home, "play", *arguments)


def run(home: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(home, *arguments)
    out, error = process.communicate(timeout=300)
    return process.returncode, out, error


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def outputs(home: Path) -> list[str]:
    """The output of the same season, played twice at the same time."""
    games = [start(home, "play", "2025", "--players", "10", "--seed", "1", "--json") for _ in range(2)]
    said = [game.communicate(timeout=300) for game in games]
    assert [game.returncode for game in games] == [0, 0], said
    return [out for out, _ in said]


@pytest.fixture(scope="module")
def season(outputs: list[str]) -> dict:
    game: dict = json.loads(outputs[0])
    return game


def expected_points() -> dict[tuple[int, str], int]:
    """Points by inverted position from the raw rows of the pack, by round and driver, without the scoring code."""
    rows = json.loads((PACKS_DIR / "2025.json").read_text())["race"]
    points = {}
    for round_number, cars in rows.items():
        for driver, _team, _number, place, _grid, _laps, status, *_ in cars:
            counts = place.isdigit() and status != "Disqualified"
            points[int(round_number), driver] = max(1, 10 - abs(10 - int(place))) if counts else 0
    for (round_number, out), came in REPLACEMENTS.items():
        points[round_number, out] = points[round_number, came]
    return points


def test_the_same_seed_gives_the_same_season(outputs):
    assert outputs[0] == outputs[1]


def test_it_prints_one_json_object_of_the_documented_shape(season):
    assert list(season) == ["season", "races", "standings"]
    assert season["season"] == 2025
    assert all(list(race) == ["round", "picks"] for race in season["races"])
    picks = [pick for race in season["races"] for pick in race["picks"]]
    assert all(list(pick) == ["slot", "constructor", "driver", "points"] for pick in picks)
    assert all(list(row) == ["rank", "constructor", "points"] for row in season["standings"])
    assert {type(row["points"]) for row in [*picks, *season["standings"]]} == {str}


def test_every_slot_of_every_race_is_filled_by_another_driver(season):
    assert [race["round"] for race in season["races"]] == list(range(1, 25))
    for race in season["races"]:
        assert [pick["slot"] for pick in race["picks"]] == list(range(1, 21))
        assert len({pick["driver"] for pick in race["picks"]}) == 20
        assert set(Counter(pick["constructor"] for pick in race["picks"]).values()) == {2}


def test_every_pick_has_the_points_that_the_facts_give(season):
    by_hand = expected_points()
    for race in season["races"]:
        for pick in race["picks"]:
            assert int(pick["points"]) == by_hand[race["round"], pick["driver"]], (race["round"], pick)


def test_every_total_is_the_sum_that_the_facts_give(season):
    by_hand, totals = expected_points(), Counter[str]()
    for race in season["races"]:
        for pick in race["picks"]:
            totals[pick["constructor"]] += by_hand[race["round"], pick["driver"]]
    assert {row["constructor"]: int(row["points"]) for row in season["standings"]} == dict(totals)
    assert [int(row["points"]) for row in season["standings"]] == sorted(totals.values(), reverse=True)


def test_the_order_rotates_from_race_to_race(season):
    orders = [[pick["constructor"] for pick in race["picks"]][:10] for race in season["races"]]
    assert all(later == [*earlier[-1:], *earlier[:-1]] for earlier, later in pairwise(orders))


def test_the_database_is_left_alone(outputs, home):
    assert not (home / "fantasyf1.sqlite3").exists()
    assert not list(home.glob("cache/*"))


def test_another_seed_gives_another_season(home, season):
    code, out, _ = play(home, "2025", "--players", "10", "--seed", "2", "--json")
    assert code == 0
    assert json.loads(out)["races"] != season["races"]


@pytest.mark.parametrize(
    "options",
    [
        ["--method", "snake", "--strategy", "reverse_standings", "--scoring", "standard_f1", "--sprints"],
        ["--strategy", "random", "--picks", "4"],
        ["--strategy", "manual", "--picks", "1"],
    ],
)
def test_rules_can_be_chosen(home, options):
    code, out, error = play(home, "2025", "--players", "3", "--json", *options)
    assert code == 0, error
    picks = int(options[-1]) if "--picks" in options else 2
    assert {len(race["picks"]) for race in json.loads(out)["races"]} == {3 * picks}


def test_without_json_it_prints_a_table_for_each_race_and_the_standings(home):
    code, out, _ = play(home, "2026", "--players", "2")
    assert code == 0
    assert out.count("\nRound ") == 11
    assert "Final standings" in out


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [False, True])
def test_a_season_that_stops_prints_what_it_has(monkeypatch, as_json):
    def stopping(**options):
        yield next(simulate_season(**options))
        raise Refused("The season stopped here.")

    monkeypatch.setattr(play_command, "simulate_season", stopping)
    out = StringIO()
    with pytest.raises(CommandError, match="The season stopped here"):
        call_command("play", "2025", "--players", "2", *["--json"] * as_json, stdout=out)
    if as_json:
        game = json.loads(out.getvalue())
        assert ([race["round"] for race in game["races"]], len(game["standings"])) == ([1], 2)
    else:
        assert out.getvalue().count("\nRound ") == 1
        assert "Final standings" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["2025", "--players", "11"], "the grid has 20: at most 10 fit."),
        (["2025", "--players", "1"], "A draft needs at least two players."),
        (["2025", "--picks", "9"], "Picks per race"),
        (["1949"], "Run manage.py migrate first."),
    ],
)
def test_invalid_options_are_refused_with_a_sentence(tmp_path, arguments, sentence):
    code, out, error = play(tmp_path, *arguments)
    assert code == 1
    assert sentence in error
    assert "Traceback" not in error
    assert not out


def test_a_season_of_an_unreachable_api_is_refused(tmp_path):
    assert run(tmp_path, "migrate")[0] == 0
    code, out, error = play(tmp_path, "1949")
    assert (code, out) == (1, "")
    assert "F1 API" in error
    assert "Traceback" not in error
