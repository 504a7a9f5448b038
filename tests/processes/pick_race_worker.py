"""Many processes that pick at the same moment: `python -m tests.processes.pick_race_worker DATABASE COUNT`.

Each line of input is a JSON list of picks, one for each process; the response is the list of their outcomes. The
processes are forked from one that has set up Django, and a barrier releases them together.
"""

import json
import sys
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import django
from django.conf import settings

TIMEOUT_SECONDS = 60


def run_workers(count: int) -> None:
    context = get_context("fork")
    barrier, pipes = context.Barrier(count), [context.Pipe() for _ in range(count)]
    for _, inner in pipes:
        context.Process(target=work, args=(inner, barrier), daemon=True).start()
    for line in sys.stdin:
        for (outer, _), job in zip(pipes, json.loads(line), strict=True):
            outer.send(job)
        said = [outer.recv() if outer.poll(TIMEOUT_SECONDS) else "silence" for outer, _ in pipes]
        print(json.dumps(said), flush=True)  # noqa: T201 - the test reads this output


def work(pipe: Any, barrier: Any) -> None:
    while True:
        job = pipe.recv()
        constructor = Constructor.objects.get(pk=job["constructor"])
        entry = Entry.objects.select_related("driver").get(pk=job["entry"])
        pick = make_pick if job["locked"] else pick_without_lock
        barrier.wait(TIMEOUT_SECONDS)
        pipe.send(outcome(pick, constructor, entry, datetime.fromisoformat(job["now"])))


def outcome(pick: Any, constructor: "Constructor", entry: "Entry", now: datetime) -> str:
    """The outcome of a pick: "won", the code of its refusal, or the database error."""
    try:
        pick(constructor=constructor, entry=entry, now=now)
    except Refused as refused:
        return refused.code
    except DatabaseError as error:
        return f"{type(error).__name__}: {error}"
    return "won"


def pick_without_lock(*, constructor: "Constructor", entry: "Entry", now: datetime) -> None:
    """A mutant of `make_pick` that checks and writes without locking the draft."""
    with transaction.atomic():
        draft = Draft.objects.not_void().get(league=constructor.league_id, race=entry.race_id)
        board = board_of(draft)
        rules.check_pick(pick_context(board, constructor, now), requested_driver(board, entry))
        slot = board.slot_to_fill(constructor)
        assert slot is not None, "the check refuses where there is no slot to fill"
        fill_slot(draft, slot, entry, source=Pick.Source.PLAYER, by=None, now=now)


if __name__ == "__main__":
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

    from django.db import DatabaseError, transaction

    from constructors.models import Constructor
    from core.errors import Refused
    from drafts import rules
    from drafts.models import Draft, Pick
    from drafts.selectors import board_of, pick_context
    from drafts.services import make_pick
    from drafts.services.picks import fill_slot, requested_driver
    from races.models import Entry

    run_workers(int(sys.argv[2]))
