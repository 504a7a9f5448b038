"""A process that runs services and can crash at a named point: `python -m tests.processes.crash_worker DATABASE`.

It reads one line of JSON for each job and responds with one. A job with a `point` runs in a process forked for it,
which is killed with SIGKILL at that point. The forked process has its own connections, and only what it has committed
and reported remains. The crash points are patched into the app's functions in the forked process only.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.db import connections

RANDOM_MOMENT = "any moment"
# Where each point kills the process, as (the module, its function, before or after the call). A module without a dot is
# one of the services of `drafts`.
CRASH_POINTS = {
    "pick": {
        "the draft is held": ("picks", "locked_draft", "after"),
        "the pick stands, the event does not": ("picks", "append_pick_event", "before"),
        "the event stands": ("picks", "append_pick_event", "after"),
        "the next turn has begun": ("picks", "advance_turn", "after"),
    },
    "expire": {
        "the heartbeat is recorded": ("autopick", "grant_downtime_grace", "after"),
        "the choice is made": ("autopick", "choose_autopick_for", "after"),
        "the autopick stands": ("autopick", "fill_slot", "after"),
        "the next turn has begun": ("autopick", "advance_turn", "after"),
        "one turn of several is over": ("autopick", "expire_turn", "after"),
    },
    "lock": {
        "a missing pick is filled in": ("locking", "fill_slot", "after"),
        "all of them are": ("locking", "_fill_open_slots", "after"),
        "the next draft is to be made": ("locking", "schedule_draft", "before"),
        "the next draft is made": ("locking", "schedule_draft", "after"),
    },
    "correct": {
        "the revision is being written": ("races.services.results", "_write_rows", "after"),
        "the revision stands, nothing is scored": ("scoring.services", "score_race", "before"),
        "the sheets are made": ("scoring.services.scoring", "get_or_create_sheets", "after"),
        "the leagues are held": ("scoring.services.bulk_sql", "lock_league_rows", "after"),
        "the old scores are laid aside": ("scoring.services.bulk_sql", "snapshot_scores", "after"),
        "the picks are scored": ("scoring.services.bulk_sql", "score_picks", "after"),
        "the constructors are scored": ("scoring.services.bulk_sql", "score_constructors", "after"),
        "the drafts are marked": ("scoring.services.bulk_sql", "mark_scored", "after"),
        "the season is ranked": ("scoring.services.bulk_sql", "rank_seasons", "after"),
        "the versions are raised": ("scoring.services.bulk_sql", "increment_versions", "after"),
        "the changes are noted": ("scoring.services.bulk_sql", "record_changes", "after"),
        "the transaction is about to end": ("scoring.services.scoring", "publish_on_commit", "after"),
        "all is committed, nothing is cached": ("scoring.services.bulk_sql", "season_rows", "before"),
        "the tables are rendered": ("scoring.services.prerendering", "set_many_rendered", "before"),
        "the tables are cached": ("scoring.services.prerendering", "set_many_rendered", "after"),
    },
    "deliver": {
        "the deliveries are to be created": ("notifications.services.delivery", "_deliveries", "before"),
        "the notifications are dispatched": ("notifications.services", "dispatch_notifications", "after"),
        "the deliveries are claimed": ("notifications.services.delivery", "_claim", "after"),
        "the e-mail is rendered": ("notifications.channels.email", "compose", "after"),
        "the e-mail is about to leave": ("notifications.services.outbox", "mark_handed_over", "after"),
        "the mail server has accepted it": ("notifications.channels.mail_server", "send", "after"),
        "it is marked as sent": ("notifications.services.outbox", "mark_sent", "after"),
    },
    "webhook": {
        "the deliveries are claimed": ("leagues.services.webhook_delivery", "_claim", "after"),
        "it is about to leave": ("notifications.services.outbox", "mark_handed_over", "after"),
        "the service has answered": ("leagues.services.webhook_delivery", "_post", "after"),
        "the outcome is recorded": ("leagues.services.webhook_delivery", "_record", "after"),
    },
}
# Crash points around every job, whatever it does.
COMMON_CRASH_POINTS = ("before it begins", "before it is said", "after it is said", RANDOM_MOMENT)


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        send_json(run_and_crash(job) if "point" in job else {"said": act(job), "killed": False})


def send_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - the test reads this output


def act(job: dict[str, Any]) -> str:
    """Run the job; returns its outcome."""
    with ExitStack() as changes:
        if not job.get("locked", True):
            changes.enter_context(mock.patch.object(QuerySet, "select_for_update", lambda rows, **_: rows))
        try:
            return ACTIONS[job["act"]](job, datetime.fromisoformat(job["now"]))
        except Refused as refused:
            return refused.code
        except DatabaseError as error:
            return f"{type(error).__name__}: {error}".replace("\n", " ")


def sleep_until(moment: float) -> None:
    """Sleep until the agreed time of the monotonic clock, which all processes share."""
    time.sleep(max(moment - time.monotonic(), 0))


def pick(job: dict[str, Any], now: datetime) -> str:
    constructor = Constructor.objects.get(pk=job["constructor"])
    entry = Entry.objects.select_related("driver").get(pk=job["entry"])
    sleep_until(job.get("at", 0))
    return f"slot {services.make_pick(constructor=constructor, entry=entry, now=now).slot.number}"


def swap(job: dict[str, Any], now: datetime) -> str:
    constructor = Constructor.objects.get(pk=job["constructor"])
    entries = Entry.objects.select_related("driver")
    out, entry = entries.get(pk=job["out"]), entries.get(pk=job["entry"])
    sleep_until(job.get("at", 0))
    return f"slot {services.substitute_driver(constructor=constructor, out=out, entry=entry, now=now).slot.number}"


def expire(job: dict[str, Any], now: datetime) -> str:
    sleep_until(job.get("at", 0))
    return f"ended {services.expire_due_turns(now=now)}"


def lock(job: dict[str, Any], now: datetime) -> str:
    return f"locked {services.lock_due_drafts(now=now)}"


def correct_results(job: dict[str, Any], now: datetime) -> str:
    """Swap the places of two drivers in the latest results of the race, and score the race."""
    race = Race.objects.select_related("season", "circuit").get(pk=job["race"])
    last = latest_classification(race)
    rows = classification_rows(last) if last else []
    first, other = (next(row for row in rows if row.driver == ref) for ref in job["drivers"])
    dto = ClassificationDTO(
        round=race.round,
        race_name=race.name,
        circuit=race.circuit.ref,
        kind="race",
        rows=tuple(
            {first: with_driver_of(first, other), other: with_driver_of(other, first)}.get(row, row) for row in rows
        ),
    )
    record_classification(season=race.season, dto=dto, source="api", now=now)
    return f"scored {scoring_services.score_race(race=race, now=now)}"


def with_driver_of(place: Any, driver: Any) -> Any:
    """A row of the results with another driver and that driver's car."""
    return replace(place, driver=driver.driver, team=driver.team, number=driver.number)


