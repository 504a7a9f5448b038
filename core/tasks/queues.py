"""How many tasks wait for a worker."""

from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from .enqueue import circuit


def waiting_tasks(*queues: str) -> int | None:
    """Return how many tasks wait in these queues in Redis; None if it does not respond."""
    if not circuit.allows_call():
        return None
    try:
        with current_app.connection_for_read() as broker:
            redis: Any = broker.default_channel.client  # type: ignore[attr-defined]  # that of Redis
            waiting = sum(int(redis.llen(queue)) for queue in queues)
    except (OperationalError, OSError, RedisError):
        circuit.record_failure()
        return None
    circuit.record_success()
    return waiting
