"""Worked examples of the rules of a draft: the times that players read are those of the rules, for any settings."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.formatting.datetimes import format_datetime
from drafts.rules import opens_at
from drafts.rules.examples import Weekend, draft_examples

BERLIN = ZoneInfo("Europe/Berlin")
# Abu Dhabi 2025.
QUALIFYING = datetime(2025, 12, 6, 14, tzinfo=UTC)
RACE_STARTS_AT = datetime(2025, 12, 7, 13, tzinfo=UTC)
DEFAULTS = {
    "picks_per_race": 2,
    "method": "snake",
    "clock": "adaptive",
    "clock_seconds": 7200,
    "lock_minutes": 5,
    "lock_at_qualifying": False,
}


def sentences(players=10, **changes):
    weekend = Weekend("Abu Dhabi Grand Prix", {"qualifying": QUALIFYING}, RACE_STARTS_AT, players, BERLIN)
    examples = draft_examples(DEFAULTS | changes, weekend)
    return {name: [item.sentence for item in examples if item.section == name] for name in ("draft", "lock", "clock")}


def test_abu_dhabi_for_a_reader_in_berlin():
    assert sentences() == {
        "draft": ["With the players A, B and C, the picks are A B C, C B A."],
        "lock": [
            "For the Abu Dhabi Grand Prix, the draft opens on Mon 1 Dec, 14:00 CET and locks on Sat 6 Dec, 14:55 CET."
        ],
        "clock": [
            "With 10 players, the first one to pick for the Abu Dhabi Grand Prix has until Mon 1 Dec, 20:00 CET: "
            "6 hours.",
            "If that turn began on Mon 1 Dec, 20:00 CET, it would end on Tue 2 Dec, 01:44 CET, or on Tue 2 Dec, "
            "11:14 CET for a player with quiet hours from 22:00 to 08:00.",
        ],
    }


def test_without_a_clock_there_is_no_example_of_one():
    assert sentences(clock="none")["clock"] == []


@given(st.integers(30, 100_000), st.integers(0, 24 * 60), st.integers(1, 5), st.integers(2, 11))
def test_a_fixed_clock_ends_when_its_time_is_over_or_at_the_lock(seconds, minutes, picks, players):
    found = sentences(players, clock="fixed", clock_seconds=seconds, lock_minutes=minutes, picks_per_race=picks)
    locks_at = QUALIFYING - timedelta(minutes=minutes)
    ends_at = min(opens_at(locks_at) + timedelta(seconds=seconds), locks_at)
    assert f"locks on {format_datetime(locks_at.astimezone(BERLIN))}." in found["lock"][0]
    assert f"has until {format_datetime(ends_at.astimezone(BERLIN))}" in found["clock"][0]


@given(st.integers(1, 5), st.sampled_from(["sequential", "snake"]))
def test_the_order_has_every_player_in_every_round(picks, method):
    rounds = sentences(picks_per_race=picks, method=method)["draft"][0].partition("are ")[2].strip(".").split(", ")
    assert [sorted(part.split()) for part in rounds] == [["A", "B", "C"]] * picks
