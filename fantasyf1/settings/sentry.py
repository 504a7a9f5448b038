"""What Sentry gets: errors, traces and check-ins of the schedules, with ids and without secrets or personal data."""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.httpx import HttpxIntegration
from sentry_sdk.scrubber import DEFAULT_DENYLIST, DEFAULT_PII_DENYLIST, EventScrubber
from sentry_sdk.types import Event, Hint

from core.scrubbing import SECRET_NAMES, SECRET_WHOLE_NAMES, scrub


def init_sentry(dsn: str, *, environment: str, version: str, traces: float, **options: Any) -> None:
    """Report to Sentry from now on. Raises `BadDsn`."""
    names = [*DEFAULT_DENYLIST, *SECRET_NAMES, *SECRET_WHOLE_NAMES]
    sentry_sdk.init(
        dsn=dsn,
        release=f"fantasyf1@{version}",
        environment=environment,
        traces_sample_rate=traces,
        send_default_pii=False,
        # A form or a local variable may hold anything.
        max_request_body_size="never",
        include_local_variables=False,
        event_scrubber=EventScrubber(names, recursive=True, pii_denylist=[*DEFAULT_PII_DENYLIST]),
        before_send=_prepare,
        before_send_transaction=_prepare,
        integrations=[DjangoIntegration(), CeleryIntegration(monitor_beat_tasks=True)],
        # Users give the addresses that the site posts to, and there are secrets in them.
        disabled_integrations=[HttpxIntegration()],
        **options,
    )


def _prepare(event: Event, hint: Hint) -> Event:
    """Add the ids of the request and of the user, and remove secrets."""
    if event.get("type") == "check_in":
        return event
    from core.web import request_ids, request_log  # they need the settings

    prepared: Event = scrub(event)
    if request_id := request_ids.current():
        tags: Any = prepared.get("tags") or {}
        prepared["tags"] = {**tags, "request_id": request_id}
    user_id = request_log.current_user_id()
    prepared["user"] = {"id": str(user_id)} if user_id else {}
    return prepared
