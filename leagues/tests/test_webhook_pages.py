"""The pages and the API of webhooks."""

import pytest
from django.urls import reverse

from leagues.models import Webhook
from leagues.services import add_webhook, archive_league
from tests.support.cast import FOUNDED_AT
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.django_db

DISCORD = "https://discord.com/api/webhooks/123/secret-wxyz"
EVENTS = ["draft.pick", "race.scored"]


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def webhook(league, alice) -> Webhook:
    return add_webhook(league=league, by=alice, service="discord", name="Paddock", url=DISCORD, now=FOUNDED_AT)


@pytest.fixture
def alices_page(client, alice):
    client.force_login(alice)
    return client


def page(name, league, *more):
    return reverse(f"leagues:{name}", args=[league.pk, *more])


def test_a_manager_connects_discord(alices_page, league):
    body = {"service": "discord", "name": "Paddock", "url": DISCORD, "events": EVENTS}
    response = alices_page.post(page("webhooks", league), body)
    webhook = Webhook.objects.get()
    assert response.url == page("webhook", league, webhook.pk)
    assert (webhook.url, webhook.events) == (DISCORD, EVENTS)
    shown = alices_page.get(response.url).content.decode()
    assert "wxyz" in shown
    assert "secret-wxyz" not in shown


def test_the_secret_is_shown_once(alices_page, league):
    body = {"service": "generic", "name": "Program", "url": "https://x.example/", "events": EVENTS}
    response = alices_page.post(page("webhooks", league), body)
    webhook = Webhook.objects.get()
    assert webhook.secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert webhook.secret not in alices_page.get(page("webhook", league, webhook.pk)).content.decode()
    rotated = alices_page.post(page("rotate_webhook_secret", league, webhook.pk)).content.decode()
    assert Webhook.objects.get().secret in rotated
    assert webhook.secret not in rotated


def test_a_refused_address_is_shown_at_its_field(alices_page, league):
    body = {"service": "discord", "name": "Paddock", "url": "https://evil.example/", "events": EVENTS}
    response = alices_page.post(page("webhooks", league), body)
    assert response.status_code == 422
    assert "begins with https://discord.com/api/webhooks/" in response.content.decode()


def test_an_empty_address_keeps_the_old_one(alices_page, league, webhook):
    alices_page.post(page("webhook", league, webhook.pk), {"name": "Garage", "url": "", "events": ["draft.turn"]})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.url, webhook.events) == ("Garage", DISCORD, ["draft.turn"])


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (204, "The test arrived: the service answered 204."),
        (404, "The test did not arrive. The service answered 404."),
    ],
)
def test_a_test_says_what_the_service_answered(alices_page, league, alice, receiver, status, sentence):
    receiver.answers["/hook"] = status
    webhook = add_webhook(league=league, by=alice, service="slack", name="S", url=receiver.url(), now=FOUNDED_AT)
    shown = alices_page.post(page("test_webhook", league, webhook.pk), follow=True).content.decode()
    assert sentence in shown
    assert ("Delivered" if status == 204 else "Failed") in shown


def test_a_webhook_is_turned_off_and_on_and_removed(alices_page, league, webhook):
    alices_page.post(page("switch_webhook", league, webhook.pk))
    assert not Webhook.objects.get().is_active
    alices_page.post(page("switch_webhook", league, webhook.pk), {"on": "1"})
    assert Webhook.objects.get().is_active
    alices_page.post(page("remove_webhook", league, webhook.pk))
    assert not Webhook.objects.exists()


def test_members_and_strangers_have_no_page(client, league, bob, charlie, webhook):
    for user in (bob, charlie):
        client.force_login(user)
        assert client.get(page("webhooks", league)).status_code == 404
        assert client.get(page("webhook", league, webhook.pk)).status_code == 404
        assert "Webhooks" not in client.get(page("settings", league)).content.decode()


def test_the_rules_page_links_to_the_webhooks_for_managers(alices_page, league):
    assert page("webhooks", league) in alices_page.get(page("settings", league)).content.decode()


def test_an_archived_league_can_still_remove_its_webhooks(alices_page, league, alice, webhook):
    archive_league(league=league, by=alice, now=FOUNDED_AT)
    assert "nothing is sent" in alices_page.get(page("webhook", league, webhook.pk)).content.decode()
    alices_page.post(page("remove_webhook", league, webhook.pk))
    assert not Webhook.objects.exists()


# -- the API ---------------------------------------------------------------------------------------------------------


def address(league, *more):
    return "/".join(["/api/v1/leagues", str(league.pk), "webhooks", *map(str, more)])


def test_the_api_connects_and_shows_the_secret_once(api, league, alice):
    body = {"service": "generic", "name": "Program", "url": "https://x.example/abcd"}
    created = api(alice).post(address(league), body).json()
    assert created["secret"].startswith("whsec_")
    assert created["url_ending"] == "abcd"
    assert "url" not in created
    assert "draft.pick" in created["events"]
    assert "secret" not in api(alice).get(address(league, created["id"])).json()
    rotated = api(alice).post(address(league, created["id"], "rotate-secret")).json()
    assert rotated["secret"] not in (created["secret"], "")


def test_the_api_changes_and_removes(api, league, alice, webhook):
    changes = {"name": "Garage", "events": ["draft.turn"], "is_active": False}
    changed = api(alice).patch(address(league, webhook.pk), changes).json()
    assert changed["name"] == "Garage"
    assert changed["events"] == ["draft.turn"]
    assert changed["disabled_reason"] == "by_manager"
    assert api(alice).delete(address(league, webhook.pk)).status_code == 204
    assert api(alice).get(address(league)).json()["items"] == []


def test_the_api_tests_and_lists_deliveries(api, league, alice, receiver):
    webhook = add_webhook(league=league, by=alice, service="generic", name="S", url=receiver.url(), now=FOUNDED_AT)
    tested = api(alice).post(address(league, webhook.pk, "test")).json()
    assert (tested["state"], tested["response_status"], tested["event"]) == ("sent", 204, "webhook.test")
    assert receiver.received[0].message_id == tested["message_key"]
    assert api(alice).get(address(league, webhook.pk, "deliveries")).json()["items"] == [tested]


def test_tests_are_limited(api, league, alice, receiver):
    webhook = add_webhook(league=league, by=alice, service="generic", name="S", url=receiver.url(), now=FOUNDED_AT)
    statuses = {api(alice).post(address(league, webhook.pk, "test")).status_code for _ in range(21)}
    assert statuses == {200, 429}


def test_the_api_is_for_managers(api, league, bob, charlie, webhook):
    assert api(bob).get(address(league)).status_code == 403
    assert api(charlie).get(address(league)).status_code == 404
    assert api().get(address(league)).status_code == 401


def test_disconnecting_asks_in_a_dialog_and_without_scripts_on_a_page(alices_page, league, webhook):
    address = page("remove_webhook", league, webhook.pk)
    shown = alices_page.get(page("webhook", league, webhook.pk)).text
    assert f'href="{address}" data-opens="disconnect"' in shown
    assert '<dialog class="dialog" id="disconnect"' in shown
    assert "Disconnect Paddock?" in alices_page.get(address).text
    assert Webhook.objects.filter(pk=webhook.pk).exists(), "asking deletes nothing"
    alices_page.post(address)
    assert not Webhook.objects.filter(pk=webhook.pk).exists()
