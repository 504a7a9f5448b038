"""What each process of an installation does: `python -m fantasyf1.processes web|worker|beat`.

Each is one operating-system process without children, so that the launcher ends it by ending it. With `--leashed` it
also stops by itself when its standard input ends: that is how it notices that its launcher was killed.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable

from celery.beat import Service
from celery.exceptions import SecurityWarning

from fantasyf1.celery import app as celery_app

# Granian's allocator gives memory back as soon as it is free, not ten seconds of its own work later: a process that
# holds quiet streams works little, and would keep 1.8 KiB for each that only its greeting needed. Read when loaded.
ALLOCATOR = {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"}
# Open requests and tasks get this long to end, then the process goes without them.
GRACE_SECONDS = 8


def web() -> None:
    """Serve pages, API and live streams on HOST:PORT."""
    for name, value in ALLOCATOR.items():
        os.environ.setdefault(name, value)
    asyncio.run(_serve(os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))))


async def _serve(host: str, port: int) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    from fantasyf1.asgi import application  # sets Django up, which the other processes do their own way

    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        # HTTP/2 needs TLS for browsers and a proxy speaks 1.1 to us; being ready for both is 11 KiB a connection.
        http=HTTPModes.http1,
        backlog=1024,
        # Connections that it holds at all. A stream is one for ten minutes, so there must be room for them and pages.
        backpressure=16_384,
        log_level=LogLevels.error,
    )
    server.workers_kill_timeout = GRACE_SECONDS
    stop_when_told_to(asyncio.get_running_loop(), server.stop)
    await server.serve()
    # Answered requests that still have to give back their connection; asyncio.run would cut them off.
    if unfinished := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(unfinished, timeout=2)
    # Granian's own threads still have Python's objects to give back (2.8.7): where Python has gone they abort.
    await asyncio.sleep(0.25)


def stop_when_told_to(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Stop at SIGTERM, however busy the loop is: while thousands of streams end, the pipe through which the loop hears
    of signals is full, and what does not fit is lost. So the signal's own handler says it as well.
    """
    loop.add_signal_handler(signal.SIGTERM, stop)
    signal.signal(signal.SIGTERM, lambda number, frame: loop.call_soon_threadsafe(stop))


def worker() -> None:
    """Run background tasks: two threads, so that a slow one (the F1 API) does not hold up the draft clock.

    Threads and not processes, because on SQLite only one can write at a time anyway and a forked pool would be four
    processes more to start and to stop.
    """
    # As root Celery warns of pickled messages, which settings.CELERY_ACCEPT_CONTENT refuses.
    warnings.simplefilter("ignore", SecurityWarning)
    programme = celery_app.Worker(
        pool="threads", concurrency=2, loglevel="WARNING", quiet=True, without_mingle=True, without_gossip=True
    )
    programme.start()
    sys.exit(programme.exitcode)


def beat() -> None:
    """Send what is due, by the schedules in the database.

    `celery beat` writes to the database from inside its signal handler. Told to stop while it reads the schedules it
    trips over itself and stays. So here the signal only sets a flag, which is looked at once a second.
    """
    celery_app.loader.init_worker()
    celery_app.finalize()
    service = Service(celery_app, max_interval=1, scheduler_cls=celery_app.conf.beat_scheduler)
    signal.signal(signal.SIGTERM, lambda number, frame: service.stop())
    service.start()


PROCESSES: dict[str, Callable[[], None]] = {"web": web, "worker": worker, "beat": beat}


def _leash() -> None:
    """End this process when standard input does."""
    while os.read(0, 1):  # not sys.stdin: a thread that waits in it would abort Python's own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_SECONDS + 2)
    os._exit(1)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="fantasyf1.processes", description=__doc__)
    parser.add_argument("process", choices=PROCESSES)
    parser.add_argument("--leashed", action="store_true", help="stop when standard input ends")
    options = parser.parse_args(arguments)
    if options.leashed:
        threading.Thread(target=_leash, name="leash", daemon=True).start()
    PROCESSES[options.process]()


if __name__ == "__main__":
    main()
