"""Friends in an open draft, on their own database: `python -m tests.processes.draft_room_worker PEOPLE`.

Runs beside the server under test, like `tests.processes.draft_event_worker`: it prints one line of JSON about the
draft, then responds to each command on standard input with one. `found` creates another league with a draft, which
becomes the current one, and returns the URLs of its pages. `pick` makes the player on the clock pick the free driver
with the lowest number, `undo` undoes the last pick, `expire` lets the turn run out, `pause` and `resume` are Alice's,
`lock` locks the draft, `score` records a result and scores it, `past` adds a race of last year for practice drafts,
`part` removes Bob from the league, `notify` tells Bob some news, `deliver` sends what is due by e-mail and push, `tell`
returns the state of the draft, `seq` the number of its last event, and `tally` counts the rows that players create.
"""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse

from tests.processes.draft_event_worker import send_json, create_session  # isort: skip - sets Django up

from django.core.management import call_command

from accounts.models import User
from accounts.services import issue_tokens
from constructors.models import Constructor
from core import clock
from drafts.models import Draft, DraftEvent, Pick
from drafts.selectors import draft_room, free_entries, slot_on_the_clock
from drafts.services import (
    expire_turn,
    lock_draft,
    make_pick,
    pause_draft,
    renew_spectator_link,
    resume_draft,
    start_draft,
    undo_picks,
)
from leagues.models import Invitation, League, Membership
from leagues.notification_kinds import BECAME_CO_MANAGER
from leagues.services import create_league, join_league, remove_member
from notifications.models import Notification
from notifications.services import notify
from notifications.tasks import deliver_new_notifications
from scoring.services import score_race
from tests.support.factories import STARTS_AT, SeasonFactory, UserFactory, grid, results_for, weekend

NAMES = ("alice", "bob", "carol", "dave", "eve")
STRANGER = "zoe"
PICKS = 4


def set_up(people: int) -> dict[str, Any]:
    """Create Alice, this number of friends, and Zoe, a stranger to them, all signed in; and a race to draft for."""
    call_command("migrate", verbosity=0)
    grid(weekend(SeasonFactory.create(year=2025)))
    users = [UserFactory.create(username=name) for name in (*NAMES[:people], STRANGER)]
    tokens = [issue_tokens(user=user, now=clock.now())["access"] for user in users]
    return {"sessions": [create_session(user) for user in users], "tokens": tokens}


def set_up_league() -> dict[str, Any]:
    """Create Alice's league: each constructor is named after its player, and they pick in the order of the names."""
    alice, *others = User.objects.exclude(username=STRANGER).order_by("pk")
    season, now, settings = SeasonFactory.create(year=2025), clock.now(), {"picks_per_race": PICKS}
    league = create_league(
        creator=alice, season=season, name="Night Shift", constructor_name="Alice", now=now, settings=settings
    )
    for user in others:
        join_league(user=user, league=league, constructor_name=user.username.title(), now=now)
    draft = open_draft(league)
    pages = {"room": reverse("drafts:room", args=[league.pk, draft.race_id])}
    token = renew_spectator_link(league=league, by=alice, now=now).token
    return pages | {
        "wishes": reverse("drafts:wish_list", args=[league.pk]),
        "wall": reverse("drafts:wall", args=[token]),
        "members": reverse("leagues:members", args=[league.pk]),
        "league": league.pk,
        "code": league.code,
        "race": draft.race_id,
        "constructor": Constructor.objects.get(league=league, owner=alice).pk,
    }


def open_draft(league: League) -> Draft:
    order = list(Constructor.objects.filter(league=league).order_by("pk").values_list("pk", flat=True))
    draft = Draft.objects.select_related("race", "league").get(league=league)
    draft.planned_order = order
    draft.save(update_fields=["planned_order"])
    assert league.creator is not None, "Alice has created it"
    return start_draft(draft=draft, by=league.creator, now=clock.now())


def latest_draft() -> Draft:
    return Draft.objects.select_related("race").filter(race__round=1).latest("pk")


def pick() -> str:
    draft = latest_draft()
    slot = slot_on_the_clock(draft)
    assert slot is not None, "somebody is on the clock"
    entry = free_entries(draft).order_by("number")[0]
    make_pick(constructor=slot.constructor, entry=entry, now=clock.now())
    return str(entry.driver)


def undo() -> str:
    undo_picks(draft=latest_draft(), by=User.objects.get(username="alice"), count=1, now=clock.now())
    return ""


def expire() -> str:
    """Let the time of the player on the clock run out: they get an autopick."""
    draft = latest_draft()
    assert draft.turn_ends_at is not None, "a clock is running"
    expire_turn(draft=draft, now=draft.turn_ends_at)
    return ""


def pause() -> str:
    pause_draft(draft=latest_draft(), by=User.objects.get(username="alice"), now=clock.now())
    return ""


def resume() -> str:
    resume_draft(draft=latest_draft(), by=User.objects.get(username="alice"), now=clock.now())
    return ""


def add_past_race() -> str:
    """Add a race of last year with its result, for practice drafts."""
    race = weekend(SeasonFactory.create(year=2024), starts_at=STARTS_AT - timedelta(days=364), name="Grand Prix 2024")
    grid(race)
    results_for(race)
    return ""


def lock() -> str:
    draft = latest_draft()
    lock_draft(draft=draft, now=draft.locks_at)
    return ""


def score() -> str:
    """Record the result, in which the drivers finish in the order of their numbers, and score it."""
    race = latest_draft().race
    results_for(race)
    score_race(race=race, now=race.expected_start + timedelta(hours=4))
    return ""


def remove_bob() -> str:
    """Remove Bob from Alice's league."""
    alice, bob = User.objects.order_by("pk")[:2]
    remove_member(league=latest_draft().league, by=alice, user=bob, now=clock.now())
    return ""


def notify_bob() -> float:
    """Create a notification for Bob; returns when it was committed."""
    bob = User.objects.get(username="bob")
    params = {"league": "Night Shift", "league_id": latest_draft().league_id, "by": "Alice"}
    key = f"news:{Notification.objects.count()}"
    notify(users=[bob], message=BECAME_CO_MANAGER, key=key, params=params, now=clock.now())
    return time.monotonic()


def describe_draft() -> dict[str, Any]:
    """The log's picks in their order as (constructor, driver), and the board as the drivers' codes by constructor."""
    events = latest_draft().events.filter(kind=DraftEvent.Kind.PICKED).order_by("seq")
    return {
        "log": [[event.payload["constructor"], event.payload["driver"]] for event in events],
        "board": {
            str(constructor): [cell.pick.entry.driver.code if cell and cell.pick else "" for cell in cells]
            for constructor, cells in draft_room(latest_draft()).rows
        },
    }


def count_rows() -> dict[str, int]:
    return {
        "leagues": League.objects.count(),
        "members": Membership.objects.active().count(),
        "invitations": Invitation.objects.count(),
        "picks": Pick.objects.count(),
    }


COMMANDS: dict[str, Callable[[], object]] = {
    "found": set_up_league,
    "pick": pick,
    "undo": undo,
    "expire": expire,
    "pause": pause,
    "resume": resume,
    "past": add_past_race,
    "lock": lock,
    "score": score,
    "part": remove_bob,
    "notify": notify_bob,
    "deliver": deliver_new_notifications,
    "tell": describe_draft,
    "seq": lambda: latest_draft().last_seq,
    "tally": count_rows,
}


def main() -> None:
    send_json(set_up(int(sys.argv[1])))
    for line in sys.stdin:
        send_json(COMMANDS[line.strip()]())


if __name__ == "__main__":
    main()
