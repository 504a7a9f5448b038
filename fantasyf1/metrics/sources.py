"""Reads the state of the site for the gauges. The readers raise what the database, the broker or the disk raises."""

import json
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cryptography import x509
from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection
from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import clock
from core.cache import safe_cache
from core.metrics.tasks import SENT_AT_HEADER
from drafts.models import ClockHeartbeat, Draft
from fantasyf1.ops.backups.records import read_record
from fantasyf1.ops.heartbeats import latest_report
from leagues.models import WebhookDelivery
from notifications.models import Delivery, Notification, OutboxRow, OutgoingEmail
from races.models import Race, ResultCheck
from races.selectors import feed_state, open_cases
from races.sources.rate_limit import requests_in_last_hour

from .gauges import Value

P = ParamSpec("P")
T = TypeVar("T")

# What costs more than an index scan, or a connection to somebody else, is read this seldom.
PARKED_SECONDS, CERTIFICATE_SECONDS = 300.0, 600.0
# How long the broker, the cache and the proxy have for each answer.
SOCKET_SECONDS = 1.0
PROCESSES = ("worker", "clock", "beat")
# The channels of what has no channel of its own.
NOT_DISPATCHED, ACCOUNT_EMAIL, WEBHOOK = "not dispatched", "account e-mail", "webhook"


def remembered(seconds: float) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Calls the function again only after this many seconds. It is called by one thread at a time."""

    def decorate(function: Callable[[], T]) -> Callable[[], T]:
        last: list[tuple[float, T]] = []

        @wraps(function)
        def call() -> T:
            if not last or time.monotonic() - last[0][0] > seconds:
                last[:] = [(time.monotonic(), function())]
            return last[0][1]

        return call

    return decorate


# -- the database ------------------------------------------------------------------------------------------------------


def database() -> Iterator[Value]:
    """Drafts, outbox, feed and budget, in about a dozen queries of indexed rows."""
    close_old_connections()
    try:
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield from drafts(now)
        yield from outboxes(now)
        yield from results(now)
    finally:
        connection.close()


def drafts(now: datetime) -> Iterator[Value]:
    """Open drafts, and how late their clocks are."""
    is_due = Q(turn_ends_at__lte=now, locks_at__gt=now)
    found = Draft.objects.filter(state=Draft.State.OPEN).aggregate(
        open=Count("pk"), due=Min("turn_ends_at", filter=is_due)
    )
    yield Value("fantasyf1_drafts_open", found["open"])
    yield Value("fantasyf1_draft_clock_overdue_seconds", _age(found["due"], now))
    swept_at = ClockHeartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    if swept_at is not None:
        yield Value("fantasyf1_draft_clock_sweep_age_seconds", _age(swept_at, now))


def outboxes(now: datetime) -> Iterator[Value]:
    """How many messages of each channel are due, and since when."""
    undispatched = Notification.objects.filter(dispatched_at=None).aggregate(count=Count("pk"), since=Min("created_at"))
    yield from _outbox(NOT_DISPATCHED, undispatched["count"], undispatched["since"], now)
    for channel, count, since in _due(Delivery.objects.all(), "channel", now):
        yield from _outbox(channel, count, since, now)
    for channel, model in ((ACCOUNT_EMAIL, OutgoingEmail), (WEBHOOK, WebhookDelivery)):
        groups = _due(model.objects.all(), "state", now)
        count, since = groups[0][1:] if groups else (0, None)
        yield from _outbox(channel, count, since, now)
    for channel, count in parked():
        yield Value("fantasyf1_outbox_parked", count, channel)


def _due(rows: QuerySet[Any], group: str, now: datetime) -> list[tuple[str, int, datetime | None]]:
    """Group, number and age of the rows that are due.

    After a failure the next attempt is in the future, so a row that has been tried counts from its creation.
    """
    due = rows.filter(Q(due_at__lte=now) | Q(attempts__gt=0), state=OutboxRow.State.WAITING)
    since = Min(Case(When(attempts=0, then=F("due_at")), default=F("created_at")))
    return list(due.order_by().values_list(group).annotate(count=Count("pk"), since=since))


def _outbox(channel: str, count: int, since: datetime | None, now: datetime) -> Iterator[Value]:
    yield Value("fantasyf1_outbox_waiting", count, channel)
    yield Value("fantasyf1_outbox_oldest_age_seconds", _age(since, now), channel)


@remembered(PARKED_SECONDS)
def parked() -> list[tuple[str, int]]:
    """How many messages of each channel are parked. No index helps to count them."""
    is_parked = Q(state=OutboxRow.State.PARKED)
    by_channel = Delivery.objects.order_by().values_list("channel").annotate(count=Count("pk", filter=is_parked))
    return [
        *by_channel,
        (ACCOUNT_EMAIL, OutgoingEmail.objects.filter(is_parked).count()),
        (WEBHOOK, WebhookDelivery.objects.filter(is_parked).count()),
    ]


def results(now: datetime) -> Iterator[Value]:
    """The feed of results, its quarantine, and what is left of the hour's requests."""
    feed = feed_state()
    if feed.last_completed_at is not None:
        yield Value("fantasyf1_feed_age_seconds", _age(feed.last_completed_at, now))
    yield Value("fantasyf1_result_checks_failing", feed.failing)
    due = ResultCheck.objects.filter(race__season__is_demonstration=False, done_at=None, due_at__lte=now)
    yield Value("fantasyf1_result_check_overdue_seconds", _age(due.aggregate(since=Min("due_at"))["since"], now))
    weekend = Race.objects.filter(
        season__is_demonstration=False,
        race_date__range=(now.date() - timedelta(days=1), now.date() + timedelta(days=2)),
    ).exclude(state__in=(Race.State.CANCELLED, Race.State.POSTPONED))
    yield Value("fantasyf1_race_weekend", weekend.exists())
    cases = open_cases()
    yield Value("fantasyf1_quarantined_results", cases.count)
    yield Value("fantasyf1_quarantine_oldest_age_seconds", _age(cases.since, now))
    left = settings.F1_API_PER_HOUR - requests_in_last_hour(settings.F1_API_URL)
    yield Value("fantasyf1_f1_api_requests_left", max(left, 0))
    yield Value("fantasyf1_f1_api_requests_per_hour", settings.F1_API_PER_HOUR)


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0


