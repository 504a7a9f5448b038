"""Kills the process that sends to webhooks, at every point around the request.

Afterwards, the next process finishes the work: the event arrives once, or twice with the same id if the process died
between the answer and its own commit. The processes are those of `tests.processes.crash_worker`, and the receiver is
`tests.support.webhook_receiver`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core import clock
from leagues.models import Webhook, WebhookDelivery
from leagues.services import Fact, add_webhook, announce
from leagues.webhook_event_types import MEMBER_JOINED
from notifications.services.outbox import LEASE
from tests.processes.crash_client import CrashWorker, crash_workers, wait_for_transactions
from tests.processes.crash_worker import COMMON_CRASH_POINTS, CRASH_POINTS
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
NETWORK = "127.0.0.0/8"
# Between these points, the receiver may have the event although it is not marked as sent.
UNCERTAIN = ("it is about to leave", "the service has answered")
EVERY_POINT = [*CRASH_POINTS["webhook"], *[point for point in COMMON_CRASH_POINTS if point != "any moment"]]


class WebhookCrashes:
    """Events of a league, each sent by a process that is killed on the way, and by a second one."""

    def __init__(self, worker: CrashWorker, receiver: WebhookReceiver, webhook: Webhook) -> None:
        self.worker, self.receiver, self.webhook, self.now = worker, receiver, webhook, NOW

    def crash(self, point: str) -> list[str]:
        """Announce something, send it with a process that dies at the point and another one; returns what arrived."""
        before = len(self.receiver.received)
        self.happen()
        self.send(point=point)
        self.now += LEASE
        self.send()
        return [request.message_id for request in self.receiver.received[before:]]

    def happen(self) -> None:
        fact = Fact(self.webhook.league_id, MEMBER_JOINED, {"member": "Bob"})
        announce(leagues=[fact.league_id], facts=lambda _: [fact], now=self.now)

    def send(self, **how: object) -> None:
        self.worker.send(act="webhook", now=self.now.isoformat(), network=NETWORK, **how)
        self.worker.receive()
        wait_for_transactions()


@pytest.fixture
def crashes(league, alice, settings) -> Iterator[WebhookCrashes]:
    settings.OUTGOING_ALLOWED_NETWORKS = [NETWORK]
    with crash_workers(1) as (worker,), webhook_receiver() as receiver:
        webhook = add_webhook(league=league, by=alice, service="generic", name="Program", url=receiver.url(), now=NOW)
        yield WebhookCrashes(worker, receiver, webhook)


def test_nothing_is_lost_and_nothing_arrives_three_times(crashes):
    for point in EVERY_POINT:
        arrived = crashes.crash(point)
        assert 1 <= len(arrived) <= (2 if point in UNCERTAIN else 1), point
        assert len(set(arrived)) == 1, point
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"sent"}
    for request in crashes.receiver.received[-1:]:
        request.verify(crashes.webhook.secret, clock.system_now())


def test_a_process_that_dies_twice_before_the_answer_sends_no_third_request(crashes):
    crashes.happen()
    for _ in range(4):
        crashes.send(point="the service has answered")
        crashes.now += LEASE
    assert len(crashes.receiver.received) == 2
    assert len({request.message_id for request in crashes.receiver.received}) == 1
    assert WebhookDelivery.objects.get().state == "parked"
