"""The event stream of a draft: authorization, events, and when a stream ends. Calls the ASGI application directly."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import TokenFamily, User
from accounts.services import log_out_everywhere
from core.sse import connection, pubsub, topic
from core.sse.auth import Credentials, Subscriber
from core.sse.db_thread import DatabaseThread
from core.sse.registry import ConnectionRegistry, Limits
from drafts import event_stream
from drafts.models import Draft, DraftEvent, SpectatorLink
from drafts.selectors import drafts_visible_to
from drafts.services.event_log import append_event
from leagues.models import League
from leagues.services import leave_league
from tests.support.cast import DRAFTING_AT, access_token
from tests.support.factories import UserFactory
from tests.support.sse_client import (
    FAST_POLLING,
    AsgiStreamClient,
    Headers,
    bearer_headers,
    running_registry,
    session_cookie_headers,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("serialized_sqlite")]
# Short polling and heartbeat intervals, so that the tests do not wait.
SOON = Limits(heartbeat=0.1, poll_embedded=0.02, poll_with_redis=0.02, poll_without_redis=0.02)


def append(draft: Draft, count: int = 1, **payload: Any) -> None:
    draft.refresh_from_db()
    for _ in range(count):
        append_event(draft, DraftEvent.Kind.PICKED, now=DRAFTING_AT, **payload)


async def beside(call: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Use the database outside the event loop, as another process would."""
    read = DatabaseThread("test")
    await read(call, *args, **kwargs)
    read.stop()


def ask(
    pk: object, headers: Headers | None = None, query: str = "", method: str = "GET", **limits: int
) -> AsgiStreamClient:
    """Send one request and read until past events have been replayed, or it is refused."""

    async def asking() -> AsgiStreamClient:
        async with running_registry(replace(FAST_POLLING, **limits)) as registry:
            client = AsgiStreamClient(registry, pk, headers or {}, query, method)
            await client.wait_until(lambda: client.task.done() or len(client.messages) > 2)
            return client

    return asyncio.run(asking())


# -- authorization ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [session_cookie_headers, bearer_headers])
def test_a_member_gets_earlier_events(open_draft, bob, sign):
    append(open_draft, 2)
    client = ask(open_draft.pk, sign(bob))
    assert (client.status, client.seqs) == (200, [1, 2, 3])


def test_a_stranger_gets_the_same_404_as_for_an_unknown_draft(open_draft, charlie):
    foreign, missing = (
        ask(open_draft.pk, session_cookie_headers(charlie)),
        ask(999_999, session_cookie_headers(charlie)),
    )
    assert foreign.status == 404
    assert foreign.messages == missing.messages == ask("no-number").messages


def test_a_visitor_can_follow_only_public_leagues(open_draft, league):
    assert ask(open_draft.pk).status == 404
    League.objects.update(visibility=League.Visibility.PUBLIC)
    assert ask(open_draft.pk).seqs == [1]


def test_a_spectator_follows_by_the_link(open_draft, league):
    SpectatorLink.objects.create(league=league, token="secret", renewed_at=DRAFTING_AT)
    assert ask(open_draft.pk, query="watch=secret").seqs == [1]
    assert ask(open_draft.pk, query="watch=other").status == 404


def test_an_expired_cookie_counts_as_a_visitor(open_draft):
    assert ask(open_draft.pk, {"cookie": "sessionid=gone"}).status == 404


@pytest.mark.parametrize("query", ["watch=%00", "watch=%ff%fe", "watch=" + "x" * 5000, "after=%00", "&&=&watch"])
def test_an_unreadable_query_string_counts_as_a_visitor(open_draft, query):
    assert ask(open_draft.pk, {"cookie": "a=\xff; sessionid=\x01; =;"}, query).status == 404


def test_a_session_cookie_is_found_among_malformed_ones(open_draft, bob):
    cookie = session_cookie_headers(bob)["cookie"]
    assert ask(open_draft.pk, {"cookie": f'a[b]=1; "=; {cookie}'}).status == 200


def test_an_invalid_token_gets_401(open_draft, bob):
    assert ask(open_draft.pk, {"authorization": "Bearer nonsense"}).status == 401
    headers = bearer_headers(bob)
    User.objects.update(is_active=False)
    assert ask(open_draft.pk, headers).status == 401


