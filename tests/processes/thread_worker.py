"""A process that runs the same job in many threads at once: `python -m tests.processes.thread_worker DATABASE [KIND]`.

It reads one line of JSON for each job and responds with one: the outcome of each thread. The threads take connections
from a pool, like those of a web process. KIND `stock` installs the blacklist app of simplejwt; KIND `careless` counts
rate limits without a lock.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import django
from django.conf import settings

MOST_THREADS = 50
BLACKLIST_LABEL = "token_blacklist"
BLACKLIST_APP = f"rest_framework_simplejwt.{BLACKLIST_LABEL}"


def main() -> None:
    with ThreadPoolExecutor(MOST_THREADS) as threads:
        for line in sys.stdin:
            print(json.dumps(run_in_threads(threads, json.loads(line))), flush=True)  # noqa: T201 - how it speaks to the test


def run_in_threads(threads: ThreadPoolExecutor, job: dict[str, Any]) -> list[str]:
    """Run the job in this number of threads, at the time agreed with the other processes."""
    count = job["threads"]
    line = threading.Barrier(count)
    # The whole job has one fixed time, however long it takes: no part of a limit is restored meanwhile.
    clock.now = partial(datetime.fromisoformat, job["now"])

    def run(_: int) -> str:
        line.wait()
        time.sleep(max(job["at"] - time.monotonic(), 0))
        try:
            return ACTIONS[job["act"]](job)
        finally:
            connection.close()  # return it to the pool

    return list(threads.map(run, range(count)))


def refresh(job: dict[str, Any]) -> str:
    """Exchange the token; returns the new one, or "refused"."""
    try:
        return services.refresh_tokens(refresh=job["token"], now=clock.now())["refresh"]
    except TokenError:
        return "refused"


def sign_in(job: dict[str, Any]) -> str:
    """Try a password from an address, with the cookies of a browser; returns "checked" or "too many"."""
    request = RequestFactory(REMOTE_ADDR=job["address"]).post("/")
    request.COOKIES = job.get("cookies", {})
    name = uuid4().hex if job.get("each_own_name") else job["name"]
    try:
        user = authenticate(request, username=name, password=job["password"])
    except RateLimited:
        return "too many"
    return f"in as {user}" if user else "checked"


def use_code(job: dict[str, Any]) -> str:
    """Use a code of an authenticator app or of the list; returns "used" or "refused"."""
    try:
        services.verify_mfa_code(user=User.objects.get(pk=job["user"]), code=job["code"], now=clock.now())
    except Refused:
        return "refused"
    return "used"


def invite(job: dict[str, Any]) -> str:
    """Invite an address to one of the leagues, and cancel; returns "invited" or "too many"."""
    by, address = User.objects.get(pk=job["by"]), job.get("address") or f"{uuid4().hex}@example.org"
    while True:
        league = League.objects.get(pk=random.choice(job["leagues"]))
        try:
            invitation = invitations.invite(league=league, by=by, email=address, now=clock.now())
            invitations.cancel_invitation(invitation=invitation, by=by, now=clock.now())
        except RateLimited:
            return "too many"
        except Refused:
            continue  # another thread has invited the address to this league, and will cancel
        return "invited"


def nudge(job: dict[str, Any]) -> str:
    """Nudge the players of one of the drafts; returns "nudged" or "too many"."""
    by = User.objects.get(pk=job["by"])
    while True:
        try:
            drafts.nudge(draft=Draft.objects.get(pk=random.choice(job["drafts"])), by=by, now=clock.now())
        except RateLimited:
            return "too many"
        except Refused:
            continue  # another thread has just nudged them in this draft
        return "nudged"


def check_then_write(limit: Any, now: datetime) -> None:
    """Count a try without the database's help: read the count, then write it."""
    row = RateLimit.objects.filter(key=limit.key).first()
    theoretical_arrival_at = max(row.theoretical_arrival_at, now) if row else now
    if theoretical_arrival_at > now + limit.window - limit.emission_interval:
        raise RateLimited("", seconds=1)
    RateLimit.objects.update_or_create(
        key=limit.key, defaults={"theoretical_arrival_at": theoretical_arrival_at + limit.emission_interval}
    )


def refresh_by_simplejwt(job: dict[str, Any]) -> str:
    """Do the same with the serializer of simplejwt, which records used tokens in its own table."""
    serializer = TokenRefreshSerializer(data={"refresh": job["token"]})
    try:
        serializer.is_valid(raise_exception=True)
    except (TokenError, IntegrityError):
        return "refused"
    return str(serializer.validated_data["refresh"])


def set_up_simplejwt(job: dict[str, Any]) -> str:
    """Create the tables of the stock app, or empty and drop them."""
    if job["to"]:
        apps.get_model(f"{BLACKLIST_LABEL}.OutstandingToken").objects.all().delete()
    call_command("migrate", BLACKLIST_LABEL, *job["to"], verbosity=0)
    return "done"


def open_simplejwt_token(job: dict[str, Any]) -> str:
    return str(RefreshToken.for_user(User.objects.get(pk=job["user"])))


if __name__ == "__main__":
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    # Strong hashing takes 100 MiB per thread, and these tests are not about it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if "stock" in sys.argv:
        settings.INSTALLED_APPS.append(BLACKLIST_APP)
        settings.SIMPLE_JWT |= {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
    django.setup()

    from django.apps import apps
    from django.contrib.auth import authenticate
    from django.core.management import call_command
    from django.db import IntegrityError, connection
    from django.test import RequestFactory
    from rest_framework_simplejwt.exceptions import TokenError
    from rest_framework_simplejwt.serializers import TokenRefreshSerializer
    from rest_framework_simplejwt.tokens import RefreshToken

    from accounts import services
    from accounts.models import User
    from core import clock
    from core.errors import RateLimited, Refused
    from core.models import RateLimit
    from core.services import rate_limits
    from drafts import services as drafts
    from drafts.models import Draft
    from leagues.models import League
    from leagues.services import invitations

    ACTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
        "refresh": refresh,
        "sign in": sign_in,
        "use code": use_code,
        "invite": invite,
        "nudge": nudge,
        "stock": refresh_by_simplejwt,
        "set up stock": set_up_simplejwt,
        "open stock": open_simplejwt_token,
    }
    if "careless" in sys.argv:
        rate_limits._consume = check_then_write
    main()
