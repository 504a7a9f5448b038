"""Push in the pages and the API: turning it on in a browser, devices, the manifest and the service worker."""

import pytest
from django.contrib.staticfiles.finders import find
from django.urls import reverse

from notifications.channels import web_push
from notifications.models import PushSubscription
from notifications.services import subscribe_to_push
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db

PUSH, CHECK, PREFERENCES = (reverse(f"notifications:{name}") for name in ("push", "check_push", "preferences"))
DEVICES = "/api/v1/devices"
# The example of RFC 8291.
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
BROWSER = {"endpoint": "https://push.example/1", **KEYS}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
WEBHOOK = {"kind": "webhook", "endpoint": "https://app.example/push", "secret": "whsec_" + "c2VjcmV0" * 4}


@pytest.fixture
def alices_page(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def bobs(bob) -> PushSubscription:
    return subscribe_to_push(user=bob, kind="webpush", **BROWSER, now=FOUNDED_AT)


def test_push_is_turned_on_in_a_browser(alices_page, alice):
    page = alices_page.post(PUSH, BROWSER, follow=True, headers={"User-Agent": FIREFOX}).text
    assert "Push is on in this browser." in page
    assert "Firefox on Linux" in page
    assert "This browser" in page
    assert PushSubscription.objects.get().user == alice


@pytest.mark.parametrize(
    "changes", [{"endpoint": ""}, {"endpoint": "https://127.0.0.1:22/"}, {"auth": "short"}, {"p256dh": ""}]
)
def test_what_is_no_subscription_is_refused_with_a_sentence(alices_page, changes):
    page = alices_page.post(PUSH, BROWSER | changes, follow=True).text
    assert 'role="alert"' in page
    assert not PushSubscription.objects.exists()


def test_the_service_worker_learns_what_it_needs_to_subscribe_again(alices_page):
    settings = alices_page.get(PUSH).json()
    assert settings["key"] == web_push.public_key()
    assert len(settings["token"]) == 64


def test_a_browser_asks_whether_it_still_belongs_to_the_user(alices_page, alice, bobs):
    assert alices_page.post(CHECK, {"endpoint": bobs.endpoint}).status_code == 410
    alices_page.post(PUSH, BROWSER)
    assert alices_page.post(CHECK, {"endpoint": bobs.endpoint}).status_code == 204
    alices_page.post(reverse("accounts:sign_out"))
    assert not PushSubscription.objects.exists()


def test_a_device_is_removed(alices_page, alice):
    alices_page.post(PUSH, BROWSER)
    page = alices_page.post(reverse("notifications:remove_push", args=[PushSubscription.objects.get().pk]), follow=True)
    assert "Nothing more is pushed to that device." in page.text
    assert not PushSubscription.objects.exists()


def test_a_test_that_fails_says_why(alices_page):
    alices_page.post(PUSH, BROWSER | {"endpoint": "https://127.0.0.1/1"})
    page = alices_page.post(reverse("notifications:test_push", args=[PushSubscription.objects.get().pk]), follow=True)
    assert "The message was not accepted: 127.0.0.1 is not a public address." in page.text
    assert "The last message did not arrive" in page.text


@pytest.mark.parametrize("name", ["remove_push", "test_push"])
def test_devices_of_others_are_not_found(alices_page, bobs, name):
    assert alices_page.post(reverse(f"notifications:{name}", args=[bobs.pk])).status_code == 404
    assert "Unknown" not in alices_page.get(PREFERENCES).text
    assert PushSubscription.objects.exists()


def test_the_page_of_a_league_does_not_repeat_the_devices(alices_page, league):
    assert 'id="push"' in alices_page.get(PREFERENCES).text
    assert 'id="push"' not in alices_page.get(f"{PREFERENCES}?league={league.pk}").text


# -- the API -----------------------------------------------------------------------------------------------------------


def test_an_app_adds_lists_and_removes_its_device(api, alice):
    app = api(alice)
    added = app.post(DEVICES, WEBHOOK | {"name": "Pit Wall"})
    assert added.status_code == 201
    assert app.get(DEVICES).data["items"] == [added.data]
    assert added.data.keys() == {"id", "kind", "name", "created_at", "last_success_at", "last_error"}
    assert (added.data["name"], added.data["last_error"]) == ("Pit Wall", None)
    assert app.delete(f"{DEVICES}/{added.data['id']}").status_code == 204
    assert app.get(DEVICES).data["items"] == []


def test_secrets_are_not_shown(api, alice):
    added = api(alice).post(DEVICES, WEBHOOK)
    assert WEBHOOK["secret"] not in added.text
    assert WEBHOOK["endpoint"] not in added.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "webpush", "endpoint": "https://push.example/1"}, "p256dh"),
        ({"kind": "unifiedpush", "endpoint": "http://push.example/1"}, "endpoint"),
        ({"kind": "webhook", "endpoint": "https://push.example/1"}, "secret"),
        ({"kind": "fax", "endpoint": "https://push.example/1"}, "kind"),
    ],
)
def test_the_api_refuses_what_cannot_work(api, alice, body, field):
    response = api(alice).post(DEVICES, body)
    assert response.status_code == 400
    assert field in response.data["error"]["fields"]


def test_an_eleventh_device_is_refused(api, alice):
    app = api(alice)
    for number in range(10):
        app.post(DEVICES, {"kind": "unifiedpush", "endpoint": f"https://push.example/{number}"})
    assert app.post(DEVICES, {"kind": "unifiedpush", "endpoint": "https://push.example/10"}).status_code == 409


def test_devices_of_others_are_not_found_by_the_api(api, alice, bobs):
    assert api(alice).delete(f"{DEVICES}/{bobs.pk}").status_code == 404
    assert api(alice).post(f"{DEVICES}/{bobs.pk}/test").status_code == 404
    assert api(alice).get(DEVICES).data["items"] == []


def test_a_failed_test_is_a_refusal_with_the_reason(api, bob):
    device = subscribe_to_push(user=bob, kind="unifiedpush", endpoint="https://127.0.0.1/", now=FOUNDED_AT)
    response = api(bob).post(f"{DEVICES}/{device.pk}/test")
    assert response.status_code == 409
    assert "not a public address" in response.text


def test_apps_learn_the_key_to_subscribe_with(api, alice):
    assert api(alice).get(f"{DEVICES}/key").data == {"public_key": web_push.public_key()}


# -- the manifest and the service worker -------------------------------------------------------------------------------


def test_the_manifest_names_icons_that_exist(client, settings):
    response = client.get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    app = response.json()
    icons = [*app["icons"], *(icon for shortcut in app["shortcuts"] for icon in shortcut["icons"])]
    assert all(find(icon["src"].removeprefix(settings.STATIC_URL)) for icon in icons), icons
    assert {icon["purpose"] for icon in icons} == {"any", "maskable", "monochrome"}
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/").text


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_browsers_look_for_a_new_service_worker_each_time(client, alice, is_signed_in):
    if is_signed_in:
        client.force_login(alice)
    response = client.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
