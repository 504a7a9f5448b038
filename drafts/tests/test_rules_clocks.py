"""The clock rules as tables and as properties: weeks with clock changes, unusual time zones, tight drafts."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.quiet_hours import QuietHours, add_outside_quiet_hours, time_outside_quiet_hours
from drafts.rules import (
    DOWNTIME_GRACE,
    DOWNTIME_TOLERANCE,
    LOCK_MARGIN,
    MIN_SHARE,
    deadline,
    deadline_after_downtime,
    deadline_after_pause,
    extended_deadline,
    fair_share,
    max_share,
)

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTHING = timedelta(0)
LONGEST = timedelta(hours=6)
SWEEP = 5 * SECOND
MONDAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
LOCK = datetime(2026, 6, 6, 14, tzinfo=UTC)
BERLIN = QuietHours("Europe/Berlin", time(23), time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def adaptive(now, locks_at, players):
    return deadline(kind="adaptive", seconds=None, now=now, locks_at=locks_at, players=players, longest=LONGEST)


def fixed(now, locks_at, players, seconds):
    return deadline(kind="fixed", seconds=seconds, now=now, locks_at=locks_at, players=players, longest=LONGEST)


def shared(now, locks_at, players):
    return fair_share(now=now, locks_at=locks_at, players=players, longest=LONGEST)


def is_asleep(quiet, moment):
    """Whether a moment is inside quiet hours, in local time. Their first and last moments are outside."""
    wall = moment.astimezone(ZoneInfo(quiet.zone)).time()
    if quiet.begins <= quiet.ends:
        return quiet.begins < wall < quiet.ends
    return wall > quiet.begins or wall < quiet.ends


def end_of_turns(now, players, each):
    """Return when the last open slot ends if every slot uses `each` of its player's waking time."""
    for quiet in players:
        now = add_outside_quiet_hours(quiet, now, each)
    return now


# -- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "noon", "hours_awake"),
    [
        ("America/New_York", "2026-03-07T17:00", 17),
        ("America/New_York", "2026-10-31T16:00", 15),
        ("Europe/Berlin", "2026-03-28T11:00", 17),
        ("Europe/Berlin", "2026-10-24T10:00", 15),
        ("Pacific/Auckland", "2026-09-26T00:00", 17),
        ("Asia/Kolkata", "2026-03-28T06:30", 16),
        ("America/St_Johns", "2026-03-07T15:30", 17),
        ("Australia/Lord_Howe", "2026-10-03T01:30", 16.5),
    ],
)
def test_quiet_hours_across_a_dst_change_have_their_real_length(zone, noon, hours_awake):
    quiet = QuietHours(zone, time(23), time(7))
    assert time_outside_quiet_hours(quiet, at(noon), at(noon) + DAY) == hours_awake * HOUR


def test_quiet_hours_can_be_within_one_day():
    siesta = QuietHours("Europe/Madrid", time(13), time(16, 30))
    assert time_outside_quiet_hours(siesta, MONDAY, MONDAY + DAY) == DAY - 3.5 * HOUR
    assert add_outside_quiet_hours(siesta, at("2026-06-01T10:00"), 2 * HOUR) == at("2026-06-01T15:30")


def test_equal_times_are_no_quiet_hours():
    never = QuietHours("Asia/Tokyo", time(8), time(8))
    assert time_outside_quiet_hours(never, MONDAY, LOCK) == LOCK - MONDAY
    assert add_outside_quiet_hours(never, MONDAY, DAY) == MONDAY + DAY
    assert adaptive(MONDAY, LOCK, [never, never]) == adaptive(MONDAY, LOCK, [None, None])


def test_quiet_hours_skipped_by_a_dst_change_do_not_apply():
    gone = QuietHours("America/New_York", time(2, 15), time(3, 5))
    assert time_outside_quiet_hours(gone, at("2026-03-08T00:00"), at("2026-03-09T00:00")) == DAY


def test_a_clock_that_begins_at_night_waits_for_the_morning():
    assert add_outside_quiet_hours(BERLIN, at("2026-06-01T23:30"), HOUR) == at("2026-06-02T06:00")
    assert add_outside_quiet_hours(BERLIN, at("2026-06-01T23:30"), NOTHING) == at("2026-06-01T23:30")


def test_a_clock_may_run_out_at_the_moment_at_which_the_night_begins():
    assert add_outside_quiet_hours(BERLIN, at("2026-06-01T20:00"), HOUR) == at("2026-06-01T21:00")


# -- deadlines -------------------------------------------------------------------------------------------------------


def test_the_share_grows_with_every_slot_that_is_filled_until_it_is_the_longest():
    tuesday = MONDAY + 2 * DAY
    shares = [shared(tuesday, LOCK, [None] * slots).time for slots in (20, 15, 10, 5)]
    assert [round(share / HOUR, 1) for share in shares] == [3.7, 4.9, 6, 6]


