"""Send what webhooks wait for: claim deliveries, post them, and record how it went.

Each webhook gets its deliveries in order: one that is retried later holds back those after it, and nobody else's. At
most two deliveries of a webhook are in a batch, and different webhooks are posted to at the same time.
"""

import logging
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import httpx
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from accounts.models import User
from core import clock
from core.encryption import DecryptionError
from core.querysets import delete_in_batches
from core.services.rate_limits import RateLimitRule, consume
from core.transactions import atomic
from core.web.languages import in_stored_language
from core.web.outgoing import (
    TIMEOUT_SECONDS,
    OutgoingClient,
    OutgoingRequestFailed,
    OutgoingRequestRefused,
    OutgoingResponse,
)
from notifications.channels import SendError
from notifications.services import outbox

from .. import webhook_events
from ..models import League, Webhook, WebhookDelivery
from ..selectors import WEBHOOK_LOG_LENGTH
from ..webhook_event_types import TEST
from ..webhook_events import EventType
from .membership import check_not_archived
from .notifications import notify_webhook_disabled
from .webhook_formats import request_of
from .webhooks import check_manages, drop_waiting

logger = logging.getLogger(__name__)

BATCH_SIZE = 20
MOST_PER_WEBHOOK = 2
# Requests at the same time. Most of them wait for the other side.
THREADS = 8
# The most batches that a task runs before it lets other tasks work.
MAX_BATCHES = 10
MAX_FAILED_DELIVERIES = 20
MAX_FAILING_TIME = timedelta(days=3)
# By the number of failed attempts; the last one repeats until a day is over.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
RETRIED_STATUSES = range(500, 600)
GONE, TOO_MANY_REQUESTS = 410, 429
TESTS_PER_HOUR = 20

State = WebhookDelivery.State
DisabledReason = Webhook.DisabledReason


@dataclass(frozen=True)
class Outcome:
    """How an attempt went: the response, or why there is none. `took` is in milliseconds."""

    took: int
    response: OutgoingResponse | None = None
    error: SendError | None = None


def send_due_webhooks_in_batches(*, now: Callable[[], datetime]) -> int:
    """Send batches, each at a fresh `now()`, until nothing is due; returns how many deliveries were handled."""
    total = 0
    for _batch in range(MAX_BATCHES):
        handled = send_due_webhooks(now=now())
        total += handled
        if not handled:
            break
    return total


def send_due_webhooks(*, now: datetime) -> int:
    """Send a batch of what is due; returns how many deliveries it handled."""
    claimed = _claim(now)
    to_send = [delivery for delivery in claimed if _is_worth_sending(delivery, now)]
    heads, others = _heads_and_others(to_send)
    _send(heads, now)
    _send(_released_if_blocked(others, now), now)
    _delete_beyond_log({delivery.webhook_id for delivery in claimed})
    return len(claimed)


