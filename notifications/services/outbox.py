"""The outbox: claim rows with a lease, and settle them as sent, retried, dropped or parked.

`Delivery` and `OutgoingEmail` are outbox rows. A claim moves `due_at` to the end of the lease, so a row whose process
dies is due again by itself. Retries back off up to 15 minutes. A row is parked if another attempt cannot help: it stays
visible in the admin, from where it can be sent again.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from core.transactions import atomic

from ..channels import ChannelDownError, Send, SendError, SentMessage, TargetGoneError
from ..models import OutboxQuerySet, OutboxRow, Row

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_RETRY_AFTER = timedelta(minutes=1)
MAX_RETRY_AFTER = timedelta(minutes=15)
# A message whose fate is unknown is sent a second time, and not a third.
MAX_UNCERTAIN_ATTEMPTS = 2
RETRY_PARKED_FOR = timedelta(days=1)
RETENTION = timedelta(days=30)

State = OutboxRow.State


@atomic
def claim(rows: "OutboxQuerySet[Row]", *, now: datetime) -> list[Row]:
    """Claim these rows for the length of the lease and return them. Rows that another process claims are skipped."""
    claimed = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    rows.model.objects.filter(pk__in=[row.pk for row in claimed]).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    for row in claimed:
        row.attempts += 1
    return claimed


def send_claimed(
    messages: Iterable[tuple[SentMessage, Sequence[Row]]],
    *,
    connect: Callable[[], AbstractContextManager[Send[SentMessage]]],
    mark_sent: Callable[[Row, datetime], None],
    now: datetime,
) -> int:
    """Send messages over one connection, and settle or postpone the claimed rows of each; returns how many were sent.

    Stops after half of the lease, if the other side is slow: after the lease, another process may send the same rows.
    """
    stop_at = time.monotonic() + LEASE.total_seconds() / 2
    remaining, sent = list(messages), 0
    reason = "The other side was slow."
    try:
        with connect() as send:
            while remaining and time.monotonic() < stop_at:
                sent += _send(send, *remaining[0], mark_sent, now)
                del remaining[0]
    except ChannelDownError as error:
        reason = str(error)
    if remaining:
        logger.warning("%s messages are retried later: %s", len(remaining), reason)
    for _, rows in remaining:
        for row in rows:
            postpone(row, now, reason)
    return sent


def _send(
    send: Send[SentMessage],
    message: SentMessage,
    rows: Sequence[Row],
    mark_sent: Callable[[Row, datetime], None],
    now: datetime,
) -> bool:
    def mark_all_handed_over() -> None:
        for row in rows:
            mark_handed_over(row)

    try:
        send(message, mark_all_handed_over)
    except SendError as error:
        _record_failure_of_all(rows, error, now)
    except TargetGoneError as error:
        for row in rows:
            drop(row, str(error))
    except Exception:
        # Such as for an address that no e-mail can have. It must not keep the others from being sent.
        logger.exception("Cannot send %s %s", type(rows[0]).__name__, rows[0].pk)
        reason = "It could not be sent. The log tells why."
        _record_failure_of_all(rows, SendError(reason, may_have_arrived=True), now)
    else:
        for row in rows:
            mark_sent(row, now)
        return True
    return False


def _record_failure_of_all(rows: Iterable[OutboxRow], error: SendError, now: datetime) -> None:
    for row in rows:
        logger.warning("Could not send %s %s: %s", type(row).__name__, row.pk, error.reason)
        record_failure(row, error, now)


def mark_handed_over(row: OutboxRow) -> None:
    """Record, before it leaves, that the row may have been sent, until `settle` knows better."""
    row.uncertain_attempts += 1
    _update(row, uncertain_attempts=row.uncertain_attempts)


def mark_sent(row: OutboxRow, now: datetime) -> None:
    _update(row, state=State.SENT, sent_at=now, last_error="")


def drop(row: OutboxRow, reason: str) -> None:
    """Do not send the row, because what it says is no longer true."""
    _update(row, state=State.DROPPED, last_error=reason)


def park(row: OutboxRow, reason: str) -> None:
    """Do not try again until an administrator says so."""
    _update(row, state=State.PARKED, last_error=reason)


def record_failure(row: OutboxRow, error: SendError, now: datetime) -> None:
    """Retry the row later, or park it if that cannot help."""
    if not error.may_have_arrived and row.uncertain_attempts:
        row.uncertain_attempts -= 1
    if error.is_permanent or is_exhausted(row):
        _update(row, state=State.PARKED, last_error=error.reason, uncertain_attempts=row.uncertain_attempts)
        return
    due_at = min(now + max(_back_off(row.attempts), error.retry_after or timedelta(0)), row.give_up_at)
    _update(row, due_at=due_at, last_error=error.reason, uncertain_attempts=row.uncertain_attempts)


def postpone(row: OutboxRow, now: datetime, reason: str) -> None:
    """Give the row back without having tried it, such as when the mail server does not answer."""
    due_at = min(now + _back_off(row.attempts), row.give_up_at)
    _update(row, due_at=due_at, last_error=reason)


def is_exhausted(row: OutboxRow) -> bool:
    """Whether the row may have arrived twice, so that it must not be sent again."""
    return row.uncertain_attempts >= MAX_UNCERTAIN_ATTEMPTS


def retry_parked(rows: QuerySet[Any], *, now: datetime) -> int:
    """Send parked rows again, for at most another day; returns how many."""
    parked: OutboxQuerySet[Any] = rows.model.objects.filter(pk__in=rows.values("pk"), state=State.PARKED)
    return parked.update(
        state=State.WAITING, due_at=now, give_up_at=now + RETRY_PARKED_FOR, attempts=0, uncertain_attempts=0
    )


def _back_off(attempts: int) -> timedelta:
    """The time until the next attempt, after that many."""
    doublings = min(max(attempts - 1, 0), 10)
    return min(FIRST_RETRY_AFTER * (1 << doublings), MAX_RETRY_AFTER)


def _update(row: OutboxRow, **values: object) -> None:
    if "last_error" in values:
        values["last_error"] = str(values["last_error"])[:200]
    type(row).objects.filter(pk=row.pk).update(**values)