def deliver(job: dict[str, Any], now: datetime) -> str:
    """Send what is due by e-mail, to the mail server on the port of the job."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.HAS_MAIL_SERVER, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", job["mail_port"]
    notification_services.dispatch_notifications(now=now)
    return f"settled {notification_services.send_due_deliveries(now=now)}"


def send_to_webhooks(job: dict[str, Any], now: datetime) -> str:
    """Send what webhooks wait for, also to addresses in the network of the job."""
    settings.OUTGOING_ALLOWED_NETWORKS = [job["network"]]
    return f"handled {league_services.send_due_webhooks(now=now)}"


def run_and_crash(job: dict[str, Any]) -> dict[str, Any]:
    """Run the job in a process that is killed at `point` if it gets there; returns what it reported before that."""
    # A connection that both processes have would outlive the kill, with the transaction of the killed one.
    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        run_in_child(job, writing)
    os.close(writing)
    if job["point"] == RANDOM_MOMENT:
        time.sleep(job["delay"])
        os.kill(pid, signal.SIGKILL)
    said = os.read(reading, 1000).decode()
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    return {"said": said or None, "killed": os.WIFSIGNALED(status)}


def run_in_child(job: dict[str, Any], writing: int) -> None:
    point = job["point"]
    install_crash_point(CRASH_POINTS[job["act"]].get(point))
    if point == "before it begins":
        kill_self()
    said = act(job)
    if point == "before it is said":
        kill_self()
    os.write(writing, said.encode())
    if point == "after it is said":
        kill_self()
    os._exit(0)


def install_crash_point(place: tuple[str, str, str] | None) -> None:
    if place is not None:
        module, name, when = place
        owner = import_module(module if "." in module else f"drafts.services.{module}")
        setattr(owner, name, crashing(getattr(owner, name), when))


def crashing(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            kill_self()
        result = function(*args, **kwargs)
        # A step without effect, such as a turn that another process has ended, is not a crash point.
        if result is not False:
            kill_self()
        return result

    return call


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


if __name__ == "__main__":
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

    from importlib import import_module

    from django.db import DatabaseError
    from django.db.models import QuerySet

    from constructors.models import Constructor
    from core.errors import Refused
    from drafts import services
    from leagues import services as league_services
    from notifications import services as notification_services
    from races.models import Entry, Race
    from races.selectors import classification_rows, latest_classification
    from races.services import record_classification
    from races.sources.dto import ClassificationDTO
    from scoring import services as scoring_services
    from tests.support import notifications as _plain_messages  # noqa: F401 - registers them

    ACTIONS = {
        "pick": pick,
        "swap": swap,
        "expire": expire,
        "lock": lock,
        "correct": correct_results,
        "deliver": deliver,
        "webhook": send_to_webhooks,
    }
    main()
