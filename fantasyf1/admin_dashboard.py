"""The first page of the admin: what needs doing, with links to the lists, and whether the parts of the site work.

Managers see only what concerns their own leagues. `site_status` says whether the parts of the site work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.formatting.datetimes import format_time_left
from core.services.failed_tasks import failed_tasks
from drafts.attention import REASONS, attention_counts
from drafts.models import Draft
from drafts.selectors import current_drafts
from fantasyf1.site_status import FAILED_WITHIN, BackupState, Status, backup_state, list_url, usual_statuses
from leagues.models import League
from leagues.selectors import failed_webhooks, leagues_managed_by
from notifications.models import Delivery, OutgoingEmail
from notifications.selectors import outbox_health
from races.selectors import feed_state, open_cases

LEAGUES_SHOWN = 12


@dataclass(frozen=True)
class Task:
    """Something to look after: how often it occurs, and the list of those."""

    label: str
    count: int
    url: str
    detail: str = ""


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
    feed, backups = feed_state(), backup_state(now)
    return Dashboard(
        [*_result_tasks(feed.failing, now), *_backup_tasks(backups), *_message_tasks(now), *_failed_tasks(now), *tasks],
        usual_statuses(feed, backups, now),
        [],
    )


# -- what needs doing --------------------------------------------------------------------------------------------------


def _league_tasks(leagues: QuerySet[League], now: datetime) -> Iterator[Task]:
    for reason, count in attention_counts(leagues, now).items():
        yield Task(str(REASONS[reason]), count, list_url("drafts_draft", {"attention": reason}))
    failed = failed_webhooks(leagues).count()
    yield Task(_("Webhooks that fail"), failed, list_url("leagues_webhook", {"health": "failed"}))


def _result_tasks(failing: int, now: datetime) -> Iterator[Task]:
    cases = open_cases()
    yield Task(
        _("Results in quarantine"),
        cases.count,
        list_url("races_quarantine", {"settled_at__isempty": 1}),
        _oldest(cases.since, now),
    )
    yield Task(_("Result checks that fail"), failing, list_url("races_resultcheck", {"health": "failing"}))


def _backup_tasks(state: BackupState) -> Iterator[Task]:
    if settings.BACKUPS:
        yield Task(_("Backups that failed or are missing"), 1 if state.trouble else 0, "#statuses", state.trouble)


def _message_tasks(now: datetime) -> Iterator[Task]:
    deliveries, emails = outbox_health(Delivery.objects.all(), now), outbox_health(OutgoingEmail.objects.all(), now)
    parked, overdue = {"state__exact": Delivery.State.PARKED}, {"health": "overdue"}
    yield Task(_("Parked notifications"), deliveries.parked, list_url("notifications_delivery", parked))
    yield Task(_("Parked e-mails"), emails.parked, list_url("notifications_outgoingemail", parked))
    yield Task(
        _("Overdue notifications"),
        deliveries.overdue,
        list_url("notifications_delivery", overdue),
        _oldest(deliveries.overdue_since, now),
    )
    yield Task(
        _("Overdue e-mails"),
        emails.overdue,
        list_url("notifications_outgoingemail", overdue),
        _oldest(emails.overdue_since, now),
    )


def _failed_tasks(now: datetime) -> Iterator[Task]:
    since = now - FAILED_WITHIN
    count = failed_tasks().filter(date_done__gte=since).count()
    url = list_url("django_celery_results_taskresult", {"date_done__gte": since.isoformat()})
    yield Task(_("Background tasks that failed in the last 24 hours"), count, url)


def _oldest(since: datetime | None, now: datetime) -> str:
    return _("Oldest waiting for %(time)s") % {"time": format_time_left(now - since)} if since else ""


# -- a manager's leagues -----------------------------------------------------------------------------------------------


def _managed(leagues: QuerySet[League]) -> list[ManagedLeague]:
    shown = list(leagues.filter(archived_at=None).select_related("season").order_by("name")[:LEAGUES_SHOWN])
    drafts = current_drafts(shown)
    return [ManagedLeague(league, drafts.get(league.pk)) for league in shown]
