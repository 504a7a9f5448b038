"""Bob hears everywhere that it is Bob's turn, and picks from the e-mail without signing in."""

import json
import re
import time
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.support.mail_servers import mail_server
from tests.support.push_service import PushService
from tests.test_supervisor import free_port

from .test_draft_room import PHONE, Players, running_site
from .test_live_news import DELIVERY_SECONDS
from .test_push import SUBSCRIBE, deliver, open_devtools

pytestmark = pytest.mark.browser

TITLE = "it is your turn"


@pytest.fixture
def smtp():
    with mail_server() as server:
        yield server


@pytest.fixture
def service():
    with PushService() as service:
        yield service
    assert service.refusals == []


@pytest.fixture
def players(browser, tmp_path, smtp, service):
    """Alice and Bob in a draft that waits for Alice, on a site that sends e-mail and push."""
    port = free_port()
    settings = {
        "SITE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
        "OUTGOING_ALLOWED_NETWORKS": "127.0.0.0/8",
    }
    with running_site(tmp_path, port, **settings) as site, ExitStack() as stack:
        yield Players(site, browser, stack)


@pytest.fixture
def stranger(browser):
    """Return a function that opens a page in the browser of somebody who is not signed in."""
    with ExitStack() as stack:

        def stranger():
            context = browser.new_context(viewport=PHONE)
            stack.callback(context.close)
            return context.new_page()

        yield stranger


def turn_on_push(page, service):
    """Turn on push in this page's browser; returns what receives it."""
    page.context.grant_permissions(["notifications"])
    page.goto("/accounts/news/choice/")
    key = page.locator("[data-push-key]").get_attribute("data-push-key")
    phone = service.browser(key)
    known = {"key": phone.site_key, "endpoint": phone.endpoint, "keys": phone.keys}
    page.add_init_script(SUBSCRIBE % {name: json.dumps(value) for name, value in known.items()})
    page.reload()
    page.get_by_role("button", name="Turn on push in this browser").click()
    expect(page.get_by_text("Push is on in this browser.")).to_be_visible()
    return phone


def pick_link_in(email):
    (link,) = set(re.findall(r"http://\S+/pick/[^\s/]+/", email.get_body(["plain"]).get_content()))
    return link


def test_bob_hears_of_the_turn_and_picks_from_the_email(players, service, smtp, stranger):
    bob = players.page(1)
    phone = turn_on_push(bob, service)
    with bob.expect_response("**/live/me/"):
        bob.goto("/races/")

    players.do("pick")
    picked = time.monotonic()
    bob.locator(".toast", has_text=TITLE).wait_for()
    assert time.monotonic() - picked < DELIVERY_SECONDS

    players.do("deliver")
    (message,) = [message for message in phone.messages if TITLE in message["title"]]
    assert deliver(bob, open_devtools(bob), message)[-1]["title"] == message["title"]

    (email,) = [email for email in smtp.accepted if TITLE in email["Subject"]]
    assert email["To"] == "bob@example.org"
    link = pick_link_in(email)

    forwarded = stranger()
    forwarded.goto(link)
    expect(forwarded.get_by_text("It is your turn")).to_be_visible()
    links = forwarded.get_by_role("link").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert links == ["/"]
    expect(forwarded.get_by_text("Alice")).to_have_count(0)

    page = stranger()
    page.goto(link)
    page.get_by_role("button", name=re.compile(r"^Pick Driver \d+$")).first.click()
    expect(page.get_by_text("You can change this pick until the next player picks")).to_be_visible()
    driver = page.get_by_role("status").text_content()
    assert players.do("tell")["log"][-1] == ["Bob", driver]

    players.do("pick")
    for visitor in (page, forwarded):
        visitor.goto(link)
        expect(visitor.get_by_role("status")).to_contain_text("The next player has picked")
        expect(visitor.get_by_role("button", name="Pick")).to_have_count(0)
