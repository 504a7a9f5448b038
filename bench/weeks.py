"""League-weeks through the pure rules: does every draft end before its lock, and what do absent players cost?

A week is drawn from a seed of its own, so that one that failed can be played again: `Play(draw_week("1:4711")).run()`.
The server's sweep is always late by `SWEEP`; everything else is decided by `drafts.rules`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import exp, log
from random import Random
from time import process_time
from zoneinfo import ZoneInfo, available_timezones

from drafts import rules
from drafts.rules import QuietHours

from .report import Case, Report, percentile

SEED = 1
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWEEP = 5 * SECOND
GOAL = 24 * HOUR
CARS = 22
NEVER = datetime.max.replace(tzinfo=UTC)

# Where races are held, as far as the clock is concerned.
CIRCUITS = (
    "Australia/Melbourne", "Asia/Shanghai", "Asia/Tokyo", "Asia/Bahrain", "Asia/Riyadh", "America/New_York",
    "America/Toronto", "Europe/Madrid", "Europe/Vienna", "Europe/London", "Asia/Baku", "Asia/Singapore",
    "America/Chicago", "America/Mexico_City", "America/Sao_Paulo", "America/Los_Angeles", "Asia/Qatar", "Asia/Dubai",
)  # fmt: skip
# How players answer when it is their turn: how often there is one of each kind, and within what waking time he picks.
PROMPT, SLOW, ASLEEP, ABSENT = "prompt", "slow", "asleep", "absent"
HABITS = {PROMPT: 50, SLOW: 20, ASLEEP: 15, ABSENT: 15}
ANSWERS = {PROMPT: (MINUTE, 30 * MINUTE), SLOW: (HOUR, 10 * HOUR), ASLEEP: (MINUTE, HOUR)}


# -- drawing a week --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A place in the draft and the player who holds it: when he really sleeps, the quiet hours that he has told the
    league, and within what waking time he picks once it is his turn.
    """

    constructor: int
    habit: str
    sleep: QuietHours
    quiet: QuietHours | None
    answer: timedelta


@dataclass(frozen=True)
class Week:
    """One league's draft of one week, and when the server was away."""

    seed: str
    opens_at: datetime
    locks_at: datetime
    slots: tuple[Slot, ...]
    outages: tuple[tuple[datetime, datetime], ...]

    @property
    def picks(self) -> int:
        """How many each constructor makes."""
        return len(self.slots) // len({slot.constructor for slot in self.slots})

    @property
    def is_served_at_the_end(self) -> bool:
        """Whether the server was there when the clocks had to end; else the lock fills what is missing."""
        return all(back_at < self.locks_at - rules.MARGIN for _since, back_at in self.outages)

    @property
    def has_absent(self) -> bool:
        return any(slot.habit == ABSENT for slot in self.slots)

    def with_everybody_there(self) -> "Week":
        """The same week, in which the absent answer promptly and all others as before."""
        there = (replace(slot, habit=PROMPT) if slot.habit == ABSENT else slot for slot in self.slots)
        return replace(self, slots=tuple(there))


def draw_week(seed: str) -> Week:
    """A week of any kind: 4 to 11 constructors, any zones and habits, sprints, late starts, outages of the server."""
    lot = Random(seed)
    constructors = lot.randint(4, 11)
    picks = 2 if lot.random() < 0.8 else lot.randint(1, CARS // constructors)
    habits = lot.choices(list(HABITS), list(HABITS.values()), k=constructors)
    locks_at = _draw_lock(lot)
    opens_at = rules.opens_at(locks_at)
    if lot.random() < 0.1:  # The league was founded, or its server started, in the middle of the week.
        opens_at += lot.random() * (locks_at - opens_at - HOUR)
    outages = _draw_outages(lot, opens_at, locks_at) if lot.random() < 0.15 else ()
    return Week(seed, opens_at, locks_at, _draw_slots(lot, habits, picks), outages)


def draw_two_absent_of_ten(seed: str) -> Week:
    """An ordinary week of ten constructors with two picks, of whom two are never there."""
    lot = Random(seed)
    present = {habit: weight for habit, weight in HABITS.items() if habit != ABSENT}
    habits = [ABSENT, ABSENT, *lot.choices(list(present), list(present.values()), k=8)]
    locks_at = _draw_lock(lot)
    return Week(seed, rules.opens_at(locks_at), locks_at, _draw_slots(lot, habits, 2), ())


def _draw_lock(lot: Random) -> datetime:
    """The lock of some weekend of 2026 to 2030, ordinary or with a sprint, anywhere in the world."""
    saturday = date(2026, 3, 7) + 7 * DAY * lot.randrange(40) + 364 * DAY * lot.randrange(5)
    circuit = ZoneInfo(lot.choice(CIRCUITS))
    qualifying = datetime.combine(saturday, time(lot.randint(12, 21)), tzinfo=circuit).astimezone(UTC)
    sessions: dict[str, datetime | None] = {"qualifying": qualifying}
    if lot.random() < 0.25:
        sessions["sprint_qualifying"] = qualifying - DAY
    return rules.lock(sessions=sessions, race_starts_at=qualifying + DAY, minutes=5, at_qualifying=False).at


def _draw_slots(lot: Random, habits: Sequence[str], picks: int) -> tuple[Slot, ...]:
    homes = lot.sample(_zones(), 3) if lot.random() < 0.5 else _zones()  # A league of friends, or one of the world.
    people = [_draw_person(lot, number, habit, lot.choice(homes)) for number, habit in enumerate(habits)]
    order = rules.drawn_order(range(len(people)), str(lot.random()))
    line = rules.slot_sequence(order, picks=picks, method=lot.choice(["sequential", "snake"]))
    return tuple(replace(people[slot.constructor], answer=_draw_answer(lot, people[slot.constructor])) for slot in line)


@cache
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone)