@pytest.mark.parametrize(("picks", "hours"), [(1, 12), (2, 6), (3, 4), (5, 2.4)])
def test_the_clocks_of_a_player_add_up_to_twelve_hours_for_any_number_of_picks(picks, hours):
    longest = max_share(picks)
    assert (longest, longest * picks) == (hours * HOUR, 12 * HOUR)
    assert fair_share(now=MONDAY, locks_at=LOCK, players=[None] * picks, longest=longest).time == longest


def test_a_night_costs_everybody_of_its_zone_the_same_share():
    share, spares = shared(MONDAY, LOCK, [BERLIN] * 20)
    assert spares
    assert share == time_outside_quiet_hours(BERLIN, MONDAY, LOCK - LOCK_MARGIN) // SECOND // 20 * SECOND


def test_quiet_hours_are_ignored_if_they_would_leave_less_than_half_an_hour():
    late = LOCK - 14 * HOUR  # 2:00 in Berlin.
    assert shared(late, LOCK, [BERLIN] * 17).spares_quiet_hours  # Nine waking hours are left.
    assert not shared(late, LOCK, [BERLIN] * 22).spares_quiet_hours
    assert adaptive(late, LOCK, [BERLIN] * 22) == late + (14 * HOUR - LOCK_MARGIN) // SECOND // 22 * SECOND


def test_plain_time_counts_if_quiet_hours_last_until_the_lock():
    asleep = QuietHours("UTC", time(10), time(20))
    assert adaptive(LOCK - 2 * HOUR, LOCK, [asleep]) == LOCK - LOCK_MARGIN


def test_the_last_player_has_all_the_time_but_two_minutes():
    assert adaptive(LOCK - HOUR, LOCK, [None]) == LOCK - LOCK_MARGIN
    assert adaptive(LOCK - HOUR, LOCK, [BERLIN, None]) == LOCK - LOCK_MARGIN - 29 * MINUTE


def test_no_deadline_is_after_a_lock_that_has_passed():
    assert adaptive(LOCK + HOUR, LOCK, [None]) == LOCK


def test_in_the_last_two_minutes_a_clock_has_run_out():
    assert adaptive(LOCK - MINUTE, LOCK, [None] * 3) == LOCK - MINUTE


def test_a_fixed_clock_runs_in_waking_time_and_never_beyond_the_lock():
    evening = at("2026-06-01T20:30")
    assert fixed(evening, LOCK, [BERLIN, None], 3600) == at("2026-06-02T05:30")
    assert fixed(LOCK - MINUTE, LOCK, [None], 3600) == LOCK


def test_without_a_clock_or_an_open_slot_there_is_no_deadline():
    assert deadline(kind="none", seconds=None, now=MONDAY, locks_at=LOCK, players=[None], longest=LONGEST) is None
    assert adaptive(MONDAY, LOCK, []) is None


# -- pauses, extensions, downtime ------------------------------------------------------------------------------------


def test_a_pause_gives_back_the_waking_time_that_was_left():
    evening = at("2026-06-01T20:00")  # 22:00 in Berlin: one hour before quiet hours.
    again = deadline_after_pause(
        at("2026-06-02T06:00"), paused_at=evening, now=at("2026-06-02T10:00"), quiet=BERLIN, fresh=LOCK
    )
    assert again == at("2026-06-02T12:00")


def test_after_a_long_pause_nobody_has_more_than_a_new_share():
    fresh = adaptive(LOCK - 2 * HOUR, LOCK, [None] * 4)
    assert (
        deadline_after_pause(MONDAY + 6 * HOUR, paused_at=MONDAY, now=LOCK - 2 * HOUR, quiet=None, fresh=fresh) == fresh
    )


def test_a_clock_that_ignores_quiet_hours_keeps_its_time_over_a_pause():
    night = at("2026-06-01T22:00")
    again = deadline_after_pause(night + HOUR, paused_at=night, now=night + DAY, quiet=BERLIN, fresh=LOCK)
    assert again == at("2026-06-03T06:00")


def test_short_downtime_changes_nothing():
    before = MONDAY + 10 * SECOND
    now = MONDAY + DOWNTIME_TOLERANCE
    assert deadline_after_downtime(before, last_seen=MONDAY, now=now, quiet=None, fresh=LOCK) == before


@pytest.mark.parametrize(
    ("left", "given_back"), [(SECOND, DOWNTIME_GRACE), (3 * HOUR, 3 * HOUR), (-SECOND, DOWNTIME_GRACE)]
)
def test_after_downtime_a_clock_has_its_remaining_time_and_at_least_ten_minutes(left, given_back):
    now = MONDAY + 5 * HOUR
    assert deadline_after_downtime(MONDAY + left, last_seen=MONDAY, now=now, quiet=None, fresh=LOCK) == now + given_back


