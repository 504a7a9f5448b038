"""Management commands and tasks: progress, messages, exit status and atomicity."""

import logging
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import clock
from races import tasks
from races.models import Classification, Race, Result, Season
from tests.support.factories import SeasonFactory, weekend

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def steady_api(replay, monkeypatch):
    """Retry without backoff delays."""
    monkeypatch.setattr("races.sources.client.random.uniform", lambda low, high: 0.0)


def run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def set_clock(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "_offset", lambda: moment - datetime.now(UTC))


def test_it_prints_its_progress():
    output = run("sync_season", "2025")
    assert "2025/races/ 24 of 24" in output
    assert output.endswith("2025: 24 races, 20 cars.\n")
    assert "Round 2, Chinese Grand Prix, sprint: revision 1" in run("sync_results", "2025", "--round", "2")


def test_syncing_results_loads_a_missing_season():
    assert run("sync_results", "2026").endswith("15 classifications, 15 new.\n")
    assert run("sync_results", "2026").endswith("15 classifications, 0 new.\n")
    assert Season.objects.get().grid_size == 22


@pytest.mark.parametrize("command", ["sync_season", "sync_results"])
def test_an_unknown_season_prints_a_sentence(command):
    with pytest.raises(CommandError, match=r"^The F1 API has no calendar for 1949\.$"):
        run(command, "1949")
    assert not Season.objects.exists()


def test_an_unknown_round_prints_a_sentence():
    with pytest.raises(CommandError, match=r"^Season 2025 has no round 25\.$"):
        run("sync_results", "2025", "--round", "25")


@pytest.mark.parametrize("fault", [{"kind": kind} for kind in ("html", "truncate", "types")] + [
    {"kind": "status", "status": 503}, {"kind": "status", "status": 429},
])  # fmt: skip
@pytest.mark.parametrize("command", ["sync_season", "sync_results"])
def test_an_error_of_the_api_changes_nothing(replay, command, fault):
    run("sync_results", "2025", "--round", "1")
    before = list(Race.objects.order_by("pk").values()), list(Result.objects.order_by("pk").values())
    replay.control(fault=fault)
    with pytest.raises(CommandError, match="The F1 API"):
        run(command, "2025")
    assert (list(Race.objects.order_by("pk").values()), list(Result.objects.order_by("pk").values())) == before


def test_an_error_halfway_through_a_calendar_writes_nothing(replay):
    replay.control(fault={"kind": "partial", "rows": 7})
    run("sync_season", "2025")
    with pytest.raises(CommandError, match="It has 7 cars instead of 20"):
        run("sync_results", "2025")
    assert not Classification.objects.exists()


def test_other_rounds_are_saved_when_one_is_refused(replay):
    run("sync_results", "2025")
    replay.control(withdraw=["2025/4"])
    with pytest.raises(CommandError) as refusal:
        run("sync_results", "2025")
    assert str(refusal.value) == (
        "Round 4, Bahrain Grand Prix, race: The source no longer has this result. The accepted classification stays."
    )
    assert Classification.objects.count() == 30


def test_the_nightly_task_syncs_the_calendar_of_this_year(monkeypatch):
    set_clock(monkeypatch, datetime(2026, 3, 1, tzinfo=UTC))
    tasks.sync_calendar()
    assert Season.objects.get().year == 2026


def test_the_task_polls_once_for_results_that_are_due(replay, monkeypatch):
    run("sync_season", "2025")
    set_clock(monkeypatch, datetime(2025, 3, 23, 8, 30, tzinfo=UTC))
    replay.reset()
    tasks.schedule_result_checks()
    assert tasks.poll_results() == 2
    assert [request["path"].split("?")[0] for request in replay.requests] == [
        f"/ergast/f1/2025/{path}/" for path in ("1/results", "1/qualifying", "2/results", "2/qualifying", "2/sprint")
    ]
    replay.reset()
    assert tasks.poll_results() == 0
    assert replay.requests == []
    assert Classification.objects.count() == 3


def test_the_task_does_not_poll_in_the_first_hour(replay, monkeypatch):
    set_clock(monkeypatch, datetime(2025, 3, 16, 4, 55, tzinfo=UTC))
    run("sync_season", "2025")
    replay.reset()
    assert tasks.poll_results() == 0
    assert replay.requests == []


def test_a_failing_task_logs_one_line(replay, monkeypatch, caplog):
    weekend(SeasonFactory.create(year=2025))
    set_clock(monkeypatch, datetime(2025, 4, 1, tzinfo=UTC))
    tasks.schedule_result_checks()
    replay.control(fault={"kind": "html"})
    with caplog.at_level(logging.WARNING):
        tasks.poll_results()
        tasks.sync_calendar()
    assert [record.name for record in caplog.records] == ["races.tasks"] * 2
    assert "is not JSON" in caplog.text
