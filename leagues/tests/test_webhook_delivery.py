"""Sending to webhooks: a strict local receiver, services that fail in every way, order, back-off and the log."""

from datetime import timedelta

import pytest
from django.conf import settings

from core import clock
from core.web.outgoing import MAX_BODY_BYTES
from leagues.models import Webhook, WebhookDelivery
from leagues.services import (
    Fact,
    add_webhook,
    announce,
    archive_league,
    delete_old_webhook_deliveries,
    rotate_webhook_secret,
    send_due_webhooks,
    send_webhook_test,
    turn_webhook_on_or_off,
)
from leagues.services.webhook_delivery import MAX_FAILED_DELIVERIES
from leagues.webhook_event_types import MEMBER_JOINED
from notifications.models import Notification
from notifications.services.outbox import LEASE
from tests.support.cast import FOUNDED_AT
from tests.support.stories import pick
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.django_db

NOW = FOUNDED_AT
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
State = WebhookDelivery.State


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def connect(league, alice, receiver):
    def connect(path="/hook", service="generic") -> Webhook:
        url = receiver.url(path)
        return add_webhook(league=league, by=alice, service=service, name=f"Hook {path}", url=url, now=NOW)

    return connect


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("leagues.services.webhook_delivery.TIMEOUT_SECONDS", 0.5)


def happen(league, *members, now=NOW):
    """Announce that these people joined."""
    facts = [Fact(league.pk, MEMBER_JOINED, {"member": member}) for member in members]
    announce(leagues=[league.pk], facts=lambda _: facts, now=now)


def states(webhook) -> list[str]:
    return list(webhook.deliveries.order_by("pk").values_list("state", flat=True))


def members(received) -> list[str]:
    return [request.json["data"]["member"] for request in received]


def only_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


# -- what arrives ----------------------------------------------------------------------------------------------------


def test_signed_json_arrives_with_a_valid_signature(league, connect, receiver):
    webhook = connect()
    happen(league, "Bob")
    assert send_due_webhooks(now=NOW) == 1
    (request,) = receiver.received
    request.verify(webhook.secret, clock.system_now())
    assert request.json["type"] == "member.joined"
    assert request.json["timestamp"] == NOW.isoformat().replace("+00:00", "Z")
    assert request.json["data"]["member"] == "Bob"
    assert states(webhook) == [State.SENT]


def test_the_receiver_refuses_another_secret_and_an_old_request(league, alice, connect, receiver):
    webhook = connect()
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    (request,) = receiver.received
    with pytest.raises(AssertionError, match="too old"):
        request.verify(webhook.secret, clock.system_now() + timedelta(minutes=6))
    with pytest.raises(AssertionError):
        request.verify(rotate_webhook_secret(webhook=webhook, by=alice).secret, clock.system_now())


