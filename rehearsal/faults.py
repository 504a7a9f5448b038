"""The faults: what is done to which service."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from rehearsal.installation import Installation

# How long a service that hangs or is full stays so.
LASTING_SECONDS = 10.0
# How long a service for pages hangs: not as long as the health check waits.
HANG_SECONDS = 2.0
# From the moment that a client sends a pick until the site is probably executing it.
UNTIL_EXECUTION_SECONDS = 0.03
FULL_BYTES = 1024


@dataclass(frozen=True)
class Fault:
    """One fault. `provoke` returns when it is over, except for what starts again by itself.

    `may_fail` says which requests may fail: "none"; "in flight", which had begun when a process was killed; or
    "database", which had begun before the database responded again.
    """

    name: str
    provoke: Callable[[], None]
    services: tuple[str, ...]
    may_fail: str = "none"
    is_quick: bool = False


def all_faults(installation: Installation, wait_for_pick: Callable[[], None]) -> Iterator[Fault]:
    """Every fault, for the services that the deployment has. `wait_for_pick` returns when a pick has just been sent."""
    yield from _web_faults(installation, wait_for_pick)
    for name in installation.services:
        if name in ("live", "worker", "clock", "beat"):
            yield _kill(installation, name, may_fail="in flight" if name == "live" else "none")
    for name in installation.redis_services:
        yield from _redis_faults(installation, name)
    yield from _database_faults(installation)


def _web_faults(installation: Installation, wait_for_pick: Callable[[], None]) -> Iterator[Fault]:
    names = installation.web_services
    last = names[-1]
    yield Fault(f"{last}: restart", partial(_restart, installation, [last]), (last,), is_quick=True)
    yield Fault("all pages: restart", partial(_restart, installation, names), tuple(names))
    yield _kill(installation, last, may_fail="in flight", is_quick=True)
    yield Fault(
        f"{last}: SIGKILL of a worker process", partial(_kill_child, installation, last), (last,), may_fail="in flight"
    )
    hang = partial(_hang_and_kill, installation, last)
    yield Fault(f"{last}: hangs for {HANG_SECONDS:.0f} s, SIGKILL", hang, (last,), may_fail="in flight")
    kill_all = partial(_kill_at_a_pick, installation, names, wait_for_pick)
    yield Fault("all pages: SIGKILL at a pick", kill_all, tuple(names), may_fail="in flight")


def _kill(installation: Installation, name: str, *, may_fail: str = "none", is_quick: bool = False) -> Fault:
    container = installation.containers[name]
    return Fault(f"{name}: SIGKILL", container.kill, (name,), may_fail=may_fail, is_quick=is_quick)


def _restart(installation: Installation, names: list[str]) -> None:
    """All at the same time, as Compose does it."""
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(lambda name: installation.containers[name].restart(), names))


def _hang_and_kill(installation: Installation, name: str) -> None:
    """Let it accept requests and answer none before it is killed."""
    container = installation.containers[name]
    container.send_signal_to_all(signal.SIGSTOP)
    time.sleep(HANG_SECONDS)
    container.kill()


def _kill_at_a_pick(installation: Installation, names: list[str], wait_for_pick: Callable[[], None]) -> None:
    wait_for_pick()
    time.sleep(UNTIL_EXECUTION_SECONDS)
    for name in names:
        installation.containers[name].kill()


def _kill_child(installation: Installation, name: str) -> None:
    os.kill(installation.containers[name].largest_child(), signal.SIGKILL)


def _redis_faults(installation: Installation, name: str) -> Iterator[Fault]:
    container = installation.containers[name]
    yield Fault(f"{name}: restart", container.restart, (name,))
    yield _kill(installation, name, is_quick=True)
    yield Fault(f"{name}: SIGSTOP for {LASTING_SECONDS:.0f} s", partial(_freeze, installation, name), (name,))
    yield Fault(f"{name}: FLUSHALL", partial(_flush, installation, name), (name,))
    yield Fault(f"{name}: full for {LASTING_SECONDS:.0f} s", partial(_fill, installation, name), (name,))


def _freeze(installation: Installation, name: str) -> None:
    container = installation.containers[name]
    container.send_signal(signal.SIGSTOP)
    try:
        time.sleep(LASTING_SECONDS)
    finally:
        container.send_signal(signal.SIGCONT)


def _flush(installation: Installation, name: str) -> None:
    with installation.redis_client(name) as client:
        client.flushall()


def _fill(installation: Installation, name: str) -> None:
    """Allow it less memory than it already uses."""
    with installation.redis_client(name) as client:
        before = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", FULL_BYTES)
        try:
            time.sleep(LASTING_SECONDS)
        finally:
            client.config_set("maxmemory", before)


def _database_faults(installation: Installation) -> Iterator[Fault]:
    for name in installation.named(lambda service: service.program == "postgres"):
        restart = partial(_restart_fast, installation, name)
        yield Fault(f"{name}: fast restart", restart, (name,), may_fail="database", is_quick=True)
        yield _kill(installation, name, may_fail="database")


def _restart_fast(installation: Installation, name: str) -> None:
    """SIGINT, as the image of PostgreSQL is stopped: it does not wait for clients. It is started again."""
    process = installation.containers[name].process
    process.send_signal(signal.SIGINT)
    process.wait(60)
