"""Anything that can be done to a draft, in any order, against a model in plain Python: after every step both are the
same, slot by slot, with their clocks, and the log has no gaps.

`STATE_MACHINE_RUNS` says how many drafts are played (docs/testing.md).
"""

import os
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.db import transaction
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
from drafts import services
from drafts.models import Draft
from drafts.rules import QuietHours
from fantasyf1.kit.errors import Refused
from leagues.models import League
from leagues.services import create_league, join_league, leave_league
from races.models import Entry, Race
from scoring.services import open_due_drafts
from tests.cast import FOUNDED_AT
from tests.factories import UserFactory, grid, weekend

from .draft_model import Model, ModelSlot

RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "30"))
STEPS = 40
SECONDS = timedelta(seconds=1)
SLEEPS = (time(22), time(7))

players = st.integers(0, 5)
# Among the best eight, so that players want the same ones.
drivers = st.integers(0, 7)


class World:
    """What all drafts of a test share: a race and six people, of whom the third sleeps at night."""

    def __init__(self) -> None:
        self.race = weekend()
        grid(self.race)
        self.people = UserFactory.create_batch(6, time_zone="Europe/Berlin")
        User.objects.filter(pk=self.people[2].pk).update(quiet_from=SLEEPS[0], quiet_until=SLEEPS[1])
        self.people[2].refresh_from_db()
        self.entries = list(self.race.entries.select_related("driver").order_by("number"))


world: World


