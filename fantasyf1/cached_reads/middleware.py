"""WSGI middleware that serves cached API reads in front of Django, when Django would respond with the same bytes.

Django decides. When it has responded to one of the reads below with a body from the response cache
(`core.cache.responses`), the middleware remembers that this sign-in got this body at this URL, under the cache tags
of everything that the response depends on (`core.cache.tags`). Until one of them is invalidated, the next request
is served from Redis in one round trip: 304 if the client has the body, otherwise the body. Anything unusual, missing or
possibly changed is passed to Django, so nobody gets what Django would refuse.

The headers that are the same for every client are copied from Django's last response; they are defined nowhere else.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple, cast

from django.http import HttpRequest
from django.utils.http import parse_etags
from redis import Redis
from redis.commands.core import Script
from rest_framework.exceptions import APIException

from accounts.authentication import TokenAuthentication
from accounts.cache_tags import user_tag
from core import clock, metrics
from core.api.throttling import COUNTER_TTL_SECONDS, AddressThrottle, ThrottleCounter, UserThrottle, most_restrictive
from core.cache import responses, safe_cache, tags
from core.web import request_ids, request_log, security_headers
from core.web.requests import client_address
from races.cache_tags import RESULTS_TAG
from scoring.leaderboards import leaderboard_tags

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

CACHED_PATHS = re.compile(
    r"/api/v1/(leagues/(?P<league>[0-9]{1,18})/leaderboard|drivers/rankings|races/[0-9]{1,18}/results)/?"
)
_DIGITS = re.compile(r"[0-9]+")
MAX_QUERY_LENGTH = 200
# What stands for the view in the metrics.
VIEW_NAME = "cached_read"
# Request headers that do not change the response, or that are handled here. Any other one is left to Django.
ALLOWED_REQUEST_HEADERS = {
    *("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_AUTHORIZATION", "HTTP_CACHE_CONTROL"),
    *("HTTP_CONNECTION", "HTTP_HOST", "HTTP_IF_NONE_MATCH", "HTTP_KEEP_ALIVE", "HTTP_PRAGMA", "HTTP_USER_AGENT"),
    *("HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REQUEST_ID"),
}
ALLOWED_ACCEPT_VALUES = {"*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"}
# Response headers that differ between responses. All others must be in the next set, or the response is not cached:
# such a header could be meant for this client only.
PER_RESPONSE_HEADERS = {"content-length", "etag", "x-request-id"}
PER_RESPONSE_HEADERS |= {f"{x}ratelimit-{name}" for x in ("", "x-") for name in ("limit", "remaining", "reset")}
SHARED_RESPONSE_HEADERS = {"allow", "cache-control", "content-type", "vary", security_headers.HSTS.lower()}
SHARED_RESPONSE_HEADERS |= {name.lower() for name in security_headers.security_headers(is_secure=False)}
MAX_CACHED_HEADERS, MAX_CACHED_TOKENS = 100, 10_000

# KEYS: the prefix of all keys. ARGV: as in the script that this one extends; then the key of the body that the client
# has, and the keys of the throttle counters, one per line. Returns lines: the tag versions and, if the key is cached
# and its body exists, the key, the counters after incrementing them, and the body (empty if the client has it).
_lookup_script = Script(
    Redis(),
    tags.GET_SCRIPT
    + f"""
    local body = ''
    if value ~= ARGV[4] then
      body = redis.pcall('GET', prefix .. '{responses.KEY_PREFIX}' .. value)
      if type(body) ~= 'string' then
        return versions
      end
    end
    local counts = ''
    for key in string.gmatch(ARGV[5], '[^\\n]+') do
      local count = redis.pcall('INCR', prefix .. key)
      if type(count) ~= 'number' then
        return versions
      end
      if count == 1 then
        redis.call('EXPIRE', prefix .. key, {COUNTER_TTL_SECONDS})
      end
      counts = counts .. ' ' .. count
    end
    return versions .. '\\n' .. value .. '\\n' .. counts .. '\\n' .. body
    """,
)


class TokenClaims(NamedTuple):
    """The claims of an access token: user, token family (one sign-in), and expiry in seconds since 1970."""

    user_id: int
    family: str
    expires_at: float


@dataclass(frozen=True)
class CachedRead:
    """A request that may be served from the cache.

    `client_has` is the key of the body that the client has, or empty. The shared headers depend on `variant`.
    """

    key: str
    tags: list[str]
    client_has: str
    variant: tuple[Any, ...]
    counters: list[ThrottleCounter]
    request_id: str


class CachedReadsMiddleware:
    """Wraps Django's WSGI application. Needs Redis as the cache."""

    def __init__(self, django: WsgiApp) -> None:
        self.django = django
        self.authentication = TokenAuthentication()
        self.claims: dict[str, TokenClaims] = {}
        self.shared_headers: dict[tuple[Any, ...], Headers] = {}
        self.thread_local = threading.local()
        self.prefix = safe_cache.redis_key("")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        read = self._parse(environ)
        if read is None:
            return self.django(environ, start_response)
        versions, *found = (safe_cache.call_or_none(lambda: self._lookup(read), read.key) or b"").split(b"\n", 3)
        response = self._response(read, *found) if found else None
        metrics.record_cache_read(VIEW_NAME, hit=response is not None)
        if response is None:
            return self._call_django(read, versions, environ, start_response)
        if work := metrics.current():
            work.name = VIEW_NAME
        status, headers, body = response
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    # -- the request -------------------------------------------------------------------------------------------------

    def _parse(self, environ: Environ) -> CachedRead | None:
        path = CACHED_PATHS.fullmatch(environ["PATH_INFO"])
        if path is None or not _is_cacheable(environ):
            return None
        try:
            claims = self._claims_of(environ.get("HTTP_AUTHORIZATION"))
            client_has = _known_key(environ.get("HTTP_IF_NONE_MATCH", ""))
        except (APIException, LookupError, ValueError):
            return None
        user_id = claims.user_id if claims else None
        request_log.describe(route=f"/api/v1/{_DIGITS.sub('<id>', path[1])}", user_id=user_id)
        family = claims.family if claims else "anyone"
        origin = ("wsgi.url_scheme", "HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")
        return CachedRead(
            key=f"seen:{family}:{environ['PATH_INFO']}?{environ['QUERY_STRING']}",
            tags=_cache_tags(path["league"], user_id),
            client_has=client_has,
            variant=(path[1].split("/")[0], claims is None, *map(environ.get, origin)),
            counters=_throttle_counters(environ, user_id),
            request_id=request_ids.accept_or_generate(environ.get("HTTP_X_REQUEST_ID", "")),
        )

    def _claims_of(self, header: str | None) -> TokenClaims | None:
        """The claims of the token in an `Authorization` header; None without one. A signature is verified only once.

        Raises `APIException`, `LookupError` or `ValueError` for a header that Django should handle.
        """
        if header is None:
            return None
        claims = self.claims.get(header)
        if claims is None or claims.expires_at <= time.time():
            claims = self._read_token(header)
            if len(self.claims) >= MAX_CACHED_TOKENS:
                self.claims.clear()
            self.claims[header] = claims
        return claims

    def _read_token(self, header: str) -> TokenClaims:
        raw = self.authentication.get_raw_token(header.encode("latin-1"))
        if raw is None:
            raise ValueError("no bearer")
        token = self.authentication.get_validated_token(raw)
        return TokenClaims(int(token["user_id"]), str(token["family"]), float(token["exp"]))

    # -- the cached response -----------------------------------------------------------------------------------------

    def _lookup(self, read: CachedRead) -> bytes:
        """What Redis has for the request, in lines: see the script. Raises what the Redis client raises."""
        if not self._knows_headers_for(read):
            return tags.get(read.key, read.tags).partition(b"\n")[0]
        counter_keys = "\n".join(counter.key for counter in read.counters)
        arguments = [" ".join(read.tags), tags.new_tag_version(), read.key, read.client_has, counter_keys]
        found: bytes = _lookup_script([self.prefix], arguments, client=self._redis())
        return found

    def _redis(self) -> "Redis[bytes]":
        """A connection for this thread: getting one from the pool would take as long as the lookup itself."""
        if not hasattr(self.thread_local, "redis"):
            pool = safe_cache.redis_client().connection_pool
            self.thread_local.redis = Redis(connection_pool=pool, single_connection_client=True)
        client: Redis[bytes] = self.thread_local.redis
        return client

    def _knows_headers_for(self, read: CachedRead) -> bool:
        statuses = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) if read.client_has else (HTTPStatus.OK,)
        return all((status, *read.variant) in self.shared_headers for status in statuses)

    def _response(
        self, read: CachedRead, key: bytes, counts: bytes, cached: bytes
    ) -> tuple[HTTPStatus, Headers, bytes] | None:
        """Status, headers and body; None if Django should respond."""
        body = responses.verified_body(cached) if cached else b""
        states = [counter.state(int(used)) for counter, used in zip(read.counters, counts.split(), strict=True)]
        if body is None or any(state.used > state.limit for state in states):
            return None
        status = HTTPStatus.OK if cached else HTTPStatus.NOT_MODIFIED
        rate_limit = most_restrictive(states)
        headers = [
            *self.shared_headers[(status, *read.variant)],
            ("Content-Length", str(len(body))),
            ("ETag", responses.etag_of(key.decode())),
            *(rate_limit.headers().items() if rate_limit else ()),
            (request_ids.HEADER, read.request_id),
        ]
        return status, headers, body

    # -- Django's response -------------------------------------------------------------------------------------------

    def _call_django(
        self, read: CachedRead, versions: bytes, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Django respond, and cache which body it sent. The tag versions were taken before."""

        def record(status: str, headers: Headers, *exc_info: Any) -> Any:
            self._store(read, versions, HTTPStatus(int(status[:3])), headers)
            return start_response(status, headers, *exc_info)

        return self.django(environ, record)

    def _store(self, read: CachedRead, versions: bytes, status: HTTPStatus, headers: Headers) -> None:
        by_name = {name.lower(): value for name, value in headers}
        key = responses.key_from_etag(by_name.get("etag", ""))
        is_cacheable = (
            status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
            and by_name.keys() <= PER_RESPONSE_HEADERS | SHARED_RESPONSE_HEADERS
        )
        if key is None or not is_cacheable:
            return
        if len(self.shared_headers) >= MAX_CACHED_HEADERS:
            self.shared_headers.clear()
        self.shared_headers[(status, *read.variant)] = [
            header for header in headers if header[0].lower() in SHARED_RESPONSE_HEADERS
        ]
        if versions:
            safe_cache.call_or_none(lambda: tags.set(read.key, versions, key), read.key)


def _is_cacheable(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("SCRIPT_NAME")
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
        and len(environ["QUERY_STRING"]) <= MAX_QUERY_LENGTH
        and environ.get("HTTP_ACCEPT", "*/*") in ALLOWED_ACCEPT_VALUES
        and all(name in ALLOWED_REQUEST_HEADERS for name in environ if name.startswith("HTTP_"))
    )


def _known_key(header: str) -> str:
    """The key of the body in `If-None-Match`, empty without that header.

    Raises `ValueError` for several tags, for an ETag of another kind and for `*`.
    """
    if not header:
        return ""
    (tag,) = parse_etags(header)
    key = responses.key_from_etag("W/" + tag.removeprefix("W/"))
    if key is None:
        raise ValueError("another tag")
    return key


def _cache_tags(league: str | None, user_id: int | None) -> list[str]:
    if league:
        return leaderboard_tags(int(league), user_id)
    return [RESULTS_TAG, user_tag(user_id)] if user_id else [RESULTS_TAG]


class _AddressHeaders:
    """The part of a request that determines the client's address."""

    def __init__(self, remote: str, forwarded: str) -> None:
        self.META = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}


@lru_cache(maxsize=1000)
def _client_address(remote: str, forwarded: str) -> str:
    return client_address(cast("HttpRequest", _AddressHeaders(remote, forwarded)))


def _throttle_counters(environ: Environ, user_id: int | None) -> list[ThrottleCounter]:
    now = clock.now()
    address = _client_address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))
    counters = (UserThrottle.counter(str(user_id or ""), now), AddressThrottle.counter(address, now))
    return [counter for counter in counters if counter]
