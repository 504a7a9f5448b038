"""Safe access to the cache: behind a circuit breaker, a cache that is down behaves like an empty one."""

import logging
import pickle
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache, caches
from django_redis.cache import RedisCache
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from core import metrics
from core.circuit import Circuit

logger = logging.getLogger(__name__)

T = TypeVar("T")

CACHE_ERRORS = (RedisError, OSError, ValueError, TypeError)
# What unpickling raises for a value that was truncated, or written by another version.
DESERIALIZATION_ERRORS = (pickle.PickleError, zlib.error, EOFError, ValueError, AttributeError, ImportError, IndexError)
# Of the threads of this process, one in two seconds waits for the timeout of a cache that does not respond.
circuit = Circuit(cooldown=2.0)


def read_through(key: str, fill: Callable[[], Any], *, seconds: int) -> Any:
    """Return the cached value at `key`. On a miss, compute it with `fill` and cache it for `seconds`.

    The key must contain the version of the data (`leaderboard:7:all:v42`), so that a late writer can only write under
    a key that is no longer read.
    """
    found = call_or_none(lambda: cache.get(key), key)
    metrics.record_cache_read(key, hit=found is not None)
    if found is not None:
        return found
    value = fill()
    call_or_none(lambda: cache.set(key, value, seconds), key)
    return value


def increment(key: str, *, seconds: int) -> int | None:
    """Increment the counter at `key`, which expires after about `seconds`. Returns None if the cache is down."""
    value: int | None = call_or_none(lambda: _increment(key, seconds), key)
    return value


def _increment(key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # The key does not exist yet.
        cache.add(key, 0, seconds)
        return cache.incr(key)


def call_or_none(use: Callable[[], T], key: str, *, ignore_cooldown: bool = False) -> T | None:
    """Call `use`, which accesses the cache. Returns None on a miss, on an error, and if the value cannot be read.

    A connection error opens the circuit: for the cooldown, calls return None at once, except with `ignore_cooldown`.
    """
    if not ignore_cooldown and not circuit.allows_call():
        return None
    value = None
    try:
        value = use()
    except DESERIALIZATION_ERRORS as error:
        logger.warning("Could not read the value at %s, so it is computed again: %s", key, error)
    except ResponseError as error:  # Redis is up, but the key has another type, or there is no memory left.
        logger.warning("Redis refuses to use the key %s: %s", key, error)
    except CACHE_ERRORS as error:
        logger.warning("The cache is not used for %s s after an error: %s", circuit.cooldown, error)
        circuit.record_failure()
        metrics.CACHE_ERRORS.inc()
        return None
    circuit.record_success()
    return value


def is_redis() -> bool:
    """Whether the cache is Redis. The file cache is not shared by all processes and cannot run scripts."""
    return isinstance(caches["default"], RedisCache)


def redis_client() -> "Redis[bytes]":
    """The Redis client behind the cache, for commands that Django's API lacks. Its keys come from `redis_key`."""
    client: Redis[bytes] = caches["default"].client.get_client(write=True)  # type: ignore[attr-defined]
    return client


def redis_key(key: str) -> str:
    """The full Redis key of the cache key `key`."""
    return str(cache.make_key(key))