def test_the_grace_is_never_more_than_a_whole_clock():
    fresh = MONDAY + 61 * MINUTE
    now = MONDAY + HOUR
    assert deadline_after_downtime(MONDAY + SECOND, last_seen=MONDAY, now=now, quiet=None, fresh=fresh) == fresh


def test_an_extension_leaves_every_other_slot_its_half_hour():
    before = LOCK - 4 * HOUR
    assert extended_deadline(before, by=HOUR, quiet=None, locks_at=LOCK, open_slots=5) == before + HOUR
    assert (
        extended_deadline(before, by=9 * HOUR, quiet=None, locks_at=LOCK, open_slots=5) == LOCK - LOCK_MARGIN - 2 * HOUR
    )
    assert extended_deadline(before, by=HOUR, quiet=None, locks_at=LOCK, open_slots=10) == before


def test_an_extension_leaves_the_others_their_fixed_clocks():
    before = LOCK - 2 * HOUR
    given_more = extended_deadline(before, by=DAY, quiet=None, locks_at=LOCK, open_slots=10, seconds=90)
    assert given_more == LOCK - LOCK_MARGIN - 9 * 90 * SECOND


# -- properties -------------------------------------------------------------------------------------------------------

# Mondays of the weeks in which New York, Europe and New Zealand change their clocks, and one of an ordinary week.
MONDAYS = ("2026-03-02", "2026-03-23", "2026-03-30", "2026-06-01", "2026-09-21", "2026-10-19", "2026-10-26")
ZONES = (
    "America/New_York", "Europe/Berlin", "Europe/London", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns",
    "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Tokyo", "America/Los_Angeles", "UTC",
)  # fmt: skip


def to_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def quiet_hours(draw):
    begins = draw(st.integers(0, 24 * 60 - 1))
    return QuietHours(draw(st.sampled_from(ZONES)), to_time(begins), to_time(begins + draw(st.integers(0, 720))))


@st.composite
def nights(draw):
    """Quiet hours that begin and end outside skipped or repeated hours, so that local times are unambiguous."""
    begins, ends = draw(st.integers(20 * 60, 24 * 60 - 1)), draw(st.integers(4 * 60, 8 * 60))
    return QuietHours(draw(st.sampled_from(ZONES)), to_time(begins), to_time(ends))


moments = st.builds(
    lambda monday, since: at(monday) + since,
    st.sampled_from(MONDAYS),
    st.timedeltas(NOTHING, 9 * DAY),
)
minutes = moments.map(lambda moment: moment.replace(second=0, microsecond=0))
windows = st.timedeltas(NOTHING, 6 * DAY)
lines = st.lists(st.one_of(st.none(), quiet_hours()), min_size=1, max_size=22)
night_lines = st.lists(st.one_of(st.none(), nights()), min_size=1, max_size=22)


@given(nights(), minutes, st.integers(0, 40 * 60))
def test_waking_time_is_every_minute_outside_the_quiet_hours(quiet, begins, length):
    awake = (not is_asleep(quiet, begins + minute * MINUTE + MINUTE / 2) for minute in range(length))
    assert time_outside_quiet_hours(quiet, begins, begins + length * MINUTE) == sum(awake) * MINUTE


@given(st.one_of(st.none(), quiet_hours()), moments, st.timedeltas(NOTHING, 3 * DAY))
def test_adding_waking_time_returns_the_first_moment_at_which_it_has_passed(quiet, begins, duration):
    moment = add_outside_quiet_hours(quiet, begins, duration)
    assert time_outside_quiet_hours(quiet, begins, moment) == duration
    just_before = moment - timedelta(microseconds=1)
    assert duration == NOTHING or time_outside_quiet_hours(quiet, begins, just_before) < duration


@given(moments, windows, lines)
def test_an_adaptive_deadline_is_never_before_now_nor_after_the_lock(now, window, players):
    assert now <= adaptive(now, now + window, players) <= now + window


@given(moments, windows, lines, st.integers(1, 200_000))
def test_a_fixed_deadline_is_never_before_now_nor_after_the_lock(now, window, players, seconds):
    assert now <= fixed(now, now + window, players, seconds) <= now + window


@given(moments, windows, night_lines)
def test_a_clock_runs_out_in_quiet_hours_only_if_time_is_too_short(now, window, players):
    moment = adaptive(now, now + window, players)
    if players[0] is not None and is_asleep(players[0], moment):
        assert end_of_turns(now, players, MIN_SHARE) > now + window - LOCK_MARGIN - SECOND


