"""Celery: the broker, and the schedules of periodic tasks."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

from fantasyf1.settings.base import BROKER_URL, FANTASYF1_HOME
from fantasyf1.settings.cache import redis_database
from fantasyf1.settings.env import positive, read

# Without max_retries, a publisher tries to connect for six seconds before it says that there is no broker.
REDIS_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5, "max_retries": 0}

CELERY_BROKER_URL = (
    redis_database(BROKER_URL, 2) if BROKER_URL else f"sqla+sqlite:///{FANTASYF1_HOME / 'broker.sqlite3'}"
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = REDIS_TRANSPORT_OPTIONS if BROKER_URL else {"connect_args": {"timeout": 20}}
# Enqueueing is best-effort (core.tasks.enqueue): it fails at once and never delays a page.
CELERY_TASK_PUBLISH_RETRY = False
# Only failures are kept, with their traceback (docs/decisions/0034-failed-tasks-in-the-database.md).
CELERY_RESULT_BACKEND = "core.tasks.failures:FailureBackend"
CELERY_RESULT_EXTENDED = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
# They are deleted by a task of ours, so beat schedules no clean-up of Celery's.
CELERY_RESULT_EXPIRES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Whether workers tell Flower what they do. Each task then costs a few messages more.
TASK_EVENTS = read("bool", "TASK_EVENTS", False)
CELERY_WORKER_SEND_TASK_EVENTS = CELERY_TASK_SEND_SENT_EVENT = TASK_EVENTS
CELERY_BEAT_SCHEDULER = "fantasyf1.ops.scheduler:SeedingDatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# The tasks that a worker process runs at the same time.
WORKER_THREADS = read("int", "WORKER_THREADS", 2, validate=positive)
# How long a task may run. Celery's own limits do not work with threads (fantasyf1.ops.watchdog).
TASK_SECONDS = read("int", "TASK_SECONDS", 900, validate=positive)

# What keeps the drafts going. These tasks have a queue of their own, and beat runs them too, without the broker
# (fantasyf1.ops.direct_sweep). They are routed by name, so that this also holds for schedules that exist already.
CLOCK_TASKS = (
    "drafts.tasks.expire_due_turns",
    "drafts.tasks.make_bot_picks",
    "drafts.tasks.open_due_drafts",
    "drafts.tasks.lock_due_drafts",
    "drafts.tasks.remind_of_turns",
)
# Results and messages have queues of their own, too. A worker takes from all of its queues in turn, so neither a flood
# of notifications nor a long clean-up holds up the points.
CLOCK_QUEUE, RESULTS_QUEUE, NOTIFICATIONS_QUEUE, DEFAULT_QUEUE = "clock", "results", "notifications", "low"
QUEUES = (CLOCK_QUEUE, RESULTS_QUEUE, NOTIFICATIONS_QUEUE, DEFAULT_QUEUE)
CELERY_TASK_DEFAULT_QUEUE = DEFAULT_QUEUE
# The first pattern that matches a task's name decides.
CELERY_TASK_ROUTES = (
    [
        *((name, {"queue": CLOCK_QUEUE}) for name in CLOCK_TASKS),
        ("*.delete_*", {"queue": DEFAULT_QUEUE}),
        ("scoring.tasks.verify_scores", {"queue": DEFAULT_QUEUE}),
        ("scoring.tasks.notify_of_*", {"queue": NOTIFICATIONS_QUEUE}),
        ("drafts.tasks.remind_of_missing_picks", {"queue": NOTIFICATIONS_QUEUE}),
        ("notifications.tasks.*", {"queue": NOTIFICATIONS_QUEUE}),
        ("leagues.tasks.send_due_webhooks", {"queue": NOTIFICATIONS_QUEUE}),
        ("races.tasks.*", {"queue": RESULTS_QUEUE}),
        ("scoring.tasks.*", {"queue": RESULTS_QUEUE}),
    ],
)


def _every(seconds: int, task: str) -> dict[str, Any]:
    # A task that could not run in time expires: the next one finds the same work in the database.
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expire_seconds": max(seconds * 2, 30)}}


# The initial schedules. Once in the database, they belong to the administrator (fantasyf1.ops.scheduler).
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "Make bot picks": _every(3, "drafts.tasks.make_bot_picks"),
    "Expire due turns": _every(3, "drafts.tasks.expire_due_turns"),
    "Open due drafts": _every(10, "drafts.tasks.open_due_drafts"),
    "Lock due drafts": _every(10, "drafts.tasks.lock_due_drafts"),
    "Remind of turns": _every(10, "drafts.tasks.remind_of_turns"),
    "Remind of missing picks": _every(60, "drafts.tasks.remind_of_missing_picks"),
    "Schedule missing drafts": _every(60, "drafts.tasks.schedule_drafts"),
    "Replace absent managers": _every(3600, "drafts.tasks.replace_absent_managers"),
    "Catch up scores": _every(60, "scoring.tasks.catch_up_scores"),
    "Send result notifications": _every(60, "scoring.tasks.notify_of_results"),
    "Send correction notifications": _every(60, "scoring.tasks.notify_of_corrections"),
    "Verify scores": {
        "task": "scoring.tasks.verify_scores",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expire_seconds": 6 * 3600},
    },
    # Those of the last night, if it is missing.
    "Back up": _every(3600, "fantasyf1.tasks.back_up_when_due"),
    "Record demonstration results": _every(300, "scoring.tasks.record_demonstration_results"),
    "Deliver notifications": _every(10, "notifications.tasks.deliver_notifications"),
    "Delete old deliveries": _every(86_400, "notifications.tasks.delete_old_deliveries"),
    "Send due webhooks": _every(10, "leagues.tasks.send_due_webhooks"),
    "Delete old webhook deliveries": _every(86_400, "leagues.tasks.delete_old_webhook_deliveries"),
    "Send due emails": _every(60, "notifications.tasks.send_due_emails"),
    "Delete old emails": _every(86_400, "notifications.tasks.delete_old_emails"),
    "Delete expired sessions": _every(86_400, "accounts.tasks.delete_expired_sessions"),
    "Delete old email changes": _every(86_400, "accounts.tasks.delete_old_email_changes"),
    "Delete expired account invitations": _every(86_400, "accounts.tasks.delete_expired_account_invitations"),
    "Delete old league invitations": _every(86_400, "leagues.tasks.delete_old_invitations"),
    "Delete old result checks": _every(86_400, "races.tasks.delete_old_result_checks"),
    "Delete quarantine payloads": _every(86_400, "races.tasks.delete_quarantine_payloads"),
    "Delete expired rate limits": _every(3600, "core.tasks.delete_expired_rate_limits"),
    "Delete expired API tokens": _every(3600, "accounts.tasks.delete_expired_token_families"),
    "Expire league invitations": _every(3600, "leagues.tasks.expire_invitations"),
    "Delete old failed tasks": _every(86_400, "core.tasks.delete_old_failed_tasks"),
    "Delete expired idempotency keys": _every(3600, "core.tasks.delete_expired_idempotency_keys"),
    "Delete old notifications": _every(86_400, "notifications.tasks.delete_old_notifications"),
    "Poll race results": _every(60, "races.tasks.poll_results"),
    "Schedule result checks": _every(3600, "races.tasks.schedule_result_checks"),
    "Sync race calendar": {
        "task": "races.tasks.sync_calendar",
        "schedule": crontab(hour="4", minute="20"),
        "options": {"expire_seconds": 6 * 3600},
    },
}
