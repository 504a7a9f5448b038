"""Response cache: rendered JSON under a versioned key, such as `leaderboard:7:all:v42`.

The key ends with the version of the data, so the body under a key never changes, and a late writer writes under a
key that is no longer read. The ETag is made from the key. A lease prevents cache stampedes.
"""

import random
import re
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from django.core.cache import cache as store
from redis import Redis
from redis.commands.core import Script
from rest_framework.renderers import JSONRenderer

from core import metrics

from . import safe_cache, tags

# Increase this when the format of any cached body changes: other fields, another order.
FORMAT_VERSION = 2
TTL_SECONDS = 4 * 60 * 60
# After this long without a result from the process that holds the lease, another one renders as well.
LEASE_SECONDS = 2
# The others poll at this interval, for this long, before they query the database themselves.
POLL_INTERVAL_SECONDS, MAX_WAIT_SECONDS = 0.01, 0.5
KEY_PREFIX = f"rendered:{FORMAT_VERSION}:"
# Hexadecimal digits of the CRC-32 in front of a body, which detects truncated and foreign values.
CHECKSUM_LENGTH = 8
ETAG_PATTERN = re.compile(rf'W/"([a-z_]+(?::[0-9a-z_-]+)+)\.{FORMAT_VERSION}"')
# KEYS: body, lease. ARGV: a token, the lifetime of a lease in seconds. Returns the body, if there is one, and 1 if
# there is none and the lease was free: the token now holds it. A key that is not a string counts as missing.
_get_or_lease_script = Script(
    Redis(),
    """
    local body = redis.pcall('GET', KEYS[1])
    if type(body) == 'string' then
      return {body, 0}
    end
    if type(redis.pcall('GET', KEYS[2])) == 'string' then
      return {'', 0}
    end
    redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
    return {'', 1}
    """,
)
# KEYS: a lease. ARGV: the token that holds it, or held it until it expired.
_release_lease_script = Script(Redis(), "if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")


class RenderedJSON(NamedTuple):
    """A JSON body, and its key with the version that it was actually rendered from."""

    key: str
    body: bytes


def as_json(value: Any) -> bytes:
    """Serialize a value to JSON as the API does."""
    body: bytes = JSONRenderer().render(value)
    return body


class Versioned(Protocol):
    """Something with a rendered body. Its key contains the version of the data."""

    @property
    def key(self) -> str: ...


N = TypeVar("N", bound=Versioned)


def get_or_render(find: Callable[[], N], render: Callable[[N], RenderedJSON]) -> RenderedJSON:
    """Return the cached body of what `find` returns. On a miss one caller renders it while the others wait briefly.

    The rendered version may be newer than the one that was found, so the waiting callers repeat `find`.
    """
    deadline, token = time.monotonic() + MAX_WAIT_SECONDS, tags.new_tag_version()
    while True:
        found = find()
        cached, has_lease = _get_or_lease(found.key, token)
        if body := verified_body(cached):
            metrics.record_cache_read(f"rendered_{found.key}", hit=True)
            return RenderedJSON(found.key, body)
        if has_lease or time.monotonic() > deadline:
            metrics.record_cache_read(f"rendered_{found.key}", hit=False)
            return _render(found, render, token)
        time.sleep(POLL_INTERVAL_SECONDS)


def _render(found: N, render: Callable[[N], RenderedJSON], token: str) -> RenderedJSON:
    """Render and cache the response, then release the lease that `token` holds."""
    try:
        fresh = render(found)
        safe_cache.call_or_none(lambda: set_rendered(fresh), fresh.key)
        return fresh
    finally:
        if safe_cache.is_redis():
            lease = _lease_key(found.key)
            safe_cache.call_or_none(
                lambda: _release_lease_script([lease], [token], client=safe_cache.redis_client()), lease
            )


def _get_or_lease(key: str, token: str) -> tuple[Any, bool]:
    """The cached value with its checksum, and on a miss whether this caller got the lease: always, without Redis."""
    if not safe_cache.is_redis():
        return safe_cache.call_or_none(lambda: store.get(_prefixed(key)), key), True
    keys = [response_key(key), _lease_key(key)]
    found = safe_cache.call_or_none(
        lambda: _get_or_lease_script(keys, [token, LEASE_SECONDS], client=safe_cache.redis_client()), key
    )
    return (found[0], bool(found[1])) if found else (None, True)


def get_rendered(key: str) -> bytes | None:
    """The cached body under this key, or None."""
    return verified_body(
        safe_cache.redis_client().get(response_key(key)) if safe_cache.is_redis() else store.get(_prefixed(key))
    )


def set_rendered(page: RenderedJSON) -> None:
    """Cache a body. Raises what the cache raises."""
    if safe_cache.is_redis():
        safe_cache.redis_client().set(response_key(page.key), _with_checksum(page.body), ex=_jittered_ttl())
    else:
        store.set(_prefixed(page.key), _with_checksum(page.body), _jittered_ttl())


def set_many_rendered(pages: Iterable[RenderedJSON]) -> None:
    """Cache many bodies in one pipeline. Needs Redis."""
    with safe_cache.redis_client().pipeline(transaction=False) as pipeline:
        for page in pages:
            pipeline.set(response_key(page.key), _with_checksum(page.body), ex=_jittered_ttl())
        pipeline.execute()


def _with_checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body) + body


def _jittered_ttl() -> int:
    return round(TTL_SECONDS * random.uniform(0.8, 1))  # noqa: S311 - jitter, so that they do not all expire at once


def verified_body(cached: Any) -> bytes | None:
    """The body without its checksum; None if the checksum is wrong or missing.

    >>> verified_body(b"352441c2abc"), verified_body(b"352441c2abd"), verified_body(b"\\x80"), verified_body(["rows"])
    (b'abc', None, None, None)
    """
    if not isinstance(cached, bytes) or cached[:CHECKSUM_LENGTH] != b"%08x" % zlib.crc32(cached[CHECKSUM_LENGTH:]):
        return None
    return cached[CHECKSUM_LENGTH:]


def response_key(key: str) -> str:
    """The key in Redis: with the prefixes of the cache and of this module."""
    return safe_cache.redis_key(_prefixed(key))


def _prefixed(key: str) -> str:
    return KEY_PREFIX + key


def _lease_key(key: str) -> str:
    return safe_cache.redis_key(f"lease:{key}")


# -- ETags -----------------------------------------------------------------------------------------------------------


def etag_of(key: str) -> str:
    """The ETag of the body under this key.

    >>> etag_of("leaderboard:7:all:v42"), key_from_etag('W/"leaderboard:7:all:v42.2"'), key_from_etag('W/"else"')
    ('W/"leaderboard:7:all:v42.2"', 'leaderboard:7:all:v42', None)
    """
    return f'W/"{key}.{FORMAT_VERSION}"'


def key_from_etag(tag: str) -> str | None:
    """The key in an ETag of this module; None for any other ETag."""
    match = ETAG_PATTERN.fullmatch(tag)
    return match[1] if match else None
