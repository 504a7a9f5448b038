"""Transactions that begin again when the database asks for it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

# PostgreSQL's serialization_failure and deadlock_detected: nothing was wrong with what was asked, somebody was in the
# way. https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
IN_THE_WAY = ("40001", "40P01")
ATTEMPTS = 4


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service as one transaction, and again, up to four times in all, where another one was in the way.

    Within a transaction it is a savepoint: only the whole can begin again. So a service may be called several times
    where it ends once, and nothing but the database may remember that it was.
    """
    once = transaction.atomic(function)

    @wraps(function)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return once(*args, **kwargs)
        return again(once, *args, **kwargs)

    return whole


again = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=None, wait_initial=0.02, wait_jitter=0.1).on(
    lambda error: is_in_the_way(error)
)


def is_in_the_way(error: Exception) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in IN_THE_WAY
