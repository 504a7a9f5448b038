"""The benchmark of a Monday, in a size that fits into a test: five drafts open in the same second."""

import json

import pytest

from bench.monday import MEASURED, Size, measure
from bench.report import Report

TINY = Size(leagues=5, players=3, rehearsed=1, readers=2)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return measure(TINY, tmp_path_factory.mktemp("home"))


def case(report: Report, name: str) -> dict[str, float]:
    whole = json.loads(report.as_json())
    return next(one for one in whole["cases"] if one["name"] == name)


def test_all_drafts_are_complete(report: Report):
    assert report.failures == []
    assert case(report, "drafts complete") == {
        "name": "drafts complete",
        "ours": 5,
        "floor": 5,
        "ratio": 1,
        "unit": "drafts",
    }
    assert case(report, "picks")["ours"] == 5 * 7 * 2


@pytest.mark.parametrize("kind", MEASURED)
def test_it_holds_everything_against_the_idle_server(report: Report, kind: str):
    p50, p99, slowest = (case(report, f"{kind}, {name}") for name in ("p50", "p99", "slowest"))
    assert 0 < p50["ours"] <= p99["ours"] <= slowest["ours"]
    assert 0 < p50["floor"] <= p99["floor"] <= slowest["floor"]
    assert slowest["ratio"] == round(slowest["ours"] / slowest["floor"], 3)


def test_everybody_who_picks_himself_did(report: Report):
    assert report.facts["pick, measured"] == TINY.players * 2


def test_it_says_on_what_it_ran_and_how_long_it_took(report: Report):
    assert report.facts["on"] in ("PostgreSQL and Redis", "embedded SQLite")
    opened, completed = (float(report.facts[f"s until the last is {state}"]) for state in ("open", "complete"))
    assert 0 < opened <= completed
