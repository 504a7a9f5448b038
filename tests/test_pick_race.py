"""Sixteen processes on PostgreSQL want the same driver, or the same slot, at the same moment: one of them gets it.

The draft's row is locked, and constraints back up the lock. Each alone is enough. The mutant that has neither must fail
the same check, or the check would prove nothing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.forms.models import model_to_dict

from constructors.models import Constructor
from drafts.models import Draft, DraftEvent, Pick
from drafts.selectors import free_entries
from leagues.services import create_league
from races.models import Entry

from .support.cast import FOUNDED_AT
from .support.stories import MINUTE, joined, opened

PROCESSES = 16
ROUNDS = 200 if os.environ.get("RACES") == "long" else 40
TWO_WINNERS = "more than one won"
REFUSALS = ("driver_taken", "no_picks_left", "not_your_turn")
CONSTRAINTS = {
    "one_driver_per_draft": "drafts_pick ADD CONSTRAINT one_driver_per_draft UNIQUE (draft_id, entry_id)",
    "one_pick_per_slot": "drafts_pick ADD CONSTRAINT one_pick_per_slot UNIQUE (slot_id)",
    "one_event_per_number": "drafts_draftevent ADD CONSTRAINT one_event_per_number UNIQUE (draft_id, seq)",
}

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


class PickProcesses:
    """The processes, started once; `pick_at_once` lets them pick at the same moment and returns the outcomes."""

    def __init__(self, database: str) -> None:
        command = [sys.executable, "-m", "tests.processes.pick_race_worker", database, str(PROCESSES)]
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "fantasyf1.settings"}
        self.process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def pick_at_once(
        self, draft: Draft, jobs: Sequence[tuple[Constructor, Entry]], *, locked: bool = True
    ) -> list[str]:
        now = (draft.opens_at + MINUTE).isoformat()
        picks = [
            {"constructor": constructor.pk, "entry": entry.pk, "locked": locked, "now": now}
            for constructor, entry in jobs
        ]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(picks)}\n")
        self.process.stdin.flush()
        outcomes: list[str] = json.loads(self.process.stdout.readline())
        return outcomes

    def stop(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def pickers(django_db_setup: None) -> Iterator[PickProcesses]:
    pickers = PickProcesses(connection.settings_dict["NAME"])
    yield pickers
    pickers.stop()


@pytest.fixture
def draft(season, alice) -> Draft:
    """A draft of sixteen constructors with one pick each. All turns have passed, so everyone may pick at any moment."""
    league = create_league(creator=alice, season=season, name="Crowd", settings={"picks_per_race": 1}, now=FOUNDED_AT)
    for _ in range(PROCESSES - 1):
        joined(league)
    draft = opened(league)
    draft.slots.update(passed_at=draft.opens_at)
    return draft


@contextmanager
def without_constraints() -> Iterator[None]:
    with connection.cursor() as cursor:
        for name, definition in CONSTRAINTS.items():
            cursor.execute(f"ALTER TABLE {definition.split()[0]} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            Pick.objects.all().delete()
            DraftEvent.objects.all().delete()
            for definition in CONSTRAINTS.values():
                cursor.execute(f"ALTER TABLE {definition}")


def run_rounds(
    pickers: PickProcesses, draft: Draft, count: int, *, for_a_slot: bool = False, locked: bool = True
) -> None:
    """Run `count` rounds, and check each of them."""
    constructors = [slot.constructor for slot in draft.slots.select_related("constructor")]
    entries = list(free_entries(draft))
    as_opened = model_to_dict(draft, fields=["state", "last_seq"])
    events = list(draft.events.values_list("pk", flat=True))
    for number in range(count):
        wanted = entries[number % len(entries)]
        jobs = [(constructor, wanted) for constructor in constructors]
        if for_a_slot:
            jobs = [(constructors[number % PROCESSES], entry) for entry in entries[:PROCESSES]]
        check_outcomes(draft, pickers.pick_at_once(draft, jobs, locked=locked))
        draft.picks.all().delete()
        draft.events.exclude(pk__in=events).delete()
        Draft.objects.filter(pk=draft.pk).update(**as_opened)


def check_outcomes(draft: Draft, outcomes: list[str]) -> None:
    """One pick wins, the others are refused with a reason that a player understands, and the board agrees."""
    assert outcomes.count("won") < 2, TWO_WINNERS
    assert set(outcomes) <= {"won", *REFUSALS}, outcomes
    assert draft.picks.count() == outcomes.count("won") == 1


def test_one_of_sixteen_concurrent_picks_gets_the_driver(pickers, draft):
    run_rounds(pickers, draft, ROUNDS)


def test_one_of_sixteen_concurrent_picks_fills_the_slot(pickers, draft):
    run_rounds(pickers, draft, ROUNDS // 2, for_a_slot=True)


@pytest.mark.parametrize("for_a_slot", [False, True])
def test_the_lock_alone_is_enough(pickers, draft, for_a_slot):
    with without_constraints():
        run_rounds(pickers, draft, ROUNDS // 4, for_a_slot=for_a_slot)


@pytest.mark.parametrize("for_a_slot", [False, True])
def test_the_constraints_alone_are_enough(pickers, draft, for_a_slot):
    run_rounds(pickers, draft, ROUNDS // 4, for_a_slot=for_a_slot, locked=False)


@pytest.mark.parametrize("for_a_slot", [False, True])
def test_without_lock_and_constraints_the_same_check_fails(pickers, draft, for_a_slot):
    with without_constraints(), pytest.raises(AssertionError, match=TWO_WINNERS):
        run_rounds(pickers, draft, 100, for_a_slot=for_a_slot, locked=False)
