"""The cache, for what can also be had from the database: a cache that is down is a cache that is empty."""

import logging
import pickle
import zlib
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

FAULTS = (RedisError, OSError, ValueError, TypeError)
# What unpickling raises for a value that was cut off, or written by another version.
UNREADABLE = (pickle.PickleError, zlib.error, EOFError, ValueError, AttributeError, ImportError, IndexError)


def read_through(key: str, fill: Callable[[], Any], *, seconds: int) -> Any:
    """Return the value at `key`, else the one that `fill` makes, which is then kept for `seconds`.

    The key must hold the version of what it names (`leaderboard:7:all:v42`), so that a late writer can only write
    under a key that nobody reads any more.
    """
    try:
        found = cache.get(key)
    except UNREADABLE as error:
        logger.warning("The value at %s is unreadable and made anew: %s", key, error)
        found = None
    except FAULTS as error:
        logger.warning("The cache cannot be read: %s", error)
        return fill()
    if found is not None:
        return found
    value = fill()
    try:
        cache.set(key, value, seconds)
    except FAULTS as error:
        logger.warning("The cache cannot be written: %s", error)
    return value
