"""The event stream of a person: who gets it, what it says, and how it resumes. Calls the ASGI application directly."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from core.sse import protocol
from core.sse.db_thread import DatabaseThread
from core.sse.registry import Population
from drafts import event_stream
from drafts.services import make_pick
from fantasyf1 import person_stream
from fantasyf1.person_stream import PATH, PersonRegistry, PersonTopic
from leagues.models import League
from leagues.services import create_league, leave_league
from scoring.models import ScoreVersion
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.notifications import notified
from tests.support.sse_client import (
    FAST_POLLING,
    AsgiStreamClient,
    bearer_headers,
    running_registry,
    session_cookie_headers,
)
from tests.support.stories import entry, locked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("serialized_sqlite")]


def stream(registry, headers=None, query="", method="GET", path=PATH) -> AsgiStreamClient:
    return AsgiStreamClient(registry, None, headers or {}, query, method, path)


def parts_of(client, name):
    return [json.loads(event["data"]) for event in client.sse_events if event["event"] == name]


def number_of(client):
    return int(client.text.split("id: ")[-1].split("\n")[0])


def person_registry(**limits):
    return PersonRegistry(PersonTopic(), replace(FAST_POLLING, **limits))


def ask(headers=None, query="", method="GET", path=PATH):
    """Send one request and read until the present state has been sent, or it is refused."""

    async def asking() -> AsgiStreamClient:
        async with running_registry(registry=person_registry()) as registry:
            client = stream(registry, headers, query, method, path)
            await client.wait_until(lambda: client.task.done() or len(client.messages) > 2)
            return client

    return asyncio.run(asking())


def error_of(client):
    return client.status, json.loads(client.text)["error"]["code"]


async def beside(call, *args: object, **kwargs: Any) -> None:
    """Use the database outside the event loop, as another process would."""
    read = DatabaseThread("test")
    await read(call, *args, **kwargs)
    read.stop()


@pytest.mark.parametrize("sign", [session_cookie_headers, bearer_headers])
def test_it_begins_with_how_things_are_now(open_draft, league, alice, alices, sign):
    ScoreVersion.objects.update_or_create(league=league, defaults={"version": 3})
    notified(alice, kind="league_changed", key="k", title="Hello", now=DRAFTING_AT)
    client = ask(sign(alice))
    assert client.status == 200
    (turn,) = parts_of(client, "turn")
    assert (turn["draft_id"], turn["league_id"], turn["state"]) == (open_draft.pk, league.pk, "open")
    assert (turn["constructor_id"], turn["slot"], turn["is_mine"], turn["can_pick"]) == (alices.pk, 1, True, True)
    *_, notification = parts_of(client, "notification")
    assert notification["title"] == "Hello"
    assert parts_of(client, "scores") == [{"league_id": league.pk, "version": 3}]


def test_somebody_elses_turn_is_not_mine(open_draft, bob, alices):
    (turn,) = parts_of(ask(bearer_headers(bob)), "turn")
    assert (turn["constructor_id"], turn["is_mine"]) == (alices.pk, False)


def test_it_says_nothing_of_leagues_of_others(open_draft, league, charlie):
    League.objects.update(visibility=League.Visibility.PUBLIC)
    assert ask(bearer_headers(charlie)).sse_events == []


@pytest.mark.parametrize(
    ("headers", "query", "method", "path", "error"),
    [
        ({}, "", "GET", PATH, (401, "not_authenticated")),
        ({"cookie": "sessionid=gone"}, "", "GET", PATH, (401, "not_authenticated")),
        ({"authorization": "Bearer nonsense"}, "", "GET", PATH, (401, "token_not_valid")),
        ({}, "watch=secret", "GET", PATH, (400, "invalid")),
        ({}, "", "POST", PATH, (405, "method_not_allowed")),
        ({}, "", "GET", "/live/me/more", (404, "not_found")),
    ],
)
def test_a_refusal_has_the_shape_of_all_others(db, headers, query, method, path, error):
    client = ask(headers, query, method, path)
    assert error_of(client) == error
    body = json.loads(client.text)["error"]
    assert set(body) == {"code", "message", "fields", "request_id"}
    assert (b"x-request-id", b"test") in client.messages[0]["headers"]


def test_a_client_that_knows_the_present_gets_only_what_is_new(open_draft, alice, alices, bobs):
    async def following() -> AsgiStreamClient:
        async with running_registry(registry=person_registry()) as registry:
            client = stream(registry, headers)
            await client.wait_until(lambda: parts_of(client, "turn"))
            await beside(make_pick, constructor=alices, entry=driver, now=DRAFTING_AT)
            await client.wait_until(lambda: len(parts_of(client, "turn")) == 2)
            await beside(notified, alice, kind="league_changed", key="k", title="Hello", now=DRAFTING_AT)
            await client.wait_until(lambda: parts_of(client, "notification"))
            return client

    headers, driver = bearer_headers(alice), entry(open_draft.race, "driver_1")
    client = asyncio.run(following())
    first, second = parts_of(client, "turn")
    assert (first["is_mine"], second["is_mine"], second["constructor_id"]) == (True, False, bobs.pk)


def test_a_client_that_reconnects_gets_how_things_are_now(open_draft, alice, alices, bobs):
    before = number_of(ask(bearer_headers(alice)))
    make_pick(constructor=alices, entry=entry(open_draft.race, "driver_1"), now=DRAFTING_AT)
    client = ask({**bearer_headers(alice), "last-event-id": str(before)})
    (turn,) = parts_of(client, "turn")
    assert turn["constructor_id"] == bobs.pk
    assert number_of(client) > before


def test_a_client_that_has_everything_gets_nothing(open_draft, alice):
    number = number_of(ask(bearer_headers(alice)))

    async def asking() -> AsgiStreamClient:
        async with running_registry(registry=person_registry(heartbeat=0.1)) as registry:
            client = stream(registry, headers, f"after={number}")
            await client.wait_until(lambda: "beat" in client.text)
            return client

    headers = bearer_headers(alice)
    client = asyncio.run(asking())
    assert parts_of(client, "turn") == []


def test_a_draft_that_locks_is_told_once_more(open_draft, alice):
    async def following() -> AsgiStreamClient:
        async with running_registry(registry=person_registry()) as registry:
            client = stream(registry, headers)
            await client.wait_until(lambda: parts_of(client, "turn"))
            await beside(locked, open_draft)
            await client.wait_until(lambda: "locked" in {turn["state"] for turn in parts_of(client, "turn")})
            return client

    headers = bearer_headers(alice)
    assert asyncio.run(following()).status == 200


def test_a_person_who_leaves_a_league_is_told_to_start_again(open_draft, league, bob):
    async def following() -> AsgiStreamClient:
        async with running_registry(registry=person_registry()) as registry:
            client = stream(registry, headers)
            await client.wait_until(lambda: parts_of(client, "turn"))
            await beside(leave_league, user=bob, league=league, now=DRAFTING_AT)
            await client.wait_until(lambda: protocol.RESET.decode() in client.text)
            return client

    headers = bearer_headers(bob)
    assert asyncio.run(following()).status == 200


def test_streams_of_both_kinds_count_together_for_a_person(open_draft, alice):
    shared = Population()
    assert person_stream.registry.population is event_stream.registry.population

    async def opening() -> list[AsgiStreamClient]:
        limits = replace(FAST_POLLING, per_user=1)
        async with (
            running_registry(limits) as drafts,
            running_registry(registry=PersonRegistry(PersonTopic(), limits, shared)) as people,
        ):
            drafts.population = shared
            first = AsgiStreamClient(drafts, open_draft.pk, headers)
            await first.wait_until(lambda: len(first.messages) > 2)
            second = stream(people, headers)
            await first.wait_until_closed()
            return [first, second]

    headers = bearer_headers(alice)
    first, _ = asyncio.run(opening())
    assert protocol.REPLACED.decode() in first.text


def test_any_number_of_people_takes_the_same_queries(open_draft, league, alice, bob, season, django_assert_num_queries):
    topic = PersonTopic()
    with django_assert_num_queries(4):
        topic.latest([alice.pk])
    create_league(creator=bob, season=season, name="Another", now=FOUNDED_AT)
    with django_assert_num_queries(4):
        topic.latest([alice.pk, bob.pk])
