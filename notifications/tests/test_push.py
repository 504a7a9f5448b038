"""Notifications by push: to browsers through a strict push service, to UnifiedPush endpoints and to apps' servers."""

import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.models import BrowserSession
from accounts.services import deactivate, end_browser_session, log_out_everywhere
from core import clock
from core.errors import Invalid, RateLimited, Refused
from notifications import kinds
from notifications.channels import Item, OutgoingMessage, SendError, TargetGoneError, web_push
from notifications.channels.push import PushChannel
from notifications.kinds import RenderedMessage
from notifications.models import Delivery, PushSubscription
from notifications.services import (
    dispatch_notifications,
    remove_push_of_session,
    send_due_deliveries,
    send_test_push,
    subscribe_to_push,
)
from notifications.services.push_subscriptions import SESSION_KEY
from tests.support.notifications import notified
from tests.support.push_service import PushedTo, PushService, decode, decrypt, encode, point
from tests.support.scripted_server import ScriptedServer, always

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
SECRET = "whsec_" + b64encode(b"s" * 32).decode()
KEYS = {"p256dh": encode(point(ec.generate_private_key(ec.SECP256R1()).public_key())), "auth": encode(b"a" * 16)}


@pytest.fixture(autouse=True)
def own_network(settings, at) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.SITE_URL = "https://f1.example.org"
    at(NOW)


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as service:
        yield service
    assert service.refusals == []


def subscribed(user, browser: PushedTo, **values) -> PushSubscription:
    return subscribe_to_push(user=user, kind="webpush", endpoint=browser.endpoint, **browser.keys, now=NOW, **values)


@pytest.fixture
def browser(service: PushService) -> PushedTo:
    return service.browser(web_push.public_key())


@pytest.fixture
def alices(alice, browser) -> PushSubscription:
    """The subscription of Alice's browser."""
    return subscribed(alice, browser, name="Firefox/128.0 (Linux)")


def message_to(subscription: PushSubscription, user=None, **values) -> OutgoingMessage:
    kind = next(iter(kinds.optional_kinds()))
    text = RenderedMessage("Your turn", values.pop("body", "Pick a driver."), "/drafts/1/")
    item = Item(1, kind, None, text, "https://f1.example.org/drafts/1/")
    usual: dict[str, Any] = {"key": "7", "items": [item], "expires_at": NOW + timedelta(hours=1), "is_urgent": True}
    known: dict[str, Any] = {"user": user or subscription.user, "target": f"sub:{subscription.pk}"}
    return OutgoingMessage(**known, **usual | values)


def send(message: OutgoingMessage) -> None:
    with PushChannel().connect() as send:
        send(message, lambda: None)


def delivered(user, at) -> Delivery:
    """Notify the user, send what is due, and return the delivery."""
    notified(user, kind="race_changed", key=f"race:{secrets.token_hex(4)}", title="Moved", url="/races/1/", now=NOW)
    dispatch_notifications(now=NOW)
    return tried_again(Delivery.objects.filter(channel="push").latest("pk"), at)


def tried_again(delivery: Delivery, at) -> Delivery:
    """Send what is due when this delivery is."""
    at(delivery.due_at)
    send_due_deliveries(now=delivery.due_at)
    delivery.refresh_from_db()
    return delivery


# -- a message in a browser --------------------------------------------------------------------------------------------


def test_a_notification_reaches_the_browser_encrypted_and_signed(alices, browser, service, at):
    delivery = delivered(alices.user, at)
    assert delivery.state == "sent"
    (message,) = browser.messages
    assert (message["title"], message["url"]) == ("Moved", "https://f1.example.org/races/1/")
    assert (message["tag"], message["kind"]) == (str(delivery.pk), "race_changed")
    alices.refresh_from_db()
    assert alices.last_success_at == delivery.sent_at


def test_urgent_messages_say_so_and_live_until_they_expire(alices, browser):
    send(message_to(alices))
    send(message_to(alices, is_urgent=False, expires_at=None, key="8"))
    urgent, other = browser.headers
    assert (urgent["TTL"], urgent["Urgency"]) == ("3600", "high")
    assert (other["TTL"], other["Urgency"]) == ("86400", "normal")
    assert urgent["Topic"] != other["Topic"]


def test_the_topic_is_the_same_at_each_attempt(alices, browser):
    for _ in range(2):
        send(message_to(alices, key="a key of any length, with any characters" * 3))
    assert len({headers["Topic"] for headers in browser.headers}) == 1


@pytest.mark.parametrize("body", ["x" * 9000, 'ü😀\n"' * 3000])
def test_a_long_text_is_cut(alices, browser, body):
    send(message_to(alices, body=body))
    text = browser.messages[0]["body"]
    assert len(text) > 400
    assert text.endswith("…")
    assert body.startswith(text[:-1])


