"""Answers in JSON that are kept as the bytes that are sent: `leaderboard:7:all:v42`.

The name ends with the version of what it shows, so bytes never change under their name, and whoever writes late writes
where nobody reads any more. The same name is the tag that tells a client whether it has them already.
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

# Raised when anything that is kept under these names gets another form: other fields, another order.
FORM = 1
SECONDS = 4 * 60 * 60
# Who renders has so long before somebody else does it, too.
LEASE_SECONDS = 2
# The others look so often, and for so long, before they ask the database themselves.
LOOK_SECONDS, WAIT_SECONDS = 0.01, 0.5
PREFIX = f"rendered:{FORM}:"
# Eight hexadecimal digits, by which bytes that were cut off or are something else are known.
SEAL = 8
TAG = re.compile(rf'W/"([a-z_]+(?::[0-9a-z_-]+)+)\.{FORM}"')
# KEYS: bytes, the lease on them. ARGV: a token, the seconds of a lease. Gives the bytes where there are some, and 1
# where there are none and the lease was free: the token has it now. What is no text is taken for nothing.
_kept_or_lease = Script(
    Redis(),
    """
    local bytes = redis.pcall('GET', KEYS[1])
    if type(bytes) == 'string' then
      return {bytes, 0}
    end
    if type(redis.pcall('GET', KEYS[2])) == 'string' then
      return {'', 0}
    end
    redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2])
    return {'', 1}
    """,
)
# KEYS: a lease. ARGV: the token of whoever has it, or had it.
_give_back = Script(Redis(), "if redis.pcall('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")


class Rendered(NamedTuple):
    """Bytes of JSON, and their name with the version that they were really rendered from."""

    name: str
    body: bytes


def as_json(value: Any) -> bytes:
    """The value as the API writes it."""
    body: bytes = JSONRenderer().render(value)
    return body


class Named(Protocol):
    """What has bytes under a name. The name has the version of what they show."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def rendered(find: Callable[[], N], render: Callable[[N], Rendered]) -> Rendered:
    """The bytes of what `find` finds: kept ones, or those that one renders while all others wait for them for a moment.

    What was rendered may be newer than what was found, so those who wait find it again and again.
    """
    until, token = time.monotonic() + WAIT_SECONDS, stamps.new_stamp()
    while True:
        found = find()
        sealed, is_mine = _look(found.name, token)
        if body := opened(sealed):
            return Rendered(found.name, body)
        if is_mine or time.monotonic() > until:
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
    """What is kept; and, where nothing is, whether it is for us to render it: without Redis for everybody."""
    if not cache.is_redis():
        return cache.attempt(lambda: store.get(_unprefixed(name)), name), True
    keys = [key_of(name), _key_of_lease(name)]
    found = cache.attempt(lambda: _kept_or_lease(keys, [token, LEASE_SECONDS], client=cache.redis()), name)
    return (found[0], bool(found[1])) if found else (None, True)


def kept(name: str) -> bytes | None:
    """The bytes of this name, if there are any."""
    return opened(cache.redis().get(key_of(name)) if cache.is_redis() else store.get(_unprefixed(name)))


def keep(one: Rendered) -> None:
    """Keep the bytes. Raises what the cache raises."""
    if cache.is_redis():
        cache.redis().set(key_of(one.name), _sealed(one.body), ex=_seconds())
    else:
        store.set(_unprefixed(one.name), _sealed(one.body), _seconds())


def keep_all(many: Iterable[Rendered]) -> None:
    """The same of many in one pipeline, where the cache is Redis."""
    with cache.redis().pipeline(transaction=False) as pipeline:
        for one in many:
            pipeline.set(key_of(one.name), _sealed(one.body), ex=_seconds())
        pipeline.execute()


def _sealed(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body) + body


def _seconds() -> int:
    return round(SECONDS * random.uniform(0.8, 1))  # noqa: S311 - so that they do not all end at once


def opened(sealed: Any) -> bytes | None:
    """The bytes as they were kept; None for anything else.

    >>> opened(b"352441c2abc"), opened(b"352441c2abd"), opened(b"\\x80"), opened(["rows"])
    (b'abc', None, None, None)
    """
    if not isinstance(sealed, bytes) or sealed[:SEAL] != b"%08x" % zlib.crc32(sealed[SEAL:]):
        return None
    return sealed[SEAL:]


def key_of(name: str) -> str:
    """Where Redis has the sealed bytes of this name."""
    return cache.name_in_redis(_unprefixed(name))


def _unprefixed(name: str) -> str:
    return PREFIX + name


def _key_of_lease(name: str) -> str:
    return cache.name_in_redis(f"lease:{name}")


# -- as an answer ----------------------------------------------------------------------------------------------------


def tag_of(name: str) -> str:
    """The `ETag` of the bytes of this name.

    >>> tag_of("leaderboard:7:all:v42"), name_in('W/"leaderboard:7:all:v42.1"'), name_in('W/"else"')
    ('W/"leaderboard:7:all:v42.1"', 'leaderboard:7:all:v42', None)
    """
    return f'W/"{name}.{FORM}"'


def name_in(tag: str) -> str | None:
    """The name in such a tag; None in another one."""
    found = TAG.fullmatch(tag)
    return found[1] if found else None


def answer(request: Request, one: Rendered) -> HttpResponse:
    """The bytes as they are, or 304 for a client that has them."""
    tag = tag_of(one.name)
    if reuse.is_had(request, tag):
        return HttpResponseNotModified(headers={"ETag": tag, "Cache-Control": reuse.READ})
    return HttpResponse(one.body, content_type="application/json", headers={"ETag": tag, "Cache-Control": reuse.READ})
