"""Fixtures and settings for all tests: a separate cache for each test, Hypothesis, and skipped tests on SQLite."""

import gc
from uuid import uuid4

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis
from pytest_django import Settings

from core.cache import safe_cache
from core.sse import pubsub
from core.tasks import enqueue
from tests.support.cleanup import delete_all_rows

pytest_plugins = [
    "tests.support.cast",
    "tests.support.browsers",
    "tests.support.browsing",
    "tests.support.sse_client",
    "tests.support.installations",
]

# No deadline: on a busy machine an example can take long.
hypothesis.register_profile("house", deadline=None)
hypothesis.load_profile("house")

TransactionTestCase._fixture_teardown = delete_all_rows  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def isolated_cache(settings: Settings) -> None:
    """Use a separate key prefix per test: test processes share Redis, which does not roll back with the database."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": {**default, "KEY_PREFIX": f"test-{uuid4().hex}"}}


@pytest.fixture(autouse=True)
def closed_circuits() -> None:
    """The circuit breakers belong to the process: what fails in one test must not be avoided in the next."""
    for circuit in (safe_cache.circuit, pubsub.circuit, enqueue.circuit):
        circuit.record_success()


@pytest.fixture(autouse=True)
def cheap_password_hasher(settings: Settings) -> None:
    """Hash passwords cheaply, with the algorithm of production."""
    _, *others = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["tests.support.hashers.CheapArgon2PasswordHasher", *others]


def pytest_sessionstart() -> None:
    """Collect no garbage while tests are imported and collected."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage less often, and never what was imported: it takes a sixth of the time of a test run."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On SQLite, skip the tests that need PostgreSQL, however pytest was started."""
    if connection.vendor != "postgresql":
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: script/test brings one"))
