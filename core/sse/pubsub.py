"""Redis pub/sub: wakes up the streams of all processes. Without Redis, or if a message is lost, streams poll.

A message only says that there are rows to read (`draft 7 has event 42`). Publishing never fails for the caller, and a
lost message only delays the event until the next poll of the database.
"""

import asyncio
import logging
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

from core.circuit import Circuit
from core.tasks import enqueue

logger = logging.getLogger(__name__)

# One request in two seconds waits for the timeout of 0.3 s, not all of them.
circuit = Circuit(cooldown=2.0)
MAX_BACKOFF_SECONDS = 5.0

OnMessage = Callable[[int, int], None]


def publish_on_commit(kind: str, events: Sequence[tuple[int, int]]) -> None:
    """Publish events, (pk, seq) each, in one pipeline when the current transaction commits. Without Redis, do nothing.

    `kind` names the channel: what the events are about.
    """
    if settings.REDIS_URL and not enqueue.is_enqueueing_disabled():
        transaction.on_commit(partial(_publish, kind, events))


def _publish(kind: str, events: Sequence[tuple[int, int]]) -> None:
    if not circuit.allows_call():
        return
    try:
        with _client().pipeline(transaction=False) as pipeline:
            for pk, seq in events:
                pipeline.publish(_channel(kind), f"{pk} {seq}")
            pipeline.execute()
    except (RedisError, OSError) as error:
        circuit.record_failure()
        logger.warning("Cannot publish events to Redis, streams poll for them: %s", error)
    else:
        circuit.record_success()


@cache
def _client() -> "Redis[bytes]":
    # No retries: redis-py's default would delay the player's response for seconds.
    options: dict[str, Any] = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3, "retry": Retry(NoBackoff(), 0)}
    return Redis.from_url(settings.CACHES["default"]["LOCATION"], **options)


def _channel(kind: str) -> str:
    return f"{settings.CACHES['default']['KEY_PREFIX']}:live:{kind}"


class PubSubListener:
    """The subscription of this process. `is_connected` tells whether messages are being received."""

    def __init__(self, kinds: Sequence[str], on_message: OnMessage, on_connect: Callable[[], None]) -> None:
        self.is_connected = False
        self._kinds, self._on_message, self._on_connect = kinds, on_message, on_connect

    async def listen(self) -> None:
        """Receive messages until the process stops. If Redis is down, reconnect with exponential backoff."""
        backoff = 0.1
        while settings.REDIS_URL:
            try:
                await self._listen_once()
            except (RedisError, OSError, TimeoutError) as error:
                backoff = 0.1 if self.is_connected else min(backoff * 2, MAX_BACKOFF_SECONDS)
                logger.warning("Redis pub/sub is down, streams poll until it is back: %s", error)
            self.is_connected = False
            await asyncio.sleep(backoff)

    async def _listen_once(self) -> None:
        # No retries: redis-py would reconnect silently, and messages published in the meantime would be missed.
        client = redis.asyncio.from_url(
            settings.CACHES["default"]["LOCATION"],
            socket_connect_timeout=1,
            socket_timeout=None,
            retry=AsyncRetry(NoBackoff(), 0),
        )
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(*map(_channel, self._kinds))
            self.is_connected = True
            self._on_connect()  # messages published before this were missed
            await self._receive(subscription)

    async def _receive(self, subscription: PubSub) -> None:
        async for message in subscription.listen():
            if message["type"] == "message":
                with suppress(ValueError):
                    pk, seq = map(int, message["data"].split())
                    self._on_message(pk, seq)
