"""A process of the site in which many threads do the same thing at once: `python -m tests.crowd DATABASE [KIND]`.

One line of JSON for each act, one in answer: what each thread was told. The threads have connections from a pool, as
those of a web process do. Of kind `stock`, simplejwt's own app for used tokens is there too; of kind `careless`, tries
are counted without a guard.
"""

import json
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
APP = "token_blacklist"
STOCK = f"rest_framework_simplejwt.{APP}"


def main() -> None:
    with ThreadPoolExecutor(MOST_THREADS) as threads:
        for line in sys.stdin:
            print(json.dumps(together(threads, json.loads(line))), flush=True)  # noqa: T201 - how it speaks to the test


def together(threads: ThreadPoolExecutor, job: dict[str, Any]) -> list[str]:
    """Do it in so many threads at the moment that was agreed with the other processes."""
    count = job["threads"]
    line = threading.Barrier(count)
    # All of it is of one moment, however long it takes: no share of a limit comes back meanwhile.
    clock.now = partial(datetime.fromisoformat, job["now"])

    def run(_: int) -> str:
        line.wait()
        time.sleep(max(job["at"] - time.monotonic(), 0))
        try:
            return ACTS[job["act"]](job)
        finally:
            connection.close()  # back into the pool

    return list(threads.map(run, range(count)))


def refresh(job: dict[str, Any]) -> str:
    """Exchange the token; the new one, or "refused"."""
    try:
        return services.renew_tokens(refresh=job["token"], now=clock.now())["refresh"]
    except TokenError:
        return "refused"


def sign_in(job: dict[str, Any]) -> str:
    """Try a password from an address; "checked", or "too many"."""
    request = RequestFactory(REMOTE_ADDR=job["address"]).post("/")
    name = uuid4().hex if job.get("each_own_name") else job["name"]
    try:
        user = authenticate(request, username=name, password=job["password"])
    except TooMany:
        return "too many"
    return f"in as {user}" if user else "checked"


def use_code(job: dict[str, Any]) -> str:
    """Use a code of an authenticator app or of the list; "used", or "refused"."""
    try:
        services.use_code(user=User.objects.get(pk=job["user"]), code=job["code"], now=clock.now())
    except Refused:
        return "refused"
    return "used"


def look_and_write(limit: Any, now: datetime) -> None:
    """Count a try as one would without the database's help: look what is there, then write."""
    row = Tries.objects.filter(key=limit.key).first()
    spent_until = max(row.spent_until, now) if row else now
    if spent_until > now + limit.window - limit.share:
        raise TooMany("", seconds=1)
    Tries.objects.update_or_create(key=limit.key, defaults={"spent_until": spent_until + limit.share})


def stock(job: dict[str, Any]) -> str:
    """The same by simplejwt's own serializer, which notes used tokens in a table of its own."""
    serializer = TokenRefreshSerializer(data={"refresh": job["token"]})
    try:
        serializer.is_valid(raise_exception=True)
    except (TokenError, IntegrityError):
        return "refused"
    return str(serializer.validated_data["refresh"])


def set_up_stock(job: dict[str, Any]) -> str:
    """Make the tables of the stock app, or empty them and take them away again."""
    if job["to"]:
        apps.get_model(f"{APP}.OutstandingToken").objects.all().delete()
    call_command("migrate", APP, *job["to"], verbosity=0)
    return "done"


def open_stock(job: dict[str, Any]) -> str:
    return str(RefreshToken.for_user(User.objects.get(pk=job["user"])))


if __name__ == "__main__":
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    # Good hashing takes 100 MiB a thread, and nothing here is about it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if "stock" in sys.argv:
        settings.INSTALLED_APPS.append(STOCK)
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
    from accounts.models import Tries, User
    from accounts.services import limits
    from fantasyf1.kit import clock
    from fantasyf1.kit.errors import Refused, TooMany

    ACTS: dict[str, Callable[[dict[str, Any]], str]] = {
        "refresh": refresh,
        "sign in": sign_in,
        "use code": use_code,
        "stock": stock,
        "set up stock": set_up_stock,
        "open stock": open_stock,
    }
    if "careless" in sys.argv:
        limits._use_up = look_and_write
    main()
