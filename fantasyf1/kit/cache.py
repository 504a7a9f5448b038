"""Safe access to the cache: behind a circuit breaker, a cache that is down behaves like an empty one."""

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
# What unpickling raises for a value that was truncated, or written by another version.
UNREADABLE = (pickle.PickleError, zlib.error, EOFError, ValueError, AttributeError, ImportError, IndexError)
# After an error a thread does not use the cache for this long, so that a page waits for a timeout only once.
REST_SECONDS = 2.0


def read_through(key: str, fill: Callable[[], Any], *, seconds: int) -> Any:
    """Return the cached value at `key`. On a miss, compute it with `fill` and cache it for `seconds`.

    The key must contain the version of the data (`leaderboard:7:all:v42`), so that a late writer can only write under
    a key that is no longer read.
    """
    found = attempt(lambda: cache.get(key), key)
    if found is not None:
        return found
    value = fill()
    attempt(lambda: cache.set(key, value, seconds), key)
    return value


def count(key: str, *, seconds: int) -> int | None:
    """Increment the counter at `key`, which expires after about `seconds`. Returns None if the cache is down."""
    value: int | None = attempt(lambda: _count(key, seconds), key)
    return value


def _count(key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # The key does not exist yet.
        cache.add(key, 0, seconds)
        return cache.incr(key)


def attempt(use: Callable[[], T], key: str, *, is_urgent: bool = False) -> T | None:
    """Call `use`, which accesses the cache. Returns None on a miss, on an error, and if the value cannot be read.

    A connection error opens the circuit: during the cooldown, calls return None at once unless they set `is_urgent`.
    """
    backend = caches["default"]
    if not is_urgent and time.monotonic() < getattr(backend, "rests_until", 0.0):
        return None
    try:
        return use()
    except UNREADABLE as error:
        logger.warning("The value at %s is unreadable and made anew: %s", key, error)
    except ResponseError as error:  # Redis is up, but the key has another type.
        logger.warning("Redis refuses what is at %s: %s", key, error)
    except FAULTS as error:
        logger.warning("The cache rests for %s s: %s", REST_SECONDS, error)
        backend.rests_until = time.monotonic() + REST_SECONDS  # type: ignore[attr-defined]
    return None


def is_redis() -> bool:
    """Whether the cache is Redis. The file cache is not shared by all processes and cannot run scripts."""
    return bool(settings.CACHES["default"]["BACKEND"].startswith("django_redis."))


def redis() -> "Redis[bytes]":
    """The Redis client behind the cache, for commands that Django's API lacks. Its keys come from `name_in_redis`."""
    client: Redis[bytes] = caches["default"].client.get_client(write=True)  # type: ignore[attr-defined]
    return client


def name_in_redis(key: str) -> str:
    """The full Redis key of the cache key `key`."""
    return str(cache.make_key(key))
