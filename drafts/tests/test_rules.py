"""Rules of the draft as tables: order, slots, opening window, and the refusals with their sentences."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Refused
from drafts.rules import (
    LockTime,
    PickContext,
    RequestedDriver,
    carried_over,
    check_pick,
    drawn_order,
    lock_time,
    lowest_unfilled,
    manual_order,
    opens_at,
    reverse_standings,
    rotated,
    slot_sequence,
)

MY_TURN = PickContext(
    state="open", is_past_lock=False, constructor=1, slots=2, picks=0, turn=1, turn_name="Alice Racing"
)
NORRIS = RequestedDriver("Norris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- the order -------------------------------------------------------------------------------------------------------


def test_a_newcomer_is_last_then_exempt_once_then_first():
    first = rotated([1, 2, 3], present={1, 2, 3, 4})
    second = rotated(first, present={1, 2, 3, 4}, exempt={4})
    third = rotated(second, present={1, 2, 3, 4})
    assert [first, second, third] == [[3, 1, 2, 4], [2, 3, 1, 4], [4, 2, 3, 1]]


def test_two_simultaneous_newcomers_are_both_exempt():
    assert rotated([1, 2, 8, 9], present={1, 2, 8, 9}, exempt={8, 9}) == [2, 1, 8, 9]


def test_an_order_of_exempt_constructors_alone_does_not_move():
    assert rotated([8, 9], present={8, 9}, exempt={8, 9}) == [8, 9]


def test_the_last_one_who_is_still_there_becomes_first():
    assert rotated([1, 2, 3, 4], present={1, 2, 3}) == [3, 1, 2]


@pytest.mark.parametrize("order_of", [lambda: rotated([], present={2, 1}), lambda: carried_over([], {2, 1})])
def test_without_a_draft_before_the_earliest_to_join_is_first(order_of):
    assert order_of() == [1, 2]


def test_reverse_standings_leave_out_who_left_and_put_newcomers_last():
    assert reverse_standings([1, 2, 3, 4], {4, 3, 1, 9, 7}) == [4, 3, 1, 7, 9]


def test_a_manual_order_ignores_who_left_and_repeated_names():
    assert manual_order([3, 5, 3, 1], [1, 2, 3], {1, 2, 3}) == [3, 1, 2]


def test_another_seed_draws_another_order():
    orders = {tuple(drawn_order(range(1, 11), f"seed {n}")) for n in range(20)}
    assert len(orders) == 20


# -- slots -----------------------------------------------------------------------------------------------------------


def test_a_snake_of_three_rounds_turns_twice():
    slots = slot_sequence([1, 2, 3], picks=3, method="snake")
    assert [slot.constructor for slot in slots] == [1, 2, 3, 3, 2, 1, 1, 2, 3]
    assert [slot.round for slot in slots] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_an_unknown_method_raises():
    with pytest.raises(ValueError, match="zigzag"):
        slot_sequence([1], picks=1, method="zigzag")


def test_the_turn_goes_back_to_a_slot_that_was_emptied():
    assert lowest_unfilled(range(1, 7), {1, 3, 4}) == 2


# -- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locks_at", "opened_at"),
    [
        ("2025-03-15T04:55", "2025-03-10T12:00"),  # Melbourne, the day after New York's summer time began
        ("2025-03-08T04:55", "2025-03-03T13:00"),
        ("2025-11-08T17:55", "2025-11-03T13:00"),  # São Paulo, the day after it ended
        ("2025-11-01T17:55", "2025-10-27T12:00"),
        ("2025-07-25T14:25", "2025-07-21T12:00"),  # Spa, a sprint weekend
        ("2025-11-21T03:55", "2025-11-17T13:00"),  # Las Vegas: qualifying on Friday evening
        ("2025-07-22T12:00", "2025-07-21T12:00"),  # exactly 24 hours
        ("2025-07-22T11:59", "2025-07-14T12:00"),  # a minute less
        ("2026-01-01T00:00", "2025-12-29T13:00"),
    ],
)
def test_a_draft_opens_on_the_right_monday(locks_at, opened_at):
    assert opens_at(at(locks_at)) == at(opened_at)


SHANGHAI = {
    "practice_1": at("2025-03-21T03:30"),
    "sprint_qualifying": at("2025-03-21T07:30"),
    "sprint": at("2025-03-22T03:00"),
    "qualifying": at("2025-03-22T07:00"),
}
SHANGHAI_RACE = at("2025-03-23T07:00")


def shanghai(*, minutes=5, at_qualifying=False, **changes) -> LockTime:
    sessions = {kind: start for kind, start in {**SHANGHAI, **changes}.items() if start != "none"}
    return lock_time(sessions=sessions, race_starts_at=SHANGHAI_RACE, minutes=minutes, at_qualifying=at_qualifying)


def test_a_sprint_weekend_locks_before_sprint_qualifying():
    assert shanghai() == LockTime(at("2025-03-21T07:25"), is_provisional=False)


def test_a_league_can_lock_at_qualifying_always():
    assert shanghai(at_qualifying=True, minutes=30) == LockTime(at("2025-03-22T06:30"), is_provisional=False)


def test_a_weekend_without_sprint_locks_before_qualifying():
    assert shanghai(sprint_qualifying="none", sprint="none") == LockTime(at("2025-03-22T06:55"), is_provisional=False)


def test_a_weekend_without_a_timetable_locks_a_day_before_the_race():
    unknown = shanghai(practice_1=None, sprint_qualifying=None, sprint=None, qualifying=None)
    assert unknown == LockTime(SHANGHAI_RACE - timedelta(hours=24), is_provisional=True)


def test_with_the_sprint_alone_timed_it_still_locks_before_sprint_qualifying():
    provisional = shanghai(sprint_qualifying=None)
    assert provisional == LockTime(at("2025-03-21T03:00"), is_provisional=True)
    assert provisional.at < SHANGHAI["sprint_qualifying"]


def test_a_lock_at_qualifying_ignores_the_sprint():
    unknown = shanghai(at_qualifying=True, qualifying=None)
    assert unknown == LockTime(SHANGHAI_RACE - timedelta(hours=24), is_provisional=True)


# -- picks -----------------------------------------------------------------------------------------------------------


def refusal(situation: PickContext, candidate: RequestedDriver = NORRIS) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        check_pick(situation, candidate)
    return refused.value.code, refused.value.sentence


def test_it_accepts_a_free_driver_in_turn():
    check_pick(MY_TURN, NORRIS)


@pytest.mark.parametrize(
    ("state", "code", "sentence"),
    [
        ("upcoming", "draft_not_open", "The draft has not opened yet."),
        ("complete", "draft_complete", "Every pick has been made."),
        ("locked", "draft_locked", "The draft is locked."),
        ("scored", "draft_locked", "The draft is locked."),
        ("void", "draft_void", "This draft is void: the race does not count."),
    ],
)
def test_it_refuses_a_pick_in_a_draft_that_is_not_open(state, code, sentence):
    assert refusal(replace(MY_TURN, state=state)) == (code, sentence)


@pytest.mark.parametrize("state", ["upcoming", "open", "complete"])
def test_it_refuses_a_pick_after_the_lock_even_before_the_sweep(state):
    assert refusal(replace(MY_TURN, state=state, is_past_lock=True))[0] == "draft_locked"


def test_a_void_draft_stays_void_after_its_lock():
    assert refusal(replace(MY_TURN, state="void", is_past_lock=True))[0] == "draft_void"


def test_it_refuses_a_pick_out_of_turn():
    bobs = replace(MY_TURN, turn=2, turn_name="Bob Racing")
    assert refusal(bobs) == ("not_your_turn", "It is Bob Racing's turn.")


def test_it_refuses_a_constructor_that_has_picked_all():
    done = replace(MY_TURN, picks=2, turn=2, turn_name="Bob Racing")
    assert refusal(done) == ("no_picks_left", "You have made all your picks.")


def test_it_refuses_a_constructor_that_joined_after_the_opening():
    assert refusal(replace(MY_TURN, slots=0, turn=2))[0] == "not_in_this_draft"


@pytest.mark.parametrize(
    ("candidate", "code", "sentence"),
    [
        (RequestedDriver("Doohan", is_entered=False), "driver_not_entered", "Doohan is not entered for this race."),
        (RequestedDriver("Doohan", is_withdrawn=True), "driver_withdrawn", "Doohan will not take part."),
        (RequestedDriver("Norris", holder="Bob Racing"), "driver_taken", "Norris is gone: Bob Racing picked first."),
    ],
)
def test_it_refuses_a_driver_who_cannot_be_picked(candidate, code, sentence):
    assert refusal(MY_TURN, candidate) == (code, sentence)


def test_the_draft_is_checked_before_the_turn_and_the_turn_before_the_driver():
    gone = RequestedDriver("Norris", holder="Bob Racing")
    assert refusal(replace(MY_TURN, state="locked", turn=2), gone)[0] == "draft_locked"
    assert refusal(replace(MY_TURN, turn=2), gone)[0] == "not_your_turn"
