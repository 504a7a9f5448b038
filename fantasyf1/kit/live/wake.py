"""Waking the streams of all processes: by a message in Redis, and without it by looking.

A message is only a hint (`draft 7 has event 42`). Publishing never fails for whoever made the change, and a message
that is lost costs the time until the next look at the database.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any

import redis.asyncio
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from fantasyf1.kit import hints

logger = logging.getLogger(__name__)

# After a failure nobody waits for Redis for this long: one player in two seconds loses 0.3 s, not all of them.
PAUSE_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 5.0

_paused_until = 0.0

Hear = Callable[[int, int], None]


def announce_all(kind: str, events: Sequence[tuple[int, int]]) -> None:
    """Tell all processes of events, (pk, seq) each, in one go once the current transaction has been committed."""
    if settings.REDIS_URL and not hints.are_muted():
        transaction.on_commit(partial(_publish, kind, events))


def _publish(kind: str, events: Sequence[tuple[int, int]]) -> None:
    global _paused_until
    if time.monotonic() < _paused_until:
        return
    try:
        with _client().pipeline(transaction=False) as pipeline:
            for pk, seq in events:
                pipeline.publish(_channel(kind), f"{pk} {seq}")
            pipeline.execute()
    except (RedisError, OSError) as error:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Redis did not take a wake-up, streams will look for it: %s", error)


@cache
def _client() -> "Redis[bytes]":
    # Without retries: redis-py's own would hold the player's answer for seconds.
    patience: dict[str, Any] = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3, "retry": Retry(NoBackoff(), 0)}
    return Redis.from_url(settings.CACHES["default"]["LOCATION"], **patience)


def _channel(kind: str) -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:live:{kind}"


class Listener:
    """This process's one subscription. `is_connected` says whether it can be relied on just now."""

    def __init__(self, kind: str, hear: Hear, on_connect: Callable[[], None]) -> None:
        self.is_connected = False
        self._kind, self._hear, self._on_connect = kind, hear, on_connect

    async def listen(self) -> None:
        """Pass on what is announced, for ever; where Redis is away, try again ever more slowly."""
        pause = 0.1
        while settings.REDIS_URL:
            try:
                await self._listen_once()
            except (RedisError, OSError, TimeoutError) as error:
                pause = 0.1 if self.is_connected else min(pause * 2, LONGEST_RETRY_SECONDS)
                logger.warning("Redis does not speak, streams look for themselves meanwhile: %s", error)
            self.is_connected = False
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        # Without retries: redis-py's own would reconnect in silence, and what was announced meanwhile would be missed.
        client = redis.asyncio.from_url(
            settings.CACHES["default"]["LOCATION"],
            socket_connect_timeout=1,
            socket_timeout=None,
            retry=AsyncRetry(NoBackoff(), 0),
        )
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(_channel(self._kind))
            self.is_connected = True
            self._on_connect()  # what was announced before this moment has passed by
            await self._pass_on(subscription)

    async def _pass_on(self, subscription: PubSub) -> None:
        async for message in subscription.listen():
            if message["type"] == "message":
                with suppress(ValueError):
                    pk, seq = map(int, message["data"].split())
                    self._hear(pk, seq)
