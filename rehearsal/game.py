"""Creates the players and their leagues: `python -m rehearsal.game`, in the environment of a service.

Prints one line of JSON about the players, then responds to each number on standard input with one line of JSON: that
many leagues of Alice and Bob, whose drafts are open and have no pick clock.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import issue_tokens  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from drafts.models import Draft, Slot  # noqa: E402
from drafts.services import start_draft  # noqa: E402
from leagues.models import League  # noqa: E402
from leagues.services import create_league, join_league  # noqa: E402
from races.models import Race  # noqa: E402
from tests.processes.draft_event_worker import create_session, send_json  # noqa: E402
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend  # noqa: E402

NAMES = ("alice", "bob")
PICKS_PER_RACE = 5


def make_players() -> dict[str, Any]:
    """Create the players, and a race in five days, of a season that the site does not load."""
    now = clock.now()
    race = weekend(SeasonFactory.create(year=now.year + 1), starts_at=now + timedelta(days=5))
    entries = grid(race)
    users = [UserFactory.create(username=name) for name in NAMES]
    return {
        "race": race.pk,
        "drivers": [entry.driver.ref for entry in entries],
        "tokens": [issue_tokens(user=user, now=now)["access"] for user in users],
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "session": create_session(users[0]),
    }


def make_leagues(race: Race, count: int) -> list[dict[str, Any]]:
    """Create leagues with open drafts. Each lists the constructors by player, and the constructor of each slot."""
    users = [User.objects.get(username=name) for name in NAMES]
    first = League.objects.count() + 1
    return [_make_league(race, users, number) for number in range(first, first + count)]


def _make_league(race: Race, users: list[User], number: int) -> dict[str, Any]:
    now, (alice, bob) = clock.now(), users
    rules = {"picks_per_race": PICKS_PER_RACE, "clock": "none"}
    league = create_league(creator=alice, season=race.season, name=f"Rehearsal {number}", now=now, settings=rules)
    join_league(user=bob, league=league, now=now)
    draft = Draft.objects.select_related("race", "league").get(league=league)
    draft = start_draft(draft=draft, by=alice, now=now)
    return {
        "league": league.pk,
        "draft": draft.pk,
        "constructors": [Constructor.objects.get(league=league, owner=user).pk for user in users],
        "slots": list(Slot.objects.filter(draft=draft).order_by("number").values_list("constructor", flat=True)),
    }


def main() -> None:
    players = make_players()
    send_json(players)
    race = Race.objects.select_related("season").get(pk=players["race"])
    for line in sys.stdin:
        connection.close()
        # The database may have been restarted. Only the backend of PostgreSQL has a pool.
        connection.close_pool()  # type: ignore[attr-defined]
        send_json(make_leagues(race, json.loads(line)))


if __name__ == "__main__":
    main()
