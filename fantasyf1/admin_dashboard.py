"""The first page of the admin: what needs doing, with links to the lists, and whether the parts of the site work.

Managers see only what concerns their own leagues. What cannot be read, such as a queue that does not respond, is shown
as unknown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.models import User
from core.cache import safe_cache
from core.formatting.datetimes import format_time_left
from core.services.failed_tasks import failed_tasks
from core.stored_texts import StoredTexts
from core.tasks.queues import waiting_tasks
from drafts.attention import REASONS, attention_counts
from drafts.models import ClockHeartbeat, Draft
from drafts.selectors import current_drafts
from fantasyf1.ops.backups.records import Record, read_record
from fantasyf1.ops.heartbeats import latest_trouble_of
from leagues.models import League
from leagues.selectors import failed_webhooks, first_league_created_at, leagues_managed_by
from notifications.models import Delivery, OutgoingEmail
from notifications.selectors import outbox_health
from races.selectors import feed_state, open_cases
from races.sources.rate_limit import requests_in_last_hour

# The clocks are swept every few seconds.
CLOCK_IS_LATE = timedelta(minutes=2)
FAILED_WITHIN = timedelta(hours=24)
LEAGUES_SHOWN = 12
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
class Task:
    """Something to look after: how often it occurs, and the list of those."""

    label: str
    count: int
    url: str
    detail: str = ""


@dataclass(frozen=True)
class Status:
    """Whether a part of the site works. `tone` is "good", "bad", or "unknown"."""

    label: str
    text: str
    tone: str = "good"
    url: str = ""


@dataclass(frozen=True)
class ManagedLeague:
    league: League
    draft: Draft | None


@dataclass(frozen=True)
class Dashboard:
    """`statuses` is empty for managers, `leagues` for administrators."""

    tasks: list[Task]
    statuses: list[Status]
    leagues: list[ManagedLeague]

    @property
    def to_do(self) -> list[Task]:
        return [task for task in self.tasks if task.count]

    @property
    def clear(self) -> list[Task]:
        return [task for task in self.tasks if not task.count]


def dashboard_of(user: User, now: datetime) -> Dashboard:
    leagues = leagues_managed_by(user)
    tasks = [*_league_tasks(leagues, now)]
    if not user.is_superuser:
        return Dashboard(tasks, [], _managed(leagues))
    feed, backups = feed_state(), _backup_state(now)
    return Dashboard(
        [*_result_tasks(feed.failing, now), *_backup_tasks(backups), *_message_tasks(now), *_failed_tasks(now), *tasks],
        [
            *_feed_statuses(feed.last_completed_at, feed.failing, now),
            *_process_statuses(now),
            *_server_statuses(),
            *_backup_statuses(backups, now),
        ],
        [],
    )


# -- what needs doing --------------------------------------------------------------------------------------------------


def _league_tasks(leagues: QuerySet[League], now: datetime) -> Iterator[Task]:
    for reason, count in attention_counts(leagues, now).items():
        yield Task(str(REASONS[reason]), count, _list_url("drafts_draft", {"attention": reason}))
    failed = failed_webhooks(leagues).count()
    yield Task(_("Webhooks that fail"), failed, _list_url("leagues_webhook", {"health": "failed"}))


def _result_tasks(failing: int, now: datetime) -> Iterator[Task]:
    cases = open_cases()
    yield Task(
        _("Results in quarantine"),
        cases.count,
        _list_url("races_quarantine", {"settled_at__isempty": 1}),
        _oldest(cases.since, now),
    )
    yield Task(_("Result checks that fail"), failing, _list_url("races_resultcheck", {"health": "failing"}))


@dataclass(frozen=True)
class BackupState:
    """`trouble` is a sentence on what is wrong with the backups, empty if nothing is."""

    record: Record
    trouble: str


def _backup_state(now: datetime) -> BackupState:
    record = read_record(settings.BACKUP_DIR)
    if record.error:
        return BackupState(record, _("The last backup has failed: %(error)s") % {"error": record.error})
    if record.is_old(now, in_use_since=first_league_created_at()):
        return BackupState(record, _("There has been no backup for two days."))
    return BackupState(record, "")


def _backup_tasks(state: BackupState) -> Iterator[Task]:
    if settings.BACKUPS:
        yield Task(_("Backups that failed or are missing"), 1 if state.trouble else 0, "#statuses", state.trouble)


def _message_tasks(now: datetime) -> Iterator[Task]:
    deliveries, emails = outbox_health(Delivery.objects.all(), now), outbox_health(OutgoingEmail.objects.all(), now)
    parked, overdue = {"state__exact": Delivery.State.PARKED}, {"health": "overdue"}
    yield Task(_("Parked notifications"), deliveries.parked, _list_url("notifications_delivery", parked))
    yield Task(_("Parked e-mails"), emails.parked, _list_url("notifications_outgoingemail", parked))
    yield Task(
        _("Overdue notifications"),
        deliveries.overdue,
        _list_url("notifications_delivery", overdue),
        _oldest(deliveries.overdue_since, now),
    )
    yield Task(
        _("Overdue e-mails"),
        emails.overdue,
        _list_url("notifications_outgoingemail", overdue),
        _oldest(emails.overdue_since, now),
    )


def _failed_tasks(now: datetime) -> Iterator[Task]:
    since = now - FAILED_WITHIN
    count = failed_tasks().filter(date_done__gte=since).count()
    url = _list_url("django_celery_results_taskresult", {"date_done__gte": since.isoformat()})
    yield Task(_("Background tasks that failed in the last 24 hours"), count, url)


def _oldest(since: datetime | None, now: datetime) -> str:
    return _("Oldest waiting for %(time)s") % {"time": format_time_left(now - since)} if since else ""


def _list_url(table: str, query: Mapping[str, Any]) -> str:
    return f"{reverse(f'admin:{table}_changelist')}?{urlencode(query)}"


# -- whether the site works --------------------------------------------------------------------------------------------


def _feed_statuses(last_completed_at: datetime | None, failing: int, now: datetime) -> Iterator[Status]:
    text = _("No check yet")
    if last_completed_at is not None:
        text = _("Last check completed %(time)s ago") % {
            "time": format_time_left(max(now - last_completed_at, timedelta(seconds=1)))
        }
    if failing:
        text = ngettext("%(count)s check fails.", "%(count)s checks fail.", failing) % {"count": failing} + f" {text}."
    yield Status(_("Results feed"), text, "bad" if failing else "good", _list_url("races_resultcheck", {"o": -6}))
    sent, most = requests_in_last_hour(settings.F1_API_URL), settings.F1_API_PER_HOUR
    text = _("%(sent)s of %(most)s in the last hour") % {"sent": sent, "most": most}
    yield Status(_("Requests to the F1 API"), text, "bad" if sent >= most else "good")


def _process_statuses(now: datetime) -> Iterator[Status]:
    processes = {"worker": _("Worker"), "clock": _("Clock worker"), "beat": _("Scheduler")}
    for process, label in processes.items():
        if process == "clock" and settings.EMBEDDED:
            continue  # There, the worker does its tasks.
        trouble = latest_trouble_of(settings.FANTASYF1_HOME, process)
        yield Status(label, _shown_trouble(trouble) or _("Works"), "bad" if trouble else "good")
    beat_at = ClockHeartbeat.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    if beat_at is None:
        yield Status(_("Clocks of the drafts"), _("Never checked"), "bad")
        return
    text = _("Last checked %(time)s ago") % {"time": format_time_left(max(now - beat_at, timedelta(seconds=1)))}
    yield Status(_("Clocks of the drafts"), text, "bad" if now - beat_at > CLOCK_IS_LATE else "good")


def _shown_trouble(trouble: str) -> str:
    """In the language of the reader, sentence by sentence: several threads may have trouble of their own."""
    return " ".join(TROUBLES.shown(sentence) for sentence in re.split(r"(?<= s\.) ", trouble))


def _server_statuses() -> Iterator[Status]:
    responds = safe_cache.call_or_none(lambda: cache.get("admin:dashboard", "responds"), "admin:dashboard")
    yield Status(_("Cache"), _("Works"), "good") if responds else _unknown(_("Cache"))
    if settings.BROKER_URL:
        waiting = waiting_tasks(*settings.QUEUES)
        label = _("Tasks that wait for a worker")
        yield Status(label, str(waiting)) if waiting is not None else _unknown(label)


def _backup_statuses(state: BackupState, now: datetime) -> Iterator[Status]:
    if not settings.BACKUPS:
        return
    succeeded_at = state.record.succeeded_at
    text = _("No backup yet")
    if succeeded_at is not None:
        text = _("Last backup made %(time)s ago") % {
            "time": format_time_left(max(now - succeeded_at, timedelta(seconds=1)))
        }
    yield Status(_("Backups"), text, "bad" if state.trouble else "good")


def _unknown(label: str) -> Status:
    return Status(label, _("Unknown: it does not respond"), "unknown")


# -- a manager's leagues -----------------------------------------------------------------------------------------------


def _managed(leagues: QuerySet[League]) -> list[ManagedLeague]:
    shown = list(leagues.filter(archived_at=None).select_related("season").order_by("name")[:LEAGUES_SHOWN])
    drafts = current_drafts(shown)
    return [ManagedLeague(league, drafts.get(league.pk)) for league in shown]
