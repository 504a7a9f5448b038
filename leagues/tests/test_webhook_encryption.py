"""Addresses and secrets of webhooks are encrypted in the database; how keys are replaced, and if one is missing."""

import importlib
import secrets

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from leagues.models import Webhook, WebhookDelivery
from leagues.services import add_webhook, join_league, send_due_webhooks
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db

SLACK = "https://hooks.slack.com/services/T0/B0/token-of-the-address"
NOW = FOUNDED_AT


@pytest.fixture
def slack(league, alice):
    return add_webhook(league=league, by=alice, service="slack", name="Chat", url=SLACK, now=NOW)


@pytest.fixture
def program(league, alice):
    url = "https://program.example/hook"
    return add_webhook(league=league, by=alice, service="generic", name="Program", url=url, now=NOW)


def stored():
    return list(Webhook.objects.order_by("pk").values_list("encrypted_url", "encrypted_secret"))


def new_key():
    return secrets.token_urlsafe(32)


def test_the_database_has_neither_addresses_nor_secrets(slack, program):
    everything = str(list(Webhook.objects.values()))
    assert not any(secret in everything for secret in (SLACK, "token-of", program.url, program.secret))
    assert Webhook.objects.get(pk=slack.pk).url == SLACK
    assert Webhook.objects.get(pk=program.pk).secret == program.secret


def test_a_key_is_replaced(slack, program, settings, capsys):
    (old,), before, secret = settings.ENCRYPTION_KEYS, stored(), program.secret
    new = new_key()
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("rotate_encryption_keys")
    assert capsys.readouterr().out == "Secrets encrypted with the first key: 2.\n"
    settings.ENCRYPTION_KEYS = [new]
    assert not {text for row in stored() for text in row if text} & {text for row in before for text in row}
    assert (Webhook.objects.get(pk=slack.pk).url, Webhook.objects.get(pk=program.pk).secret) == (SLACK, secret)


def test_nothing_is_encrypted_again_if_a_key_is_missing(slack, settings):
    before = stored()
    settings.ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_encryption_keys")
    assert stored() == before


def test_what_was_stored_as_text_is_encrypted_by_the_migration_and_back(slack, program):
    migration = importlib.import_module("leagues.migrations.0008_encrypt_webhooks")
    Webhook.objects.filter(pk=slack.pk).update(encrypted_url=SLACK, url_ending="")
    Webhook.objects.filter(pk=program.pk).update(encrypted_url="https://a.example/b", encrypted_secret="whsec_abc")
    migration.encrypt_webhooks(apps, None)
    assert "whsec" not in str(stored())
    assert [webhook.url_ending for webhook in Webhook.objects.order_by("pk")] == ["ress", "le/b"]
    assert Webhook.objects.get(pk=slack.pk).url == SLACK
    assert Webhook.objects.get(pk=program.pk).secret == "whsec_abc"
    migration.decrypt_webhooks(apps, None)
    assert stored() == [(SLACK, ""), ("https://a.example/b", "whsec_abc")]


def test_pages_work_without_the_key_and_deliveries_wait_for_it(client, slack, league, alice, charlie, settings, caplog):
    key, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, [new_key()]
    client.force_login(alice)
    assert "ress" in client.get(f"/leagues/{league.pk}/webhooks/").text
    join_league(user=charlie, league=league, now=NOW)
    send_due_webhooks(now=NOW)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.last_error) == ("waiting", "Its secrets cannot be read at the moment.")
    assert "another key than those in ENCRYPTION_KEYS" in caplog.text
    settings.ENCRYPTION_KEYS = key
    assert Webhook.objects.get().is_active
