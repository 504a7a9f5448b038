"""Simulation of the draft clock: random league-weeks are played by the pure rules of `drafts.rules`.

It checks that every draft is complete before its lock, and measures how long absent players delay the others. Each week
has its own seed, so a failure can be reproduced: `Play(draw_week("1:4711")).run()`. The sweep of the server is always
`SWEEP` late; everything else is decided by `drafts.rules`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import exp, log
from random import Random
from time import process_time
from zoneinfo import ZoneInfo, available_timezones

from core.quiet_hours import QuietHours, add_outside_quiet_hours, time_outside_quiet_hours
from drafts import rules

from .report import Case, Report, percentile

SEED = 1
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWEEP = 5 * SECOND
GOAL = 24 * HOUR
CARS = 22
NEVER = datetime.max.replace(tzinfo=UTC)

# The time zones of the circuits.
CIRCUITS = (
    "Australia/Melbourne", "Asia/Shanghai", "Asia/Tokyo", "Asia/Bahrain", "Asia/Riyadh", "America/New_York",
    "America/Toronto", "Europe/Madrid", "Europe/Vienna", "Europe/London", "Asia/Baku", "Asia/Singapore",
    "America/Chicago", "America/Mexico_City", "America/Sao_Paulo", "America/Los_Angeles", "Asia/Qatar", "Asia/Dubai",
)  # fmt: skip
# How players respond when it is their turn: the weight of each habit, and within how much waking time they pick.
PROMPT, SLOW, ASLEEP, ABSENT = "prompt", "slow", "asleep", "absent"
HABITS = {PROMPT: 50, SLOW: 20, ASLEEP: 15, ABSENT: 15}
RESPONSE_TIMES = {PROMPT: (MINUTE, 30 * MINUTE), SLOW: (HOUR, 10 * HOUR), ASLEEP: (MINUTE, HOUR)}


# -- random weeks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A slot of the draft and its player: when they really sleep, the quiet hours that they have set, and within how
    much waking time they pick once it is their turn.
    """

    constructor: int
    habit: str
    sleep: QuietHours
    quiet: QuietHours | None
    response_time: timedelta


@dataclass(frozen=True)
class Week:
    """One league's draft of one week, and when the server was down."""

    seed: str
    opens_at: datetime
    locks_at: datetime
    slots: tuple[Slot, ...]
    outages: tuple[tuple[datetime, datetime], ...]

    @property
    def picks(self) -> int:
        """Picks per constructor."""
        return len(self.slots) // len({slot.constructor for slot in self.slots})

    @property
    def is_server_up_at_the_end(self) -> bool:
        """Whether the server was up when the last clocks had to end; if not, the lock fills the empty slots."""
        return all(back_at < self.locks_at - rules.LOCK_MARGIN for _since, back_at in self.outages)

    @property
    def has_absent(self) -> bool:
        return any(slot.habit == ABSENT for slot in self.slots)

    def with_everyone_present(self) -> "Week":
        """The same week, in which absent players respond promptly; all others do as before."""
        slots = (replace(slot, habit=PROMPT) if slot.habit == ABSENT else slot for slot in self.slots)
        return replace(self, slots=tuple(slots))


