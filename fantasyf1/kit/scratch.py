"""A database and a cache for the length of a block: what happens inside leaves no trace in the installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from fantasyf1.kit import hints

IN_MEMORY = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}


@contextmanager
def scratch_database() -> Iterator[None]:
    """Put an empty, migrated SQLite database in memory in place of the installation's own, for this thread.

    The cache is replaced too, since keys hold ids that mean something else here, and nothing is sent to the broker.
    """
    own_database, own_cache = connections["default"], caches["default"]
    scratch = ConnectionHandler(IN_MEMORY)["default"]
    connections["default"] = scratch
    caches["default"] = LocMemCache("scratch", {})
    try:
        with hints.muted():
            call_command("migrate", verbosity=0)
            yield
    finally:
        caches["default"].clear()
        scratch.close()
        connections["default"], caches["default"] = own_database, own_cache
