"""Log lines and Sentry."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.utils import BadDsn

from core import log_format
from fantasyf1.settings.base import IS_PRODUCTION, VERSION
from fantasyf1.settings.env import between_0_and_1, log_level, one_of, read
from fantasyf1.settings.sentry import init_sentry

LOG_LEVEL: str = read("str", "LOG_LEVEL", "INFO", validate=log_level)
LOG_FORMAT: str = read("str", "LOG_FORMAT", log_format.TEXT, validate=one_of(log_format.JSON, log_format.TEXT))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "core.web.request_ids.RequestIdFilter"},
        "user_id": {"()": "core.web.request_log.UserIdFilter"},
    },
    "formatters": {"line": {"()": "core.log_format.formatter", "kind": LOG_FORMAT}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id", "user_id"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would log everything twice, and Celery would log every periodic task.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "celery", "django_celery_beat", "fontTools")},
    },
}
if LOG_FORMAT == log_format.TEXT and LOG_LEVEL != "DEBUG":
    # People do not want to read that a task of the clock has run, every second.
    LOGGING["loggers"]["core.tasks.task_log"] = {"level": "WARNING"}

SENTRY_DSN: str = read("str", "SENTRY_DSN", "")
SENTRY_ENVIRONMENT: str = read("str", "SENTRY_ENVIRONMENT", "") or ("production" if IS_PRODUCTION else "development")
SENTRY_TRACES: float = read("float", "SENTRY_TRACES", 0.0, validate=between_0_and_1)
if SENTRY_DSN:
    try:
        init_sentry(SENTRY_DSN, environment=SENTRY_ENVIRONMENT, version=VERSION, traces=SENTRY_TRACES)
    except BadDsn as _error:
        raise ImproperlyConfigured("SENTRY_DSN is invalid: copy it from your project settings in Sentry.") from _error