def draw_week(seed: str) -> Week:
    """A random week: 4 to 11 constructors, any time zones and habits, sprints, late starts, server outages."""
    rng = Random(seed)
    constructors = rng.randint(4, 11)
    picks = 2 if rng.random() < 0.8 else rng.randint(1, CARS // constructors)
    habits = rng.choices(list(HABITS), list(HABITS.values()), k=constructors)
    locks_at = _draw_lock(rng)
    opens_at = rules.opens_at(locks_at)
    if rng.random() < 0.1:  # The league was created, or the server was started, in the middle of the week.
        opens_at += rng.random() * (locks_at - opens_at - HOUR)
    outages = _draw_outages(rng, opens_at, locks_at) if rng.random() < 0.15 else ()
    return Week(seed, opens_at, locks_at, _draw_slots(rng, habits, picks), outages)


def draw_two_absent_of_ten(seed: str) -> Week:
    """A random week of ten constructors with two picks each, of which two are always absent; no outages."""
    rng = Random(seed)
    present = {habit: weight for habit, weight in HABITS.items() if habit != ABSENT}
    habits = [ABSENT, ABSENT, *rng.choices(list(present), list(present.values()), k=8)]
    locks_at = _draw_lock(rng)
    return Week(seed, rules.opens_at(locks_at), locks_at, _draw_slots(rng, habits, 2), ())


def _draw_lock(rng: Random) -> datetime:
    """The lock of a weekend in 2026 to 2030, with or without a sprint, in any time zone of a circuit."""
    saturday = date(2026, 3, 7) + 7 * DAY * rng.randrange(40) + 364 * DAY * rng.randrange(5)
    circuit = ZoneInfo(rng.choice(CIRCUITS))
    qualifying = datetime.combine(saturday, time(rng.randint(12, 21)), tzinfo=circuit).astimezone(UTC)
    sessions: dict[str, datetime | None] = {"qualifying": qualifying}
    if rng.random() < 0.25:
        sessions["sprint_qualifying"] = qualifying - DAY
    return rules.lock_time(sessions=sessions, race_starts_at=qualifying + DAY, minutes=5, at_qualifying=False).at


def _draw_slots(rng: Random, habits: Sequence[str], picks: int) -> tuple[Slot, ...]:
    homes = (
        rng.sample(_zones(), 3) if rng.random() < 0.5 else _zones()
    )  # players who live close to each other, or anywhere
    players = [_draw_player(rng, number, habit, rng.choice(homes)) for number, habit in enumerate(habits)]
    order = rules.drawn_order(range(len(players)), str(rng.random()))
    sequence = rules.slot_sequence(order, picks=picks, method=rng.choice(["sequential", "snake"]))
    return tuple(
        replace(players[slot.constructor], response_time=_draw_response_time(rng, players[slot.constructor]))
        for slot in sequence
    )


@cache
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone)


def _draw_player(rng: Random, number: int, habit: str, zone: str) -> Slot:
    """A player who sleeps 6 to 9 hours, or 10 if their habit is ASLEEP; two of three have set quiet hours."""
    hours = 10 if habit == ASLEEP else rng.randint(6, 9)
    start = rng.randrange(21 * 4, 26 * 4)
    sleep = QuietHours(zone, _quarter(start), _quarter(start + 4 * hours))
    return Slot(number, habit, sleep, sleep if rng.random() < 2 / 3 else None, timedelta(0))


