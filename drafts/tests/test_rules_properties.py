"""Properties of orders, slot sequences and opening windows (hypothesis)."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import Refused
from drafts.rules import (
    PickContext,
    RequestedDriver,
    bot_choice,
    carried_over,
    check_pick,
    choose_autopick,
    drawn_order,
    lowest_unfilled,
    manual_order,
    opens_at,
    reverse_standings,
    rotated,
    slot_sequence,
)

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)

ids = st.integers(1, 40)
orders = st.lists(ids, unique=True, max_size=12)
crowds = st.sets(ids, max_size=12)
methods = st.sampled_from(["sequential", "snake"])
picks = st.integers(1, 5)
# Any moment of 26 years, and the days around both clock changes of New York in each year.
moments = st.timedeltas(timedelta(0), 26 * 365 * DAY).map(lambda since: datetime(2015, 1, 1, tzinfo=UTC) + since)


def clock_changes() -> list[datetime]:
    """Return noon UTC on the Mondays after New York's clock changes, 2015 to 2040."""
    first = datetime(2015, 1, 5, 12, tzinfo=UTC)
    mondays = [first + 7 * DAY * week for week in range(26 * 52)]
    return [now for was, now in pairwise(mondays) if offset(was) != offset(now)]


def offset(moment: datetime) -> timedelta | None:
    return moment.astimezone(NEW_YORK).utcoffset()


moments_around_changes = st.builds(
    lambda monday, since: monday + since, st.sampled_from(clock_changes()), st.timedeltas(-9 * DAY, 9 * DAY)
)

# -- slots and turns -------------------------------------------------------------------------------------------------


@given(orders, picks, methods)
def test_every_constructor_has_exactly_its_picks_one_in_each_round(order, picks, method):
    slots = slot_sequence(order, picks=picks, method=method)
    assert [slot.number for slot in slots] == list(range(1, len(order) * picks + 1))
    for number in range(1, picks + 1):
        assert sorted(slot.constructor for slot in slots if slot.round == number) == sorted(order)


@given(orders, picks)
def test_a_snake_is_mirrored_from_round_to_round(order, picks):
    slots = slot_sequence(order, picks=picks, method="snake")
    rounds = [[s.constructor for s in slots if s.round == number] for number in range(1, picks + 1)]
    assert all(after == before[::-1] for before, after in pairwise(rounds))
    assert not rounds[0] or rounds[0] == order


@given(orders, picks)
def test_a_sequential_draft_repeats_the_order(order, picks):
    assert [slot.constructor for slot in slot_sequence(order, picks=picks, method="sequential")] == order * picks


@given(st.integers(0, 40), st.sets(st.integers(1, 40)))
def test_the_turn_is_the_first_unfilled_slot(last, filled):
    turn = lowest_unfilled(range(1, last + 1), filled)
    assert all(number in filled for number in range(1, turn if turn else last + 1))
    assert turn is None or (turn not in filled and turn <= last)


@given(orders, picks, methods, st.data())
def test_a_draft_played_by_the_rules_fills_every_slot_with_another_driver(order, picks, method, data):
    slots = slot_sequence(order, picks=picks, method=method)
    drivers = list(range(100, 100 + len(slots)))
    holders: dict[int, int | None] = {}
    while turn := lowest_unfilled([slot.number for slot in slots], holders):
        wanted = data.draw(st.permutations(drivers))
        free = {driver: None for driver in drivers if driver not in holders.values()}
        holders[turn] = choose_autopick(
            wishes=(), do_not_draft=(), ranking=wanted, free=free, first_pick_team=None, autopicks=True
        )
    assert len(holders) == len(drivers)
    assert set(holders.values()) == set(drivers)


@given(orders.filter(bool), picks, methods, st.data())
def test_only_the_constructor_on_the_clock_may_pick(order, picks, method, data):
    slots = slot_sequence(order, picks=picks, method=method)
    done = data.draw(st.integers(0, len(slots) - 1))
    accepted = {constructor for constructor in order if accepts(constructor, slots, done)}
    assert accepted == {slots[done].constructor}


