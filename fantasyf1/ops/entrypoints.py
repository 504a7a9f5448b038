"""The entry points of an installation's processes: `python -m fantasyf1.ops.entrypoints web|worker|clock|beat|flower`.

Each is a single operating-system process without children, so that the supervisor can stop it with one signal. With
`--exit-with-parent` it also exits when its standard input ends, which is how it notices that the supervisor was killed.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from celery.beat import Service
from django.conf import settings

from core.log_format import granian_logging
from fantasyf1.celery import app as celery_app
from fantasyf1.ops.direct_sweep import DirectSweep
from fantasyf1.ops.watchdog import Watchdog, slow_work
from fantasyf1.ops.worker import run_worker
from fantasyf1.process_signals import call_on_signal

if TYPE_CHECKING:
    from fantasyf1.ops.scheduler import SeedingDatabaseScheduler  # imports models, before Celery has set up Django

# Granian's allocator should return freed memory at once, not after ten seconds of its own activity: a process with idle
# streams is rarely active and would keep 1.8 KiB per stream that only the greeting needed. Read when granian is loaded.
ALLOCATOR_ENV = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"}
# Running requests and tasks get this long to finish before the process exits without them.
SHUTDOWN_GRACE_SECONDS = 8
# A tick of beat, or a task of its direct sweep, takes long after the first of these, and hangs after the second.
SLOW_SECONDS, BEAT_LIMIT_SECONDS = 60, 300


def web() -> None:
    """Serve pages, the API and live streams on HOST:PORT."""
    for name, value in ALLOCATOR_ENV.items():
        os.environ.setdefault(name, value)
    asyncio.run(_serve(os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))))


async def _serve(host: str, port: int) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    from fantasyf1.asgi import application  # sets up Django; in the other processes Celery does

    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        # Browsers use HTTP/2 only with TLS, and a proxy connects with 1.1. Supporting both costs 11 KiB per connection.
        http=HTTPModes.http1,
        backlog=1024,
        # The limit of open connections. Streams stay open for ten minutes, so leave room for them and for pages.
        backpressure=16_384,
        log_level=LogLevels.error,
        log_dictconfig=granian_logging(),
    )
    server.workers_kill_timeout = SHUTDOWN_GRACE_SECONDS
    # When the application has started, it takes SIGTERM over, drains the process and sends itself SIGINT.
    for number in (signal.SIGTERM, signal.SIGINT):
        call_on_signal(asyncio.get_running_loop(), number, server.stop)
    await server.serve()
    # Requests that have been answered but must still release their connection; asyncio.run would cancel them.
    if unfinished := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(unfinished, timeout=2)
    # Granian's threads still release Python objects (2.8.7) and abort if the interpreter is gone.
    await asyncio.sleep(0.25)


def worker() -> None:
    """Run all background tasks, those of the clock included."""
    sys.exit(run_worker("worker", settings.QUEUES))


def worker_without_clock() -> None:
    """Run the background tasks that are not the clock's, which has a process of its own."""
    sys.exit(run_worker("worker", [queue for queue in settings.QUEUES if queue != settings.CLOCK_QUEUE]))


def clock() -> None:
    """Run the tasks of the drafts' clock and no others, so that none of them can keep it waiting."""
    sys.exit(run_worker("clock", (settings.CLOCK_QUEUE,)))


def beat() -> None:
    """Enqueue due tasks, by the schedules in the database, and run those of the clock directly as well.

    `celery beat` writes to the database inside its signal handler. If the signal arrives while it reads the schedules,
    it fails and keeps running. So here the signal only sets a flag, which is checked once a second.
    """
    celery_app.loader.init_worker()
    celery_app.finalize()
    watchdog = Watchdog("beat", home=settings.FANTASYF1_HOME, limit=BEAT_LIMIT_SECONDS)
    watchdog.checks.append(slow_work(watchdog, seconds=SLOW_SECONDS))
    sweep = DirectSweep(watchdog)
    service = Service(celery_app, max_interval=1, scheduler_cls=celery_app.conf.beat_scheduler)
    signal.signal(signal.SIGTERM, lambda number, frame: service.stop())
    # First the sweep: the scheduler may have to wait.
    watchdog.start()
    sweep.start()
    cast("SeedingDatabaseScheduler", service.scheduler).watch_with(watchdog)
    # It needs the models, which the loader has set up.
    from fantasyf1.metrics.exposition import exposed

    with exposed("beat"):
        service.start()
    sweep.close()
    watchdog.close()


def flower() -> None:
    """Show the tasks of the workers on PORT, at /flower/. Needs the package `flower`.

    Celery's command would take BROKER_URL from the environment, without the number of the database in Redis.
    """
    assert celery_app.conf.broker_url, "the settings have been read"
    os.environ.pop("BROKER_URL", None)
    address, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "5555")
    options = [f"--address={address}", f"--port={port}", "--url-prefix=flower"]
    celery_app.start(argv=["flower", *options])


ENTRYPOINTS: dict[str, Callable[[], None]] = {
    "web": web,
    "worker": worker,
    "worker-without-clock": worker_without_clock,
    "clock": clock,
    "beat": beat,
    "flower": flower,
}


def _exit_with_parent() -> None:
    """Terminate this process when its standard input ends."""
    while os.read(0, 1):  # not sys.stdin: a thread blocked in it would abort the interpreter's shutdown
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(SHUTDOWN_GRACE_SECONDS + 2)
    os._exit(1)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="fantasyf1.ops.entrypoints", description=__doc__)
    parser.add_argument("process", choices=ENTRYPOINTS)
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    options = parser.parse_args(arguments)
    if options.exit_with_parent:
        threading.Thread(target=_exit_with_parent, name="exit-with-parent", daemon=True).start()
    ENTRYPOINTS[options.process]()


if __name__ == "__main__":
    main()
