"""The Monday benchmark works at a size that fits into a test: five drafts open in the same second."""

import json
from pathlib import Path

from bench.monday_opening import MEASURED, Size, measure
from bench.report import Report

TINY = Size(leagues=5, players=3, rehearsed=1, readers=2)


def case(report: Report, name: str) -> dict[str, float]:
    whole = json.loads(report.as_json())
    return next(case for case in whole["cases"] if case["name"] == name)


def test_all_drafts_are_complete_and_every_case_has_a_baseline(tmp_path: Path):
    report = measure(TINY, tmp_path)
    assert report.failures == []
    assert (case(report, "drafts complete")["ours"], case(report, "picks")["ours"]) == (5, 5 * 7 * 2)
    for kind in MEASURED:
        check_times(*(case(report, f"{kind}, {name}") for name in ("p50", "p99", "slowest")))
    check_facts(report)


def check_times(p50: dict[str, float], p99: dict[str, float], slowest: dict[str, float]) -> None:
    assert 0 < p50["ours"] <= p99["ours"] <= slowest["ours"]
    assert 0 < p50["floor"] <= p99["floor"] <= slowest["floor"]
    assert slowest["ratio"] == round(slowest["ours"] / slowest["floor"], 3)


def check_facts(report: Report) -> None:
    """Check what the benchmark ran on, how often the players picked, and how long it took."""
    assert report.facts["on"] in ("PostgreSQL and Redis", "embedded SQLite")
    assert report.facts["pick, measured"] == TINY.players * 2
    opened, completed = (float(report.facts[f"s until the last is {state}"]) for state in ("open", "complete"))
    assert 0 < opened <= completed