@given(moments, windows, lines)
def test_the_share_is_the_largest_that_fits(now, window, players):
    share, spares = shared(now, now + window, players)
    line = players if spares else [None] * len(players)
    ends = now + window - LOCK_MARGIN
    assert share == NOTHING or end_of_turns(now, line, share) <= ends
    assert share == LONGEST or end_of_turns(now, line, share + 2 * SECOND) > ends


@given(moments, st.timedeltas(LOCK_MARGIN, 6 * DAY), lines)
def test_a_draft_in_which_every_clock_runs_out_is_complete_before_its_lock(now, window, players):
    lock = now + window
    for slot in range(len(players)):
        now = adaptive(now, lock, players[slot:])
    assert now <= lock - LOCK_MARGIN + SECOND


@given(moments, st.timedeltas(LOCK_MARGIN, 6 * DAY), lines)
def test_a_late_sweep_still_completes_the_draft_before_its_lock(now, window, players):
    lock = now + window
    for slot in range(len(players)):
        now = adaptive(now, lock, players[slot:]) + SWEEP
    assert now <= lock


@given(moments, st.timedeltas(LOCK_MARGIN, 6 * DAY), lines, st.data())
def test_picks_made_early_never_make_a_draft_end_after_its_lock(now, window, players, data):
    lock = now + window
    for slot in range(len(players)):
        now += data.draw(st.floats(0, 1)) * (adaptive(now, lock, players[slot:]) - now)
    assert now <= lock - LOCK_MARGIN + SECOND


@given(moments, windows, lines, st.floats(0, 1))
def test_a_pick_made_earlier_never_shortens_the_time_of_the_others(now, window, players, part):
    assume(len(players) > 1)
    lock = now + window
    late = adaptive(now, lock, players)
    early = now + part * (late - now)
    others_early = shared(early, lock, players[1:])
    others_late = shared(late, lock, players[1:])
    assert others_early.time >= others_late.time or not others_late.spares_quiet_hours


@given(moments, windows, lines)
def test_a_player_within_the_clock_leaves_the_next_at_least_as_much(now, window, players):
    assume(len(players) > 1)
    lock = now + window
    share = shared(now, lock, players)
    after = adaptive(now, lock, players)
    following = shared(after, lock, players[1:])
    least = share.time - SECOND
    if following.spares_quiet_hours and not share.spares_quiet_hours:
        # The player with quiet hours is done, so the quiet hours of the others can be spared again, which has priority.
        least = min(least, MIN_SHARE)
    assert following.time >= least or after > lock - LOCK_MARGIN


def test_quiet_hours_apply_again_after_the_player_who_made_that_impossible():
    """The others get less time, but it is waking time."""
    now, lock = datetime(2026, 3, 23, 2, 29, tzinfo=UTC), datetime(2026, 3, 24, 2, 29, tzinfo=UTC)
    asleep = QuietHours("UTC", time(2, 29), time(2, 28))
    night = QuietHours("UTC", time(14), time(6))
    players = [asleep, *[None] * 6, night]
    share = shared(now, lock, players)
    following = shared(adaptive(now, lock, players), lock, players[1:])
    assert (share.spares_quiet_hours, following.spares_quiet_hours) == (False, True)
    assert MIN_SHARE <= following.time < share.time


@given(moments, windows, lines, st.timedeltas(NOTHING, DAY), st.timedeltas(NOTHING, DAY))
def test_a_resumed_clock_is_neither_in_the_past_nor_longer_than_a_new_one(now, window, players, ran, paused):
    lock = now + window
    before = adaptive(now, lock, players)
    paused_at, back_at = min(now + ran, lock), min(now + ran + paused, lock)
    fresh = adaptive(back_at, lock, players)
    again = deadline_after_pause(before, paused_at=paused_at, now=back_at, quiet=players[0], fresh=fresh)
    assert back_at <= again <= fresh


@given(moments, windows, quiet_hours(), st.timedeltas(NOTHING, DAY), st.timedeltas(NOTHING, DAY))
def test_repeated_pauses_take_no_waking_time_away(now, window, quiet, ran, paused):
    before = add_outside_quiet_hours(quiet, now, window)
    paused_at = min(now + ran, before)
    back_at = paused_at + paused
    again = deadline_after_pause(before, paused_at=paused_at, now=back_at, quiet=quiet, fresh=back_at + 30 * DAY)
    assert time_outside_quiet_hours(quiet, back_at, again) == time_outside_quiet_hours(quiet, paused_at, before)


@given(moments, windows, lines, st.timedeltas(NOTHING, DAY))
def test_an_extension_never_takes_time_away_nor_reaches_the_lock(now, window, players, by):
    lock = now + window
    before = adaptive(now, lock, players)
    more = extended_deadline(before, by=by, quiet=players[0], locks_at=lock, open_slots=len(players))
    assert before <= more <= max(before, lock - LOCK_MARGIN)
