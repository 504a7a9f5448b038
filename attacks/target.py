"""The server under attack, and the people who use it."""

import itertools
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.mail_servers import MailServer
from tests.support.servers import ROOT
from tests.test_supervisor import clean_env, wait_until

PASSWORD = "a long enough password 7"  # noqa: S105 - of users who exist only during the attack
CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
ADMINISTRATOR_IMPORTS = """
from django.utils import timezone
from accounts.models import User
from accounts.services.account_deletion import deactivate
"""
LINK = re.compile(r"https?://\S+")


@dataclass
class Person:
    """A user of the site: an API token, and a browser session after `Target.sign_in`."""

    name: str
    tokens: dict[str, Any]
    browser: httpx.Client
    password: str = PASSWORD

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access']}"}


@dataclass
class Target:
    """A running server. `home` is its data folder, `mail` the mail server that it sends by, `lines` what it logs."""

    port: int
    home: Path
    lines: list[str]
    mail: MailServer | None = None
    quick: bool = False
    _clients: list[httpx.Client] = field(default_factory=list)
    _addresses: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _names: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.Client:
        """A client with a loopback address of its own, so that the limits per address do not hit the others.

        `close` closes it, if nobody has before.
        """
        number = next(self._addresses)
        transport = httpx.HTTPTransport(local_address=f"127.1.{number // 250}.{number % 250 + 1}", retries=2)
        client = httpx.Client(base_url=self.url, transport=transport, timeout=60, headers=headers, trust_env=False)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def person(self, prefix: str = "player") -> Person:
        """Register a new user by the API."""
        name, client = f"{prefix}{next(self._names)}", self.client()
        fields = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        response = client.post("/api/v1/auth/register", json=fields)
        assert response.status_code == 201, response.text
        return Person(name, response.json(), client)

    def confirmed_person(self, prefix: str = "player") -> Person:
        """A new user whose e-mail address is confirmed."""
        person = self.person(prefix)
        token = self.link_to(person.email, "/accounts/confirm/").rstrip("/").rsplit("/", 1)[1]
        confirmed = person.browser.post("/api/v1/auth/email/confirm", json={"token": token})
        assert confirmed.status_code in (200, 204), confirmed.text
        return person

    def sign_in(self, person: Person) -> None:
        response = self.try_sign_in(person.browser, person.name, person.password)
        assert response.status_code == 302, response.status_code

    def try_sign_in(self, browser: httpx.Client, login: str, password: str) -> httpx.Response:
        return submit(browser, "/accounts/sign-in/", {"login": login, "password": password})

    def api_login(self, client: httpx.Client, login: str, password: str, **more: str) -> httpx.Response:
        return client.post("/api/v1/auth/login", json={"username": login, "password": password, **more})

    def emails_to(self, address: str) -> list[str]:
        """The text of the e-mails that have arrived."""
        assert self.mail is not None
        return [str(email.get_content()) for email in self.mail.accepted if email["To"] == address]

    def link_to(self, address: str, path: str, *, after: int = 0) -> str:
        """The first link to `path` in the e-mails to an address, waiting for it; `after` ignores the first e-mails."""
        found: list[str] = []

        def has_arrived() -> bool:
            links = [link for text in self.emails_to(address)[after:] for link in LINK.findall(text)]
            found.extend(link for link in links if path in link)
            return bool(found)

        wait_until(has_arrived)
        return found[0]

    def manage(self, code: str) -> None:
        """Run Python code as an administrator on the machine can, with the names in ADMINISTRATOR_IMPORTS."""
        env = clean_env(FANTASYF1_HOME=str(self.home), DJANGO_SETTINGS_MODULE="fantasyf1.settings", HTTPS="false")
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", f"{ADMINISTRATOR_IMPORTS}\n{code}"]
        subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)


def submit(browser: httpx.Client, path: str, fields: dict[str, str], *, form_at: str = "") -> httpx.Response:
    """Post a form of the site with the CSRF token of its page, which is at `path` unless told otherwise."""
    token = CSRF_FIELD.search(browser.get(form_at or path).text)
    data = {**fields, "csrfmiddlewaretoken": token[1] if token else ""}
    return browser.post(path, data=data)


def at_once(count: int, call: Callable[[int], int]) -> list[int]:
    """What `count` threads return that call at the same moment, each with its number."""
    barrier = threading.Barrier(count)

    def run(number: int) -> int:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(30)
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
