"""Transactions with retry on serialization failure or deadlock."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

# PostgreSQL's serialization_failure and deadlock_detected: a concurrent transaction was in conflict, so a retry helps.
# https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
SERIALIZATION_FAILURES = ("40001", "40P01")
MAX_ATTEMPTS = 4


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction; retry it on a serialization failure or deadlock, up to four attempts in all.

    Inside another transaction it is a savepoint without retries, since only the outermost transaction can be retried.
    A service may therefore run several times: it must have no side effects outside the database.
    """
    run_once = transaction.atomic(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return run_once(*args, **kwargs)
        return retry_on_serialization_failure(run_once, *args, **kwargs)

    return run


retry_on_serialization_failure = stamina.RetryingCaller(
    attempts=MAX_ATTEMPTS, timeout=None, wait_initial=0.02, wait_jitter=0.1
).on(lambda error: is_serialization_failure(error))


def is_serialization_failure(error: Exception) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in SERIALIZATION_FAILURES
