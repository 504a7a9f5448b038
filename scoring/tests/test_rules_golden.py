"""Golden test: two real seasons, each row against the official points, the sums against the official standings."""

import json
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from leagues.rules import RuleSet
from scoring.rules import Finish, driver_score, is_classified

REPLAY = Path(os.environ.get("FANTASYF1_REPLAY", Path(__file__).parents[3] / "shared/f1-api/replay.py"))
SEASONS = REPLAY.parent / "seasons"
STANDARD = RuleSet("standard_f1", sprints=True)
OFFICIAL_2025 = (
    "NOR 423, VER 421, PIA 410, RUS 319, LEC 242, HAM 156, ANT 150, ALB 73, SAI 64, ALO 56, HUL 51, HAD 51, BEA 41, "
    "LAW 38, OCO 38, STR 33, TSU 33, GAS 22, BOR 19, COL 0, DOO 0"
)

pytestmark = pytest.mark.skipif(not SEASONS.is_dir(), reason="the recorded seasons are not beside the repository")


def rounds(year: int) -> list[dict]:
    season: dict[str, list[dict]] = json.loads((SEASONS / f"{year}.json").read_text())
    return season["rounds"]


def finishes(rows: list[dict]) -> dict[str, Finish]:
    return {
        row["Driver"]["code"]: Finish(row["positionText"], row["status"], int(row["grid"]), laps=int(row["laps"]))
        for row in rows
    }


def season_points(year: int, rules: RuleSet) -> dict[str, int]:
    points: Counter[str] = Counter()
    for weekend in rounds(year):
        race, sprint = finishes(weekend["Results"]), finishes(weekend["SprintResults"])
        for code in race.keys() | sprint.keys():
            points[code] += int(driver_score(rules, race.get(code), sprint.get(code)).points)
    return dict(points)


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_row_scores_its_official_points(year):
    for weekend in rounds(year):
        race, sprint = finishes(weekend["Results"]), finishes(weekend["SprintResults"])
        for row in weekend["Results"]:
            assert driver_score(STANDARD, race[row["Driver"]["code"]]).points == Decimal(row["points"])
        for row in weekend["SprintResults"]:
            assert driver_score(STANDARD, None, sprint[row["Driver"]["code"]]).points == Decimal(row["points"])


@pytest.mark.parametrize("year", [2025, 2026])
def test_classified_cars_come_first_in_every_race(year):
    for weekend in rounds(year):
        places = sorted(int(row.position_text) for row in finishes(weekend["Results"]).values() if is_classified(row))
        assert places == list(range(1, len(places) + 1))


def test_the_2025_standings_are_the_official_ones():
    table = season_points(2025, STANDARD)
    assert sorted(f"{code} {points}" for code, points in table.items()) == sorted(OFFICIAL_2025.split(", "))


def test_the_2025_standings_by_inverted_position_are_led_by_the_midfield():
    best = Counter(season_points(2025, RuleSet())).most_common(5)
    assert sorted(best) == [("BEA", 159), ("HAD", 149), ("HAM", 139), ("OCO", 148), ("TSU", 159)]