def test_only_get_is_allowed(open_draft, bob):
    assert ask(open_draft.pk, session_cookie_headers(bob), method="POST").status == 405


def test_stream_permissions_equal_page_permissions(open_draft, league, alice, bob, charlie):
    administrator = UserFactory.create(is_superuser=True)
    people = [Subscriber(user.pk) for user in (alice, bob, charlie, administrator)] + [Subscriber()]
    users = [alice, bob, charlie, administrator, AnonymousUser()]
    for visibility in League.Visibility.values:
        League.objects.update(visibility=visibility)
        may_see = {
            (person, open_draft.pk)
            for person, user in zip(people, users, strict=True)
            if drafts_visible_to(user).filter(pk=open_draft.pk).exists()
        }
        assert event_stream.DraftTopic().visible({(person, open_draft.pk) for person in people}) == may_see


def test_authorizing_many_takes_the_queries_of_one(open_draft, league, django_assert_num_queries):
    people = [UserFactory.create() for _ in range(20)]
    callers = [Credentials(session_key=session_cookie_headers(user)["cookie"].rpartition("=")[2]) for user in people]
    registry = ConnectionRegistry(event_stream.DraftTopic())
    with django_assert_num_queries(6):
        registry._authorize_all([(callers[0], open_draft.pk)])
    with django_assert_num_queries(6):
        registry._authorize_all([(caller, open_draft.pk) for caller in callers])


# -- events ----------------------------------------------------------------------------------------------------------


def test_an_event_says_what_happened(open_draft, bob):
    append(open_draft, driver="Pérez", constructor="One\n\nevent: reset\ndata: Two")
    client = ask(open_draft.pk, session_cookie_headers(bob))
    assert dict(client.messages[0]["headers"])[b"content-type"] == b"text/event-stream"
    assert client.text.startswith("retry: ")
    assert [block["event"] for block in client.sse_events] == ["draft", "draft"]
    event = json.loads(client.sse_events[1]["data"])
    assert (event["seq"], event["kind"], event["at"]) == (2, "picked", "2025-03-11T04:00:00Z")
    assert event["payload"]["constructor"] == "One\n\nevent: reset\ndata: Two"


def test_it_continues_after_the_last_event_of_the_client(open_draft, bob):
    append(open_draft, 4)
    headers = session_cookie_headers(bob)
    assert ask(open_draft.pk, headers, "after=2").seqs == [3, 4, 5]
    assert ask(open_draft.pk, headers | {"last-event-id": "4"}, "after=2").seqs == [5]


@pytest.mark.parametrize("position", ["6", "-1", "five", "1e3"])
def test_an_impossible_position_resets_the_stream(open_draft, bob, position):
    append(open_draft, 2)
    client = ask(open_draft.pk, session_cookie_headers(bob) | {"last-event-id": position})
    assert [(block["event"], block["id"]) for block in client.sse_events] == [
        ("reset", "0"), ("draft", "1"), ("draft", "2"), ("draft", "3")
    ]  # fmt: skip


