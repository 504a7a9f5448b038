"""Enqueueing is best-effort: a broker that is down fails nobody, and keeps few of them waiting."""

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.utils import functional

from core.tasks import delete_expired_rate_limits, enqueue
from fantasyf1.settings.celery import REDIS_TRANSPORT_OPTIONS


@pytest.fixture
def attempts(monkeypatch) -> list[str]:
    """The attempts to publish. All of them fail."""
    made = []

    def fail(*args, **options) -> None:
        made.append("tried")
        raise OperationalError("Timeout reading from socket")

    monkeypatch.setattr(delete_expired_rate_limits, "apply_async", fail)
    return made


@pytest.mark.django_db
def test_during_the_cooldown_nobody_waits_for_the_broker(attempts, caplog, django_capture_on_commit_callbacks):
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            enqueue.enqueue_on_commit(delete_expired_rate_limits)
    assert attempts == ["tried"]
    assert caplog.text.count("Could not enqueue") == 1


def test_a_publisher_tries_to_connect_once(monkeypatch):
    monkeypatch.setattr(functional, "sleep", lambda seconds: pytest.fail("it waits to try again"))
    with (
        Connection("redis://127.0.0.1:1", transport_options=REDIS_TRANSPORT_OPTIONS) as broker,
        pytest.raises(OperationalError),
    ):
        _ = broker.default_channel
