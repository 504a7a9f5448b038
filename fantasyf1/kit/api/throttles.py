"""How much one person, and one address, may ask of the API in a minute: generous, so that only a runaway program
meets it. It is no guard of secrets (sign-ins have limits of their own): where the cache cannot be had, all may pass.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from rest_framework import throttling
from rest_framework.request import Request

from fantasyf1.kit import cache, clock

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Allowance:
    """What is left of a minute: `limit` requests in all, `seconds` until the next minute begins."""

    limit: int
    used: int
    seconds: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def tell(self, response: HttpResponseBase) -> None:
        for prefix in ("", "X-"):
            response[f"{prefix}RateLimit-Limit"] = str(self.limit)
            response[f"{prefix}RateLimit-Remaining"] = str(self.remaining)
            response[f"{prefix}RateLimit-Reset"] = str(self.seconds)


class MinuteThrottle(throttling.BaseThrottle):
    """Counts the requests of a minute in the cache. `allowance` is what was left when it was asked; None: no limit."""

    kind = ""
    setting = ""

    def __init__(self) -> None:
        self.allowance: Allowance | None = None

    def who(self, request: Request) -> str:
        """Who is counted; nobody where it is empty."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = getattr(settings, self.setting)
        who = self.who(request)
        if not limit or not who:
            return True
        moment = int(clock.now().timestamp())
        used = cache.count(f"throttle:{self.kind}:{who}:{moment // WINDOW_SECONDS}", seconds=2 * WINDOW_SECONDS)
        if used is None:
            return True
        self.allowance = Allowance(limit, used, WINDOW_SECONDS - moment % WINDOW_SECONDS)
        return used <= limit

    def wait(self) -> float | None:
        return self.allowance.seconds if self.allowance else None


class UserThrottle(MinuteThrottle):
    kind, setting = "user", "API_PER_MINUTE_AND_USER"

    def who(self, request: Request) -> str:
        return str(request.user.pk or "")


class AddressThrottle(MinuteThrottle):
    kind, setting = "address", "API_PER_MINUTE_AND_ADDRESS"

    def who(self, request: Request) -> str:
        return str(self.get_ident(request) or "")


def tightest(throttles: list[throttling.BaseThrottle]) -> Allowance | None:
    """The allowance that ends first, for the headers of the answer."""
    known = [one.allowance for one in throttles if isinstance(one, MinuteThrottle) and one.allowance]
    return min(known, key=lambda one: one.remaining, default=None)
