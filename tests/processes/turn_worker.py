"""An open draft whose turns run out on command: `python -m tests.processes.turn_worker PEOPLE`.

Migrates its database, opens a draft of PEOPLE players, and prints a line. To each `expire` on standard input it ends
the running turn now, waits until a pick has been made for it, and responds with how many seconds that took.
"""

import sys
import time
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from drafts.models import Draft  # noqa: E402
from drafts.selectors import open_slots  # noqa: E402
from leagues.services import create_league  # noqa: E402
from tests.processes.draft_event_worker import send_json  # noqa: E402
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend  # noqa: E402
from tests.support.stories import joined, opened  # noqa: E402

TIMEOUT_SECONDS = 120.0


def set_up(people: int) -> Draft:
    call_command("migrate", verbosity=0)
    now = clock.now()
    season = SeasonFactory.create(year=now.year)
    grid(weekend(season, starts_at=now + timedelta(days=5)))
    league = create_league(creator=UserFactory.create(), season=season, name="Night Shift", now=now)
    for _ in range(people - 1):
        joined(league)
    return opened(league)


def expire_turn(draft: Draft) -> float | None:
    """End the running turn; returns how many seconds later the pick was there, or None if there was none.

    With autodraft, because its deadline is not moved after downtime.
    """
    slot = open_slots(draft)[0]
    everyone = Constructor.objects.filter(league=draft.league)
    everyone.update(autodraft=Constructor.Autodraft.OFF)
    everyone.filter(pk=slot.constructor_id).update(autodraft=Constructor.Autodraft.ON)
    Draft.objects.filter(pk=draft.pk).update(turn_ends_at=clock.now(), first_pick_hold_until=None)
    began = time.monotonic()
    while not slot.picks.exists():
        if time.monotonic() - began > TIMEOUT_SECONDS:
            return None
        time.sleep(0.05)
    return time.monotonic() - began


def main() -> None:
    draft = set_up(int(sys.argv[1]))
    send_json(draft.pk)
    for _ in sys.stdin:
        send_json(expire_turn(draft))


if __name__ == "__main__":
    main()
