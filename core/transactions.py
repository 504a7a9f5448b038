"""Transactions with retry on serialization failure or deadlock, and if the connection was lost before the commit."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import stamina
from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from core.database_errors import is_connection_lost

P = ParamSpec("P")
R = TypeVar("R")

# PostgreSQL's serialization_failure and deadlock_detected: a concurrent transaction was in conflict, so a retry helps.
# https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
SERIALIZATION_FAILURES = ("40001", "40P01")
MAX_ATTEMPTS = 4


# Marks an exception that ended the function of a transaction, so its commit was never sent.
BEFORE_COMMIT = "is_before_commit"


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction; retry it on a serialization failure or deadlock, up to four attempts in all.

    It is also retried if the connection was lost before the commit was sent: then nothing has happened. If the commit
    was sent, it may have happened, and the error is raised.

    Inside another transaction it is a savepoint without retries, since only the outermost transaction can be retried.
    A service may therefore run several times: it must have no side effects outside the database.
    """
    run_once = transaction.atomic(_mark_errors(function))

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return run_once(*args, **kwargs)
        return _retry(run_once, *args, **kwargs)

    return run


def _mark_errors(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            setattr(error, BEFORE_COMMIT, True)
            raise

    return run


_retry = stamina.RetryingCaller(attempts=MAX_ATTEMPTS, timeout=None, wait_initial=0.02, wait_jitter=0.1).on(
    lambda error: _is_serialization_failure(error) or _was_lost_before_commit(error)
)


def _is_serialization_failure(error: Exception) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in SERIALIZATION_FAILURES


def _was_lost_before_commit(error: Exception) -> bool:
    return getattr(error, BEFORE_COMMIT, False) and is_connection_lost(error)
