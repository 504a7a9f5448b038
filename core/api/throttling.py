"""API throttling: requests per minute (fixed window) for each user and each IP address.

The limits are generous, so that only a runaway program exceeds them. They do not protect secrets (sign-ins have their
own rate limits), so if the cache is down, all requests are allowed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework import throttling
from rest_framework.request import Request

from core import clock, metrics
from core.cache import safe_cache
from core.web.requests import client_address

WINDOW_SECONDS = 60
COUNTER_TTL_SECONDS = 2 * WINDOW_SECONDS


@dataclass(frozen=True)
class RateLimitState:
    """The use of the current window: `used` of `limit` requests; `seconds` until the next window begins."""

    limit: int
    used: int
    seconds: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        values = {"Limit": self.limit, "Remaining": self.remaining, "Reset": self.seconds}
        return {f"{prefix}RateLimit-{name}": str(value) for prefix in ("", "X-") for name, value in values.items()}

    def set_headers(self, response: HttpResponseBase) -> None:
        for name, value in self.headers().items():
            response[name] = value


@dataclass(frozen=True)
class ThrottleCounter:
    """The counter of one user or address in the window that contains `timestamp`, in seconds since 1970."""

    kind: str
    ident: str
    limit: int
    timestamp: int

    @property
    def key(self) -> str:
        return f"throttle:{self.kind}:{self.ident}:{self.timestamp // WINDOW_SECONDS}"

    def state(self, used: int) -> RateLimitState:
        return RateLimitState(self.limit, used, WINDOW_SECONDS - self.timestamp % WINDOW_SECONDS)


class FixedWindowThrottle(throttling.BaseThrottle):
    """Counts the requests of a minute in the cache. `state` is set by `allow_request`; None if there is no limit."""

    kind = ""
    setting = ""

    def __init__(self) -> None:
        self.state: RateLimitState | None = None

    def ident(self, request: Request) -> str:
        """The user or address whose requests are counted; empty for none."""
        raise NotImplementedError

    @classmethod
    def counter(cls, ident: str, now: datetime) -> ThrottleCounter | None:
        """The counter of these requests; None if they are not limited."""
        limit: int = getattr(settings, cls.setting)
        return ThrottleCounter(cls.kind, ident, limit, int(now.timestamp())) if limit and ident else None

    def allow_request(self, request: Request, view: Any) -> bool:
        counter = self.counter(self.ident(request), clock.now())
        used = safe_cache.increment(counter.key, seconds=COUNTER_TTL_SECONDS) if counter else None
        if counter is None or used is None:
            return True
        self.state = counter.state(used)
        is_allowed = used <= counter.limit
        if not is_allowed:
            metrics.RATE_LIMITED.labels(f"api by {self.kind}").inc()
        return is_allowed

    def wait(self) -> float | None:
        return self.state.seconds if self.state else None


class UserThrottle(FixedWindowThrottle):
    kind, setting = "user", "API_PER_MINUTE_AND_USER"

    def ident(self, request: Request) -> str:
        return str(request.user.pk or "")


class AddressThrottle(FixedWindowThrottle):
    kind, setting = "address", "API_PER_MINUTE_AND_ADDRESS"

    def ident(self, request: Request) -> str:
        return client_address(request._request)


def most_restrictive_state(throttles: list[throttling.BaseThrottle]) -> RateLimitState | None:
    """The state with the fewest remaining requests, for the response headers."""
    return most_restrictive(
        throttle.state for throttle in throttles if isinstance(throttle, FixedWindowThrottle) and throttle.state
    )


def most_restrictive(states: Iterable[RateLimitState]) -> RateLimitState | None:
    return min(states, key=lambda state: state.remaining, default=None)
