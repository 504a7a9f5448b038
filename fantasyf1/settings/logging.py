"""Log lines and Sentry."""

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.utils import BadDsn

from fantasyf1.settings.env import log_level, read

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.web.request_ids.RequestIdFilter"}},
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} [request={request_id} task={task_id}]: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": read("str", "LOG_LEVEL", "INFO", validate=log_level)},
    "loggers": {
        # Django's own handler would log everything twice, and Celery would log every periodic task.
        "django": {"handlers": [], "level": "INFO"},
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "celery", "django_celery_beat", "fontTools")},
    },
}

SENTRY_DSN = read("str", "SENTRY_DSN", "")
if SENTRY_DSN:
    try:
        sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, traces_sample_rate=read("float", "SENTRY_TRACES", 0.0))
    except BadDsn as _error:
        raise ImproperlyConfigured("SENTRY_DSN is invalid: copy it from your project settings in Sentry.") from _error
