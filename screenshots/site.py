"""A site with the demonstration league, and people who are signed in, for screenshots and benchmarks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from screenshots.cast import NEWCOMER_PASSWORD
from screenshots.pages import ADMINISTRATOR, NEWCOMER, PLAYER
from tests.test_supervisor import RunningInstallation, clean_env

ROOT = Path(__file__).resolve().parent.parent


def accounts(home: Path) -> dict[str, tuple[str, str]]:
    """The user name and the password of each person."""
    return {
        PLAYER: ("demo", (home / "demo-password").read_text().strip()),
        NEWCOMER: ("newcomer", NEWCOMER_PASSWORD),
        ADMINISTRATOR: ("admin", (home / "admin-password").read_text().strip()),
    }


@contextmanager
def installation(home: Path) -> Iterator[str]:
    """A running installation with the demonstration league; gives its address."""
    running = RunningInstallation(home, REGISTRATION="open")
    try:
        yield f"http://127.0.0.1:{running.ready().port}"
    finally:
        running.stop()


def prepare_cast(home: Path, *options: str) -> dict[str, Any]:
    """Create the people and leagues in a process of its own; returns the values of URLs."""
    command = [sys.executable, "-m", "screenshots.cast", *options]
    env = clean_env(FANTASYF1_HOME=str(home))
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    values: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return values


def sign_in(browser: Browser, site: str, name: str, password: str) -> Any:
    """Sign in once; returns the cookies for every further context of this person."""
    with closing(browser.new_context(base_url=site, locale="en-GB")) as context:
        page = context.new_page()
        page.goto("/accounts/sign-in/")
        page.locator("main input[name=login]").fill(name)
        page.locator("main input[name=password]").fill(password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/leagues/")
        return context.storage_state()
