"""Kills the process that sends notifications, at every point from the dispatch to the answer of the mail server.

Afterwards, the next process finishes the work: the news is on the site once, and the e-mail arrives once, or twice if
the process died between the mail server's acceptance and its own commit. The processes are those of
`tests.processes.crash_worker`, and the mail server is a real one.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from notifications.models import Delivery, Notification
from notifications.services.outbox import LEASE
from tests.processes.crash_client import CrashWorker, crash_workers, wait_for_transactions
from tests.processes.crash_worker import COMMON_CRASH_POINTS, CRASH_POINTS, RANDOM_MOMENT
from tests.support.factories import UserFactory
from tests.support.mail_servers import MailServer, mail_server
from tests.support.notifications import notify_plainly

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
# Between these points, the mail server may have accepted an e-mail that is not marked as sent.
UNCERTAIN = ("the e-mail is about to leave", "the mail server has accepted it", RANDOM_MOMENT)
EVERY_POINT = [*CRASH_POINTS["deliver"], *COMMON_CRASH_POINTS, *[RANDOM_MOMENT] * 4]


class DeliveryCrashes:
    """Notifications to users of their own, each sent by a process that is killed on the way, and by a second one."""

    def __init__(self, worker: CrashWorker, server: MailServer) -> None:
        self.worker, self.server, self.rng, self.now = worker, server, random.Random(1), NOW

    def crash(self, point: str) -> int:
        """Notify somebody, and send with a process that is killed at the point. Returns how many e-mails arrived."""
        user, before = UserFactory.create(), len(self.server.accepted)
        notify_plainly(users=[user], kind="for_administrators", key="k", title="Moved", now=self.now)
        self._deliver(point=point, delay=self.rng.uniform(0, 0.1))
        # The second process, once the lease is over.
        self.now += LEASE
        self._deliver()
        assert self.server.recipients[before:] == [user.email] * (len(self.server.accepted) - before)
        return len(self.server.accepted) - before

    def _deliver(self, **how: object) -> None:
        self.worker.send(act="deliver", now=self.now.isoformat(), mail_port=self.server.port, **how)
        self.worker.receive()
        wait_for_transactions()


@pytest.fixture
def crashes() -> Iterator[DeliveryCrashes]:
    with crash_workers(1) as (worker,), mail_server() as server:
        yield DeliveryCrashes(worker, server)


def test_nothing_is_lost_and_nothing_is_sent_three_times(crashes):
    for point in EVERY_POINT:
        arrived = crashes.crash(point)
        assert 1 <= arrived <= (2 if point in UNCERTAIN else 1), point
    assert Notification.objects.count() == len(EVERY_POINT)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_process_that_dies_twice_before_the_answer_sends_no_third_email(crashes):
    user = UserFactory.create()
    notify_plainly(users=[user], kind="for_administrators", key="k", title="Moved", now=NOW)
    for _ in range(4):
        crashes._deliver(point="the mail server has accepted it", delay=0)
        crashes.now += LEASE
    assert crashes.server.recipients == [user.email] * 2
    assert Delivery.objects.get().state == "parked"
