"""Stateful test: random actions on a draft are compared with a model in plain Python.

Some drafts are open already; the others are first drafts in their lobby, with bots. After every step both have the same
slots and clocks, the event log has no gaps, the slots are fair, and a drawn order can be proved. `STATE_MACHINE_RUNS`
sets the number of drafts (docs/testing.md).
"""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, time, timedelta
from itertools import product

import pytest
from django.db import transaction
from django.db.models import Count, Max
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import constructors_in
from core.errors import Refused
from core.quiet_hours import QuietHours
from drafts import services
from drafts.models import Draft
from drafts.selectors import draft_order, draw_of
from drafts.services import open_due_drafts
from leagues.models import League
from leagues.selectors import current_settings
from leagues.services import create_league, join_league, leave_league
from races.models import Entry
from races.services import save_entry
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory, grid, weekend

from .draft_model import Model, ModelSlot

RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "30"))
# Ten tests of equal length instead of one per clock, so that all workers have their share.
PARTS = [(clock, part) for clock, parts in (("adaptive", 5), ("fixed", 3), ("none", 2)) for part in range(parts)]
STEPS = 40
BOTS_UP_TO = 4
FIXED_SECONDS = 5400
SECONDS = timedelta(seconds=1)
SLEEPS = (time(22), time(7))

players = st.integers(0, 5)
# Only the best eight, so that players compete for the same drivers.
drivers = st.integers(0, 7)


class World:
    """Shared by all runs of a test: a race, six users, the third with quiet hours, and drafts.

    Of each kind, one is open with three players, and one is in its lobby with two players and two bots. A run uses one
    of the drafts, and its changes are rolled back.
    """

    def __init__(self, clock: str) -> None:
        self.clock = clock
        self.race = weekend()
        grid(self.race)
        self.people = UserFactory.create_batch(6, time_zone="Europe/Berlin")
        User.objects.filter(pk=self.people[2].pk).update(quiet_from=SLEEPS[0], quiet_until=SLEEPS[1])
        self.people[2].refresh_from_db()
        self.entries = list(self.race.entries.select_related("driver").order_by("number"))
        kinds = list(product((True, False), (1, 2)))
        self.drafts = {(*kind, False): self._opened(*kind) for kind in kinds}
        self.drafts |= {(*kind, True): self._gathering(*kind) for kind in kinds}

    def _opened(self, autopicks: bool, picks: int) -> Draft:
        league = self._league(autopicks, picks, self.people[:3])
        open_due_drafts(now=league.drafts.get().opens_at)
        return league.drafts.select_related("league").get()

    def _gathering(self, autopicks: bool, picks: int) -> Draft:
        rules = {"method": "snake", "bots_up_to": BOTS_UP_TO}
        league = self._league(autopicks, picks, self.people[:2], first_draft_start="manual", **rules)
        return league.drafts.select_related("league", "race").get()

    def _league(self, autopicks: bool, picks: int, people: list[User], first_draft_start="window", **more) -> League:
        founder, *others = people
        rules = {
            "clock": self.clock,
            "clock_seconds": FIXED_SECONDS,
            "autopicks": autopicks,
            "picks_per_race": picks,
            **more,
        }
        league = create_league(
            creator=founder,
            season=self.race.season,
            name="Model",
            first_draft_start=first_draft_start,
            settings=rules,
            now=FOUNDED_AT,
        )
        for user in others:
            join_league(user=user, league=league, now=FOUNDED_AT)
        return league


world: World