def test_new_events_are_sent(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> list[int]:
        async with running_registry() as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until_seq(1)
            await beside(append, open_draft, 3)
            await client.wait_until_seq(4)
            return client.seqs

    assert asyncio.run(follow()) == [1, 2, 3, 4]


@pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis: script/test brings one")
def test_a_redis_message_sends_new_events_at_once(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> list[int]:
        async with running_registry(Limits(heartbeat=60, poll_with_redis=60)) as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until(lambda: client.seqs and registry._listener.is_connected)
            await beside(append, open_draft)
            await client.wait_until_seq(2)
            return client.seqs

    assert asyncio.run(follow()) == [1, 2]


def test_a_client_far_behind_gets_everything_from_the_database(open_draft, bob, monkeypatch):
    monkeypatch.setattr(topic, "BUFFER_SIZE", 3)
    append(open_draft, 9)
    headers = session_cookie_headers(bob)

    async def follow() -> tuple[list[int], list[int]]:
        async with running_registry() as registry:
            first, second = (
                AsgiStreamClient(registry, open_draft.pk, headers),
                AsgiStreamClient(registry, open_draft.pk, headers, "after=9"),
            )
            await first.wait_until_seq(10)
            await beside(append, open_draft)
            await first.wait_until_seq(11)
            await second.wait_until_seq(11)
            return first.seqs, second.seqs

    assert asyncio.run(follow()) == (list(range(1, 12)), [10, 11])


def test_a_slow_client_is_disconnected_and_holds_up_nobody(open_draft, bob, monkeypatch):
    monkeypatch.setattr(connection, "SEND_TIMEOUT_SECONDS", 0.3)
    headers = session_cookie_headers(bob)

    async def follow() -> tuple[list[int], list[int]]:
        async with running_registry() as registry:
            slow, quick = (
                AsgiStreamClient(registry, open_draft.pk, headers),
                AsgiStreamClient(registry, open_draft.pk, headers),
            )
            await slow.wait_until_seq(1)
            slow.is_reading.clear()
            for seq in (2, 3):
                await beside(append, open_draft)
                await quick.wait_until_seq(seq)
            await slow.wait_until(lambda: all(stream.is_closed for stream in registry._connections if stream.seq < 3))
            return slow.seqs, quick.seqs

    assert asyncio.run(follow()) == ([1], [1, 2, 3])


def test_a_briefly_slow_client_misses_nothing(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> list[int]:
        async with running_registry() as registry:
            slow, quick = (
                AsgiStreamClient(registry, open_draft.pk, headers),
                AsgiStreamClient(registry, open_draft.pk, headers),
            )
            await slow.wait_until_seq(1)
            slow.is_reading.clear()
            await beside(append, open_draft, 3)
            await quick.wait_until_seq(4)
            slow.is_reading.set()
            await slow.wait_until_seq(4)
            return slow.seqs

    assert asyncio.run(follow()) == [1, 2, 3, 4]


def test_a_restored_database_resets_the_stream(open_draft, bob):
    append(open_draft, 4)
    headers = session_cookie_headers(bob)

    def restore() -> None:
        DraftEvent.objects.filter(seq__gt=2).delete()
        Draft.objects.filter(pk=open_draft.pk).update(last_seq=2)

    async def follow() -> list[tuple[str, str]]:
        async with running_registry() as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers, "after=4")
            await client.wait_until_seq(5)
            await beside(restore)
            await client.wait_until(lambda: client.seqs[-1] == 2)
            return [(block["event"], block["id"]) for block in client.sse_events]

    assert asyncio.run(follow()) == [("draft", "5"), ("reset", "0"), ("draft", "1"), ("draft", "2")]


# -- end of a stream --------------------------------------------------------------------------------------------------


def leave(bob: User, league: League) -> None:
    leave_league(user=bob, league=league, now=DRAFTING_AT)


def sign_out(bob: User, league: League) -> None:
    Session.objects.all().delete()
    TokenFamily.objects.update(revoked_at=DRAFTING_AT)


def sign_out_everywhere(bob: User, league: League) -> None:
    log_out_everywhere(user=bob, now=DRAFTING_AT)


def deactivate(bob: User, league: League) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)


def change_password(bob: User, league: League) -> None:
    bob.set_password("another cold front")
    bob.save()


def delete_league(bob: User, league: League) -> None:
    Draft.objects.all().delete()


@pytest.mark.parametrize("sign", [session_cookie_headers, bearer_headers])
@pytest.mark.parametrize("event", [leave, sign_out, sign_out_everywhere, deactivate, change_password, delete_league])
def test_a_client_that_lost_access_is_disconnected_at_the_next_heartbeat(open_draft, league, bob, event, sign):
    headers = sign(bob)

    async def follow() -> dict[str, Any]:
        async with running_registry(SOON) as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until(lambda: {"event": "beat", "data": "{}"} in client.sse_events)
            await beside(event, bob, league)
            await client.wait_until_closed()
            return client.messages[-1]

    assert asyncio.run(follow()) == {"type": "http.response.body", "body": b"", "more_body": False}


def test_heartbeats_are_frequent():
    assert Limits().heartbeat <= 15


def test_ended_sessions_and_revoked_tokens_are_refused(open_draft, league, bob):
    headers = session_cookie_headers(bob), bearer_headers(bob)
    sign_out_everywhere(bob, league)
    assert [ask(open_draft.pk, header).status for header in headers] == [404, 401]


def test_every_stream_has_a_maximum_lifetime(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> None:
        async with running_registry(replace(SOON, lifetime=0.3)) as registry:
            await AsgiStreamClient(registry, open_draft.pk, headers).wait_until_closed()

    asyncio.run(follow())


def test_a_stream_ends_with_its_token(open_draft, bob):
    token = AccessToken(access_token(bob).encode())  # type: ignore[arg-type]  # the stubs want a Token
    token.set_exp(lifetime=timedelta(seconds=1))

    async def follow() -> None:
        async with running_registry(SOON) as registry:
            await AsgiStreamClient(registry, open_draft.pk, {"authorization": f"Bearer {token}"}).wait_until_closed()

    asyncio.run(follow())


def test_a_stream_beyond_the_limit_ends_the_users_oldest(open_draft, alice, bob):
    alices, bobs = session_cookie_headers(alice), session_cookie_headers(bob)

    async def follow() -> tuple[str, int]:
        async with running_registry(replace(FAST_POLLING, per_user=2)) as registry:
            other = AsgiStreamClient(registry, open_draft.pk, alices)
            clients = []
            for _ in range(3):
                clients.append(AsgiStreamClient(registry, open_draft.pk, bobs))
                await clients[-1].wait_until_seq(1)
            await clients[0].wait_until_closed()
            return clients[0].sse_events[-1]["event"], sum(not client.task.done() for client in (*clients, other))

    assert asyncio.run(follow()) == ("replaced", 3)


def test_a_process_at_capacity_gets_503(open_draft, bob):
    assert ask(open_draft.pk, session_cookie_headers(bob), streams=0).status == 503


def test_visitors_cannot_use_the_whole_capacity(open_draft, league, bob):
    League.objects.update(visibility=League.Visibility.PUBLIC)
    assert ask(open_draft.pk, visitors=0).status == 503
    assert ask(open_draft.pk, session_cookie_headers(bob), visitors=0).status == 200


def test_shutting_down_ends_the_streams(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> int:
        async with running_registry() as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until_seq(1)
            registry.stop()
            await client.wait_until_closed()
            late = AsgiStreamClient(registry, open_draft.pk, headers)
            await late.wait_until_closed()
            return late.status

    assert asyncio.run(follow()) == 503


def test_background_tasks_restart_after_an_unexpected_error(open_draft, bob, monkeypatch, caplog):
    headers = session_cookie_headers(bob)

    latest, mistakes = event_stream.DraftTopic.latest, [ZeroDivisionError]

    def fail_once(drafts: event_stream.DraftTopic, pks: Any) -> dict[int, int]:
        if mistakes:
            raise mistakes.pop()
        return latest(drafts, pks)

    async def follow() -> list[int]:
        async with running_registry() as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until_seq(1)
            monkeypatch.setattr(event_stream.DraftTopic, "latest", fail_once)
            await client.wait_until(lambda: caplog.records)
            await beside(append, open_draft)
            await client.wait_until_seq(2)
            return client.seqs

    assert asyncio.run(follow()) == [1, 2]


def test_a_client_that_disconnects_is_removed(open_draft, bob):
    headers = session_cookie_headers(bob)

    async def follow() -> tuple[int, int]:
        async with running_registry() as registry:
            client = AsgiStreamClient(registry, open_draft.pk, headers)
            await client.wait_until_seq(1)
            client.disconnect()
            await client.wait_until_closed()
            return len(registry._connections), len(registry._topics)

    assert asyncio.run(follow()) == (0, 0)


# -- wake-ups --------------------------------------------------------------------------------------------------------


def test_a_pick_is_not_delayed_if_redis_is_down(open_draft, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    monkeypatch.setattr(pubsub, "_client", lambda: Redis.from_url("redis://127.0.0.1:1", retry=Retry(NoBackoff(), 0)))
    append(open_draft, 2)
    assert list(open_draft.events.values_list("seq", flat=True)) == [1, 2, 3]
    assert pubsub.circuit.is_open, "the second one did not even try"