def test_several_notifications_are_one_message(alices, browser):
    message = message_to(alices)
    send(message_to(alices, items=[*message.items, *message.items, *message.items]))
    assert browser.messages[0]["title"] == "Your turn, and 2 more"
    assert browser.messages[0]["url"] == "https://f1.example.org/accounts/news/"


# -- what the push service answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_removed(alices, service, at, status):
    service.answer = status
    assert delivered(alices.user, at).state == "dropped"
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [400, 401, 403, 413, 302])
def test_a_message_that_can_never_be_accepted_is_parked(alices, service, at, status):
    service.answer, service.headers = status, {"Location": f"{service.origin}/elsewhere"}
    delivery = delivered(alices.user, at)
    assert (delivery.state, delivery.last_error) == ("parked", f"127.0.0.1 refused the message ({status}).")
    assert service.requests == 1


@pytest.mark.parametrize(("status", "minutes"), [(500, 1), (502, 1), (429, 10), (503, 10)])
def test_an_outage_is_waited_for_as_long_as_the_service_asks(alices, browser, service, at, status, minutes):
    service.answer, service.headers = status, {"Retry-After": "600"} if minutes == 10 else {}
    delivery = delivered(alices.user, at)
    first_attempt_at = delivery.due_at - timedelta(minutes=minutes)
    assert (delivery.state, first_attempt_at) == ("waiting", clock.now())
    service.answer = 201
    assert tried_again(delivery, at).state == "sent"
    assert len(browser.messages) == 1


def test_a_service_that_hangs_holds_up_one_request_and_not_each(alices, service, at):
    service.answer = 0
    first, second = delivered(alices.user, at), delivered(alices.user, at)
    assert (first.state, second.state) == ("waiting", "waiting")
    assert "did not answer" in second.last_error
    assert service.requests == 1
    assert first.uncertain_attempts == second.uncertain_attempts == 0


def test_it_pauses_longer_after_each_failure(alices, service):
    service.answer = 500
    pauses = []
    for _ in range(9):
        PushSubscription.objects.update(retry_at=None)
        with pytest.raises(SendError):
            send(message_to(alices))
        pauses.append(PushSubscription.objects.get().retry_at)
    assert pauses == [NOW + timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 60, 60, 60)]


def test_an_endpoint_in_the_operators_network_is_refused(alices, service, at, settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    assert delivered(alices.user, at).last_error == "127.0.0.1 is not a public address."
    assert service.requests == 0


def test_what_another_site_signs_is_refused(alices, browser, service, settings):
    settings.VAPID_PRIVATE_KEY = encode(secrets.token_bytes(31).rjust(32, b"\1"))
    with pytest.raises(SendError, match="400"):
        send(message_to(alices))
    assert service.refusals.pop().startswith("AssertionError('only the site")


# -- whose browser it is -----------------------------------------------------------------------------------------------


def test_a_browser_that_another_user_uses_now_gets_nothing_of_the_first(alices, bob, browser):
    waiting = message_to(alices)
    bobs = subscribed(bob, browser)
    with pytest.raises(TargetGoneError):
        send(waiting)
    with pytest.raises(TargetGoneError):
        send(message_to(bobs, user=alices.user))
    send(message_to(bobs))
    assert len(browser.messages) == 1
    assert PushSubscription.objects.get().user == bob


def test_a_browser_that_subscribes_again_stays_one(alices, alice, browser):
    PushSubscription.objects.update(failures=3, retry_at=NOW, last_error="No")
    assert subscribed(alice, browser).pk == alices.pk
    subscription = PushSubscription.objects.get()
    assert (subscription.failures, subscription.retry_at, subscription.last_error) == (0, None, "")
    assert subscription.created_at == NOW


def test_nothing_is_created_for_users_without_devices(alice):
    notified(alice, kind="race_changed", key="race:1", title="Moved", now=NOW)
    dispatch_notifications(now=NOW)
    assert not Delivery.objects.filter(channel="push").exists()


def test_a_user_has_at_most_ten_devices(alice, bob, service):
    browsers = [service.browser("") for _ in range(11)]
    for browser in browsers[:10]:
        subscribed(alice, browser)
    with pytest.raises(Refused, match="10 devices"):
        subscribed(alice, browsers[10])
    subscribed(alice, browsers[9])
    subscribed(bob, browsers[10])


def test_signing_out_ends_push_to_this_browser(alices, alice, client):
    client.force_login(alice)
    session = client.session
    session[SESSION_KEY] = alices.pk
    session.save()
    client.post("/accounts/sign-out/")
    assert not PushSubscription.objects.exists()


def test_a_session_without_push_ends_none(alices):
    remove_push_of_session(session={})
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize("end", [log_out_everywhere, deactivate])
def test_signing_out_everywhere_ends_push_to_all_devices(alices, alice, end):
    end(user=alice, now=NOW)
    assert not PushSubscription.objects.exists()


def test_signing_a_browser_out_from_elsewhere_ends_push_to_it(alices, alice, service, client):
    other = subscribed(alice, service.browser(""))
    client.force_login(alice)
    session = client.session
    session[SESSION_KEY] = alices.pk
    session.save()
    assert end_browser_session(user=alice, pk=BrowserSession.objects.get(user=alice).pk)
    assert PushSubscription.objects.get() == other


# -- what can be subscribed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"endpoint": "ftp://push.example/"}, "endpoint"),
        ({"endpoint": "https://me@push.example/"}, "endpoint"),
        ({"endpoint": "https://push.example:22/"}, "endpoint"),
        ({"p256dh": ""}, "p256dh"),
        ({"p256dh": encode(b"\4" * 65)}, "p256dh"),
        ({"p256dh": KEYS["p256dh"] + "\n"}, "p256dh"),
        ({"auth": encode(b"short")}, "p256dh"),
        ({"kind": "unifiedpush", "auth": ""}, "p256dh"),
        ({"kind": "webhook"}, "secret"),
        ({"kind": "webhook", "secret": "whsec_c2hvcnQ="}, "secret"),
        ({"kind": "webhook", "secret": "x" * 40}, "secret"),
    ],
)
def test_what_cannot_work_is_refused(alice, values, field):
    usual = {"kind": "webpush", "endpoint": "https://push.example/1", **KEYS}
    with pytest.raises(Invalid) as raised:
        subscribe_to_push(user=alice, **usual | values, now=NOW)
    assert raised.value.field == field


