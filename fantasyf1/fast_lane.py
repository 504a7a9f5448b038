"""The fast lane: a WSGI application in front of Django's that gives a client again what Django would give him again.

Django is the one that answers. When it has answered one of the reads below with bytes that are kept under a name
(`fantasyf1.kit.rendered`), the lane remembers that this sign-in was shown these bytes at this address, on the stamps of
all that the answer hangs on (`fantasyf1.kit.stamps`). As long as none of them changes, the next request is answered
from Redis in one exchange: 304 where the client has the bytes, else the bytes. What is not quite ordinary, is missing,
or may have changed goes to Django, so that nobody is answered what Django would refuse him.

The headers that are the same for everybody are those of Django's last answer: they are written down nowhere else.
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
from accounts.stamps import of_user
from fantasyf1.kit import cache, clock, rendered, request_ids, stamps
from fantasyf1.kit.api.throttles import KEPT_SECONDS, AddressThrottle, Meter, UserThrottle, first_to_end
from fantasyf1.kit.web import client_address
from races.stamps import RESULTS
from scoring.leaderboards import read_hangs_on

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

PATHS = re.compile(
    r"/api/v1/(leagues/(?P<league>[0-9]{1,18})/leaderboard|drivers/rankings|races/[0-9]{1,18}/results)/?"
)
LONGEST_QUERY = 200
# Headers that change nothing about the answer, or whose meaning is looked at here. Any other is Django's affair.
ORDINARY = {
    *("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_AUTHORIZATION", "HTTP_CACHE_CONTROL"),
    *("HTTP_CONNECTION", "HTTP_HOST", "HTTP_IF_NONE_MATCH", "HTTP_KEEP_ALIVE", "HTTP_PRAGMA", "HTTP_USER_AGENT"),
    *("HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REQUEST_ID"),
}
ACCEPTED = {"*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"}
# Of an answer's headers, those that are its own. The other ones must be in the next list, or the lane leaves it alone:
# it could be one that is meant for this client only.
OWN = {"content-length", "etag", "x-request-id"}
OWN |= {f"{x}ratelimit-{name}" for x in ("", "x-") for name in ("limit", "remaining", "reset")}
COMMON = {
    *("allow", "cache-control", "content-security-policy", "content-type", "cross-origin-opener-policy"),
    *("permissions-policy", "referrer-policy", "strict-transport-security", "vary", "x-content-type-options"),
    "x-frame-options",
}
MOST_HEADERS, MOST_TOKENS = 100, 10_000

# KEYS: what all keys begin with. ARGV: as in stamps.RECALL; then the name that the client has, and the keys of the
# counters, a line each. Gives a text of lines: the stamps; and, where the name is remembered and its bytes are
# there, the name, the counters, which are raised by one, and the bytes (none for a client that has them).
_look = Script(
    Redis(),
    stamps.RECALL
    + f"""
    local bytes = ''
    if kept ~= ARGV[4] then
      bytes = redis.pcall('GET', prefix .. '{rendered.PREFIX}' .. kept)
      if type(bytes) ~= 'string' then
        return together
      end
    end
    local counted = ''
    for key in string.gmatch(ARGV[5], '[^\\n]+') do
      local used = redis.pcall('INCR', prefix .. key)
      if type(used) ~= 'number' then
        return together
      end
      if used == 1 then
        redis.call('EXPIRE', prefix .. key, {KEPT_SECONDS})
      end
      counted = counted .. ' ' .. used
    end
    return together .. '\\n' .. kept .. '\\n' .. counted .. '\\n' .. bytes
    """,
)


class SignIn(NamedTuple):
    """What an access token says: whose it is, of which sign-in, and until when, in seconds since 1970."""

    user_id: int
    family: str
    expires_at: float


@dataclass(frozen=True)
class Question:
    """A request that the lane may answer.

    `had` is the name of the bytes that the client has, or empty; `kind` is what the common headers depend on.
    """

    key: str
    names: list[str]
    had: str
    kind: tuple[Any, ...]
    meters: list[Meter]
    request_id: str


class FastLane:
    """In front of Django's WSGI application, where the cache is Redis."""

    def __init__(self, django: WsgiApp) -> None:
        self.django = django
        self.authentication = TokenAuthentication()
        self.sign_ins: dict[str, SignIn] = {}
        self.common: dict[tuple[Any, ...], Headers] = {}
        self.own = threading.local()
        self.prefix = cache.name_in_redis("")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        question = self._question(environ)
        if question is None:
            return self.django(environ, start_response)
        taken, *found = (cache.attempt(lambda: self._look(question), question.key) or b"").split(b"\n", 3)
        answer = self._answer(question, *found) if found else None
        if answer is None:
            return self._ask_django(question, taken, environ, start_response)
        status, headers, body = answer
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    # -- the question ------------------------------------------------------------------------------------------------

    def _question(self, environ: Environ) -> Question | None:
        path = PATHS.fullmatch(environ["PATH_INFO"])
        if path is None or not _is_ordinary(environ):
            return None
        try:
            sign_in = self._sign_in(environ.get("HTTP_AUTHORIZATION"))
            had = _had(environ.get("HTTP_IF_NONE_MATCH", ""))
        except (APIException, LookupError, ValueError):
            return None
        user_id = sign_in.user_id if sign_in else None
        whose = sign_in.family if sign_in else "anyone"
        places = ("wsgi.url_scheme", "HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO")
        return Question(
            key=f"seen:{whose}:{environ['PATH_INFO']}?{environ['QUERY_STRING']}",
            names=_names(path["league"], user_id),
            had=had,
            kind=(path[1].split("/")[0], sign_in is None, *map(environ.get, places)),
            meters=_meters(environ, user_id),
            request_id=request_ids.chosen(environ.get("HTTP_X_REQUEST_ID", "")),
        )

    def _sign_in(self, header: str | None) -> SignIn | None:
        """Whose token the header has; None without one. A token's signature is looked at once.

        Raises `APIException`, `LookupError` or `ValueError` for a header that Django should judge.
        """
        if header is None:
            return None
        known = self.sign_ins.get(header)
        if known is None or known.expires_at <= time.time():
            known = self._read_token(header)
            if len(self.sign_ins) >= MOST_TOKENS:
                self.sign_ins.clear()
            self.sign_ins[header] = known
        return known

    def _read_token(self, header: str) -> SignIn:
        raw = self.authentication.get_raw_token(header.encode("latin-1"))
        if raw is None:
            raise ValueError("no bearer")
        token = self.authentication.get_validated_token(raw)
        return SignIn(int(token["user_id"]), str(token["family"]), float(token["exp"]))

    # -- the answer --------------------------------------------------------------------------------------------------

    def _look(self, question: Question) -> bytes:
        """What Redis has on the question, in lines: see the script. Raises what Redis raises."""
        if not self._knows_headers_for(question):
            return stamps.recall(question.key, question.names).partition(b"\n")[0]
        counters = "\n".join(meter.key for meter in question.meters)
        arguments = [" ".join(question.names), stamps.new_stamp(), question.key, question.had, counters]
        found: bytes = _look([self.prefix], arguments, client=self._redis())
        return found

    def _redis(self) -> "Redis[bytes]":
        """A connection of this thread's own: fetching one from the pool would take as long as the question itself."""
        if not hasattr(self.own, "redis"):
            self.own.redis = Redis(connection_pool=cache.redis().connection_pool, single_connection_client=True)
        client: Redis[bytes] = self.own.redis
        return client

    def _knows_headers_for(self, question: Question) -> bool:
        statuses = (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) if question.had else (HTTPStatus.OK,)
        return all((status, *question.kind) in self.common for status in statuses)

    def _answer(
        self, question: Question, name: bytes, counted: bytes, sealed: bytes
    ) -> tuple[HTTPStatus, Headers, bytes] | None:
        """The answer; None where Django is to give it."""
        body = rendered.opened(sealed) if sealed else b""
        allowances = [meter.allowance(int(used)) for meter, used in zip(question.meters, counted.split(), strict=True)]
        if body is None or any(one.used > one.limit for one in allowances):
            return None
        status = HTTPStatus.OK if sealed else HTTPStatus.NOT_MODIFIED
        tightest = first_to_end(allowances)
        headers = [
            *self.common[(status, *question.kind)],
            ("Content-Length", str(len(body))),
            ("ETag", rendered.tag_of(name.decode())),
            *(tightest.headers().items() if tightest else ()),
            (request_ids.HEADER, question.request_id),
        ]
        return status, headers, body

    # -- what Django says --------------------------------------------------------------------------------------------

    def _ask_django(
        self, question: Question, taken: bytes, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Django answer, and remember what it said to what was asked after the stamps were taken."""

        def hear(status: str, headers: Headers, *fault: Any) -> Any:
            self._learn(question, taken, HTTPStatus(int(status[:3])), headers)
            return start_response(status, headers, *fault)

        return self.django(environ, hear)

    def _learn(self, question: Question, taken: bytes, status: HTTPStatus, headers: Headers) -> None:
        by_name = {name.lower(): value for name, value in headers}
        name = rendered.name_in(by_name.get("etag", ""))
        is_readable = status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) and by_name.keys() <= OWN | COMMON
        if name is None or not is_readable:
            return
        if len(self.common) >= MOST_HEADERS:
            self.common.clear()
        self.common[(status, *question.kind)] = [one for one in headers if one[0].lower() in COMMON]
        if taken:
            cache.attempt(lambda: stamps.remember(question.key, taken, name), question.key)


def _is_ordinary(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("SCRIPT_NAME")
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
        and len(environ["QUERY_STRING"]) <= LONGEST_QUERY
        and environ.get("HTTP_ACCEPT", "*/*") in ACCEPTED
        and all(name in ORDINARY for name in environ if name.startswith("HTTP_"))
    )


def _had(header: str) -> str:
    """The name in an `If-None-Match`, empty without one. Raises `ValueError` for more, for others and for `*`."""
    if not header:
        return ""
    (tag,) = parse_etags(header)
    name = rendered.name_in("W/" + tag.removeprefix("W/"))
    if name is None:
        raise ValueError("another tag")
    return name


def _names(league: str | None, user_id: int | None) -> list[str]:
    if league:
        return read_hangs_on(int(league), user_id)
    return [RESULTS, of_user(user_id)] if user_id else [RESULTS]


class _Sender:
    """As much of a request as says where it comes from."""

    def __init__(self, remote: str, forwarded: str) -> None:
        self.META = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}


@lru_cache(maxsize=1000)
def _address(remote: str, forwarded: str) -> str:
    return client_address(cast("HttpRequest", _Sender(remote, forwarded)))


def _meters(environ: Environ, user_id: int | None) -> list[Meter]:
    now = clock.now()
    address = _address(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""))
    found = (UserThrottle.meter(str(user_id or ""), now), AddressThrottle.meter(address, now))
    return [meter for meter in found if meter]
