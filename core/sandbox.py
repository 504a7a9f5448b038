"""A temporary in-memory database and cache, so that a block of code leaves no trace in the installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from core.tasks import enqueue

IN_MEMORY = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}


@contextmanager
def temporary_database() -> Iterator[None]:
    """Replace the default database with an empty in-memory SQLite database with all tables, for this thread.

    The cache is replaced too, because its keys contain ids that mean something else here. No task is enqueued.
    """
    original_database, original_cache = connections["default"], caches["default"]
    temporary = ConnectionHandler(IN_MEMORY)["default"]
    connections["default"] = temporary
    caches["default"] = LocMemCache("scratch", {})
    try:
        with enqueue.enqueueing_disabled():
            _create_tables(temporary)
            yield
    finally:
        caches["default"].clear()
        temporary.close()
        connections["default"], caches["default"] = original_database, original_cache


def _create_tables(connection: BaseDatabaseWrapper) -> None:
    """Create the tables of all models. The migrations would end at the same tables, after several seconds."""
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            editor.create_model(model)
