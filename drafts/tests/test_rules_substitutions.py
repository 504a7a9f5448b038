"""The rules for substitutions, as a table."""

from dataclasses import replace

import pytest

from core.errors import Refused
from drafts.rules import RequestedDriver, Substitution, check_substitution

COLAPINTO = RequestedDriver("Colapinto")
DOOHAN_OUT = Substitution(state="open", is_past_lock=False, out="Doohan")
STATES = ("upcoming", "open", "paused", "complete", "locked", "scored", "void")


def code(substitution: Substitution, candidate: RequestedDriver = COLAPINTO) -> str:
    try:
        check_substitution(substitution, candidate)
    except Refused as refused:
        return refused.code
    return "allowed"


@pytest.mark.parametrize(
    ("by_manager", "codes"),
    [
        (False, ("draft_not_open", "allowed", "draft_paused", "allowed", "draft_locked", "draft_locked", "draft_void")),
        (True, ("draft_not_open", "allowed", "allowed", "allowed", "draft_locked", "draft_locked", "draft_void")),
    ],
)
def test_a_substitution_is_allowed_from_opening_to_lock(by_manager, codes):
    substitution = replace(DOOHAN_OUT, by_manager=by_manager)
    assert tuple(code(replace(substitution, state=state)) for state in STATES) == codes


@pytest.mark.parametrize("by_manager", [False, True])
@pytest.mark.parametrize("state", ["upcoming", "open", "paused", "complete"])
def test_a_substitution_after_the_lock_is_refused_even_before_the_sweep(state, by_manager):
    late = replace(DOOHAN_OUT, state=state, is_past_lock=True, by_manager=by_manager)
    assert code(late) == "draft_locked"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_held": False}, "You do not have Doohan in this draft."),
        ({"is_held": False, "by_manager": True}, "Nobody has Doohan in this draft."),
        ({"is_out": False}, "Doohan takes part. You can only substitute a driver who is out."),
        ({"is_out": False, "is_held": False}, "You do not have Doohan in this draft."),
    ],
)
def test_only_a_held_driver_who_is_out_can_be_substituted(change, sentence):
    with pytest.raises(Refused) as refused:
        check_substitution(replace(DOOHAN_OUT, **change), COLAPINTO)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (RequestedDriver("Norris", holder="Bob Racing"), "driver_taken"),
        (RequestedDriver("Stroll", is_withdrawn=True), "driver_withdrawn"),
        (RequestedDriver("Bottas", is_entered=False), "driver_not_entered"),
    ],
)
def test_only_an_available_driver_can_be_taken(candidate, expected):
    assert code(DOOHAN_OUT, candidate) == expected


def test_the_draft_is_checked_first_then_the_driver_who_is_out_then_the_other():
    gone = RequestedDriver("Norris", holder="Bob Racing")
    assert code(replace(DOOHAN_OUT, state="locked", is_out=False), gone) == "draft_locked"
    assert code(replace(DOOHAN_OUT, is_out=False), gone) == "driver_takes_part"