class DraftMachine(RuleBasedStateMachine):
    """One draft and its model. It opens with three players; the others may join, and all but the manager leave."""

    @initialize(clock=st.sampled_from(["adaptive", "adaptive", "fixed", "none"]), autopicks=st.booleans())
    def open_a_draft(self, clock: str, autopicks: bool) -> None:
        self.savepoint = transaction.savepoint()
        rules = {"clock": clock, "clock_seconds": 5400, "autopicks": autopicks}
        self.league = create_league(
            creator=world.people[0], season=world.race.season, name="Model", settings=rules, now=FOUNDED_AT
        )
        for user in world.people[1:3]:
            join_league(user=user, league=self.league, now=FOUNDED_AT)
        self.draft = Draft.objects.get(league=self.league)
        open_due_drafts(now=self.draft.opens_at)
        self.draft.refresh_from_db()
        self.model = model_of(self.draft, clock, autopicks)

    @property
    def now(self) -> datetime:
        return self.model.now

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def constructor(self, player: int) -> Constructor | None:
        """The player's latest constructor, which may have left."""
        return Constructor.objects.filter(league=self.league, owner=world.people[player]).order_by("-pk").first()

    # -- time ----------------------------------------------------------------------------------------------------

    @rule(seconds=st.integers(0, 29))
    def tick(self, seconds: int) -> None:
        self.sweep_after(seconds * SECONDS)

    @rule()
    def time_runs_out(self) -> None:
        """The beat looks shortly before the deadline, and at it."""
        if self.model.ends and self.model.ends > self.now:
            self.sweep_after(max(self.model.ends - self.now - 5 * SECONDS, 0 * SECONDS))
        if self.model.ends and self.model.ends > self.now:
            self.sweep_after(self.model.ends - self.now)

    @rule(minutes=st.sampled_from([1, 45, 600, 1800]))
    def nobody_looks_for_long(self, minutes: int) -> None:
        self.sweep_after(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([1, 45, 600, 1800]))
    def clock_jumps(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @rule()
    def the_lock_comes_near(self) -> None:
        self.model.now = max(self.now, self.model.locks_at - timedelta(minutes=40))

    @rule()
    def somebody_looks_in(self) -> None:
        self.model.visit()
        services.meet_the_clock(draft=Draft.objects.get(pk=self.draft.pk), now=self.now)

    @rule()
    def the_lock_is_swept(self) -> None:
        self.model.lock()
        services.lock_due_drafts(now=self.now)

    def sweep_after(self, passed: timedelta) -> None:
        self.model.now += passed
        self.model.look()
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
        said = self.model.pick(constructor.pk, entry.pk)
        self.expect(said, lambda: services.make_pick(constructor=constructor, entry=entry, now=self.now))

    @rule(player=players, driver=drivers)
    def anybody_changes_his_pick(self, player: int, driver: int) -> None:
        if constructor := self.constructor(player):
            entry = world.entries[driver]
            said = self.model.change(constructor.pk, entry.pk)
            self.expect(said, lambda: services.change_pick(constructor=constructor, entry=entry, now=self.now))

    @rule(player=players, to=st.sampled_from(["off", "on", "once"]))
    def anybody_switches_autodraft(self, player: int, to: str) -> None:
        if constructor := self.constructor(player):
            said, by = self.model.switch(constructor.pk, to), world.people[player]
            self.expect(
                said, lambda: services.set_autodraft(constructor=constructor, by=by, autodraft=to, now=self.now)
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

    @rule(player=st.integers(1, 5))
    def somebody_leaves(self, player: int) -> None:
        constructor = self.constructor(player)
        if constructor and not constructor.left_at:
            self.model.leave(constructor.pk)
            leave_league(user=world.people[player], league=self.league, now=self.now)

    # -- the manager ---------------------------------------------------------------------------------------------

    @rule()
    def pause(self) -> None:
        self.expect(self.model.pause(), lambda: services.pause_draft(**self.by_the_manager()))

    @rule()
    def resume(self) -> None:
        self.expect(self.model.resume(), lambda: services.resume_draft(**self.by_the_manager()))

    @rule(minutes=st.sampled_from([1, 30, 1440]))
    def extend(self, minutes: int) -> None:
        said = self.model.extend(minutes)
        self.expect(said, lambda: services.extend_turn(minutes=minutes, **self.by_the_manager()))

    @rule(player=players, driver=drivers)
    def pick_for(self, player: int, driver: int) -> None:
        if constructor := self.constructor(player):
            entry = world.entries[driver]
            said = self.model.pick_for(constructor.pk, entry.pk)
            acting = self.by_the_manager()
            self.expect(said, lambda: services.pick_for(constructor=constructor, entry=entry, **acting))

    @rule(count=st.integers(1, 3))
    def undo(self, count: int) -> None:
        said = self.model.undo(count)
        self.expect(said, lambda: services.undo_picks(count=count, **self.by_the_manager()))

    def by_the_manager(self) -> dict:
        return {"draft": self.draft, "by": world.people[0], "now": self.now}

    # -- comparing -----------------------------------------------------------------------------------------------

    def expect(self, code: str | None, call: Callable[[], object]) -> None:
        """Do it; it is refused if, and only if, the model says so, and for the same reason."""
        said = None
        try:
            call()
        except Refused as refused:
            said = refused.code
        assert said == code

    @invariant()
    def both_are_the_same(self) -> None:
        draft = Draft.objects.get(pk=self.draft.pk)
        model = self.model
        assert (draft.state, draft.last_seq, draft.paused_at) == (model.state, model.seq, model.paused_at)
        assert (draft.turn_began_at, draft.turn_ends_at) == (model.began, model.ends)
        assert rows_of(draft) == [row_of(slot) for slot in model.slots]
        assert picks_of(draft) == [slot.number for slot in model.made]
        assert list(draft.events.values_list("seq", flat=True)) == list(range(1, model.seq + 1))
        switched = Constructor.objects.exclude(autodraft="off").filter(league=self.league)
        assert dict(switched.values_list("pk", "autodraft")) == {
            pk: to for pk, (to, _) in model.autodraft.items() if to != "off"
        }


def model_of(draft: Draft, clock: str, autopicks: bool) -> Model:
    slots = list(draft.slots.select_related("constructor__owner").order_by("number"))
    entry_of = dict(Entry.objects.filter(race=draft.race).values_list("driver", "pk"))
    return Model(
        now=draft.opens_at,
        locks_at=draft.locks_at,
        clock=clock,
        seconds=5400,
        autopicks=autopicks,
        ranking=[entry_of[driver] for driver, _points in draft.ranking],
        quiet={slot.constructor_id: quiet_hours(slot.constructor.owner) for slot in slots},
        slots=[ModelSlot(slot.number, slot.constructor_id) for slot in slots],
    )


def quiet_hours(user: User | None) -> QuietHours | None:
    return QuietHours("Europe/Berlin", *SLEEPS) if user == world.people[2] else None


def rows_of(draft: Draft) -> list[tuple]:
    facts = ("number", "constructor", "passed_at", "picks__entry", "picks__source", "picks__picked_at")
    return list(draft.slots.order_by("number").values_list(*facts))


def row_of(slot: ModelSlot) -> tuple:
    pick = slot.pick
    made = (pick.driver, pick.source, pick.picked_at) if pick else (None, None, None)
    return (slot.number, slot.constructor, slot.passed_at, *made)


def picks_of(draft: Draft) -> list[int]:
    """The numbers of the slots, in the order in which they were filled."""
    return list(draft.picks.order_by("pk").values_list("slot__number", flat=True))


@pytest.mark.django_db
def test_a_draft_is_what_the_model_says_after_every_step():
    global world
    world = World()
    assert Race.objects.count() == 1
    assert not League.objects.exists()
    run_state_machine_as_test(
        DraftMachine,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
