"""The two pages that show the API schema work in a browser: they are complete and load nothing from other sites."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# ReDoc shows a logo from its vendor's server. No option turns it off; the Content-Security-Policy blocks it.
SIGNATURE = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.fixture
def page(browser, live_server):
    """Yield a page that records the browser's errors and warnings, and the URLs of all responses."""
    # Swagger UI renders only the operations that are in view, so the viewport is as high as the whole page.
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 30_000})
    page = context.new_page()
    page.complaints, page.answered = [], set()
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("response", lambda answer: page.answered.add(answer.url))
    yield page
    context.close()


@pytest.mark.parametrize("address", ["/api/docs", "/api/redoc"])
def test_the_page_obeys_the_content_security_policy(page, live_server, address):
    page.goto(address)
    expect(page.get_by_text("Sign out everywhere").locator("visible=true").first).to_be_visible(timeout=120_000)
    assert [complaint for complaint in page.complaints if SIGNATURE not in complaint] == []
    assert [url for url in page.answered if not url.startswith((live_server.url, "data:"))] == []
