"""`/healthz` and `/readyz`: can this process respond to requests, and does it reach the database?

Both are answered in the event loop, but only after one of Django's threads was free: a process whose threads are all
busy is not healthy, even though its event loop responds.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core import timeouts
from core.sse.asgi import App, Message, Receive, Send, send_error, send_json

logger = logging.getLogger(__name__)

# Less than the time limit of those who ask: compose, proxies.
CHECK_SECONDS = 4


class Check:
    """A function that runs in a thread of the executor. Requests that arrive while it runs share its result."""

    def __init__(self, function: Callable[[], bool], executor: Executor) -> None:
        self._function, self._executor = function, executor
        self._running: asyncio.Future[bool] | None = None

    async def passes(self) -> bool:
        """False also if no thread was free, or the function has not returned, within CHECK_SECONDS."""
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._executor, self._function)
        await asyncio.wait([self._running], timeout=CHECK_SECONDS)
        return self._running.done() and self._running.result()


def health_routes(executor: Executor) -> dict[str, App]:
    """The applications by path. Neither needs Redis, without which the site works too."""
    return {
        "/healthz": _route("alive", _("No thread is free."), Check(_is_running, executor)),
        "/readyz": _route(
            "ready", _("No thread is free, or the database does not respond."), Check(_database_responds, executor)
        ),
    }


def _route(passed: str, failed: StrOrPromise, check: Check) -> App:
    async def respond(scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await send_error(scope, send, 405, "method_not_allowed", _("Use GET."), (b"allow", b"GET, HEAD"))
        elif await check.passes():
            await send_json(send, HTTPStatus.OK, {"status": passed}, head=scope["method"] == "HEAD")
        else:
            await send_error(scope, send, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", failed)

    return respond


def _is_running() -> bool:
    return True


def _database_responds() -> bool:
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _check_timeouts(cursor)
            else:
                cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("Not ready, because the database does not respond: %s", error)
        return False
    finally:
        close_old_connections()
    return True


def _check_timeouts(cursor: Any) -> None:
    """Log an error if statements have no timeouts. Not a reason to send requests elsewhere: all processes have none."""
    if others := timeouts.other_timeouts(cursor):
        logger.error("The database session has other timeouts (manage.py prepare): %s.", timeouts.describe(others))
