"""How much one person, and one address, may ask of the API in a minute: generous, so that only a runaway program
meets it. It is no guard of secrets (sign-ins have limits of their own): where the cache cannot be had, all may pass.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework import throttling
from rest_framework.request import Request

from fantasyf1.kit import cache, clock
from fantasyf1.kit.web import client_address

WINDOW_SECONDS = 60
KEPT_SECONDS = 2 * WINDOW_SECONDS


@dataclass(frozen=True)
class Allowance:
    """What is left of a minute: `limit` requests in all, `seconds` until the next minute begins."""

    limit: int
    used: int
    seconds: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        told = {"Limit": self.limit, "Remaining": self.remaining, "Reset": self.seconds}
        return {f"{prefix}RateLimit-{name}": str(value) for prefix in ("", "X-") for name, value in told.items()}

    def tell(self, response: HttpResponseBase) -> None:
        for name, value in self.headers().items():
            response[name] = value


@dataclass(frozen=True)
class Meter:
    """Where the requests of one person or address in the minute of `moment`, in seconds, are counted."""

    kind: str
    who: str
    limit: int
    moment: int

    @property
    def key(self) -> str:
        return f"throttle:{self.kind}:{self.who}:{self.moment // WINDOW_SECONDS}"

    def allowance(self, used: int) -> Allowance:
        return Allowance(self.limit, used, WINDOW_SECONDS - self.moment % WINDOW_SECONDS)


class MinuteThrottle(throttling.BaseThrottle):
    """Counts the requests of a minute in the cache. `allowance` is what was left when it was asked; None: no limit."""

    kind = ""
    setting = ""

    def __init__(self) -> None:
        self.allowance: Allowance | None = None

    def who(self, request: Request) -> str:
        """Who is counted; nobody where it is empty."""
        raise NotImplementedError

    @classmethod
    def meter(cls, who: str, now: datetime) -> Meter | None:
        """Where these requests are counted; None where they are not."""
        limit: int = getattr(settings, cls.setting)
        return Meter(cls.kind, who, limit, int(now.timestamp())) if limit and who else None

    def allow_request(self, request: Request, view: Any) -> bool:
        meter = self.meter(self.who(request), clock.now())
        used = cache.count(meter.key, seconds=KEPT_SECONDS) if meter else None
        if meter is None or used is None:
            return True
        self.allowance = meter.allowance(used)
        return used <= meter.limit

    def wait(self) -> float | None:
        return self.allowance.seconds if self.allowance else None


class UserThrottle(MinuteThrottle):
    kind, setting = "user", "API_PER_MINUTE_AND_USER"

    def who(self, request: Request) -> str:
        return str(request.user.pk or "")


class AddressThrottle(MinuteThrottle):
    kind, setting = "address", "API_PER_MINUTE_AND_ADDRESS"

    def who(self, request: Request) -> str:
        return client_address(request._request)


def tightest(throttles: list[throttling.BaseThrottle]) -> Allowance | None:
    """The allowance that ends first, for the headers of the answer."""
    return first_to_end(one.allowance for one in throttles if isinstance(one, MinuteThrottle) and one.allowance)


def first_to_end(allowances: Iterable[Allowance]) -> Allowance | None:
    return min(allowances, key=lambda one: one.remaining, default=None)