def test_a_retry_has_the_same_id_and_body_and_a_fresh_timestamp(league, connect, receiver, monkeypatch):
    webhook = connect()
    receiver.answers["/hook"] = 500
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    receiver.answers["/hook"] = 204
    monkeypatch.setattr(clock, "system_now", lambda: NOW + 10 * MINUTE)
    send_due_webhooks(now=NOW + 10 * MINUTE)
    first, second = receiver.received
    second.verify(webhook.secret, NOW + 10 * MINUTE)
    assert (first.message_id, first.body) == (second.message_id, second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_names_cannot_mention_or_link_in_discord(league, connect, receiver):
    connect(service="discord")
    happen(league, "@everyone <@123> [x](https://evil.example) **b** `c`\n# H")
    send_due_webhooks(now=NOW)
    message = receiver.received[0].json
    assert message["allowed_mentions"] == {"parse": []}
    first, link = message["content"].split("\n")
    assert first.startswith("**Alpine Friends** · ")
    assert r"\@everyone \<\@123\> \[x\]\(https\://evil.example\) \*\*b\*\* \`c\` \# H joined" in first
    assert link.startswith("<http")
    assert link.endswith(f"/leagues/{league.pk}/members/>")


def slack_elements(message):
    """The elements of the only section of the only block."""
    (block,) = message["blocks"]
    (section,) = block["elements"]
    assert (block["type"], section["type"]) == ("rich_text", "rich_text_section")
    return section["elements"]


def test_names_cannot_mention_link_or_format_in_slack(league, connect, receiver):
    connect(service="slack")
    happen(league, "<!channel> <https://evil.example|click> & *Bob* _B_ ~B~ `B`\n\tB")
    send_due_webhooks(now=NOW)
    message = receiver.received[0].json
    name = "<!channel> <https://evil.example|click> & *Bob* _B_ ~B~ `B` B"
    assert slack_elements(message) == [
        {"type": "text", "text": "Alpine Friends", "style": {"bold": True}},
        {"type": "text", "text": " · "},
        {"type": "text", "text": f"{name} joined the league."},
        {"type": "text", "text": "\n"},
        {"type": "link", "url": f"{settings.SITE_URL}/leagues/{league.pk}/members/"},
    ]
    assert message["mrkdwn"] is False
    assert "&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; *Bob*" in message["text"]
    assert not {"<", ">"} & set(message["text"])


def test_times_are_in_the_notation_of_the_chat(league, connect, receiver, alice, request):
    connect("/discord", "discord")
    connect("/slack", "slack")
    draft = request.getfixturevalue("open_draft")
    for _ in range(2):
        send_due_webhooks(now=draft.opened_at)
    unix = int(draft.locks_at.timestamp())
    assert f"It locks <t:{unix}:F>." in receiver.at("/discord")[0].json["content"]
    message = receiver.at("/slack")[0].json
    (time,) = (element for element in slack_elements(message) if element["type"] == "date")
    assert time["timestamp"] == unix
    assert f"It locks {time['fallback']}." in message["text"]
    assert time["fallback"] == f"{draft.locks_at:%Y-%m-%d %H:%M} UTC"


def test_a_turn_that_is_over_is_not_sent_late(league, connect, request):
    webhook = connect()
    draft, alices = request.getfixturevalue("open_draft"), request.getfixturevalue("alices")
    pick(draft, alices, "driver_1", draft.opened_at)
    for _ in range(3):
        send_due_webhooks(now=draft.opened_at)
    found = list(webhook.deliveries.order_by("pk").values_list("event", "state"))
    assert found == [
        ("draft.opened", "sent"),
        ("draft.turn", "dropped"),
        ("draft.pick", "sent"),
        ("draft.turn", "sent"),
    ]


# -- services that fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_it_retries_later(league, connect, receiver, status):
    webhook = connect()
    receiver.answers["/hook"] = status
    happen(league, "Bob")
    for minutes in (0, 0.5, 1, 2):
        send_due_webhooks(now=NOW + minutes * MINUTE)
    assert len(receiver.received) == 2
    delivery = only_delivery()
    assert (delivery.state, delivery.response_status, delivery.attempts) == (State.WAITING, status, 2)
    assert delivery.due_at == NOW + 6 * MINUTE
    assert webhook.deliveries.get().last_error == f"The service answered {status}."


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_the_service_asks_for(league, connect, receiver, status):
    connect()
    receiver.answers["/hook"] = (status, {"Retry-After": "1200"}, b"")
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert only_delivery().due_at == NOW + 20 * MINUTE


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413])
def test_other_refusals_are_final_for_the_delivery(league, connect, receiver, status):
    webhook = connect()
    receiver.answers["/hook"] = status
    happen(league, "Bob")
    for minutes in (0, 60):
        send_due_webhooks(now=NOW + minutes * MINUTE)
    assert (len(receiver.received), states(webhook)) == (1, [State.PARKED])


def test_gone_turns_the_webhook_off_and_tells_the_managers(league, alice, bob, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = 410
    happen(league, "Bob", "Charlie", "Dora")
    send_due_webhooks(now=NOW)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason, webhook.disabled_at) == (False, "gone", NOW)
    assert states(webhook) == [State.PARKED, State.DROPPED, State.DROPPED]
    assert len(receiver.received) == 1
    (told,) = Notification.objects.filter(kind="webhook_disabled")
    assert told.user == alice
    assert told.title == "“Hook /hook” of “Alpine Friends” was turned off"
    assert "no longer exists" in told.body