# -- UnifiedPush, and apps' own servers --------------------------------------------------------------------------------


def test_unifiedpush_with_keys_is_encrypted(alice, browser):
    values = {"kind": "unifiedpush", "endpoint": browser.endpoint, **browser.keys}
    send(message_to(subscribe_to_push(user=alice, **values, now=NOW)))
    assert browser.messages[0]["title"] == "Your turn"


def test_unifiedpush_without_keys_is_plain(alice):
    with ScriptedServer(always(b"HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n")) as server:
        values = {"kind": "unifiedpush", "endpoint": f"{server.url}/up?id=1"}
        send(message_to(subscribe_to_push(user=alice, **values, now=NOW)))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body)["title"] == "Your turn"
    assert b"Urgency: high" in head
    assert b"authorization" not in head.lower()


def webhook_of(user, server: ScriptedServer) -> PushSubscription:
    return subscribe_to_push(user=user, kind="webhook", endpoint=f"{server.url}/hook", secret=SECRET, now=NOW)


def test_an_apps_server_gets_json_signed_with_the_time_of_the_machine(alice, monkeypatch):
    monkeypatch.setattr(clock, "system_now", lambda: NOW + timedelta(days=500))
    with ScriptedServer(always(b"HTTP/1.1 204 OK\r\n\r\n")) as server:
        subscription = webhook_of(alice, server)
        send(message_to(subscription))
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    fields = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.{body.decode()}".encode()
    expected = hmac.digest(b"s" * 32, signed, "sha256")
    assert b64decode(fields["webhook-signature"].removeprefix("v1,")) == expected
    event = json.loads(body)
    assert (event["type"], event["device_id"], event["data"]["title"]) == ("notification", subscription.pk, "Your turn")
    assert fields["webhook-timestamp"] == str(int((NOW + timedelta(days=500)).timestamp()))


def test_users_of_an_app_share_its_server(alice, bob):
    with ScriptedServer(always(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as server:
        for user in (alice, bob):
            with pytest.raises(SendError, match="404"):
                send(message_to(webhook_of(user, server)))
    assert PushSubscription.objects.count() == 2


# -- a test message ----------------------------------------------------------------------------------------------------


def test_a_test_message_shows_at_once(alices, browser):
    send_test_push(subscription=alices, now=NOW)
    assert browser.messages[0]["title"] == "Test from Fantasy F1"


@pytest.mark.parametrize(("status", "sentence"), [(410, "turned off push"), (403, r"refused the message \(403\)")])
def test_a_test_that_fails_says_why(alices, service, status, sentence):
    service.answer = status
    with pytest.raises(Refused, match=sentence):
        send_test_push(subscription=alices, now=NOW)


def test_tests_are_limited(alices):
    for _ in range(20):
        send_test_push(subscription=alices, now=NOW)
    with pytest.raises(RateLimited):
        send_test_push(subscription=alices, now=NOW)


# -- encryption --------------------------------------------------------------------------------------------------------


def test_it_encrypts_the_example_of_rfc_8291():
    """Appendix A."""
    sender = ec.derive_private_key(
        int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), web_push.CURVE
    )
    receiver = decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    salt, auth = decode("DGv6ra1nlYgDCS1FRnbzlw"), decode("BTBZMqHH6r4Tts7J_aSIgg")
    body = web_push.encrypt_with(sender, salt, b"When I grow up, I want to be a watermelon", receiver, auth)
    assert encode(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
        "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    private = ec.derive_private_key(
        int.from_bytes(decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), web_push.CURVE
    )
    assert decrypt(body, private, auth) == b"When I grow up, I want to be a watermelon"