def _draw_person(lot: Random, number: int, habit: str, zone: str) -> Slot:
    """Somebody who sleeps 6 to 9 hours, or 10 if that is his habit; two of three have told the league so."""
    hours = 10 if habit == ASLEEP else lot.randint(6, 9)
    begins = lot.randrange(21 * 4, 26 * 4)
    sleep = QuietHours(zone, _quarter(begins), _quarter(begins + 4 * hours))
    return Slot(number, habit, sleep, sleep if lot.random() < 2 / 3 else None, timedelta(0))


def _quarter(number: int) -> time:
    return time(number // 4 % 24, number % 4 * 15)


def _draw_answer(lot: Random, slot: Slot) -> timedelta:
    shortest, longest = ANSWERS.get(slot.habit, ANSWERS[PROMPT])  # Had the absent been there, they had been prompt.
    return shortest + lot.random() * (longest - shortest)


def _draw_outages(lot: Random, opens_at: datetime, locks_at: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Up to three absences of the server of 10 seconds to 12 hours, short ones more often."""
    begun = sorted(opens_at + lot.random() * (locks_at - opens_at) for _ in range(lot.randint(1, 3)))
    outages: list[tuple[datetime, datetime]] = []
    for since in begun:
        length = exp(lot.uniform(log(10), log(12 * 3600))) * SECOND
        if not outages or since > outages[-1][1]:
            outages.append((since, since + length))
    return tuple(outages)


# -- playing it ------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """How a draft went: when its last pick was made, and how many slots were filled before the lock.

    `waited` is what was used up of the clocks of absent players. Of the clocks that ran out on somebody with quiet
    hours, `spared` ran out outside of them, `gave_way` inside because time was too short for anything else, and
    `broken` inside although time allowed better.
    """

    ended_at: datetime
    filled: int = 0
    waited: timedelta = timedelta(0)
    spared: int = 0
    gave_way: int = 0
    broken: int = 0


class Play:
    """A draft from its opening to its last pick or its lock."""

    def __init__(self, week: Week) -> None:
        self.week, self.longest = week, rules.longest_share(week.picks)
        self.quiet = [slot.quiet for slot in week.slots]
        self.outcome = Outcome(week.opens_at)

    def run(self) -> Outcome:
        """Play it to its end."""
        for number, slot in enumerate(self.week.slots):
            began_at = self.outcome.ended_at
            ended_at = self._turn(number, slot, began_at)
            if ended_at > self.week.locks_at:
                break
            self.outcome.filled, self.outcome.ended_at = number + 1, ended_at
            if slot.habit == ABSENT:
                self.outcome.waited += rules.waking_time(slot.quiet, began_at, ended_at)
        return self.outcome

    def _turn(self, number: int, slot: Slot, set_at: datetime) -> datetime:
        """Play one slot, whose turn begins at `set_at`; returns when it was filled, by its player or by the sweep."""
        due_at = self._deadline(number, set_at)
        absent = slot.habit == ABSENT
        picks_at = NEVER if absent else rules.after_waking(slot.sleep, set_at, slot.answer)
        for since, back_at in self.week.outages:
            if since < set_at:
                continue
            if since > (picks_at if picks_at <= due_at else due_at + SWEEP):
                break
            fresh = self._deadline(number, back_at)
            due_at = rules.after_downtime(due_at, last_seen=since, now=back_at, quiet=slot.quiet, fresh=fresh)
            set_at = back_at
            if picks_at < back_at:  # He tried while the server was away, and finds it back a little later.
                picks_at = back_at + min(slot.answer, 5 * MINUTE)
        if picks_at <= due_at:
            return picks_at
        self._judge(number, slot, set_at, due_at)
        return max(due_at, set_at) + SWEEP

    def _deadline(self, number: int, now: datetime) -> datetime:
        moment = rules.deadline(
            kind="adaptive",
            seconds=None,
            now=now,
            locks_at=self.week.locks_at,
            players=self.quiet[number:],
            longest=self.longest,
        )
        assert moment is not None, "an adaptive clock has a deadline"
        return moment

    def _judge(self, number: int, slot: Slot, set_at: datetime, due_at: datetime) -> None:
        """Note whether a clock ran out inside its player's quiet hours, and whether it had to."""
        if slot.quiet is None:
            return
        if rules.waking_time(slot.quiet, due_at - SECOND, due_at + SECOND):
            self.outcome.spared += 1
        elif self._time_allowed(number, set_at):
            self.outcome.broken += 1
        else:
            self.outcome.gave_way += 1

    def _time_allowed(self, number: int, moment: datetime) -> bool:
        """Whether every open slot could have had the least share of waking time, counted slot by slot."""
        for quiet in self.quiet[number:]:
            moment = rules.after_waking(quiet, moment, rules.LEAST_SHARE)
        return moment <= self.week.locks_at - rules.MARGIN


def delay(week: Week, outcome: Outcome) -> timedelta:
    """How much later the last pick came than it would have come with everybody there."""
    return outcome.ended_at - Play(week.with_everybody_there()).run().ended_at


# -- the benchmark ---------------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What many weeks came to; durations in hours."""

    weeks: int = 0
    served: int = 0
    complete: int = 0
    spared: int = 0
    gave_way: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    lasted: list[float] = field(default_factory=list)
    lasted_without: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def add(self, week: Week) -> None:
        """Play a week and count what happened."""
        outcome = Play(week).run()
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
        if not week.is_served_at_the_end:
            return
        self.served += 1
        self.complete += is_complete
        if not is_complete:
            self.failures.append(f"Week {week.seed}: not complete before its lock.")

    def _count_delay(self, week: Week, outcome: Outcome) -> None:
        late = delay(week, outcome)
        self.delays.append(late / HOUR)
        self.waited.append(outcome.waited / HOUR)
        self.lasted.append((outcome.ended_at - week.opens_at) / HOUR)
        self.lasted_without.append((outcome.ended_at - late - week.opens_at) / HOUR)


def play_weeks(number: int) -> Tally:
    """Play so many weeks of all kinds."""
    tally = Tally()
    for one in range(number):
        tally.add(draw_week(f"{SEED}:{one}"))
    return tally


@dataclass
class TwoOfTen:
    """What two absent of ten cost in many weeks, in hours: on their clocks, and until the last pick."""

    waited: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, week: Week) -> None:
        """Play a week and count what the absent cost."""
        outcome = Play(week).run()
        self.waited.append(outcome.waited / HOUR)
        self.delays.append(delay(week, outcome) / HOUR)
        if outcome.waited > GOAL + 2 * week.picks * SWEEP:
            self.failures.append(f"Week {week.seed}: the others waited more than 24 h on the clocks of two.")


def play_two_absent_of_ten(number: int) -> TwoOfTen:
    """Play so many ordinary weeks with two absent of ten."""
    cost = TwoOfTen()
    for one in range(number):
        cost.add(draw_two_absent_of_ten(f"{SEED}:two:{one}"))
    return cost


PARTS = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
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
    """10,000 weeks, or 300, and a tenth of that with two absent of ten."""
    number, began = (300 if quick else 10_000), process_time()
    tally, two = play_weeks(number), play_two_absent_of_ten(max(100, number // 10))
    facts: dict[str, float | int | str] = {
        "seed": SEED,
        "weeks": tally.weeks,
        "weeks of two absent of ten": len(two.waited),
        "server away at the end": tally.weeks - tally.served,
        "quiet hours gave way": tally.gave_way,
        "seconds of one core": round(process_time() - began, 1),
    }
    cases = [*_cases_of_all(tally), *_cases_of_two(two)]
    return Report("weeks", cases, facts=facts, notes=NOTES, failures=[*tally.failures, *two.failures])


def _cases_of_all(tally: Tally) -> list[Case]:
    return [
        Case("weeks complete before the lock", tally.complete, tally.served, "weeks"),
        Case("clocks that spared quiet hours while time allowed", tally.spared, tally.spared + tally.broken, "clocks"),
        *_parts("all weeks with absent players: a draft lasts", tally.lasted, tally.lasted_without),
        *_parts("all weeks with absent players: last pick later", tally.delays, tally.waited),
    ]


def _cases_of_two(two: TwoOfTen) -> list[Case]:
    return [
        *_parts("two absent of ten: waited on their clocks", two.waited, [GOAL / HOUR]),
        *_parts("two absent of ten: last pick later", two.delays, two.waited),
    ]


def _parts(name: str, ours: Sequence[float], floor: Sequence[float]) -> list[Case]:
    return [
        Case(f"{name}, {part}", percentile(ours, share), percentile(floor, share), "h") for part, share in PARTS.items()
    ]
