"""Push in a real browser: turned on with a button, sent through a strict push service, shown by the service worker."""

import json
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import CDPSession, Page, expect

from core import clock
from notifications.channels import web_push
from notifications.models import PushSubscription
from notifications.services import subscribe_to_push

from ..support.browsing import sign_in
from ..support.push_service import PushService

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PREFERENCES = reverse("notifications:preferences")
# The browser's own push service is not reachable from a test: subscribe with the one of the test.
SUBSCRIBE = """PushManager.prototype.subscribe = async ({userVisibleOnly, applicationServerKey}) => {
  if (!userVisibleOnly || applicationServerKey !== %(key)s) throw new Error("another key");
  return {toJSON: () => ({endpoint: %(endpoint)s, expirationTime: null, keys: %(keys)s})};
}"""
NOTIFICATIONS = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
  ({title, body, tag, renotify, data}) => ({title, body, tag, renotify, url: data.url}))"""
# A service worker cannot be driven by clicks: run its script in a page, and send it the click of a notification.
CLICK = """async ([source, data]) => {
  const handlers = {}, opened = [], shown = [];
  const scope = {
    addEventListener: (name, handler) => { handlers[name] = handler; },
    skipWaiting: () => {},
    clients: { claim: () => {}, matchAll: async () => [], openWindow: async (url) => opened.push(url) },
    registration: { showNotification: async (title, options) => shown.push(options) },
  };
  new Function(...Object.keys(scope), source)(...Object.values(scope));
  const push = { data: { json: () => data } }, click = { notification: { close: () => {}, data: null } };
  const waits = [];
  handlers.push({ ...push, waitUntil: (promise) => waits.push(promise) });
  await Promise.all(waits);
  click.notification.data = shown[0].data;
  handlers.notificationclick({ ...click, waitUntil: (promise) => waits.push(promise) });
  await Promise.all(waits);
  return opened;
}"""


@pytest.fixture
def service(settings) -> Iterator[PushService]:
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with PushService() as service:
        yield service
    assert service.refusals == []


@pytest.fixture
def page(open_page, live_server, bob) -> Page:
    """Bob's browser, which may show notifications."""
    page: Page = open_page()
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    sign_in(page, bob)
    return page


@pytest.fixture
def worker(page) -> CDPSession:
    """The DevTools of Bob's browser, once the service worker runs."""
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    return open_devtools(page)


def open_devtools(page: Page) -> CDPSession:
    devtools: CDPSession = page.context.new_cdp_session(page)
    return devtools


def deliver(page: Page, devtools: CDPSession, data: object) -> list[dict[str, object]]:
    """Hand a message to the service worker as the push service of the browser would; returns what is shown."""
    registrations: list[dict[str, object]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    for _ in range(1000):
        if registrations:
            break
        page.wait_for_timeout(20)  # events arrive while Playwright waits
    origin = page.evaluate("location.origin")
    message = data if isinstance(data, str) else json.dumps(data)
    known = {"origin": origin, "registrationId": registrations[0]["registrationId"], "data": message}
    shown: list[dict[str, object]] = []
    for _ in range(30):
        # A message to a worker that is just starting is lost. One with the same tag replaces the one before.
        devtools.send("ServiceWorker.deliverPushMessage", known)
        wait_in(page, f"(await ({NOTIFICATIONS})()).length", tries=40)
        shown = page.evaluate(NOTIFICATIONS)
        if shown:
            break
    return shown


def wait_in(page: Page, condition: str, *, tries: int = 1000) -> None:
    """Wait in the page, whose policy forbids Playwright's own way, until the expression is true: 30 ms for each try."""
    page.evaluate(
        f"""async () => {{
          const pause = () => new Promise((next) => setTimeout(next, 30));
          for (let left = {tries}; left && !({condition}); left -= 1) await pause();
        }}"""
    )


def test_a_pushed_message_is_shown(page, worker, live_server):
    url = f"{live_server.url}/races/"
    message = {"title": "Your turn", "body": "Pick a driver.", "tag": "7", "url": url, "urgency": "high"}
    assert deliver(page, worker, message) == [
        {"title": "Your turn", "body": "Pick a driver.", "tag": "7", "renotify": True, "url": url}
    ]


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("/races/", "/races/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("https://[", "/"),
    ],
)
def test_a_click_opens_pages_of_this_site_only(open_page, client, live_server, url, opened):
    page = open_page(bypass_csp=True)
    page.goto("/races/")
    source = client.get("/sw.js").content.decode()
    assert page.evaluate(CLICK, [source, {"title": "Win a car", "url": url}]) == [f"{live_server.url}{opened}"]


def test_a_message_that_cannot_be_read_is_shown_too(page, worker):
    assert deliver(page, worker, "garbage")[0]["title"] == "Fantasy F1"


def test_push_is_turned_on_tested_and_removed(page, worker, service, bob):
    phone = service.browser(web_push.public_key())
    known = {"key": phone.site_key, "endpoint": phone.endpoint, "keys": phone.keys}
    page.add_init_script(SUBSCRIBE % {name: json.dumps(value) for name, value in known.items()})
    page.goto(PREFERENCES)
    page.get_by_role("button", name="Turn on push in this browser").click()
    expect(page.get_by_text("Push is on in this browser.")).to_be_visible()
    expect(page.get_by_text("This browser", exact=True)).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("Sent. The device shows it in a moment.")).to_be_visible()
    (message,) = phone.messages
    assert deliver(page, worker, message)[0]["title"] == "Test from Fantasy F1"
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing more is pushed to that device.")).to_be_visible()
    assert not PushSubscription.objects.exists()


def test_the_browser_of_another_user_forgets_their_subscription(page, worker, alice, service):
    phone = service.browser("")
    subscribe_to_push(user=alice, kind="webpush", endpoint=phone.endpoint, **phone.keys, now=clock.now())
    page.add_init_script(
        f"""PushManager.prototype.getSubscription = async () => ({{
          endpoint: {json.dumps(phone.endpoint)}, unsubscribe: async () => localStorage.setItem("unsubscribed", "yes")
        }})"""
    )
    page.evaluate("sessionStorage.clear()")
    page.goto("/races/")
    wait_in(page, "localStorage.getItem('unsubscribed')")
    assert page.evaluate("localStorage.getItem('unsubscribed')") == "yes"


def test_a_browser_that_blocks_messages_says_what_to_do(open_page, bob):
    page = open_page()
    page.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'denied'})")
    sign_in(page, bob)
    page.goto(PREFERENCES)
    expect(page.get_by_text("Your browser blocks messages from this site.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on push in this browser")).to_be_hidden()


@pytest.mark.parametrize("has_script", [True, False])
def test_an_iphone_is_told_to_use_the_home_screen(open_page, bob, has_script):
    page = open_page(
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", java_script_enabled=has_script
    )
    page.add_init_script("delete window.PushManager")
    sign_in(page, bob)
    page.goto(PREFERENCES)
    sentence = "add this site to your home screen first" if has_script else "Push needs JavaScript"
    expect(page.get_by_text(sentence)).to_be_visible()
