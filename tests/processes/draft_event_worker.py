"""An open draft whose event log grows on command: `python -m tests.processes.draft_event_worker PEOPLE`.

Runs beside the servers under test, on its own database. It migrates, creates a private league with PEOPLE members who
are signed in, and opens a draft; then it prints one line of JSON about them and responds to each command on standard
input with one line of JSON: `write 3` appends three events and returns when the last one was committed.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from accounts.models import User  # noqa: E402
from core import clock  # noqa: E402
from drafts.models import Draft, DraftEvent  # noqa: E402
from drafts.services.event_log import append_event  # noqa: E402
from leagues.models import League, Membership  # noqa: E402
from leagues.services import create_league  # noqa: E402
from tests.support.factories import SeasonFactory, UserFactory, weekend  # noqa: E402


def set_up(people: int) -> dict[str, Any]:
    """Create everything; returns the draft's id and the session key of each member."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    weekend(SeasonFactory.create(year=now.year), starts_at=now + timedelta(days=5))
    alice = UserFactory.create(username="alice")
    league = create_league(creator=alice, season=SeasonFactory.create(year=now.year), name="Night Shift", now=now)
    draft = Draft.objects.get(league=league)
    return {"draft": draft.pk, "sessions": [create_session(user) for user in create_members(league, people)]}


def create_members(league: League, count: int) -> list[User]:
    names = [f"member{number}" for number in range(count)]
    users = User.objects.bulk_create(User(username=name, email=f"{name}@example.org") for name in names)
    Membership.objects.bulk_create(Membership(league=league, user=user, joined_at=league.created_at) for user in users)
    return users


def create_session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.NameOrEmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key


def append_events(draft_id: int, count: int) -> float:
    """Append events as a service would; returns when the last one was committed, before its wake-up was published."""
    committed_at: list[float] = []
    for _ in range(count):
        with transaction.atomic():
            transaction.on_commit(lambda: committed_at.append(time.monotonic()))
            draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
            append_event(
                draft, DraftEvent.Kind.PICKED, now=clock.now(), driver="Nico Hülkenberg", constructor="Night Owls"
            )
    return committed_at[-1]


def main() -> None:
    created = set_up(int(sys.argv[1]))
    send_json(created)
    for line in sys.stdin:
        send_json(append_events(created["draft"], int(line.removeprefix("write "))))


def send_json(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