class DraftMachine(RuleBasedStateMachine):
    """One draft and its model. The people who are not in it can join, and all but the manager can leave."""

    @initialize(autopicks=st.booleans(), picks=st.sampled_from([1, 2]), is_gathering=st.booleans())
    def begin(self, autopicks: bool, picks: int, is_gathering: bool) -> None:
        self.savepoint = transaction.savepoint()
        self.draft = world.drafts[autopicks, picks, is_gathering]
        self.league = self.draft.league
        self.model = model_of(self.draft, world.clock, autopicks, picks)
        for entry in world.entries:
            entry.is_withdrawn = False
        self.steps = 0

    @property
    def now(self) -> datetime:
        return self.model.now

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def constructor(self, player: int) -> Constructor | None:
        """Return the player's latest constructor, which may have left."""
        return Constructor.objects.filter(league=self.league, owner=world.people[player]).order_by("-pk").first()

    # -- time ----------------------------------------------------------------------------------------------------

    @rule(seconds=st.integers(0, 29))
    def tick(self, seconds: int) -> None:
        self.sweep_after(seconds * SECONDS)

    @rule()
    def time_runs_out(self) -> None:
        """The sweep runs shortly before the deadline, and at it."""
        if self.model.ends and self.model.ends > self.now:
            self.sweep_after(max(self.model.ends - self.now - 5 * SECONDS, 0 * SECONDS))
        if self.model.ends and self.model.ends > self.now:
            self.sweep_after(self.model.ends - self.now)

    @rule(minutes=st.sampled_from([1, 45, 300]))
    def nobody_looks_for_long(self, minutes: int) -> None:
        self.sweep_after(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([1, 45, 300]))
    def clock_jumps(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.steps > STEPS / 2)
    @rule()
    def the_lock_comes_near(self) -> None:
        self.model.now = max(self.now, self.model.locks_at - timedelta(minutes=40))

    @rule()
    def somebody_looks_in(self) -> None:
        self.model.expire_if_due()
        services.expire_turn_if_due(draft=Draft.objects.get(pk=self.draft.pk), now=self.now)

    @precondition(lambda self: self.steps > STEPS / 2 and self.model.state != "upcoming")
    @rule()
    def the_lock_is_swept(self) -> None:
        self.model.lock()
        services.lock_due_drafts(now=self.now)

    def sweep_after(self, passed: timedelta) -> None:
        self.model.now += passed
        self.model.sweep()
        services.expire_due_turns(now=self.now)

    # -- players -------------------------------------------------------------------------------------------------

    @rule(player=players, driver=drivers)
    def anybody_picks(self, player: int, driver: int) -> None:
        if constructor := self.constructor(player):
            self.pick(constructor, world.entries[driver])

    @precondition(lambda self: self.model.turn is not None)
    @rule(driver=st.integers(0, 21))
    def who_is_on_turn_picks(self, driver: int) -> None:
        assert self.model.turn is not None
        self.pick(Constructor.objects.get(pk=self.model.turn.constructor), world.entries[driver])

    def pick(self, constructor: Constructor, entry: Entry) -> None:
        expected_code = self.model.pick(constructor.pk, entry.pk)
        self.expect(expected_code, lambda: services.make_pick(constructor=constructor, entry=entry, now=self.now))

    @rule(player=players, driver=drivers)
    def anybody_changes_their_pick(self, player: int, driver: int) -> None:
        if constructor := self.constructor(player):
            entry = world.entries[driver]
            expected_code = self.model.change(constructor.pk, entry.pk)
            self.expect(expected_code, lambda: services.change_pick(constructor=constructor, entry=entry, now=self.now))

    @rule(driver=drivers)
    def a_driver_drops_out_or_comes_back(self, driver: int) -> None:
        entry = world.entries[driver]
        entry.is_withdrawn = not entry.is_withdrawn
        self.model.drop_out_or_come_back(entry.pk)
        save_entry(entry=entry, now=self.now)

    @rule(player=players, out=drivers, driver=drivers)
    def anybody_takes_another_driver(self, player: int, out: int, driver: int) -> None:
        if constructor := self.constructor(player):
            self.substitute(constructor, world.entries[out], world.entries[driver])

    @precondition(lambda self: self.model.out & self.model.taken)
    @rule(driver=st.integers(0, 21))
    def whose_driver_is_out_takes_another(self, driver: int) -> None:
        out = min(self.model.out & self.model.taken)
        slot = next(slot for slot in self.model.slots if slot.pick and slot.pick.driver == out)
        entry = next(entry for entry in world.entries if entry.pk == out)
        self.substitute(Constructor.objects.get(pk=slot.constructor), entry, world.entries[driver])

    def substitute(self, constructor: Constructor, out: Entry, entry: Entry) -> None:
        expected_code = self.model.substitute(constructor.pk, out.pk, entry.pk)
        self.expect(
            expected_code,
            lambda: services.substitute_driver(constructor=constructor, out=out, entry=entry, now=self.now),
        )

    @rule(player=players, to=st.sampled_from(["off", "on", "once"]))
    def anybody_switches_autodraft(self, player: int, to: str) -> None:
        if constructor := self.constructor(player):
            expected_code, by = self.model.switch(constructor.pk, to), world.people[player]
            self.expect(
                expected_code,
                lambda: services.set_autodraft(constructor=constructor, by=by, autodraft=to, now=self.now),
            )

    @rule(player=players)
    def somebody_joins(self, player: int) -> None:
        before = self.constructor(player)
        if before is None or before.left_at:
            join_league(user=world.people[player], league=self.league, now=self.now)
            newcomer = self.constructor(player)
            assert newcomer is not None
            self.model.quiet[newcomer.pk] = quiet_hours(world.people[player])
            self.model.join(newcomer.pk)
            self.compare_bots()

    @rule(player=st.integers(1, 5))
    def somebody_leaves(self, player: int) -> None:
        constructor = self.constructor(player)
        if constructor and not constructor.left_at:
            self.model.leave(constructor.pk)
            leave_league(user=world.people[player], league=self.league, now=self.now)
            self.compare_bots()

    def compare_bots(self) -> None:
        """Bots fill the lobby up to their number, and while a draft is in progress they only give places away."""
        bots = [constructor.pk for constructor in constructors_in(self.league) if constructor.is_bot]
        if self.model.state == "upcoming":
            assert len(bots) == max(self.model.bots_up_to - len(self.model.people), 0)
            self.model.bots = bots
        elif self.model.state != "locked":
            assert bots == self.model.bots

    # -- the lobby -----------------------------------------------------------------------------------------------

    @rule(player=players)
    def somebody_is_ready(self, player: int) -> None:
        constructor = self.constructor(player)
        expected_code, by = self.model.press_ready(constructor.pk if constructor else None), world.people[player]
        self.expect(expected_code, lambda: services.set_ready(draft=self.draft, by=by, is_ready=True, now=self.now))

    @rule()
    def the_manager_starts(self) -> None:
        manager = self.constructor(0)
        assert manager is not None
        expected_code = self.model.start(manager.pk)
        self.expect(expected_code, lambda: services.start_draft(**self.by_the_manager()))
        self.note_ranking()

    @rule()
    def it_may_open_by_itself(self) -> None:
        self.model.open_by_itself()
        open_due_drafts(now=self.now, league=self.league)
        self.note_ranking()

    def note_ranking(self) -> None:
        """The model takes the ranking, and no more, from the draft that has opened."""
        if self.model.state == "open" and not self.model.ranking:
            self.model.ranking = ranking_of(Draft.objects.get(pk=self.draft.pk))

    @rule()
    def bots_pick(self) -> None:
        self.model.bot_picks()
        services.make_bot_picks(now=self.now)

    # -- the manager ---------------------------------------------------------------------------------------------

    @rule(mistakenly=st.sampled_from([False, False, False, True]))
    def pause_or_resume(self, mistakenly: bool) -> None:
        if (self.model.state == "paused") != mistakenly:
            self.expect(self.model.resume(), lambda: services.resume_draft(**self.by_the_manager()))
        else:
            self.expect(self.model.pause(), lambda: services.pause_draft(**self.by_the_manager()))

    @rule(minutes=st.sampled_from([1, 30, 1440]))
    def extend(self, minutes: int) -> None:
        expected_code = self.model.extend(minutes)
        self.expect(expected_code, lambda: services.extend_turn(minutes=minutes, **self.by_the_manager()))

    @rule(player=players, driver=drivers)
    def the_manager_picks_for_anybody(self, player: int, driver: int) -> None:
        if constructor := self.constructor(player):
            self.pick_for(constructor, world.entries[driver])

    @precondition(lambda self: self.model.turn is not None)
    @rule(driver=st.integers(0, 21))
    def the_manager_picks_for_who_is_on_turn(self, driver: int) -> None:
        assert self.model.turn is not None
        self.pick_for(Constructor.objects.get(pk=self.model.turn.constructor), world.entries[driver])

    def pick_for(self, constructor: Constructor, entry: Entry) -> None:
        expected_code, acting = self.model.pick_for(constructor.pk, entry.pk), self.by_the_manager()
        self.expect(expected_code, lambda: services.pick_for(constructor=constructor, entry=entry, **acting))

    @rule(out=drivers, driver=drivers)
    def the_manager_takes_another_driver(self, out: int, driver: int) -> None:
        gone, entry = world.entries[out], world.entries[driver]
        expected_code, acting = self.model.substitute_driver_for(gone.pk, entry.pk), self.by_the_manager()
        self.expect(expected_code, lambda: services.substitute_driver_for(out=gone, entry=entry, **acting))

    @rule(count=st.integers(1, 3))
    def undo(self, count: int) -> None:
        expected_code = self.model.undo(count)
        self.expect(expected_code, lambda: services.undo_picks(count=count, **self.by_the_manager()))

    def by_the_manager(self) -> dict:
        return {"draft": self.draft, "by": world.people[0], "now": self.now}

    # -- comparing -----------------------------------------------------------------------------------------------

    def expect(self, code: str | None, call: Callable[[], object]) -> None:
        """Call it. It must be refused if and only if the model refuses, with the same code."""
        actual = None
        try:
            call()
        except Refused as refused:
            actual = refused.code
        assert actual == code

    @invariant()
    def both_are_the_same(self) -> None:
        self.steps += 1
        draft, model, rows = self.draft, self.model, rows_of(self.draft)
        facts = ("state", "last_seq", "paused_at", "turn_began_at", "turn_ends_at")
        expected = (model.state, model.seq, model.paused_at, model.began, model.ends)
        assert Draft.objects.filter(pk=draft.pk).values_list(*facts)[0] == expected
        assert [row[1:] for row in rows] == [row_of(slot) for slot in model.slots]
        made = sorted((pick, number) for pick, number, *_ in rows if pick)
        assert [number for _, number in made] == [slot.number for slot in model.made]
        # Numbers are unique (a constraint), so the count equals the highest number only if there are no gaps.
        log = draft.events.aggregate(count=Count("pk"), highest=Max("seq"))
        assert (log["count"], log["highest"] or 0) == (model.seq, model.seq)
        switched = Constructor.objects.exclude(autodraft="off").filter(league=self.league)
        assert dict(switched.values_list("pk", "autodraft")) == {
            pk: to for pk, (to, _) in model.autodraft.items() if to != "off"
        }

    @invariant()
    def the_slots_are_fair(self) -> None:
        """Every constructor that has not left picks once in each round. Before the first pick there is no gap."""
        rows = list(
            self.draft.slots.order_by("number").values_list("number", "round", "constructor", "constructor__left_at")
        )
        if rows and not self.draft.picks.exists():
            assert [number for number, *_ in rows] == list(range(1, len(rows) + 1))
        seats = [(round_number, pk) for _, round_number, pk, left_at in rows if left_at is None]
        assert len(seats) == len(set(seats))
        rounds = [{pk for number, pk in seats if number == wanted} for wanted in {number for number, _ in seats}]
        assert all(constructors == rounds[0] for constructors in rounds)

    @invariant()
    def the_draw_can_be_proved(self) -> None:
        """The drawn order, with persons in the places of bots and newcomers last, is the order of the first round."""
        draft = Draft.objects.get(pk=self.draft.pk)
        if draft.opened_at is None:
            return
        draw = draw_of(draft)
        assert draw is not None
        places = [draw.replaced.get(constructor.pk, constructor).pk for constructor in draw.drawn]
        expected = [*places, *(constructor.pk for constructor in draw.added)]
        left = set(Constructor.objects.filter(league=self.league).exclude(left_at=None).values_list("pk", flat=True))
        current = [pk for pk in draft_order(draft) if pk not in left]
        assert current == [pk for pk in expected if pk in current]
        lots = {drawn.pk: hashlib.sha256(f"{draft.order_seed}:{drawn.pk}".encode()).hexdigest() for drawn in draw.drawn}
        assert [drawn.pk for drawn in draw.drawn] == sorted(lots, key=lots.__getitem__)