@atomic
def _claim(now: datetime) -> list[WebhookDelivery]:
    """Claim at most two deliveries of each webhook, in order."""
    due = WebhookDelivery.objects.due(now)
    waiting_before = WebhookDelivery.objects.filter(
        webhook=OuterRef("webhook"), state=State.WAITING, pk__lt=OuterRef("pk"), due_at__gt=now
    )
    place = Window(RowNumber(), partition_by=F("webhook"), order_by=F("pk").asc())
    in_order = due.filter(~Exists(waiting_before)).annotate(place=place).filter(place__lte=MOST_PER_WEBHOOK)
    chosen = list(in_order.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
    claimed = due.filter(pk__in=chosen).select_related("webhook__league", "webhook__created_by").order_by("pk")
    return outbox.claim(claimed, now=now)


def _is_worth_sending(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether to send the delivery. Settles those that need no attempt."""
    event_type = webhook_events.get(delivery.event)
    if not delivery.webhook.is_active or delivery.webhook.league.archived_at is not None:
        outbox.drop(delivery, _("The webhook was turned off."))
    elif outbox.is_exhausted(delivery):
        _fail(delivery, _("It may have arrived twice already."), now)
    elif delivery.give_up_at <= now:
        _fail(delivery, delivery.last_error or _("It could not be sent in time."), now)
    elif event_type is None:
        outbox.drop(delivery, _("This version of the site does not know the event."))
    elif not _is_current(delivery, event_type, now):
        outbox.drop(delivery, _("It was no longer true."))
    else:
        return True
    return False


def _is_current(delivery: WebhookDelivery, event_type: EventType, now: datetime) -> bool:
    try:
        return event_type.is_current(delivery.data, now)
    except LookupError:
        # The data come from another version of the site: say what they say.
        logger.exception("Cannot check whether %s of webhook %s is still true", delivery.event, delivery.webhook_id)
        return True


def _heads_and_others(deliveries: Sequence[WebhookDelivery]) -> tuple[list[WebhookDelivery], list[WebhookDelivery]]:
    """Split into the first delivery of each webhook and the rest."""
    firsts = {delivery.webhook_id: delivery.pk for delivery in reversed(deliveries)}.values()
    heads = [delivery for delivery in deliveries if delivery.pk in firsts]
    return heads, [delivery for delivery in deliveries if delivery.pk not in firsts]


def _released_if_blocked(deliveries: Sequence[WebhookDelivery], now: datetime) -> list[WebhookDelivery]:
    """Return the deliveries that can be sent. Those before which another one waits are due again after that one."""
    if not deliveries:
        return []
    own = WebhookDelivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], state=State.WAITING)
    before = WebhookDelivery.objects.filter(webhook=OuterRef("webhook"), state=State.WAITING, pk__lt=OuterRef("pk"))
    free = set(own.filter(~Exists(before)).values_list("pk", flat=True))
    own.exclude(pk__in=free).update(due_at=now, attempts=F("attempts") - 1)
    return [delivery for delivery in deliveries if delivery.pk in free]


# -- attempts ----------------------------------------------------------------------------------------------------------


def _send(deliveries: Sequence[WebhookDelivery], now: datetime) -> None:
    """Post deliveries to different webhooks at the same time, and record the outcomes."""
    for delivery in deliveries:
        outbox.mark_handed_over(delivery)
    for delivery, outcome in zip(deliveries, _post_all(deliveries), strict=True):
        _record(delivery, outcome, now)


def _post_all(deliveries: Sequence[WebhookDelivery]) -> Iterator[Outcome]:
    """The outcomes, in the order of the deliveries. The threads use no database."""
    if len(deliveries) == 1:
        yield _post(deliveries[0])
    elif deliveries:
        with ThreadPoolExecutor(min(THREADS, len(deliveries))) as pool:
            yield from pool.map(_post, deliveries)


def _post(delivery: WebhookDelivery) -> Outcome:
    started = time.monotonic()
    with in_stored_language():
        try:
            response = _response_to(delivery)
        except SendError as error:
            return Outcome(_milliseconds_since(started), error=error)
        return Outcome(_milliseconds_since(started), response, _error_of(response, delivery))


def _milliseconds_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)


def _response_to(delivery: WebhookDelivery) -> OutgoingResponse:
    """Post the delivery. Raises `SendError` if there is no response."""
    try:
        event_type = webhook_events.get(delivery.event)
        assert event_type is not None, "_is_worth_sending drops unknown events"
        url = delivery.webhook.url
        headers, body = request_of(delivery, event_type)
    except DecryptionError as error:
        logger.error("Webhook %s was encrypted with another key than those in ENCRYPTION_KEYS.", delivery.webhook_id)
        sentence = _("Its secrets cannot be read at the moment.")
        raise SendError(sentence, retry_after=_back_off(delivery)) from error
    except Exception as error:
        # Whatever an app's text raises must not keep the others from being sent.
        logger.exception("Cannot render %s of webhook %s", delivery.event, delivery.webhook_id)
        raise SendError(_("It could not be rendered."), is_permanent=True) from error
    try:
        with OutgoingClient(ssl_context=_ssl_context(), seconds=TIMEOUT_SECONDS) as client:
            return client.post(url, headers=headers, body=body)
    except OutgoingRequestRefused as refused:
        raise SendError(str(refused), is_permanent=True) from refused
    except OutgoingRequestFailed as failed:
        # Receivers of signed JSON know a message again by its id; a chat would show it twice.
        is_chat = delivery.webhook.service != Webhook.Service.GENERIC
        raise SendError(
            str(failed), may_have_arrived=failed.may_have_arrived and is_chat, retry_after=_back_off(delivery)
        ) from failed


@cache
def _ssl_context() -> ssl.SSLContext:
    """The context of all requests: to load the certificates takes longer than most answers."""
    return httpx.create_ssl_context()


def _error_of(response: OutgoingResponse, delivery: WebhookDelivery) -> SendError | None:
    """What a response means; None if the delivery was accepted."""
    status = response.status
    if response.is_success:
        return None
    if 300 <= status < 400:
        return SendError(_("The address redirects to another one, which is not followed."), is_permanent=True)
    sentence = _("The service answered %(status)s.") % {"status": status}
    if status == TOO_MANY_REQUESTS or status in RETRIED_STATUSES:
        wait = response.retry_after(clock.system_now()) if status in (TOO_MANY_REQUESTS, 503) else None
        return SendError(sentence, retry_after=wait if wait is not None else _back_off(delivery))
    return SendError(sentence, is_permanent=True)


def _back_off(delivery: WebhookDelivery) -> timedelta:
    return RETRY_AFTER[min(max(delivery.attempts, 1), len(RETRY_AFTER)) - 1]


# -- outcomes ----------------------------------------------------------------------------------------------------------


@atomic
def _record(delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    """Settle the delivery or schedule its next attempt, and count what failed."""
    status = outcome.response.status if outcome.response else None
    WebhookDelivery.objects.filter(pk=delivery.pk).update(response_status=status, duration_ms=outcome.took)
    if outcome.error is None:
        outbox.mark_sent(delivery, now)
        _forget_failures(delivery.webhook)
        return
    logger.warning("Webhook %s did not accept %s: %s", delivery.webhook_id, delivery.event, outcome.error.reason)
    outbox.record_failure(delivery, outcome.error, now)
    if status == GONE:
        _disable(delivery.webhook, DisabledReason.GONE, now)
    else:
        is_settled = outcome.error.is_permanent or outbox.is_exhausted(delivery)
        _count_failure(delivery.webhook, now, is_settled=is_settled)


@atomic
def _fail(delivery: WebhookDelivery, reason: str, now: datetime) -> None:
    """Settle a delivery as failed without another attempt."""
    outbox.park(delivery, reason)
    _count_failure(delivery.webhook, now, is_settled=True)


def _forget_failures(webhook: Webhook) -> None:
    failing = Webhook.objects.filter(pk=webhook.pk).exclude(failed_deliveries=0, failing_since=None)
    failing.update(failed_deliveries=0, failing_since=None)


def _count_failure(webhook: Webhook, now: datetime, *, is_settled: bool) -> None:
    """Count a failed attempt, or a failed delivery if it `is_settled`. Too many of them turn the webhook off."""
    found = Webhook.objects.locked().select_related("league").filter(pk=webhook.pk).first()
    if found is None:
        return  # It was removed meanwhile.
    webhook = found
    webhook.failed_deliveries += is_settled
    webhook.failing_since = webhook.failing_since or now
    webhook.save(update_fields=["failed_deliveries", "failing_since"])
    if webhook.failed_deliveries >= MAX_FAILED_DELIVERIES:
        _disable(webhook, DisabledReason.FAILURES, now)
    elif now - webhook.failing_since >= MAX_FAILING_TIME:
        _disable(webhook, DisabledReason.SILENCE, now)


def _disable(webhook: Webhook, reason: DisabledReason, now: datetime) -> None:
    """Turn a webhook off and tell the managers, unless it is off already."""
    is_new = Webhook.objects.filter(pk=webhook.pk, is_active=True).update(
        is_active=False, disabled_at=now, disabled_reason=reason
    )
    if is_new:
        drop_waiting(webhook)
        notify_webhook_disabled(webhook=webhook, reason=reason, now=now)


def disable_webhooks_of(*, user: User, now: datetime, league: League | None = None) -> None:
    """Turn off the webhooks that the user has added, in one league or in all, and tell the managers.

    Somebody who has left must not go on reading a private league at an address of their own. A manager who wants to
    keep the webhook turns it on again.
    """
    webhooks = Webhook.objects.filter(created_by=user, is_active=True).select_related("league")
    for webhook in webhooks.filter(league=league) if league else webhooks:
        _disable(webhook, DisabledReason.CREATOR, now)


def _delete_beyond_log(webhooks: Collection[int]) -> None:
    """Keep the last 20 deliveries of each of these webhooks, and those that wait."""
    place = Window(RowNumber(), partition_by=F("webhook"), order_by=F("pk").desc())
    rows = WebhookDelivery.objects.filter(webhook__in=webhooks).annotate(place=place)
    old = list(rows.filter(place__gt=WEBHOOK_LOG_LENGTH).values_list("pk", flat=True)) if webhooks else []
    WebhookDelivery.objects.filter(pk__in=old).exclude(state=State.WAITING).delete()


def delete_old_webhook_deliveries(*, now: datetime) -> int:
    """Delete deliveries that were created more than 30 days ago; returns how many."""
    return delete_in_batches(WebhookDelivery.objects.filter(created_at__lt=now - outbox.RETENTION))


# -- tests -------------------------------------------------------------------------------------------------------------


def send_webhook_test(*, webhook: Webhook, by: User, now: datetime) -> WebhookDelivery:
    """Send a test at once, also to a webhook that is off, and return the settled delivery. It is tried once."""
    delivery = _create_test(webhook, by, now)
    outcome = _post(delivery)
    status = outcome.response.status if outcome.response else None
    WebhookDelivery.objects.filter(pk=delivery.pk).update(response_status=status, duration_ms=outcome.took)
    if outcome.error is None:
        outbox.mark_sent(delivery, now)
    else:
        outbox.park(delivery, outcome.error.reason)
    _delete_beyond_log([webhook.pk])
    delivery.refresh_from_db()
    return delivery


@atomic
def _create_test(webhook: Webhook, by: User, now: datetime) -> WebhookDelivery:
    """Create a test that no task sends. If this process dies, it stays in the log as failed."""
    check_manages(webhook.league, by)
    check_not_archived(webhook.league)
    consume([RateLimitRule("webhook test", str(webhook.league_id), TESTS_PER_HOUR, timedelta(hours=1))], now=now)
    return WebhookDelivery.objects.create(
        webhook=webhook,
        event=TEST.name,
        data={"league_id": webhook.league_id, "league": webhook.league.name},
        state=State.PARKED,
        created_at=now,
        due_at=now,
        give_up_at=now,
        attempts=1,
    )
