"""The two pages that show the API's description, in a browser: all of it is there, and nothing comes from elsewhere."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# ReDoc signs its work with a picture from its makers' server. It cannot be told not to; the site's policy stops it.
SIGNATURE = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.fixture
def page(browser, live_server):
    """A page that remembers what the browser complained of, and who answered it."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.complaints, page.answered = [], set()
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("response", lambda answer: page.answered.add(answer.url))
    yield page
    context.close()


@pytest.mark.parametrize("address", ["/api/docs", "/api/redoc"])
def test_the_page_keeps_to_the_sites_policy(page, live_server, address):
    page.goto(address)
    expect(page.get_by_text("Sign out everywhere").locator("visible=true").first).to_be_visible(timeout=120_000)
    assert [one for one in page.complaints if SIGNATURE not in one] == []
    assert [one for one in page.answered if not one.startswith((live_server.url, "data:"))] == []
