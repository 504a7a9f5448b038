"""A model of a draft in plain Python, which the state machine test compares with the real one.

It uses no database and no transactions. The only code that it shares with the application is the clock rules, and the
choice of a bot.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.quiet_hours import QuietHours
from drafts import rules

IN_PROGRESS_STATES = ("open", "paused", "complete")


@dataclass
class ModelPick:
    driver: int
    source: str
    picked_at: datetime


@dataclass
class ModelSlot:
    number: int
    constructor: int
    round: int
    passed_at: datetime | None = None
    pick: ModelPick | None = None


@dataclass
class Model:
    """The expected state of a draft. Every action returns the code of its refusal, or None."""

    now: datetime
    locks_at: datetime
    clock: str
    seconds: int
    autopicks: bool
    picks: int
    ranking: list[int]
    quiet: dict[int, QuietHours | None]
    slots: list[ModelSlot]
    method: str = "sequential"
    seed: str = ""
    race_round: int = 1
    bots_up_to: int = 0
    people: list[int] = field(default_factory=list)
    bots: list[int] = field(default_factory=list)
    ready: set[int] = field(default_factory=set)
    held_until: datetime | None = None
    state: str = "open"
    began: datetime | None = None
    ends: datetime | None = None
    paused_at: datetime | None = None
    seq: int = 1
    made: list[ModelSlot] = field(default_factory=list)
    departed: set[int] = field(default_factory=set)
    autodraft: dict[int, tuple[str, datetime | None]] = field(default_factory=dict)
    out: set[int] = field(default_factory=set)
    heartbeat: datetime | None = None

    def __post_init__(self) -> None:
        self.start_turn()

    # -- reads ---------------------------------------------------------------------------------------------------

    @property
    def unfilled(self) -> list[ModelSlot]:
        return [slot for slot in self.slots if slot.pick is None]

    @property
    def waiting(self) -> list[ModelSlot]:
        return [slot for slot in self.unfilled if slot.passed_at is None]

    @property
    def turn(self) -> ModelSlot | None:
        return next(iter(self.waiting), None)

    @property
    def turn_key(self) -> tuple[int, int] | None:
        return (self.turn.round, self.turn.constructor) if self.turn else None

    @property
    def order(self) -> list[int]:
        return list(dict.fromkeys(slot.constructor for slot in self.slots))

    @property
    def hold(self) -> datetime | None:
        """Until when bots and autodraft leave the first pick to people, if they do now."""
        return self.held_until if self.held_until and self.now < self.held_until and not self.made else None

    @property
    def is_past_lock(self) -> bool:
        return self.now >= self.locks_at

    @property
    def taken(self) -> set[int]:
        return {slot.pick.driver for slot in self.slots if slot.pick}

    def driver_refusal(self, driver: int) -> str | None:
        """Return the code of the refusal of this driver, None if the driver is available."""
        if driver in self.out:
            return "driver_withdrawn"
        return "driver_taken" if driver in self.taken else None

    def slot_to_fill(self, constructor: int) -> ModelSlot | None:
        """Return the slot that a pick of this constructor fills: its turn, otherwise the first that has passed."""
        if self.turn and self.turn.constructor == constructor:
            return self.turn
        return next((slot for slot in self.unfilled if slot.constructor == constructor and slot.passed_at), None)

    # -- the clock -----------------------------------------------------------------------------------------------

    def deadline(self, begins: datetime) -> datetime | None:
        constructor = self.waiting[0].constructor
        if self.is_automatic(constructor):
            return self.hold or begins
        deadline = rules.deadline(
            kind=self.clock,  # type: ignore[arg-type]
            seconds=self.seconds,
            now=begins,
            locks_at=self.locks_at,
            players=[self.quiet.get(slot.constructor) for slot in self.waiting],
            longest=timedelta(hours=12) / self.picks,
        )
        return max(deadline, self.hold) if deadline and self.hold and constructor in self.bots else deadline

    def is_automatic(self, constructor: int) -> bool:
        return self.autodraft.get(constructor, ("off", None))[0] != "off"

    def start_turn(self) -> None:
        is_running = self.state == "open" and bool(self.waiting)
        self.began = self.now if is_running else None
        self.ends = self.deadline(self.now) if is_running else None

    def advance_turn(self) -> None:
        if self.state == "open" and not self.unfilled:
            self.state, self.seq = "complete", self.seq + 1
        self.start_turn()

    def sweep(self) -> None:
        """Sweep the clock, as the beat task does."""
        self.grant_downtime_grace()
        while self.is_expired():
            self.expire()

    def expire_if_due(self) -> None:
        """Expire the turn if it is due, as every request does."""
        if self.is_expired():
            self.grant_downtime_grace()
            if self.is_expired():
                self.expire()

    def is_expired(self) -> bool:
        return self.state == "open" and self.ends is not None and self.ends <= self.now < self.locks_at

    def grant_downtime_grace(self) -> None:
        last, self.heartbeat = self.heartbeat or self.now, self.now
        is_concerned = self.state == "open" and self.ends and self.ends > last and not self.is_past_lock
        if self.now - last <= rules.DOWNTIME_TOLERANCE or not is_concerned:
            return
        assert self.ends is not None
        fresh = self.deadline(self.now)
        if fresh is not None and fresh > self.now:
            quiet = self.quiet.get(self.waiting[0].constructor)
            self.ends = rules.deadline_after_downtime(
                self.ends, last_seen=last, now=self.now, quiet=quiet, fresh=max(fresh, self.ends)
            )
            self.seq += 1

    def expire(self) -> None:
        slot = self.waiting[0]
        if self.autopicks:
            self.fill(slot, self.best(), "autopick")
        else:
            slot.passed_at, self.seq = self.now, self.seq + 1
        self.advance_turn()

    def best(self) -> int:
        return next(driver for driver in self.ranking if self.driver_refusal(driver) is None)

    def fill(self, slot: ModelSlot, driver: int, source: str) -> None:
        slot.pick, self.seq = ModelPick(driver, source, self.now), self.seq + 1
        self.made.append(slot)

    def lock(self) -> None:
        if self.state not in IN_PROGRESS_STATES or not self.is_past_lock:
            return
        for slot in self.unfilled if self.autopicks else []:
            self.fill(slot, self.best(), "autopick")
        for constructor, (switch, set_at) in self.autodraft.items():
            picks = [slot.pick for slot in self.slots if slot.constructor == constructor and slot.pick]
            has_picked = any(pick.source == "autopick" and set_at and pick.picked_at >= set_at for pick in picks)
            if switch == "once" and has_picked:
                self.autodraft[constructor] = ("off", set_at)
        self.began = self.ends = self.paused_at = None
        self.state, self.seq = "locked", self.seq + 1

    # -- players -------------------------------------------------------------------------------------------------

    def pick(self, constructor: int, driver: int) -> str | None:
        own = [slot for slot in self.slots if slot.constructor == constructor]
        slot = self.slot_to_fill(constructor)
        if constructor in self.departed:
            return "not_allowed"
        if self.state == "locked" or self.is_past_lock:
            return "draft_locked"
        if self.state == "upcoming":
            return "draft_not_open"
        if self.state != "open":
            return f"draft_{self.state}"
        if not own:
            return "not_in_this_draft"
        if all(slot.pick for slot in own):
            return "no_picks_left"
        if slot is None:
            return "not_your_turn"
        if self.driver_refusal(driver):
            return self.driver_refusal(driver)
        self.fill(slot, driver, "player")
        if slot.passed_at is None or not self.unfilled:
            self.advance_turn()
        return None

    def change(self, constructor: int, driver: int) -> str | None:
        if constructor in self.departed:
            return "not_allowed"
        if self.state not in ("open", "complete") or self.is_past_lock:
            return "wrong_state"
        if not self.made or self.made[-1].constructor != constructor:
            return "too_late_to_change"
        if self.driver_refusal(driver):
            return self.driver_refusal(driver)
        pick = self.made[-1].pick
        assert pick is not None
        pick.driver, pick.source, self.seq = driver, "player", self.seq + 1
        return None

    def substitute(self, constructor: int, out: int, driver: int) -> str | None:
        if constructor in self.departed:
            return "not_allowed"
        if self.state == "paused" and not self.is_past_lock:
            return "draft_paused"
        return self.substitute_among(
            out, driver, [slot for slot in self.slots if slot.constructor == constructor], "player"
        )

    def substitute_among(self, out: int, driver: int, slots: list[ModelSlot], source: str) -> str | None:
        """Substitute `driver` for `out` in the one of these slots that holds `out`."""
        if self.state == "locked" or self.is_past_lock:
            return "draft_locked"
        if self.state == "upcoming":
            return "draft_not_open"
        pick = next((slot.pick for slot in slots if slot.pick and slot.pick.driver == out), None)
        if pick is None:
            return "driver_not_held"
        if out not in self.out:
            return "driver_takes_part"
        if self.driver_refusal(driver):
            return self.driver_refusal(driver)
        pick.driver, pick.source, self.seq = driver, source, self.seq + 1
        return None

    def drop_out_or_come_back(self, driver: int) -> None:
        self.out ^= {driver}
        is_news = driver in self.out & self.taken and self.state in IN_PROGRESS_STATES and not self.is_past_lock
        self.seq += is_news

    def switch(self, constructor: int, to: str) -> str | None:
        if constructor in self.departed:
            return "not_allowed"
        self.autodraft[constructor] = (to, self.now)
        if self.state not in ("open", "paused") or not self.turn or self.turn.constructor != constructor:
            return None
        if to != "off" and self.state == "open":
            self.ends = self.hold or self.now
            if self.is_expired():
                self.expire()
        elif to == "off" and self.began and self.ends in (self.began, self.held_until):
            self.ends = self.deadline(self.began)
        return None

    def join(self, constructor: int) -> None:
        """Before the first pick, a newcomer takes the place of the last bot, or is last in the order."""
        self.people.append(constructor)
        if self.state == "upcoming" and self.bots and len(self.people) + len(self.bots) > self.bots_up_to:
            self.bots.pop()
        if self.state not in IN_PROGRESS_STATES or self.is_past_lock or self.made:
            return
        self.seq += 1
        if replaced := [pk for pk in self.order if pk in self.bots]:
            self.take_over(replaced[-1], constructor)
            return
        before = self.turn_key
        self.write_slots([*self.order, constructor])
        self.state = "open" if self.state == "complete" else self.state
        if self.state == "open" and before != self.turn_key:
            self.start_turn()

    def take_over(self, bot: int, constructor: int) -> None:
        self.bots.remove(bot)
        for slot in self.slots:
            slot.constructor = constructor if slot.constructor == bot else slot.constructor

    def write_slots(self, order: list[int]) -> None:
        """Write all slots of a draft without picks. Turns that have passed stay passed."""
        passed = {(slot.round, slot.constructor): slot.passed_at for slot in self.slots}
        turns = [
            (number, constructor)
            for number in range(1, self.picks + 1)
            for constructor in (order[::-1] if self.method == "snake" and number % 2 == 0 else order)
        ]
        self.slots = [
            ModelSlot(position, constructor, number, passed.get((number, constructor)))
            for position, (number, constructor) in enumerate(turns, 1)
        ]

    def leave(self, constructor: int) -> None:
        self.departed.add(constructor)
        self.people.remove(constructor)
        if self.state not in ("open", "paused"):
            return
        before = self.turn_key
        if self.release(constructor) and (before != self.turn_key or not self.unfilled):
            self.advance_turn()

    def press_ready(self, constructor: int | None) -> str | None:
        if constructor is None or constructor in self.departed:
            return "not_allowed"
        if self.state not in ("upcoming", "open", "paused") or self.made:
            return "lobby_closed"
        self.ready.add(constructor)
        if self.held_until and set(self.people) <= self.ready:
            before, self.held_until = self.held_until, None
            if self.ends == before:
                self.ends = self.deadline(self.now)
        return None

    def bot_picks(self) -> None:
        """The bot on the clock picks after a moment, if the first pick is not held."""
        if self.state != "open" or not self.turn or self.turn.constructor not in self.bots or self.is_past_lock:
            return
        if self.hold or (self.began or self.now) + timedelta(seconds=6) > self.now:
            return
        free = [driver for driver in self.ranking if self.driver_refusal(driver) is None]
        choice = rules.bot_choice(len(free), f"{self.seed}:{self.race_round}:{self.turn.number}")
        self.fill(self.turn, free[choice], "bot")
        self.advance_turn()

    def release(self, constructor: int) -> bool:
        left = [slot for slot in self.unfilled if slot.constructor == constructor]
        if left and not self.made:
            self.write_slots([pk for pk in self.order if pk != constructor])
        else:
            self.slots = [slot for slot in self.slots if slot not in left]
        self.seq += bool(left)
        return bool(left)

    # -- managers ------------------------------------------------------------------------------------------------

    def is_closed(self, *states: str) -> bool:
        return self.state not in states or self.is_past_lock

    def start(self, manager: int) -> str | None:
        """The manager starts the draft in the lobby."""
        if self.state != "upcoming":
            return "already_started"
        if self.is_past_lock:
            return "draft_locked"
        if len(self.people) + len(self.bots) < 2:
            return "too_few_constructors"
        self.ready.add(manager)
        self.open()
        return None

    def open_by_itself(self) -> None:
        """A lobby that waits for the manager opens a day before the lock."""
        is_due = self.locks_at - timedelta(hours=24) <= self.now < self.locks_at
        if self.state == "upcoming" and is_due and len(self.people) + len(self.bots) >= 2:
            self.open()

    def open(self) -> None:
        lots = {pk: hashlib.sha256(f"{self.seed}:{pk}".encode()).hexdigest() for pk in [*self.people, *self.bots]}
        self.state, self.seq = "open", self.seq + 1
        self.write_slots(sorted(lots, key=lots.__getitem__))
        if not set(self.people) <= self.ready:
            self.held_until = self.now + min(timedelta(minutes=30), (self.locks_at - self.now) / 2)
        self.start_turn()

    def pause(self) -> str | None:
        if self.is_closed("open"):
            return "wrong_state"
        self.state, self.paused_at, self.seq = "paused", self.now, self.seq + 1
        return None

    def resume(self) -> str | None:
        if self.is_closed("paused"):
            return "wrong_state"
        before, stopped_at = self.ends, self.paused_at
        self.state, self.paused_at, self.seq = "open", None, self.seq + 1
        self.advance_turn()
        if before and stopped_at and self.ends:
            on_turn = self.waiting[0].constructor
            most = self.ends if self.is_automatic(on_turn) else max(self.ends, before)
            self.ends = rules.deadline_after_pause(
                before, paused_at=stopped_at, now=self.now, quiet=self.quiet.get(on_turn), fresh=most
            )
        return None

    def extend(self, minutes: int) -> str | None:
        if self.is_closed("open"):
            return "wrong_state"
        if self.ends is None:
            return "no_clock"
        before = max(self.ends, self.now)
        later = rules.extended_deadline(
            before,
            by=timedelta(minutes=minutes),
            quiet=self.quiet.get(self.waiting[0].constructor),
            locks_at=self.locks_at,
            open_slots=len(self.waiting),
            seconds=self.seconds if self.clock == "fixed" else None,
        )
        if later <= before:
            return "no_time_left"
        self.ends, self.seq = later, self.seq + 1
        return None

    def pick_for(self, constructor: int, driver: int) -> str | None:
        if self.is_closed("open", "paused"):
            return "wrong_state"
        slot, turn = self.slot_to_fill(constructor), self.turn
        if slot is None:
            return "not_their_turn"
        if self.driver_refusal(driver):
            return self.driver_refusal(driver)
        self.fill(slot, driver, "manager")
        if slot is turn or not self.unfilled:
            self.advance_turn()
        return None

    def substitute_driver_for(self, out: int, driver: int) -> str | None:
        return self.substitute_among(out, driver, self.slots, "manager")

    def undo(self, count: int) -> str | None:
        if self.is_closed(*IN_PROGRESS_STATES):
            return "wrong_state"
        if not self.made:
            return "nothing_to_undo"
        before = self.turn_key
        for slot in self.made[-count:]:
            slot.pick = None
        del self.made[-count:]
        self.seq += 1
        for constructor in sorted(self.departed):
            self.release(constructor)
        if not self.made:
            self.write_slots(self.order)
        if self.state == "complete" and self.unfilled:
            self.state = "open"
        if before != self.turn_key:
            self.start_turn()
        return None
