"""No page makes many database queries: those of `screenshots.pages` are counted in the demonstration league.

Sessions and users count, too. The first request finds an empty cache, the second one what the first has cached.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import clock
from races.services import load_pack, record_season
from races.sources.fixtures import read_pack
from screenshots.cast import create_cast
from screenshots.pages import ADMINISTRATOR, NEWCOMER, PAGES, PLAYER, VISITOR, Page

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
WARM_QUERIES = 8
COLD_QUERIES = 13
USERNAMES = {NEWCOMER: "newcomer", PLAYER: "demo", ADMINISTRATOR: "admin"}
# What pages show when they are asked for it.
ASKED_FOR = (
    Page("pages:standings", (PLAYER,), ("league",), query="as_of=2026-06-01"),
    Page("pages:standings", (PLAYER,), ("league",), query="race={scored_race}&revision=1"),
    Page("scoring:records", (PLAYER,), ("league",), query="player={constructor}&other={rival}"),
    Page("scoring:rankings", (PLAYER,), query="season=2025&scoring=top_ten"),
)


@pytest.fixture
def values(monkeypatch, settings, tmp_path) -> dict[str, Any]:
    """The demonstration league beside a season of results and the calendar of the next; returns the values of URLs."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.FANTASYF1_HOME = tmp_path
    load_pack(pack=read_pack(2025), now=NOW)
    record_season(dto=read_pack(2026).season, now=NOW)
    call_command("make_demonstration")
    User.objects.create_superuser("admin")
    return vars(create_cast())


def visits() -> Iterator[tuple[str, Page]]:
    """Every page for each of its people. The admin and the status page, which asks everything, are for operators."""
    for page in (*PAGES, *ASKED_FOR):
        if not page.route.startswith(("admin:", "pages:status")):
            yield from ((person, page) for person in page.people)


def counted(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


def test_no_page_makes_many_queries(values, settings):
    values["rival"] = values["constructor"] + 1
    clients = {VISITOR: Client()}
    for person, username in USERNAMES.items():
        clients[person] = Client()
        clients[person].force_login(User.objects.get(username=username))
    faults = []
    for person, page in visits():
        address = page.address(values).format(**values)
        clients[person].get(address)  # What the first request after signing in writes is not counted.
        # Not cache.clear(), which empties the Redis that test processes share.
        settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"cold-{uuid4().hex}"}}
        for cache_state, most in (("an empty", COLD_QUERIES), ("a warm", WARM_QUERIES)):
            if (count := counted(clients[person], address)) > most:
                faults.append(f"{address} ({person}): {count} queries with {cache_state} cache, at most {most}")
    assert not faults, "\n".join(faults)