def _quarter(number: int) -> time:
    """The time of day after this number of quarters of an hour."""
    return time(number // 4 % 24, number % 4 * 15)


def _draw_response_time(rng: Random, slot: Slot) -> timedelta:
    shortest, longest = RESPONSE_TIMES.get(slot.habit, RESPONSE_TIMES[PROMPT])  # absent players would be prompt
    return shortest + rng.random() * (longest - shortest)


def _draw_outages(rng: Random, opens_at: datetime, locks_at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """One to three outages of 10 seconds to 12 hours, short ones more often."""
    starts = sorted(opens_at + rng.random() * (locks_at - opens_at) for _ in range(rng.randint(1, 3)))
    outages: list[tuple[datetime, datetime]] = []
    for since in starts:
        length = exp(rng.uniform(log(10), log(12 * 3600))) * SECOND
        if not outages or since > outages[-1][1]:
            outages.append((since, since + length))
    return tuple(outages)


# -- the simulation --------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """The result of a draft: the time of its last pick, and how many slots were filled before the lock.

    `waited` is the waking time that ran on the clocks of absent players. The clocks that expired for players with quiet
    hours are counted as `spared` (outside the quiet hours), `gave_way` (inside, because there was too little time) and
    `broken` (inside, although there was enough time).
    """

    ended_at: datetime
    filled: int = 0
    waited: timedelta = timedelta(0)
    spared: int = 0
    gave_way: int = 0
    broken: int = 0


class DraftSimulation:
    """Plays a draft from its opening to its last pick or its lock."""

    def __init__(self, week: Week) -> None:
        self.week, self.longest = week, rules.max_share(week.picks)
        self.quiet = [slot.quiet for slot in week.slots]
        self.outcome = Outcome(week.opens_at)

    def run(self) -> Outcome:
        """Play the draft to its end."""
        for number, slot in enumerate(self.week.slots):
            began_at = self.outcome.ended_at
            ended_at = self._turn(number, slot, began_at)
            if ended_at > self.week.locks_at:
                break
            self.outcome.filled, self.outcome.ended_at = number + 1, ended_at
            if slot.habit == ABSENT:
                self.outcome.waited += time_outside_quiet_hours(slot.quiet, began_at, ended_at)
        return self.outcome

    def _turn(self, number: int, slot: Slot, set_at: datetime) -> datetime:
        """Play one slot, whose turn begins at `set_at`; returns when its player or the sweep filled it."""
        due_at = self._deadline(number, set_at)
        picks_at = NEVER if slot.habit == ABSENT else add_outside_quiet_hours(slot.sleep, set_at, slot.response_time)
        for since, back_at in self.week.outages:
            if since < set_at:
                continue
            if since > (picks_at if picks_at <= due_at else due_at + SWEEP):
                break
            fresh = self._deadline(number, back_at)
            due_at = rules.deadline_after_downtime(due_at, last_seen=since, now=back_at, quiet=slot.quiet, fresh=fresh)
            set_at = back_at
            if picks_at < back_at:  # tried during the outage, and tries again soon after it
                picks_at = back_at + min(slot.response_time, 5 * MINUTE)
        if picks_at <= due_at:
            return picks_at
        self._count_expiry(number, slot, set_at, due_at)
        return max(due_at, set_at) + SWEEP

    def _deadline(self, number: int, now: datetime) -> datetime:
        due_at = rules.deadline(
            kind="adaptive",
            seconds=None,
            now=now,
            locks_at=self.week.locks_at,
            players=self.quiet[number:],
            longest=self.longest,
        )
        assert due_at is not None, "an adaptive clock has a deadline"
        return due_at

    def _count_expiry(self, number: int, slot: Slot, set_at: datetime, due_at: datetime) -> None:
        """Count whether a clock expired inside its player's quiet hours, and whether that was avoidable."""
        if slot.quiet is None:
            return
        if time_outside_quiet_hours(slot.quiet, due_at - SECOND, due_at + SECOND):
            self.outcome.spared += 1
        elif self._has_enough_time(number, set_at):
            self.outcome.broken += 1
        else:
            self.outcome.gave_way += 1

    def _has_enough_time(self, number: int, begins_at: datetime) -> bool:
        """Whether every open slot could have had the least share of waking time, one slot after the other."""
        ends_at = begins_at
        for quiet in self.quiet[number:]:
            ends_at = add_outside_quiet_hours(quiet, ends_at, rules.MIN_SHARE)
        return ends_at <= self.week.locks_at - rules.LOCK_MARGIN


def delay_by_absent(week: Week, outcome: Outcome) -> timedelta:
    """How much later the last pick was made than it would have been without absent players."""
    return outcome.ended_at - DraftSimulation(week.with_everyone_present()).run().ended_at


# -- the benchmark ---------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """The totals of many weeks; durations in hours."""

    weeks: int = 0
    served: int = 0  # weeks in which the server was up when the last clocks had to end
    complete: int = 0
    spared: int = 0
    gave_way: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    # Of weeks with absent players.
    lasted: list[float] = field(default_factory=list)
    lasted_without: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def add(self, week: Week) -> None:
        """Play a week and add its outcome."""
        outcome = DraftSimulation(week).run()
        self.weeks += 1
        self._count_end(week, outcome)
        self.spared += outcome.spared
        self.gave_way += outcome.gave_way
        self.broken += outcome.broken
        if outcome.broken:
            self.failures.append(f"Week {week.seed}: a clock ran out in quiet hours although time allowed better.")
        if week.has_absent:
            self._count_delay(week, outcome)

    def _count_end(self, week: Week, outcome: Outcome) -> None:
        is_complete = outcome.filled == len(week.slots)
        if not week.is_server_up_at_the_end:
            return
        self.served += 1
        self.complete += is_complete
        if not is_complete:
            self.failures.append(f"Week {week.seed}: not complete before its lock.")

    def _count_delay(self, week: Week, outcome: Outcome) -> None:
        delayed_by = delay_by_absent(week, outcome)
        self.delays.append(delayed_by / HOUR)
        self.waited.append(outcome.waited / HOUR)
        self.lasted.append((outcome.ended_at - week.opens_at) / HOUR)
        self.lasted_without.append((outcome.ended_at - delayed_by - week.opens_at) / HOUR)


def play_weeks(number: int) -> Tally:
    """Play this number of random weeks."""
    tally = Tally()
    for index in range(number):
        tally.add(draw_week(f"{SEED}:{index}"))
    return tally


@dataclass
class AbsenceTally:
    """The cost of two absent players of ten in many weeks, in hours: on their clocks, and until the last pick."""

    waited: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, week: Week) -> None:
        """Play a week and add the cost of its absent players."""
        outcome = DraftSimulation(week).run()
        self.waited.append(outcome.waited / HOUR)
        self.delays.append(delay_by_absent(week, outcome) / HOUR)
        if outcome.waited > GOAL + 2 * week.picks * SWEEP:
            self.failures.append(f"Week {week.seed}: the others waited more than 24 h on the clocks of two.")


def simulate_two_absent_of_ten(number: int) -> AbsenceTally:
    """Play this number of weeks with two absent players of ten."""
    tally = AbsenceTally()
    for index in range(number):
        tally.add(draw_two_absent_of_ten(f"{SEED}:two:{index}"))
    return tally


PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
NOTES = (
    "complete: the floor is all weeks in which the server was there when the clocks end, 2 minutes before the lock.",
    "spared: ran out on a player with quiet hours, but not inside them; the floor is all where time allowed that.",
    "lasts: from opening to last pick, in weeks with absent players; the floor is the same with everybody there.",
    "waited: what was used up of the clocks of the absent, in their waking time, for that is when the others wait for",
    "somebody who might come. This is what the goal means: 24 h at most for two absent of ten (and the sweeps, which",
    "come 5 s late), which is the floor. More fails. later: by how much the absent made the last pick later, nights",
    "in which nobody is expected to pick included; its floor is the time waited. docs/benchmarks.md says more.",
)


def run(*, quick: bool) -> Report:
    """Play 10,000 weeks, or 300 if `quick`, and a tenth of that (at least 100) with two absent players of ten."""
    number, cpu_began = (300 if quick else 10_000), process_time()
    tally, two = play_weeks(number), simulate_two_absent_of_ten(max(100, number // 10))
    facts: dict[str, float | int | str] = {
        "seed": SEED,
        "weeks": tally.weeks,
        "weeks of two absent of ten": len(two.waited),
        "server away at the end": tally.weeks - tally.served,
        "quiet hours gave way": tally.gave_way,
        "seconds of one core": round(process_time() - cpu_began, 1),
    }
    cases = [*_cases(tally), *_absence_cases(two)]
    return Report("weeks", cases, facts=facts, notes=NOTES, failures=[*tally.failures, *two.failures])


def _cases(tally: Tally) -> list[Case]:
    return [
        Case("weeks complete before the lock", tally.complete, tally.served, "weeks"),
        Case("clocks that spared quiet hours while time allowed", tally.spared, tally.spared + tally.broken, "clocks"),
        *_percentile_cases("all weeks with absent players: a draft lasts", tally.lasted, tally.lasted_without),
        *_percentile_cases("all weeks with absent players: last pick later", tally.delays, tally.waited),
    ]


def _absence_cases(two: AbsenceTally) -> list[Case]:
    return [
        *_percentile_cases("two absent of ten: waited on their clocks", two.waited, [GOAL / HOUR]),
        *_percentile_cases("two absent of ten: last pick later", two.delays, two.waited),
    ]


def _percentile_cases(name: str, ours: Sequence[float], floor: Sequence[float]) -> list[Case]:
    return [
        Case(f"{name}, {label}", percentile(ours, part), percentile(floor, part), "h")
        for label, part in PERCENTILES.items()
    ]