def ranking_of(draft: Draft) -> list[int]:
    entry_of = dict(Entry.objects.filter(race=draft.race).values_list("driver", "pk"))
    return [entry_of[driver] for driver, _points in draft.ranking]


def model_of(draft: Draft, clock: str, autopicks: bool, picks: int) -> Model:
    slots = list(draft.slots.select_related("constructor__owner").order_by("number"))
    constructors = list(constructors_in(draft.league))
    return Model(
        now=draft.opens_at,
        locks_at=draft.locks_at,
        clock=clock,
        seconds=FIXED_SECONDS,
        autopicks=autopicks,
        picks=picks,
        ranking=ranking_of(draft),
        quiet={slot.constructor_id: quiet_hours(slot.constructor.owner) for slot in slots},
        slots=[ModelSlot(slot.number, slot.constructor_id, slot.round) for slot in slots],
        method=current_settings(draft.league).method,
        seed=draft.order_seed,
        race_round=draft.race.round,
        bots_up_to=current_settings(draft.league).bots_up_to,
        people=[constructor.pk for constructor in constructors if not constructor.is_bot],
        bots=[constructor.pk for constructor in constructors if constructor.is_bot],
        held_until=draft.first_pick_hold_until,
        state=draft.state,
        seq=draft.last_seq,
    )


def quiet_hours(user: User | None) -> QuietHours | None:
    return QuietHours("Europe/Berlin", *SLEEPS) if user == world.people[2] else None


def rows_of(draft: Draft) -> list[tuple]:
    facts = ("picks__pk", "number", "constructor", "passed_at", "picks__entry", "picks__source", "picks__picked_at")
    return list(draft.slots.order_by("number").values_list(*facts))


def row_of(slot: ModelSlot) -> tuple:
    pick = slot.pick
    made = (pick.driver, pick.source, pick.picked_at) if pick else (None, None, None)
    return (slot.number, slot.constructor, slot.passed_at, *made)


@pytest.mark.django_db
@pytest.mark.parametrize(("clock", "part"), PARTS)
def test_a_draft_equals_the_model_after_every_step(clock, part):
    global world
    world = World(clock)
    run_state_machine_as_test(
        DraftMachine,
        settings=settings(
            max_examples=max(RUNS // len(PARTS), 1),
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