def accepts(constructor, slots, done) -> bool:
    mine = [slot for slot in slots if slot.constructor == constructor]
    situation = PickContext(
        state="open",
        is_past_lock=False,
        constructor=constructor,
        slots=len(mine),
        picks=sum(slot.number <= done for slot in mine),
        turn=slots[done].constructor,
    )
    try:
        check_pick(situation, RequestedDriver("Norris"))
    except Refused:
        return False
    return True


@given(st.integers(1, 22), st.text(max_size=80))
def test_a_bot_takes_one_of_the_five_best_that_are_free(free, seed):
    assert 0 <= bot_choice(free, seed) < min(free, 5)


def test_bots_mostly_take_the_best_and_sometimes_each_of_the_next_four():
    choices = [bot_choice(20, f"a seed:{slot}") for slot in range(1000)]
    assert 450 < choices.count(0) < 550
    assert set(choices) == {0, 1, 2, 3, 4}


# -- orders ----------------------------------------------------------------------------------------------------------


@given(orders, orders, crowds, crowds)
def test_every_order_is_made_of_those_who_are_present(previous, planned, present, exempt):
    for order in (
        rotated(previous, present=present, exempt=exempt),
        carried_over(previous, present),
        reverse_standings(previous, present),
        manual_order(planned, previous, present),
        drawn_order(present, "a seed"),
    ):
        assert sorted(order) == sorted(present)


@given(orders)
def test_everybody_becomes_first_once_within_as_many_races_as_there_are_constructors(order):
    leaders, now = [], order
    for _ in order:
        now = rotated(now, present=set(order))
        leaders += now[:1]
    assert now == order
    assert sorted(leaders) == sorted(order)


@given(orders, crowds, crowds)
def test_rotation_moves_one_constructor_and_never_an_exempt_one(previous, present, exempt):
    kept, turned = carried_over(previous, present), rotated(previous, present=present, exempt=exempt)
    movable = [constructor for constructor in previous if constructor in present and constructor not in exempt]
    if not movable:
        assert turned == kept
    else:
        assert turned[0] == movable[-1]
        assert turned[1:] == [constructor for constructor in kept if constructor != movable[-1]]


@given(orders, crowds)
def test_newcomers_come_last_the_earliest_to_join_first(previous, present):
    newcomers = sorted(present - set(previous))
    for order in (rotated(previous, present=present), carried_over(previous, present)):
        assert order[len(order) - len(newcomers) :] == newcomers


@given(crowds, st.text(max_size=64), st.randoms())
def test_a_drawn_order_depends_on_the_seed_alone(constructors, seed, shuffler):
    shuffled = list(constructors)
    shuffler.shuffle(shuffled)
    assert drawn_order(shuffled, seed) == drawn_order(sorted(constructors), seed)


@given(crowds, ids, st.text(max_size=64))
def test_removing_a_constructor_from_a_draw_keeps_the_others_in_order(constructors, leaver, seed):
    others = constructors - {leaver}
    assert drawn_order(others, seed) == [
        constructor for constructor in drawn_order(constructors, seed) if constructor != leaver
    ]


# -- windows ---------------------------------------------------------------------------------------------------------


@given(moments | moments_around_changes)
@example(datetime(2025, 3, 10, 12, tzinfo=UTC))
@example(datetime(2025, 11, 4, 13, tzinfo=UTC))
@example(datetime(2025, 11, 4, 12, 59, 59, tzinfo=UTC))
def test_a_draft_opens_on_the_last_monday_morning_in_new_york_a_day_before_its_lock(locks_at):
    opening = opens_at(locks_at)
    local = opening.astimezone(NEW_YORK)
    following = datetime.combine(local.date() + 7 * DAY, time(8), NEW_YORK)
    assert opening.tzinfo is UTC
    assert (local.weekday(), local.time()) == (0, time(8))
    assert locks_at - opening >= DAY
    assert locks_at - following.astimezone(UTC) < DAY


@given(moments)
def test_the_window_does_not_depend_on_the_zone_that_the_lock_is_written_in(locks_at):
    assert opens_at(locks_at.astimezone(NEW_YORK)) == opens_at(locks_at)


def test_the_windows_cover_both_changes_of_every_year():
    assert len(clock_changes()) == 2 * 26
