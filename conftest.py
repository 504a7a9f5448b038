"""Fixtures for the tests of every app: a cache of one's own, and the marks that choose where a test runs."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis
from pytest_django import Settings

from tests.cleanup import delete_all_rows

pytest_plugins = ["tests.cast", "tests.browsers", "tests.lines"]

# A machine that does several things at once takes its time for an example.
hypothesis.register_profile("house", deadline=None)
hypothesis.load_profile("house")

TransactionTestCase._fixture_teardown = delete_all_rows  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def empty_cache(settings: Settings) -> None:
    """Give every test keys of its own: Redis is shared by the processes of a run and keeps what a test rolled back."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": {**default, "KEY_PREFIX": f"test-{uuid4().hex}"}}


@pytest.fixture(autouse=True)
def cheap_password_hasher(settings: Settings) -> None:
    """Hash passwords cheaply, with the algorithm of production."""
    _, *others = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["tests.hashers.CheapArgon2PasswordHasher", *others]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On SQLite leave out what only PostgreSQL has, whoever started pytest."""
    if connection.vendor != "postgresql":
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: script/test brings one"))
