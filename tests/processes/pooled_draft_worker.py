"""A draft whose players pick from many threads at once: `python -m tests.processes.pooled_draft_worker PEOPLE`.

It prints one line of JSON about the draft. Then it responds to `draft THREADS` with the numbers of picks and slots, and
to `timeouts` with the timeouts that different threads find in their sessions, inside and outside of transactions.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.processes.draft_event_worker import send_json  # isort: skip - sets Django up
from tests.processes.draft_room_worker import latest_draft, set_up, set_up_league  # isort: skip

from django.db import connection, transaction

from core import clock
from core.errors import Refused
from drafts.models import Pick, Slot
from drafts.selectors import free_entries, slot_on_the_clock
from drafts.services import make_pick

SESSIONS = 8


def in_threads(count: int, function: Callable[[], Any]) -> list[Any]:
    def run(_: int) -> Any:
        try:
            return function()
        finally:
            connection.close()  # return it to the pool

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def pick_until_complete() -> int:
    """Pick for anybody who is on the clock, as fast as possible; returns the number of own picks."""
    picks = 0
    while slot := slot_on_the_clock(draft := latest_draft()):
        try:
            make_pick(constructor=slot.constructor, entry=free_entries(draft)[0], now=clock.now())
        except Refused:
            continue  # another thread was faster
        picks += 1
    return picks


def draft(threads: str) -> dict[str, Any]:
    own = in_threads(int(threads), pick_until_complete)
    seqs = latest_draft().events.order_by("seq").values_list("seq", flat=True)
    return {
        "own": sum(own),
        "picks": Pick.objects.filter(draft=latest_draft()).count(),
        "slots": Slot.objects.filter(draft=latest_draft()).count(),
        "seqs": list(seqs),
    }


def timeouts() -> list[list[str]]:
    return in_threads(SESSIONS, read_timeouts)


def read_timeouts() -> list[str]:
    with connection.cursor() as cursor:
        found = [show(cursor, name) for name in ("lock_timeout", "statement_timeout")]
        with transaction.atomic():
            return found + [show(cursor, name) for name in ("lock_timeout", "statement_timeout")]


def show(cursor: Any, name: str) -> str:
    cursor.execute(f"SHOW {name}")
    return str(cursor.fetchone()[0])


COMMANDS: dict[str, Callable[..., object]] = {"draft": draft, "timeouts": timeouts}


def main() -> None:
    send_json(set_up(int(sys.argv[1])) | set_up_league())
    for line in sys.stdin:
        command, *arguments = line.split()
        send_json(COMMANDS[command](*arguments))


if __name__ == "__main__":
    main()
