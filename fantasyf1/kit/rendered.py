"""Response cache: rendered JSON under a versioned name, such as `leaderboard:7:all:v42`.

The name ends with the version of the data, so the body under a name never changes, and a late writer writes under a
name that is no longer read. The name is also the ETag. A lease prevents cache stampedes.
"""

import random
import re
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from django.core.cache import cache as store
from django.http import HttpResponse, HttpResponseNotModified
from redis import Redis
from redis.commands.core import Script
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from . import cache, stamps
from .api import reuse

# Increase this when the format of any cached body changes: other fields, another order.
FORM = 1
SECONDS = 4 * 60 * 60
# After this long without a result from the process that holds the lease, another one renders as well.
LEASE_SECONDS = 2
# The others poll at this interval, for this long, before they query the database themselves.
LOOK_SECONDS, WAIT_SECONDS = 0.01, 0.5
PREFIX = f"rendered:{FORM}:"
# Hexadecimal digits of the CRC-32 in front of a body, which detects truncated and foreign values.
SEAL = 8
TAG = re.compile(rf'W/"([a-z_]+(?::[0-9a-z_-]+)+)\.{FORM}"')
# KEYS: body, lease. ARGV: a token, the lifetime of a lease in seconds. Returns the body, if there is one, and 1 if
# there is none and the lease was free: the token now holds it. A key that is not a string counts as missing.
_kept_or_lease = Script(
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
_give_back = Script(Redis(), "if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")


class Rendered(NamedTuple):
    """A JSON body, and its name with the version that it was actually rendered from."""

    name: str
    body: bytes


def as_json(value: Any) -> bytes:
    """Serialize a value to JSON as the API does."""
    body: bytes = JSONRenderer().render(value)
    return body


class Named(Protocol):
    """Something with a rendered body. Its name contains the version of the data."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def rendered(find: Callable[[], N], render: Callable[[N], Rendered]) -> Rendered:
    """Return the cached body of what `find` returns. On a miss one caller renders it while the others wait briefly.

    The rendered version may be newer than the one that was found, so the waiting callers repeat `find`.
    """
    deadline, token = time.monotonic() + WAIT_SECONDS, stamps.new_stamp()
    while True:
        found = find()
        cached, has_lease = _look(found.name, token)
        if body := opened(cached):
            return Rendered(found.name, body)
        if has_lease or time.monotonic() > deadline:
            return _render(found, render, token)
        time.sleep(LOOK_SECONDS)


def _render(found: N, render: Callable[[N], Rendered], token: str) -> Rendered:
    try:
        fresh = render(found)
        cache.attempt(lambda: keep(fresh), fresh.name)
        return fresh
    finally:
        if cache.is_redis():
            lease = _key_of_lease(found.name)
            cache.attempt(lambda: _give_back([lease], [token], client=cache.redis()), lease)


def _look(name: str, token: str) -> tuple[Any, bool]:
    """The cached value with its checksum, and on a miss whether this caller got the lease: always, without Redis."""
    if not cache.is_redis():
        return cache.attempt(lambda: store.get(_unprefixed(name)), name), True
    keys = [key_of(name), _key_of_lease(name)]
    found = cache.attempt(lambda: _kept_or_lease(keys, [token, LEASE_SECONDS], client=cache.redis()), name)
    return (found[0], bool(found[1])) if found else (None, True)


def kept(name: str) -> bytes | None:
    """The cached body of this name, or None."""
    return opened(cache.redis().get(key_of(name)) if cache.is_redis() else store.get(_unprefixed(name)))


def keep(page: Rendered) -> None:
    """Cache a body. Raises what the cache raises."""
    if cache.is_redis():
        cache.redis().set(key_of(page.name), _sealed(page.body), ex=_seconds())
    else:
        store.set(_unprefixed(page.name), _sealed(page.body), _seconds())


def keep_all(pages: Iterable[Rendered]) -> None:
    """Cache many bodies in one pipeline. Needs Redis."""
    with cache.redis().pipeline(transaction=False) as pipeline:
        for page in pages:
            pipeline.set(key_of(page.name), _sealed(page.body), ex=_seconds())
        pipeline.execute()


def _sealed(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body) + body


def _seconds() -> int:
    return round(SECONDS * random.uniform(0.8, 1))  # noqa: S311 - jitter, so that they do not all expire at once


def opened(cached: Any) -> bytes | None:
    """The body without its checksum; None if the checksum is wrong or missing.

    >>> opened(b"352441c2abc"), opened(b"352441c2abd"), opened(b"\\x80"), opened(["rows"])
    (b'abc', None, None, None)
    """
    if not isinstance(cached, bytes) or cached[:SEAL] != b"%08x" % zlib.crc32(cached[SEAL:]):
        return None
    return cached[SEAL:]


def key_of(name: str) -> str:
    """The Redis key of the body with this name."""
    return cache.name_in_redis(_unprefixed(name))


def _unprefixed(name: str) -> str:
    return PREFIX + name


def _key_of_lease(name: str) -> str:
    return cache.name_in_redis(f"lease:{name}")


# -- as a response ---------------------------------------------------------------------------------------------------


def tag_of(name: str) -> str:
    """The ETag of the body with this name.

    >>> tag_of("leaderboard:7:all:v42"), name_in('W/"leaderboard:7:all:v42.1"'), name_in('W/"else"')
    ('W/"leaderboard:7:all:v42.1"', 'leaderboard:7:all:v42', None)
    """
    return f'W/"{name}.{FORM}"'


def name_in(tag: str) -> str | None:
    """The name in an ETag of this module; None for any other ETag."""
    match = TAG.fullmatch(tag)
    return match[1] if match else None


def answer(request: Request, page: Rendered) -> HttpResponse:
    """Respond with the body, or with 304 if the client has it."""
    etag = tag_of(page.name)
    headers = {"ETag": etag, "Cache-Control": reuse.READ}
    if reuse.is_had(request, etag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(page.body, content_type="application/json", headers=headers)
