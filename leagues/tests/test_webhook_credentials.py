"""Webhooks as credentials: nobody else reads their addresses and secrets, and they end with who has added them."""

import logging

import pytest

from accounts.services import deactivate, delete_account
from leagues.models import Membership, Webhook, WebhookDelivery
from leagues.services import (
    add_webhook,
    change_webhook,
    join_league,
    leave_league,
    remove_member,
    rotate_webhook_secret,
    send_due_webhooks,
    set_role,
    turn_webhook_on_or_off,
)
from notifications.models import Notification
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.django_db

NOW = FOUNDED_AT


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def bobs_webhook(league, alice, bob, receiver):
    """Bob is a co-manager and sends the league's news to another server."""
    set_role(league=league, by=alice, user=bob, role=Membership.Role.CO_MANAGER)
    url = receiver.url("/secret-path")
    return add_webhook(league=league, by=bob, service="generic", name="Bob's", url=url, now=NOW)


def leave(league, alice, bob):
    leave_league(user=bob, league=league, now=NOW)


def is_removed(league, alice, bob):
    remove_member(league=league, by=alice, user=bob, now=NOW)


def is_deactivated(league, alice, bob):
    deactivate(user=bob, now=NOW)


def is_deleted(league, alice, bob):
    bob.set_password(PASSWORD)
    bob.save()
    delete_account(user=bob, password=PASSWORD, now=NOW)


ENDS = [leave, is_removed, is_deactivated, is_deleted]


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_sent_to_somebody_who_is_gone(league, alice, bob, charlie, bobs_webhook, receiver, end):
    end(league, alice, bob)
    join_league(user=charlie, league=league, now=NOW)
    send_due_webhooks(now=NOW)
    assert receiver.received == []
    assert not WebhookDelivery.objects.filter(state="waiting").exists()
    webhook = Webhook.objects.get()
    assert (webhook.is_active, webhook.disabled_reason) == (False, "creator")
    assert Notification.objects.filter(user=alice, message="webhook_disabled").count() == 1


def test_a_manager_can_turn_it_on_again(league, alice, bob, charlie, bobs_webhook, receiver):
    leave(league, alice, bob)
    webhook = turn_webhook_on_or_off(webhook=Webhook.objects.get(), by=alice, is_active=True, now=NOW)
    rotated = rotate_webhook_secret(webhook=webhook, by=alice)
    join_league(user=charlie, league=league, now=NOW)
    send_due_webhooks(now=NOW)
    assert len(receiver.received) == 1
    assert rotated.secret != bobs_webhook.secret


def test_webhooks_of_others_and_of_other_leagues_stay_on(league, alice, bob, bobs_webhook):
    own = add_webhook(league=league, by=alice, service="generic", name="A", url="https://a.example/x", now=NOW)
    leave(league, alice, bob)
    assert Webhook.objects.get(pk=own.pk).is_active


@pytest.mark.parametrize("end", ENDS)
def test_who_is_gone_reads_and_changes_nothing(api, client, league, alice, bob, bobs_webhook, end):
    client.force_login(bob)
    app = api(bob)
    end(league, alice, bob)
    address = f"/api/v1/leagues/{league.pk}/webhooks"
    for path in (address, f"{address}/{bobs_webhook.pk}"):
        assert app.get(path).status_code in (401, 404)
    assert app.post(f"{address}/{bobs_webhook.pk}/rotate-secret").status_code in (401, 404)
    page = client.get(f"/leagues/{league.pk}/webhooks/{bobs_webhook.pk}/")
    assert page.status_code in (302, 404)
    assert Webhook.objects.get().encrypted_secret == bobs_webhook.encrypted_secret


def test_no_answer_but_that_to_its_making_has_the_secret(api, client, league, alice, bob, bobs_webhook, charlie):
    secrets = (bobs_webhook.secret, "secret-path")
    address, page = f"/api/v1/leagues/{league.pk}/webhooks", f"/leagues/{league.pk}/webhooks/"
    join_league(user=charlie, league=league, now=NOW)
    for user in (alice, bob, charlie):
        client.force_login(user)
        responses = [api(user).get(path) for path in (address, f"{address}/{bobs_webhook.pk}", "/api/v1/auth/me/data")]
        responses += [client.get(path) for path in (page, f"{page}{bobs_webhook.pk}/")]
        assert not [secret for secret in secrets for response in responses if secret in response.text]


def test_no_log_has_the_secret_or_the_address(league, alice, bobs_webhook, receiver, charlie, caplog):
    caplog.set_level(logging.DEBUG)
    receiver.answers["/secret-path"] = 500
    join_league(user=charlie, league=league, now=NOW)
    send_due_webhooks(now=NOW)
    change_webhook(webhook=bobs_webhook, by=alice, name="B")
    assert receiver.received
    assert bobs_webhook.secret not in caplog.text
    assert "secret-path" not in caplog.text
    assert "secret-path" not in str(list(WebhookDelivery.objects.values()))