# -- cache and broker --------------------------------------------------------------------------------------------------


def cache_source() -> Iterator[Value]:
    """Nothing but whether the cache responds. The circuit breaker of the site does not count here."""
    if safe_cache.is_redis():
        safe_cache.redis_client().ping()
    else:
        cache.get("metrics")
    yield from ()


def broker() -> Iterator[Value]:
    """How many messages wait in each queue of Redis, and since when the oldest."""
    client: Redis[bytes] = Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=SOCKET_SECONDS,
        socket_timeout=SOCKET_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        for queue in settings.QUEUES:
            yield Value("fantasyf1_queue_messages", client.llen(queue), queue)
            # Messages enter on the left.
            oldest = client.lindex(queue, -1)
            yield Value("fantasyf1_queue_oldest_age_seconds", _age_of_message(oldest), queue)


def _age_of_message(message: bytes | None) -> float:
    """The age of a message in seconds; 0 without one, or if it does not say when it was sent.

    >>> _age_of_message(None), _age_of_message(b"{}"), _age_of_message(b"[]")
    (0.0, 0.0, 0.0)
    """
    try:
        sent_at = float(json.loads(message or b"")["headers"][SENT_AT_HEADER])
    except (ValueError, KeyError, TypeError):
        return 0.0
    return max(time.time() - sent_at, 0.0)


# -- the machine -------------------------------------------------------------------------------------------------------


def machine() -> Iterator[Value]:
    """The data directory: heartbeats of the background processes, the space that is left, and the last backup."""
    yield Value("fantasyf1_build_info", 1, settings.VERSION)
    for process in PROCESSES:
        if report := latest_report(settings.FANTASYF1_HOME, process):
            yield Value("fantasyf1_process_heartbeat_timestamp_seconds", report.written_at, process)
            yield Value("fantasyf1_process_healthy", not report.trouble, process)
    disk = shutil.disk_usage(settings.FANTASYF1_HOME)
    yield Value("fantasyf1_data_volume_size_bytes", disk.total)
    yield Value("fantasyf1_data_volume_free_bytes", disk.free)
    if made_at := read_record(settings.BACKUP_DIR).succeeded_at:
        yield Value("fantasyf1_backup_last_success_timestamp_seconds", made_at.timestamp())


def certificate() -> Iterator[Value]:
    """Until when the certificate is valid that the proxy presents for the site."""
    yield Value("fantasyf1_certificate_expiry_timestamp_seconds", certificate_expires_at().timestamp())


@remembered(CERTIFICATE_SECONDS)
def certificate_expires_at() -> datetime:
    """Connect to the proxy and read when its certificate ends. It need not be signed by a known authority."""
    host, _, port = settings.METRICS_CERTIFICATE_ADDRESS.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host.strip("[]"), int(port)), SOCKET_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=_site_host()) as secured,
    ):
        presented = secured.getpeercert(binary_form=True)
    if not presented:
        raise OSError("The proxy presents no certificate.")
    return x509.load_der_x509_certificate(presented).not_valid_after_utc


def _site_host() -> str:
    return str(settings.SITE_URL).partition("://")[2].partition(":")[0]
