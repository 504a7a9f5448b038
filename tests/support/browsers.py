"""The browser that the tests drive."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

# A page under test shares two cores with servers and other tests. Assertions that pass never wait this long.
expect.set_options(timeout=30_000)


def chromium() -> str | None:
    """The path of the Chromium that script/test names, or else of an installed one."""
    return os.environ.get("FANTASYF1_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium: the one that script/test names, or else an installed one."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium is installed")
    # Playwright runs an event loop in this thread, so Django takes the test's own queries for asynchronous ones.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
