"""Measures every SQL statement, with an execute wrapper on each connection of Django."""

import time
from collections.abc import Callable
from typing import Any

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from . import DATABASE_ERRORS, record_query


def connect() -> None:
    """Measure on all connections from now on."""
    connection_created.connect(_install, dispatch_uid=__name__)


def _install(connection: BaseDatabaseWrapper, **_: Any) -> None:
    # It is sent for each connection to the server, while the list belongs to the thread.
    if _measure not in connection.execute_wrappers:
        connection.execute_wrappers.append(_measure)


def _measure(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    began_at = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    except Error as error:
        DATABASE_ERRORS.labels(type(error).__name__).inc()
        raise
    finally:
        record_query(time.perf_counter() - began_at)