def test_a_redirect_to_a_private_address_is_not_followed(league, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = (307, {"Location": receiver.url("/secret")}, b"")
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert (receiver.at("/secret"), states(webhook)) == ([], [State.PARKED])
    assert "redirects" in only_delivery().last_error


def test_of_a_huge_answer_only_the_beginning_is_read(league, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = (200, {}, b"x" * (MAX_BODY_BYTES * 40))
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert states(webhook) == [State.SENT]


def test_an_address_that_is_not_public_is_refused_at_sending(league, connect, receiver, settings):
    webhook = connect()
    happen(league, "Bob")
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    send_due_webhooks(now=NOW)
    assert (receiver.received, states(webhook)) == ([], [State.PARKED])
    assert only_delivery().last_error == "127.0.0.1 is not a public address."


def test_a_name_that_leads_to_this_machine_is_refused_at_sending(league, alice):
    webhook = add_webhook(
        league=league, by=alice, service="generic", name="Local", url="https://localhost/hook", now=NOW
    )
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert webhook.deliveries.get().last_error == "localhost is not a public address."


def test_a_service_that_hangs_does_not_hold_up_the_others(league, connect, receiver, impatient):
    slow, quick = connect("/slow"), connect("/quick")
    receiver.answers["/slow"] = receiver.hang
    happen(league, "Bob", "Charlie", "Dora")
    for _ in range(2):
        send_due_webhooks(now=NOW)
    assert states(quick) == [State.SENT] * 3
    assert states(slow) == [State.WAITING] * 3
    assert len(receiver.at("/slow")) == 1
    assert slow.deliveries.order_by("pk")[0].last_error.startswith("127.0.0.1 did not answer within")


def test_a_chat_that_hangs_gets_a_message_twice_at_most(league, connect, receiver, impatient):
    webhook = connect(service="slack")
    receiver.answers["/hook"] = receiver.hang
    happen(league, "Bob")
    for hours in range(6):
        send_due_webhooks(now=NOW + timedelta(hours=hours))
    assert (len(receiver.received), states(webhook)) == (2, [State.PARKED])


def test_it_gives_up_after_a_day(league, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = 500
    happen(league, "Bob")
    for hours in range(30):
        send_due_webhooks(now=NOW + timedelta(hours=hours))
    assert states(webhook) == [State.PARKED]
    assert len(receiver.received) == 24


# -- order and fairness ----------------------------------------------------------------------------------------------


def test_the_order_is_kept_also_over_retries(league, connect, receiver):
    connect()
    failures = iter([500, 500])
    receiver.answers["/hook"] = lambda _: (next(failures, 204), {}, b"")
    happen(league, "A", "B", "C", "D", "E")
    for minutes in range(10):
        send_due_webhooks(now=NOW + minutes * MINUTE)
    assert members(receiver.received) == ["A", "A", "A", "B", "C", "D", "E"]


def test_a_batch_has_two_deliveries_of_a_webhook_at_most(league, connect, receiver):
    connect("/one")
    connect("/two")
    happen(league, "A", "B", "C")
    assert send_due_webhooks(now=NOW) == 4
    assert members(receiver.at("/one")) == members(receiver.at("/two")) == ["A", "B"]


def test_what_another_process_has_claimed_is_not_overtaken(league, connect, receiver):
    webhook = connect()
    happen(league, "A", "B")
    first = webhook.deliveries.order_by("pk")[0]
    WebhookDelivery.objects.filter(pk=first.pk).update(due_at=NOW + LEASE)
    assert send_due_webhooks(now=NOW) == 0
    assert send_due_webhooks(now=NOW + LEASE) == 2
    assert members(receiver.received) == ["A", "B"]


# -- turning off -----------------------------------------------------------------------------------------------------


def test_twenty_failed_deliveries_in_a_row_turn_it_off(league, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = 404
    for number in range(MAX_FAILED_DELIVERIES):
        happen(league, f"M{number}")
        send_due_webhooks(now=NOW)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason) == (False, "failures")
    assert Notification.objects.filter(kind="webhook_disabled").count() == 1


def test_a_success_forgets_the_failures(league, connect, receiver):
    webhook = connect()
    answers = iter([404] * (MAX_FAILED_DELIVERIES - 1) + [204, 404])
    receiver.answers["/hook"] = lambda _: (next(answers), {}, b"")
    for number in range(MAX_FAILED_DELIVERIES + 1):
        happen(league, f"M{number}")
        send_due_webhooks(now=NOW)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.failed_deliveries) == (True, 1)


def test_three_days_without_success_turn_it_off(league, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = 500
    for day in range(4):
        happen(league, f"D{day}", now=NOW + day * DAY)
        send_due_webhooks(now=NOW + day * DAY)
        send_due_webhooks(now=NOW + day * DAY)
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_reason) == (False, "silence")


def test_an_archived_league_sends_nothing(league, alice, connect, receiver):
    webhook = connect()
    happen(league, "Bob")
    archive_league(league=league, by=alice, now=NOW)
    send_due_webhooks(now=NOW)
    assert (receiver.received, states(webhook)) == ([], [State.DROPPED])


# -- tests and the log -----------------------------------------------------------------------------------------------


def test_a_test_is_sent_at_once_also_to_a_webhook_that_is_off(alice, connect, receiver):
    webhook = connect()
    turn_webhook_on_or_off(webhook=webhook, by=alice, is_active=False, now=NOW)
    delivery = send_webhook_test(webhook=webhook, by=alice, now=NOW)
    assert (delivery.state, delivery.response_status) == (State.SENT, 204)
    receiver.received[0].verify(webhook.secret, clock.system_now())
    assert receiver.received[0].json["type"] == "webhook.test"


def test_a_test_that_fails_says_why_and_is_not_retried(alice, connect, receiver):
    webhook = connect()
    receiver.answers["/hook"] = 500
    delivery = send_webhook_test(webhook=webhook, by=alice, now=NOW)
    assert (delivery.state, delivery.last_error) == (State.PARKED, "The service answered 500.")
    assert send_due_webhooks(now=NOW + DAY) == 0
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.failed_deliveries) == (True, 0)


def test_the_last_twenty_deliveries_are_kept(league, connect):
    webhook, other = connect(), connect("/other")
    for number in range(12):
        happen(league, f"A{number}", f"B{number}")
        send_due_webhooks(now=NOW)
    assert webhook.deliveries.count() == other.deliveries.count() == 20
    assert not webhook.deliveries.filter(data__member="A0").exists()


def test_old_deliveries_are_deleted(league, connect):
    connect()
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert delete_old_webhook_deliveries(now=NOW + 30 * DAY) == 0
    assert delete_old_webhook_deliveries(now=NOW + 31 * DAY) == 1


def test_neither_log_nor_errors_contain_the_address(league, connect, receiver, caplog):
    webhook = connect("/very-secret")
    receiver.answers["/very-secret"] = 500
    happen(league, "Bob")
    send_due_webhooks(now=NOW)
    assert "did not accept" in caplog.text
    assert "very-secret" not in caplog.text + webhook.deliveries.get().last_error
