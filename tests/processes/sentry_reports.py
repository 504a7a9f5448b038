"""A process with Sentry, whose transport keeps what it would send: prints that as one line of JSON.

Its database has no tables, so a request and a task that read from it fail.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

sent: list[dict[str, Any]] = []


class KeepingTransport(Transport):
    def capture_envelope(self, envelope: Envelope) -> None:
        sent.extend({"type": item.headers["type"], "payload": item.payload.json} for item in envelope.items)


def main(secret: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "fantasyf1.settings"
    init = sentry_sdk.init
    setattr(sentry_sdk, "init", partial(init, transport=KeepingTransport))  # noqa: B010 - the settings call it
    from fantasyf1.wsgi import application

    _request(application, f"/calendar/{secret}.ics", secret)
    _request(application, f"/watch/{secret}/?password={secret}", secret)
    _beat()
    sentry_sdk.flush()
    json.dump(sent, sys.stdout, default=str)


def _request(application: Callable[..., Any], path: str, secret: str) -> None:
    from django.test import RequestFactory

    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        "HTTP_COOKIE": f"sessionid={secret}",
        "HTTP_IDEMPOTENCY_KEY": secret,
        "HTTP_X_REQUEST_ID": "app-7f3a",
        "HTTP_REFERER": f"http://testserver/pick/{secret}/",
        "HTTP_HOST": "localhost",
    }
    b"".join(application(RequestFactory().get(path).environ | headers, lambda *start: None))


def _beat() -> None:
    """Let beat publish two schedules, and a worker run their tasks: the first one fails."""
    from celery.app.trace import build_tracer
    from celery.beat import ScheduleEntry
    from celery.schedules import schedule
    from django_celery_beat.tzcrontab import TzAwareCrontab

    from fantasyf1.celery import app
    from fantasyf1.ops.scheduler import SeedingDatabaseScheduler

    app.conf.update(broker_url="memory://")
    app.set_current()
    app.finalize()
    app.loader.import_default_modules()
    scheduler = SeedingDatabaseScheduler(app, lazy=True)
    schedules = {
        "Poll race results": ("races.tasks.poll_results", schedule(60)),
        "Verify scores": ("scoring.tasks.verify_scores", TzAwareCrontab("40", "3")),
        "Expire due turns": ("drafts.tasks.expire_due_turns", schedule(3)),
    }
    for name, (task, due) in schedules.items():
        scheduler.apply_entry(ScheduleEntry(name=name, task=task, schedule=due, app=app), producer=scheduler.producer)
    setattr(app.tasks["scoring.tasks.verify_scores"], "run", int)  # noqa: B010 - it succeeds
    with app.connection_for_read() as broker:
        for queue_name in ("results", "low"):
            with broker.SimpleQueue(queue_name) as queue:
                message = queue.get(timeout=10)
                message.ack()
            name, headers = message.headers["task"], message.headers
            tracer = build_tracer(name, app.tasks[name], app=app)
            tracer(headers["id"], [], {}, {**headers, "headers": headers})


if __name__ == "__main__":
    main(sys.stdin.read())
