"""Whether the parts of the site work, and what to do if they do not: for the admin's first page and for `/status/`.

What cannot be read, such as a queue that does not respond, is shown as unknown.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from prometheus_client import Metric

from core import clock
from core.cache import safe_cache
from core.formatting.datetimes import format_time_left
from core.services.failed_tasks import failed_tasks
from core.stored_texts import StoredTexts
from core.tasks.queues import waiting_tasks
from drafts.models import ClockHeartbeat
from fantasyf1.metrics import processes, sources
from fantasyf1.ops.backups.records import Record, read_record
from fantasyf1.ops.heartbeats import latest_trouble_of
from leagues.selectors import first_league_created_at
from races.selectors import FeedState, feed_state, open_cases
from races.sources.rate_limit import requests_in_last_hour

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "unknown"
# The clocks are swept every few seconds.
CLOCK_IS_LATE = timedelta(minutes=2)
FAILED_WITHIN = timedelta(hours=24)
# From the first of each pair on a value is a warning, from the second on a problem. Those of the alerts
# (deploy/prometheus/alerts.yml).
MESSAGE_AGES = (timedelta(minutes=2), timedelta(minutes=10))
QUARANTINE_AGES = (timedelta(0), timedelta(days=1))
DISK_FREE = (0.2, 0.1)
CERTIFICATE_LEFT = (timedelta(days=21), timedelta(days=7))
LATE_TURN_SECONDS = (10.0, 15.0)
FAILED_REQUESTS = (0.005, 0.02)
SLOW_REQUEST_SECONDS = (1.0, 2.5)
# Fewer say nothing about a share.
MIN_REQUESTS = 50
MOST = 0.99
# What the processes write into their heartbeats (`fantasyf1.ops`), in English.
TROUBLES = StoredTexts(
    [
        gettext_noop("worker"),
        gettext_noop("beat"),
        gettext_noop("%(process)s is not running."),
        gettext_noop("%(process)s has not reported for %(seconds)s s."),
        gettext_noop("%(work)s has been running for %(seconds)s s."),
        gettext_noop("%(messages)s messages wait, and none has been taken for %(seconds)s s."),
        gettext_noop("Beat has not ticked for %(seconds)s s."),
        gettext_noop("The worker does not take messages yet."),
        gettext_noop("Tasks cannot be enqueued: %(error)s"),
        gettext_noop("The broker does not work: %(error)s"),
        gettext_noop("A check failed: %(error)s"),
    ]
)


@dataclass(frozen=True)
class Status:
    """Whether a part of the site works. `tone` is "good", "warn", "bad" or "unknown"; `advice` says what to do."""

    label: str
    text: str
    tone: str = GOOD
    url: str = ""
    advice: str = ""

    @property
    def is_good(self) -> bool:
        return self.tone == GOOD


def list_url(table: str, query: Mapping[str, object]) -> str:
    """The address of a list of the admin."""
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode(query)}"


def worst_tone(statuses: Iterable[Status]) -> str:
    """The tone of the whole site. What is unknown is a warning: the site works without it."""
    tones = {status.tone for status in statuses}
    return BAD if BAD in tones else WARN if tones & {WARN, UNKNOWN} else GOOD


def all_statuses(now: datetime) -> list[Status]:
    """Everything, in about twenty queries."""
    return [
        *usual_statuses(feed_state(), backup_state(now), now),
        *_message_statuses(now),
        *_quarantine_statuses(now),
        *_task_statuses(now),
        *_machine_statuses(),
        *_certificate_statuses(),
        *(_counted_statuses(processes.merged(processes.gather().items())) if settings.METRICS else ()),
    ]


def usual_statuses(feed: FeedState, backups: "BackupState", now: datetime) -> list[Status]:
    """What administrators see on the first page of the admin."""
    return [*_feed_statuses(feed, now), *_process_statuses(now), *_server_statuses(), *_backup_statuses(backups, now)]


def _tone(value: float | timedelta, limits: tuple[float, float] | tuple[timedelta, timedelta]) -> str:
    """The tone of a value that should be low.

    >>> [_tone(value, (1, 5)) for value in (0, 1, 5)]
    ['good', 'warn', 'bad']
    """
    warn, bad = limits
    return BAD if value >= bad else WARN if value >= warn else GOOD  # type: ignore[operator]


# -- results -----------------------------------------------------------------------------------------------------------


def _feed_statuses(feed: FeedState, now: datetime) -> Iterator[Status]:
    text = _("No check yet")
    if feed.last_completed_at is not None:
        text = _("Last check completed %(time)s ago") % {"time": _time_since(feed.last_completed_at, now)}
    if feed.failing:
        count = {"count": feed.failing}
        text = ngettext("%(count)s check fails.", "%(count)s checks fail.", feed.failing) % count + f" {text}."
    yield Status(
        _("Results feed"),
        text,
        BAD if feed.failing else GOOD,
        list_url("races_resultcheck", {"o": -6}),
        _("The list says why each check failed. If the F1 API is away for longer, enter the results by hand."),
    )
    sent, most = requests_in_last_hour(settings.F1_API_URL), settings.F1_API_PER_HOUR
    yield Status(
        _("Requests to the F1 API"),
        _("%(sent)s of %(most)s in the last hour") % {"sent": sent, "most": most},
        BAD if sent >= most else GOOD,
        advice=_("Checks go on by themselves within the hour. F1_API_PER_HOUR may be as high as the API allows."),
    )


def _quarantine_statuses(now: datetime) -> Iterator[Status]:
    cases = open_cases()
    text = _("Empty")
    if cases.since:
        count = ngettext("%(count)s result", "%(count)s results", cases.count) % {"count": cases.count}
        text = _("%(results)s, the oldest for %(time)s") % {"results": count, "time": _time_since(cases.since, now)}
    yield Status(
        _("Quarantine of results"),
        text,
        _tone(now - cases.since, QUARANTINE_AGES) if cases.since else GOOD,
        list_url("races_quarantine", {"settled_at__isempty": 1}),
        _("Look at each result: accept it, or dismiss it and wait for a correct one."),
    )


# -- processes and servers ---------------------------------------------------------------------------------------------


def _process_statuses(now: datetime) -> Iterator[Status]:
    labels = {"worker": _("Worker"), "clock": _("Clock worker"), "beat": _("Scheduler")}
    for process, label in labels.items():
        if process == "clock" and settings.EMBEDDED:
            continue  # There, the worker does its tasks.
        trouble = latest_trouble_of(settings.FANTASYF1_HOME, process)
        yield Status(
            label,
            _shown_trouble(trouble) or _("Works"),
            BAD if trouble else GOOD,
            advice=_("Look into the log of the process, and restart it. No work is lost: the next start finds it."),
        )
    beat_at = ClockHeartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    text = _("Last checked %(time)s ago") % {"time": _time_since(beat_at, now)} if beat_at else _("Never checked")
    is_late = beat_at is None or now - beat_at > CLOCK_IS_LATE
    advice = _("Turns do not end, and drafts do not open: restart the scheduler, then the clock worker.")
    yield Status(_("Clocks of the drafts"), text, BAD if is_late else GOOD, advice=advice)


def _shown_trouble(trouble: str) -> str:
    """In the language of the reader, sentence by sentence: several threads may have trouble of their own."""
    return " ".join(TROUBLES.shown(sentence) for sentence in re.split(r"(?<= s\.) ", trouble))


def _server_statuses() -> Iterator[Status]:
    responds = safe_cache.call_or_none(lambda: cache.get("admin:dashboard", "responds"), "admin:dashboard")
    advice = _("The site works without the cache, but slower. Look at its memory and its log, and restart it.")
    yield Status(_("Cache"), _("Works")) if responds else _unknown(_("Cache"), advice)
    if settings.BROKER_URL:
        waiting, label = waiting_tasks(*settings.QUEUES), _("Tasks that wait for a worker")
        advice = _("Drafts go on; e-mails, results and scores wait. Look at the broker's memory and its log.")
        yield Status(label, str(waiting)) if waiting is not None else _unknown(label, advice)


def _unknown(label: str, advice: str) -> Status:
    return Status(label, _("Unknown: it does not respond"), UNKNOWN, advice=advice)


def _task_statuses(now: datetime) -> Iterator[Status]:
    since = now - FAILED_WITHIN
    failed = failed_tasks().filter(date_done__gte=since).count()
    yield Status(
        _("Background tasks that failed in the last 24 hours"),
        str(failed),
        WARN if failed else GOOD,
        list_url("django_celery_results_taskresult", {"date_done__gte": since.isoformat()}),
        _("The list has the error of each. Tasks are tried again by themselves: see whether the last ones succeeded."),
    )


# -- backups -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BackupState:
    """`trouble` is a sentence on what is wrong with the backups, empty if nothing is."""

    record: Record
    trouble: str


def backup_state(now: datetime) -> BackupState:
    record = read_record(settings.BACKUP_DIR)
    if record.error:
        return BackupState(record, _("The last backup has failed: %(error)s") % {"error": record.error})
    if record.is_old(now, in_use_since=first_league_created_at()):
        return BackupState(record, _("There has been no backup for two days."))
    return BackupState(record, "")


def _backup_statuses(state: BackupState, now: datetime) -> Iterator[Status]:
    if not settings.BACKUPS:
        return
    text = _("No backup yet")
    if state.record.succeeded_at is not None:
        text = _("Last backup made %(time)s ago") % {"time": _time_since(state.record.succeeded_at, now)}
    advice = " ".join([state.trouble, _("Run manage.py backup: it says what is wrong.")]).strip()
    yield Status(_("Backups"), text, BAD if state.trouble else GOOD, advice=advice)


# -- messages ----------------------------------------------------------------------------------------------------------


def _message_statuses(now: datetime) -> Iterator[Status]:
    waiting, age, parked = 0, 0.0, 0.0
    for value in sources.outboxes(now):
        match value.gauge:
            case "fantasyf1_outbox_waiting":
                waiting += int(value.value)
            case "fantasyf1_outbox_oldest_age_seconds":
                age = max(age, value.value)
            case "fantasyf1_outbox_parked":
                parked += value.value
    text = _("None waits")
    if waiting:
        time = format_time_left(max(timedelta(seconds=age), timedelta(seconds=1)))
        text = _("%(count)s wait, the oldest for %(time)s") % {"count": waiting, "time": time}
    advice = _("Look at the errors in the list. If the mail server is away, everything is sent once it is back.")
    url = list_url("notifications_delivery", {"health": "overdue"})
    yield Status(_("Messages to people"), text, _tone(timedelta(seconds=age), MESSAGE_AGES), url, advice)
    url = list_url("notifications_delivery", {"state__exact": "parked"})
    advice = _("Correct the cause, select the rows in the list, and send them again.")
    yield Status(_("Parked messages"), str(int(parked)), WARN if parked else GOOD, url, advice)


# -- the machine -------------------------------------------------------------------------------------------------------


def _machine_statuses() -> Iterator[Status]:
    disk = shutil.disk_usage(settings.FANTASYF1_HOME)
    free, (warn, bad) = disk.free / disk.total, DISK_FREE
    yield Status(
        _("Free disk space"),
        _("%(share)s %% of the data volume") % {"share": round(free * 100)},
        BAD if free < bad else WARN if free < warn else GOOD,
        advice=_("Delete old backups and logs, or enlarge the volume. Full disks stop the database."),
    )


def _certificate_statuses() -> Iterator[Status]:
    if not settings.METRICS_CERTIFICATE_ADDRESS:
        return
    label, advice = _("Certificate"), _("Look into the log of the proxy: it says why it could not renew it.")
    try:
        left = sources.certificate_expires_at() - clock.system_now()
    except (OSError, ValueError):
        yield _unknown(label, advice)
        return
    warn, bad = CERTIFICATE_LEFT
    tone = BAD if left < bad else WARN if left < warn else GOOD
    text = _("Expires in %(time)s") % {"time": format_time_left(max(left, timedelta(seconds=1)))}
    yield Status(label, text, tone, advice=advice)


# -- what the processes of this machine have counted since they started ------------------------------------------------


class Counted:
    """The samples of all processes, added up over all labels but those that are asked for."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._samples: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)
        for metric in metrics:
            for sample in metric.samples:
                self._samples[sample.name].append((sample.labels, sample.value))

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels."""
        return sum(value for own, value in self._samples[name] if labels.items() <= own.items())

    def quantile(self, histogram: str, share: float) -> float:
        """The upper bound of the bucket in which this share of the observations is reached; 0 without any."""
        buckets: dict[float, float] = defaultdict(float)
        for labels, value in self._samples[f"{histogram}_bucket"]:
            buckets[float(labels["le"])] += value
        count = buckets.get(float("inf"), 0)
        return next((bound for bound, value in sorted(buckets.items()) if count and value >= share * count), 0.0)


def _counted_statuses(metrics: Iterable[Metric]) -> Iterator[Status]:
    counted = Counted(metrics)
    yield from _request_statuses(counted)
    picks = int(counted.total("fantasyf1_pick_duration_seconds_count"))
    yield Status(_("Picks"), _duration_text(picks, counted.quantile("fantasyf1_pick_duration_seconds", MOST)))
    name = "fantasyf1_draft_turn_lateness_seconds"
    turns, late = int(counted.total(f"{name}_count")), counted.quantile(name, 1)
    text = _("None yet")
    if turns:
        text = _("%(count)s, at most %(seconds)s s late") % {"count": turns, "seconds": localize(late)}
    advice = _("The machine is busy, or a process hangs: look at the scheduler and at the load.")
    # A bound says that all observations are at most as high.
    yield Status(_("Turns that ran out"), text, _tone(late, _above(LATE_TURN_SECONDS)), advice=advice)
    hits = counted.total("fantasyf1_cache_requests_total", result="hit")
    reads = counted.total("fantasyf1_cache_requests_total")
    yield Status(_("Cache hits"), _("%(share)s %%") % {"share": round(100 * hits / reads)} if reads else _("None yet"))
    yield Status(_("Open live streams"), str(int(counted.total("fantasyf1_streams_open"))))
    yield Status(_("Refused by rate limits"), str(int(counted.total("fantasyf1_rate_limit_refusals_total"))))


def _request_statuses(counted: Counted) -> Iterator[Status]:
    name = "fantasyf1_http_request_duration_seconds"
    requests, failed = counted.total(f"{name}_count"), counted.total(f"{name}_count", status="5xx")
    slowest = counted.quantile(name, MOST)
    tone = GOOD if requests < MIN_REQUESTS else _tone(slowest, _above(SLOW_REQUEST_SECONDS))
    advice = _("Look at the load of the machine, and at the time of the SQL statements in the metrics.")
    yield Status(_("Requests"), _duration_text(int(requests), slowest), tone, advice=advice)
    share = failed / requests if requests else 0.0
    tone = GOOD if requests < MIN_REQUESTS else _tone(share, FAILED_REQUESTS)
    advice = _("Search the log for lines at ERROR: each has the id of its request.")
    yield Status(_("Requests that failed"), str(int(failed)), tone, advice=advice)


def _duration_text(count: int, seconds: float) -> str:
    if not count:
        return _("None yet")
    return _("%(count)s, 99 of 100 within %(seconds)s s") % {"count": count, "seconds": localize(seconds)}


def _above(limits: tuple[float, float]) -> tuple[float, float]:
    """Limits for the upper bound of a bucket, which is as high as a limit while all values are below it."""
    return limits[0] + 1e-9, limits[1] + 1e-9


def _time_since(moment: datetime, now: datetime) -> str:
    return format_time_left(max(now - moment, timedelta(seconds=1)))
