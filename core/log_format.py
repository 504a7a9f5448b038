"""The two formats of log lines: JSON for programs, text for people. Both are without secrets (`core.scrubbing`).

The lines come from `logging`, ours as well as those of Django, Celery and granian, so structlog is in the formatter.
This module needs no Django: granian's main process and the supervisor use it too.
"""

import logging
import os
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from core.scrubbing import scrub_text

JSON, TEXT = "json", "text"
# What filters and `extra=` may add to a line. The rest of a record is left out, such as the request itself.
IDS = ("request_id", "task_id", "user_id")
FIELDS = ("method", "route", "view", "status", "duration_ms", "queries", "task", "state", "stream", "topic")
# In place of an id that there is not.
NO_ID = "-"


class TextFormatter(logging.Formatter):
    """One line for a record, followed by its traceback if it has one."""

    def __init__(self) -> None:
        line = "{asctime} {levelname} {name} [request={request_id} task={task_id}]: {message}"
        super().__init__(line, style="{", defaults={"request_id": NO_ID, "task_id": NO_ID})

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name in logging
        record.message = scrub_text(record.message)
        values = ((name, getattr(record, name, None)) for name in (*FIELDS, "user_id"))
        fields = "".join(f" {name}={value}" for name, value in values if value not in (None, NO_ID))
        return super().formatMessage(record) + fields

    def formatException(self, ei: Any) -> str:  # noqa: N802 - likewise
        return scrub_text(super().formatException(ei))


def json_formatter() -> logging.Formatter:
    """A formatter that writes one JSON object for each record, with the traceback as `exception`."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=(*IDS, *FIELDS)),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _scrub_event,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def _scrub_event(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Remove secrets and ids that there are not, and put first what people look for first.

    The fields are ours, and the cost of looking through them would be as high as that of the rest.
    """
    first = {key: event.pop(key) for key in ("timestamp", "level", "event")}
    first["event"] = scrub_text(str(first["event"]))
    if "exception" in event:
        event["exception"] = scrub_text(event["exception"])
    return first | {key: value for key, value in event.items() if value not in (None, NO_ID)}


def formatter(kind: str = "") -> logging.Formatter:
    """The formatter of this kind; without one, of what LOG_FORMAT says."""
    return json_formatter() if (kind or os.environ.get("LOG_FORMAT")) == JSON else TextFormatter()


def granian_logging() -> dict[str, Any]:
    """The configuration of granian's own lines (deploy/granian-log.json is the same)."""
    return {
        "formatters": {"line": {"()": "core.log_format.formatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
    }
