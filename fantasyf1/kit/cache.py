"""The cache, for what can also be had from the database: a cache that is down is a cache that is empty."""

import logging
import pickle
import time
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache, caches
from redis import Redis
from redis.exceptions import RedisError, ResponseError

logger = logging.getLogger(__name__)

T = TypeVar("T")

FAULTS = (RedisError, OSError, ValueError, TypeError)
# What unpickling raises for a value that was cut off, or written by another version.
UNREADABLE = (pickle.PickleError, zlib.error, EOFError, ValueError, AttributeError, ImportError, IndexError)
# After a fault a thread leaves the cache alone for so long: a page does not wait out the same timeout again and again.
REST_SECONDS = 2.0


def read_through(key: str, fill: Callable[[], Any], *, seconds: int) -> Any:
    """Return the value at `key`, else the one that `fill` makes, which is then kept for `seconds`.

    The key must hold the version of what it names (`leaderboard:7:all:v42`), so that a late writer can only write
    under a key that nobody reads any more.
    """
    found = attempt(lambda: cache.get(key), key)
    if found is not None:
        return found
    value = fill()
    attempt(lambda: cache.set(key, value, seconds), key)
    return value


def count(key: str, *, seconds: int) -> int | None:
    """Count one more at `key`, which is forgotten after about so many `seconds`; None where nothing can be counted."""
    counted: int | None = attempt(lambda: _count(key, seconds), key)
    return counted


def _count(key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # It is not there yet.
        cache.add(key, 0, seconds)
        return cache.incr(key)


def attempt(use: Callable[[], T], key: str, *, is_urgent: bool = False) -> T | None:
    """Use the cache unless it rests; `None` where it has nothing, cannot be had, or holds what cannot be read.

    What is urgent is tried even while the cache rests.
    """
    backend = caches["default"]
    if not is_urgent and time.monotonic() < getattr(backend, "rests_until", 0.0):
        return None
    try:
        return use()
    except UNREADABLE as error:
        logger.warning("The value at %s is unreadable and made anew: %s", key, error)
    except ResponseError as error:  # It works, and does not like what it has there.
        logger.warning("Redis refuses what is at %s: %s", key, error)
    except FAULTS as error:
        logger.warning("The cache rests for %s s: %s", REST_SECONDS, error)
        backend.rests_until = time.monotonic() + REST_SECONDS  # type: ignore[attr-defined]
    return None


def is_redis() -> bool:
    """Whether the cache is one that all processes share and that runs scripts; the file cache does neither."""
    return bool(settings.CACHES["default"]["BACKEND"].startswith("django_redis."))


def redis() -> "Redis[bytes]":
    """The Redis behind the cache, for what Django's interface has no words for. Its keys come from `name_in_redis`."""
    client: Redis[bytes] = caches["default"].client.get_client(write=True)  # type: ignore[attr-defined]
    return client


def name_in_redis(key: str) -> str:
    """The key under which Redis knows what the cache calls `key`."""
    return str(cache.make_key(key))
