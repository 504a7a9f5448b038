"""Steps that people take in a browser, for tests that drive one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

from .factories import PASSWORD

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[OpenPage]:
    """Return a function that opens a page of the site for a new visitor, on a phone unless told otherwise."""
    settings.SITE_URL = live_server.url
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **{"viewport": PHONE, **options})
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def sign_up(form: Locator, name: str, button: str = "Sign up") -> None:
    """Fill in a sign-up form and submit it."""
    form.get_by_label("User name").fill(name)
    form.get_by_label("E-mail").fill(f"{name}@example.org")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name=button).click()


def sign_in(page: Page, user: User) -> None:
    """Give the user a password that is known here, and sign in with it."""
    if not user.check_password(PASSWORD):  # Another password would end the sessions of other pages.
        user.set_password(PASSWORD)
        user.save()
    page.goto("/accounts/sign-in/")
    form = page.get_by_role("main")
    form.get_by_label("User name or e-mail address").fill(user.username)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My leagues")).to_be_visible()


def enter(page: Page, user: User) -> None:
    """Give the page's browser a session of the user, as signing in does."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": settings.SITE_URL}])


def submit_pick(page: Page, driver: str) -> None:
    """Choose a driver in the draft room and press the button."""
    page.locator("#drivers summary").filter(has=page.get_by_text(driver, exact=True)).click()
    page.get_by_role("button", name=f"Pick {driver}", exact=True).click()


def pick(page: Page, driver: str) -> None:
    """Pick and wait for the confirmation: the next player's page shows the pick only when it is stored."""
    submit_pick(page, driver)
    expect(page.get_by_text(f"You picked {driver}.")).to_be_visible()
