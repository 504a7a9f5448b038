"""The worker process of the page benchmark: it requests the pages of leagues, and renders their template alone.

Run it with `python -m bench.league_page_worker` beside the database. It creates the tables and leagues of 2, 6 and 11
constructors, which have 24 races behind them and an open draft; then it prints `null`. After that it runs the commands
that it reads from standard input, and prints the result of each as one line of JSON:

    look PLAYERS COLD ROUNDS  request the page of the league with PLAYERS constructors ROUNDS times, and render it
                              as often, in turns; if COLD is 1, empty the cache before each request (`look`)
"""

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from unittest import mock
from uuid import uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.template import Context, RequestContext  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from constructors.models import Constructor  # noqa: E402
from core import clock  # noqa: E402
from drafts.models import Draft, Slot  # noqa: E402
from fantasyf1.wsgi import application  # noqa: E402
from leagues.models import League, Membership, SettingsVersion  # noqa: E402
from races.models import Race, Season  # noqa: E402
from scoring.models import RaceScore  # noqa: E402
from scoring.services.standings import rank_league  # noqa: E402
from tests.processes.draft_event_worker import create_session, send_json  # noqa: E402
from tests.support.factories import SeasonFactory, weekend  # noqa: E402

SIZES, RACES, PICKS = (2, 6, 11), 24, 2

Page = tuple[str, str]


# -- set-up ----------------------------------------------------------------------------------------------------------


def set_up() -> dict[int, Page]:
    """Create everything; returns, by league size, the address of the league's page and the session of a player."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    now = clock.now()
    season = SeasonFactory.create(year=now.year)
    first = now + timedelta(days=3) - timedelta(weeks=RACES)
    races = [weekend(season, number, first) for number in range(1, RACES + 2)]
    return {size: make_league(season, races, size) for size in SIZES}


def make_league(season: Season, races: list[Race], size: int) -> Page:
    now = clock.now()
    names = [f"player {number} of {size}".replace(" ", "-") for number in range(1, size + 1)]
    users = User.objects.bulk_create(User(username=name, email=f"{name}@example.org") for name in names)
    league = League.objects.create(season=season, name=f"A league of {size}", capacity=size, created_at=now)
    version = SettingsVersion.objects.create(league=league, number=1, picks_per_race=PICKS, created_at=now)
    Membership.objects.bulk_create(Membership(league=league, user=user, joined_at=now) for user in users)
    constructors = Constructor.objects.bulk_create(
        Constructor(league=league, owner=user, name=f"Team of {user.username}", joined_at=now) for user in users
    )
    for race in races[:-1]:
        draft = make_draft(version, race, Draft.State.SCORED)
        RaceScore.objects.bulk_create(
            RaceScore(draft=draft, constructor=constructor, points=size - place, rank=place + 1)
            for place, constructor in enumerate(constructors)
        )
    draft = make_draft(version, races[-1], Draft.State.OPEN, turn_ends_at=now + timedelta(hours=4))
    Slot.objects.bulk_create(
        Slot(draft=draft, number=number, round=1 + number // size, constructor=constructor)
        for number, constructor in enumerate(constructors * PICKS, 1)
    )
    rank_league(league=league)
    return reverse("pages:league_home", args=[league.pk]), create_session(users[0])


def make_draft(version: SettingsVersion, race: Race, state: str, turn_ends_at: datetime | None = None) -> Draft:
    opened_at = race.expected_start - timedelta(days=5)
    return Draft.objects.create(
        league=version.league,
        race=race,
        settings=version,
        state=state,
        opens_at=opened_at,
        opened_at=opened_at,
        locks_at=race.expected_start - timedelta(days=1),
        turn_ends_at=turn_ends_at,
        ranking=[[driver, "0"] for driver in range(1, 23)],
    )


# -- commands --------------------------------------------------------------------------------------------------------


def look(page: Page, *, cold: bool, rounds: int) -> dict[str, float]:
    """Medians in milliseconds of the whole response and of its rendering alone, and what the response consists of."""
    body, floor = kept(page)
    assert abs(len(floor()) - len(body)) < 100, "the same page"
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        with emptied_cache(cold):
            times.append((timed(lambda: answer(page)), timed(floor)))
    with emptied_cache(cold), CaptureQueriesContext(connection) as asked:
        answer(page)
    whole, alone = (median(seconds) * 1000 for seconds in zip(*times, strict=True))
    return {"ours": whole, "floor": alone, "queries": len(asked), "bytes": len(body)}


def answer(page: Page) -> bytes:
    """Request the page as the server does; returns the body."""
    address, session = page
    host = settings.ALLOWED_HOSTS[0]
    statuses: list[str] = []
    request = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_COOKIE": f"sessionid={session}",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }

    def start(status: str, headers: object, failure: object = None) -> Callable[[bytes], object]:
        statuses.append(status)
        return body_so_far.write

    body_so_far = io.BytesIO()
    response: Any = application(request, start)
    body = b"".join(response)
    response.close()
    if statuses != ["200 OK"]:
        raise SystemExit(f"The page was answered {statuses}.")
    return body


def kept(page: Page) -> tuple[bytes, Callable[[], bytes]]:
    """The page, and a function that renders it from the same context, which has everything that it needs."""
    calls: list[tuple[Any, ...]] = []

    def keep(*arguments: Any) -> Any:
        calls.append(arguments)
        return render(*arguments)

    with mock.patch("fantasyf1.pages.leagues.render", keep):
        body = answer(page)

    request, name, values = calls[0]
    template = get_template(name).template  # type: ignore[attr-defined]  # the template of Django's own engine
    context = RequestContext(request, values)
    with context.bind_template(template):
        ready = context.flatten()
    template.render(Context(ready))  # evaluates everything that is lazy

    def floor() -> bytes:
        with connection.execute_wrapper(refuse):
            return str(template.render(Context(ready))).encode()

    return body, floor


def refuse(*_: Any) -> None:
    raise AssertionError("the floor asks the database nothing")


@contextmanager
def emptied_cache(cold: bool) -> Iterator[None]:
    """If `cold`, use a fresh key prefix for the block: the cache is empty, and other keys are not touched."""
    if not cold:
        yield
        return
    default = {**settings.CACHES["default"], "KEY_PREFIX": f"bench-{uuid4().hex}"}
    with override_settings(CACHES={"default": default}):
        cache.get("any key")  # opens the connection
        yield


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    pages = set_up()
    send_json(None)
    for line in sys.stdin:
        size, cold, rounds = map(int, line.split()[1:])
        send_json(look(pages[size], cold=bool(cold), rounds=rounds))


if __name__ == "__main__":
    main()
