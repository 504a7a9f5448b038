"""The short form of `script/bench weeks`, and mutants with wrong clocks that it must detect."""

import json
from datetime import timedelta

import pytest

from bench import clock_simulation
from bench.__main__ import main
from bench.report import Case, Report, percentile
from core.quiet_hours import add_outside_quiet_hours
from drafts import rules

WEEKS = [clock_simulation.draw_week(f"test:{number}") for number in range(100)]


class WithoutNights(clock_simulation.DraftSimulation):
    """A mutant whose clocks ignore quiet hours."""

    def _deadline(self, number, now):
        nobody = [None] * len(self.quiet[number:])
        return rules.deadline(
            kind="adaptive",
            seconds=None,
            now=now,
            locks_at=self.week.locks_at,
            players=nobody,
            longest=rules.max_share(self.week.picks),
        )


class WithoutShares(clock_simulation.DraftSimulation):
    """A mutant that gives every player twelve hours, no matter how many wait."""

    def _deadline(self, number, now):
        return add_outside_quiet_hours(self.quiet[number], now, rules.MAX_TIME_PER_PLAYER)


def outcomes(play):
    return [play(week).run() for week in WEEKS]


def is_complete(week, outcome):
    return outcome.filled == len(week.slots) and outcome.ended_at <= week.locks_at


def test_a_hundred_weeks_are_complete_before_their_locks():
    late = [
        week.seed
        for week, outcome in zip(WEEKS, outcomes(clock_simulation.DraftSimulation), strict=True)
        if not is_complete(week, outcome)
    ]
    assert [seed for seed in late if clock_simulation.draw_week(seed).is_server_up_at_the_end] == []


def test_in_a_hundred_weeks_no_clock_runs_out_in_quiet_hours_while_time_allows():
    played = outcomes(clock_simulation.DraftSimulation)
    assert sum(outcome.broken for outcome in played) == 0
    assert sum(outcome.spared for outcome in played) > 100


def test_a_hundred_weeks_find_out_clocks_that_know_no_quiet_hours():
    assert sum(outcome.broken for outcome in outcomes(WithoutNights)) > 10


def test_a_hundred_weeks_find_out_clocks_that_are_not_shares():
    played = zip(WEEKS, outcomes(WithoutShares), strict=True)
    assert sum(not is_complete(week, outcome) for week, outcome in played) > 10


def test_the_weeks_are_of_every_kind():
    slots = [slot for week in WEEKS for slot in week.slots]
    assert {slot.habit for slot in slots} == set(clock_simulation.HABITS)
    assert any(week.outages for week in WEEKS)
    assert any(week.opens_at > rules.opens_at(week.locks_at) for week in WEEKS)
    assert {week.locks_at.weekday() for week in WEEKS} >= {4, 5}  # Friday (sprint qualifying) and Saturday.


def test_the_same_seed_draws_the_same_week():
    assert clock_simulation.draw_week("1:4711") == clock_simulation.draw_week("1:4711")
    assert clock_simulation.draw_week("1:4711") != clock_simulation.draw_week("1:4712")


def test_an_absent_player_of_two_waits_for_nobody_when_everybody_is_there():
    week = clock_simulation.draw_two_absent_of_ten("test")
    assert clock_simulation.DraftSimulation(week.with_everyone_present()).run().waited == timedelta(0)
    assert clock_simulation.delay_by_absent(week, clock_simulation.DraftSimulation(week).run()) > timedelta(0)


def test_two_absent_of_ten_cost_a_day_of_their_clocks_at_most():
    cost = clock_simulation.simulate_two_absent_of_ten(30)
    assert cost.failures == []
    assert 12 < max(cost.waited) < 24.01


def test_clocks_of_twelve_hours_for_every_pick_are_found_out(monkeypatch):
    monkeypatch.setattr(rules, "max_share", lambda picks: rules.MAX_TIME_PER_PLAYER)
    assert len(clock_simulation.simulate_two_absent_of_ten(30).failures) > 10


def test_a_report_is_one_json_object(monkeypatch, capsys):
    monkeypatch.setattr(
        clock_simulation, "run", lambda quick: Report("weeks", [Case("a case", 3, 2, "h"), Case("none", 1, 0, "h")])
    )
    assert main(["weeks", "--quick", "--json"]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert [(case["ours"], case["floor"], case["ratio"]) for case in cases] == [(3, 2, 1.5), (1, 0, None)]


def test_a_run_with_failures_ends_with_one_and_says_why(monkeypatch, capsys):
    failed = Report("weeks", [Case("a case", 3, 2, "h")], failures=["Week 1:7: not complete before its lock."])
    monkeypatch.setattr(clock_simulation, "run", lambda quick: failed)
    assert main(["weeks"]) == 1
    assert "FAILED: Week 1:7: not complete before its lock." in capsys.readouterr().out


@pytest.mark.parametrize(("part", "value"), [(0.25, 1), (0.26, 2), (0.5, 2), (0.99, 4), (1, 4)])
def test_a_percentile_is_one_of_the_values(part, value):
    assert percentile([4, 1, 3, 2], part) == value
