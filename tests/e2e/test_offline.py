"""Copies of pages in a browser that cannot reach the site: whose they are, when they go, and versions of the worker."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User

from ..support.browsing import PHONE, sign_in
from .test_push import wait_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MINE, CALENDAR = reverse("pages:my_leagues"), reverse("races:calendar")
COPIES = """(await Promise.all((await caches.keys()).filter((name) => name.startsWith("pages-")).map(async (name) => {
  const copies = await (await caches.open(name)).keys();
  return copies.map(({url}) => `${name} ${new URL(url).pathname}`);
}))).flat()"""


def has_copy(page: Page, user: User, address: str) -> bool:
    """Wait for the copy: the worker makes it after the page is shown."""
    name = f"pages-{user.pk} {address}"
    wait_in(page, f'({COPIES}).includes("{name}")', tries=300)
    return name in page.evaluate(f"(async () => {COPIES})()")


def copies(page: Page) -> list[str]:
    found: list[str] = page.evaluate(f"(async () => {COPIES})()")
    return found


def open_app(page: Page, user: User) -> None:
    """Sign in, and wait until the service worker is in control and has a copy of the first page."""
    sign_in(page, user)
    wait_in(page, "navigator.serviceWorker.controller")
    assert has_copy(page, user, MINE)


def league_url(league) -> str:
    return reverse("pages:league_home", args=[league.pk])


def test_a_player_reads_standings_and_calendar_offline(open_page, league, bob):
    page = open_page()
    open_app(page, bob)
    for address in (league_url(league), CALENDAR):
        page.goto(address)
        expect(page.locator("#last-seen")).to_be_hidden()
        assert has_copy(page, bob, address)
    page.context.set_offline(True)
    for address, heading in ((league_url(league), league.name), (CALENDAR, "Calendar"), ("/", "My leagues")):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        expect(page.get_by_role("status").filter(has_text="You are offline. Last seen:")).to_be_visible()
    background = page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor")
    assert background != "rgba(0, 0, 0, 0)", "the style sheets are missing"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("#last-seen")).to_be_hidden()


def test_a_page_without_a_copy_leads_on_to_those_that_there_are(open_page, league, bob):
    page = open_page()
    open_app(page, bob)
    page.context.set_offline(True)
    page.goto(reverse("formula1:drivers"))
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    page.get_by_role("link", name="My leagues").click()
    expect(page.get_by_role("link", name=league.name)).to_be_visible()


def test_signing_out_deletes_the_copies(open_page, league, bob):
    page = open_page()
    open_app(page, bob)
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    wait_in(page, f"({COPIES}).length === 0")
    page.context.set_offline(True)
    page.goto(MINE)
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_text("What you saw last")).to_be_hidden()


def test_signing_out_without_a_connection_deletes_the_copies_too(open_page, league, bob):
    page = open_page()
    open_app(page, bob)
    page.goto(MINE)
    page.context.set_offline(True)
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("chrome-error://chromewebdata/")
    page.goto(MINE)
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()


def test_another_user_of_the_browser_never_sees_the_pages(open_page, league, bob, charlie):
    page = open_page()
    open_app(page, bob)
    page.goto(league_url(league))
    assert has_copy(page, bob, league_url(league))
    page.context.clear_cookies()  # The session has expired.
    sign_in(page, charlie)
    assert has_copy(page, charlie, MINE)
    assert not [name for name in copies(page) if name.startswith(f"pages-{bob.pk} ")]
    page.context.set_offline(True)
    page.goto(league_url(league))
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.get_by_text(league.name)).to_be_hidden()


def test_an_expired_session_deletes_the_copies(open_page, league, bob):
    page = open_page()
    open_app(page, bob)
    page.context.clear_cookies()
    page.goto(MINE)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    wait_in(page, f"({COPIES}).length === 0")
    assert copies(page) == []


# Runs the worker's script in a page, and answers its requests for two users in the wrong order.
LATE_ANSWER = """async (source) => {
  const handlers = {}, answers = {}, waits = [];
  const scope = {
    addEventListener: (name, handler) => { handlers[name] = handler; },
    fetch: (request) => new Promise((answer) => { answers[request.url] = answer; }),
  };
  new Function(...Object.keys(scope), source)(...Object.values(scope));
  const open = (url) => handlers.fetch({
    request: { method: "GET", mode: "navigate", url: new URL(url, location.origin).href },
    respondWith: (page) => waits.push(page), waitUntil: (work) => waits.push(work),
  });
  const answer = async (url, reader) => {
    const headers = { "X-Reader": reader, "X-Offline-Copy": "yes" };
    await 0;
    answers[new URL(url, location.origin).href](new Response("<p>A page</p>", { headers }));
    await new Promise((next) => setTimeout(next));
    for (let done = 0; done < waits.length; done += 1) if (done !== 0 || reader === "7") await waits[done];
  };
  open("/slow/");
  open("/quick/");
  await answer("/quick/", "8");
  await answer("/slow/", "7");
  return (await caches.keys()).filter((name) => name.startsWith("pages-"));
}"""


def test_a_page_that_was_on_its_way_when_somebody_else_signed_in_is_not_kept(open_page, client, live_server):
    page = open_page(bypass_csp=True)
    page.goto(CALENDAR)
    assert page.evaluate(LATE_ANSWER, client.get("/sw.js").text) == ["pages-8"]


def test_a_new_version_waits_until_the_player_has_picked(open_page, open_draft, alice, settings):
    page = open_page(viewport=PHONE)
    open_app(page, alice)
    page.goto(reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id]))
    settings.VERSION = "99.0.0"
    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    wait_in(page, "(await navigator.serviceWorker.ready).waiting")
    page.wait_for_timeout(1500)
    expect(page.get_by_text("A new version is ready.")).to_be_hidden()
    page.goto(CALENDAR)
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    with page.expect_navigation(url=f"**{CALENDAR}"):
        page.get_by_role("button", name="Reload").click()
    expect(page.get_by_text("A new version is ready.")).to_be_hidden()


def test_an_operator_turns_the_copies_off(open_page, league, bob, settings):
    page = open_page()
    open_app(page, bob)
    settings.OFFLINE_PAGES = False
    page.evaluate("navigator.serviceWorker.ready.then((registration) => registration.update())")
    wait_in(page, "(await caches.keys()).length === 0")
    assert page.evaluate("caches.keys()") == []
