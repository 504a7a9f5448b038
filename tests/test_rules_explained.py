"""The rules in sentences: they follow the settings, and their numbers are those of the code that applies them."""

import pytest

from drafts.rules import clocks, first_draft, windows
from drafts.services import rescheduling
from leagues import selectors
from leagues.models import SettingsVersion
from leagues.rules import explanations, rules_in_full
from races.rules import poll_schedule


def sentences(**changes):
    """All sentences of the rules, by default settings with these changes."""
    settings = SettingsVersion(**changes).values
    return " ".join(sentence for section in rules_in_full(settings) for sentence in section.sentences)


@pytest.mark.parametrize(
    ("told", "applied"),
    [
        (explanations.MAX_TIME_PER_PLAYER, clocks.MAX_TIME_PER_PLAYER),
        (explanations.MIN_TIME_PER_PICK, clocks.MIN_SHARE),
        (explanations.MIN_WINDOW, windows.MIN_WINDOW),
        (explanations.MAX_MOVE, rescheduling.MAX_RACE_MOVE),
        (explanations.CORRECTIONS_END_AFTER, poll_schedule.VERIFICATION_PERIOD),
        (explanations.MIN_CONSTRUCTORS, first_draft.MIN_CONSTRUCTORS),
        (explanations.TIME_TO_DRAFT, first_draft.TIME_TO_DRAFT),
        (explanations.TIME_TO_GATHER, first_draft.TIME_TO_GATHER),
        (explanations.MIN_TIME_TO_DRAFT, first_draft.MIN_TIME_TO_DRAFT),
        (explanations.FIRST_PICK_HOLD, first_draft.FIRST_PICK_HOLD),
        (explanations.MAX_ABSENCE, selectors.ABSENCE),
    ],
)
def test_the_numbers_are_those_that_apply(told, applied):
    assert told == applied


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"picks_per_race": 1}, "You have at most 12 hours for a pick."),
        ({"picks_per_race": 3}, "You have at most 4 hours for a pick."),
        ({"method": "snake"}, "The order turns around after each round"),
        ({"order_strategy": "rotation"}, "The last player in the order moves to the front"),
        ({"order_strategy": "reverse_standings"}, "last place in the standings picks first"),
        ({"order_strategy": "random"}, "The order is drawn again for every race."),
        ({"order_strategy": "manual"}, "managers can set the order"),
        ({"clock": "fixed", "clock_seconds": 7200}, "You have 2 hours for each pick"),
        ({"clock": "none"}, "There is no pick clock"),
        ({"autopicks": False}, "your turn passes"),
        ({"autopicks": True}, "you get the best driver left"),
        ({"lock_minutes": 15}, "A draft locks 15 minutes before qualifying, or before sprint qualifying"),
        ({"lock_at_qualifying": True}, "A draft locks 5 minutes before qualifying."),
        ({"scoring": "standard_f1", "fastest_lap_point": True}, "The fastest lap scores 1 more point"),
        ({"scoring": "custom", "custom_points": {"places": [10, 5]}}, "from the winner down: 10 5."),
        ({"sprints": True}, "Sprints count too."),
        ({"corrections": "freeze", "freeze_days": 3}, "Results are frozen 3 days after the race"),
    ],
)
def test_the_rules_follow_the_settings(changes, sentence):
    assert sentence.lower() in sentences(**changes).lower()


@pytest.mark.parametrize(
    "subject",
    [
        "quiet hours",
        "wish list",
        "can take any free driver instead",
        "share a place",
        "gathers in the lobby",
        "co-managers can change these rules",
    ],
)
def test_every_subject_has_its_rule(subject):
    assert subject in sentences()


def test_without_a_clock_nobody_reads_about_one():
    assert "quiet hours do not count" not in sentences(clock="none").lower()
    assert "If your time runs out" not in sentences(clock="none")
