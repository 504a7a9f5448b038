"""The supervisor: prepares an installation, then runs web, worker and beat until it is told to stop.

`script/server` runs this. A process that exits is restarted with backoff. Ctrl-C and SIGTERM stop everything. If the
supervisor itself is killed, its processes notice and stop as well (fantasyf1.ops.entrypoints).
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import IO

import fantasyf1
from core import log_format
from fantasyf1.ops.address import Address
from fantasyf1.ops.heartbeats import heartbeat_path

BASE_DIR = Path(fantasyf1.__file__).resolve().parent.parent

# The restart backoff is 0.5 s, then 1 s, 2 s ... 30 s. It starts over after a process has run for a minute.
INITIAL_BACKOFF_SECONDS = 0.5
MAX_BACKOFF_SECONDS = 30.0
BACKOFF_RESET_SECONDS = 60.0
# Before the site has responded once, this many crashes in a row mean that it cannot start.
MAX_STARTUP_CRASHES = 5
# Longer than fantasyf1.ops.entrypoints.SHUTDOWN_GRACE_SECONDS, after which a process exits by itself.
SHUTDOWN_TIMEOUT_SECONDS = 12.0
MAINTENANCE_INTERVAL_SECONDS = 600.0
# A process that has written no heartbeat for this long hangs. It writes one every few seconds, but on a busy machine it
# may take a minute to start.
MAX_SILENCE_SECONDS = 180.0
PROCESSES = ("web", "worker", "beat")
# Those that write a heartbeat.
REPORTING_PROCESSES = ("worker", "beat")


class StartupError(Exception):
    """The installation cannot start; `str()` is a sentence for the user."""


def listening_address() -> Address:
    """The address on which the site listens. Raises `StartupError` if PORT is invalid."""
    try:
        return Address.from_environment()
    except ValueError as error:
        raise StartupError(str(error)) from error


def require_free(address: Address) -> None:
    """Raise `StartupError` if the address is in use, or does not belong to this machine."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            used = f"Port {address.port} on {address.host} cannot be used ({error.strerror})."
            raise StartupError(f"{used} Choose another one with PORT.") from error


def is_ready(address: Address) -> bool:
    """Whether the web process has a thread free for requests, and reaches the database."""
    connection = http.client.HTTPConnection(address.visible_host, address.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Printer:
    """Prints lines from several threads, and survives a closed standard output (`script/server | head`).

    With LOG_FORMAT=json, every line is a JSON object, which names the process that it comes from.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_json = os.environ.get("LOG_FORMAT") == log_format.JSON

    def __call__(self, line: str) -> None:
        self._write(_json_line("supervisor", line) if self._is_json else line)

    def relay(self, process: str, line: str) -> None:
        """Print a line that a process has written."""
        self._write(_json_line(process, line) if self._is_json else f"{process:<6} | {line}")

    def _write(self, line: str) -> None:
        with self._lock, suppress(BrokenPipeError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _json_line(process: str, line: str) -> str:
    try:
        content = json.loads(line)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        content = {"timestamp": datetime.now(UTC).isoformat(), "level": "info", "event": line}
    return json.dumps(content | {"process": process}, ensure_ascii=False)


class HeartbeatMonitor:
    """Measures how long a file has not changed, on the monotonic clock: a machine that was suspended lost no time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written_at: float | None = None
        self._changed_at = time.monotonic()

    def restart(self) -> None:
        """The process begins now, and has time to write its first heartbeat."""
        self._changed_at = time.monotonic()

    def silence(self) -> float:
        """Return for how many seconds the process has written nothing."""
        with suppress(OSError):
            written_at = self._path.stat().st_mtime
            if written_at != self._written_at:
                self._written_at, self._changed_at = written_at, time.monotonic()
        return time.monotonic() - self._changed_at


@dataclass
class SupervisedProcess:
    """A process that is kept running. With a `heartbeat`, it is also restarted if that stops."""

    name: str
    command: list[str]
    say: Callable[[str], None]
    heartbeat: HeartbeatMonitor | None = None
    # What to do with its output.
    relay: Callable[[str, str], None] = field(default_factory=lambda: Printer().relay)
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    _started_at: float = 0.0
    _restart_at: float = 0.0
    _readers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        # A new session: Ctrl-C in the terminal reaches only the supervisor, which then stops the processes in order.
        # A process exits when the pipe to its standard input closes, so it does not outlive the supervisor.
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            self.command,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started_at = time.monotonic()
        if self.heartbeat is not None:
            self.heartbeat.restart()
        if self.process.stdout is not None:
            reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
            reader.start()
            self._readers = [*[r for r in self._readers if r.is_alive()], reader]

    def _read(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                if text := line.decode(errors="replace").rstrip():
                    self.relay(self.name, text)

    def ensure_running(self) -> None:
        """Notice that the process has exited or hangs, and restart it after its backoff."""
        if self.process is None:
            if time.monotonic() >= self._restart_at:
                self.start()
        elif self.process.poll() is not None:
            self._schedule_restart(self.process)
        elif self.heartbeat is not None and self.heartbeat.silence() > MAX_SILENCE_SECONDS:
            self.say(f"{self.name} has not reported for {MAX_SILENCE_SECONDS:g} s, so it is killed.")
            self.process.kill()
            self.process.wait()

    def _schedule_restart(self, process: subprocess.Popen[bytes]) -> None:
        uptime = time.monotonic() - self._started_at
        self.crashes = 1 if uptime > BACKOFF_RESET_SECONDS else self.crashes + 1
        backoff = min(INITIAL_BACKOFF_SECONDS * 2 ** (self.crashes - 1), MAX_BACKOFF_SECONDS)
        self.say(f"{self.name} exited ({_describe_exit(process.returncode)}); restarting in {backoff:g} s.")
        self._close(process)
        self._restart_at = time.monotonic() + backoff

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        self.process = None

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, deadline: float) -> None:
        """Wait for the process to exit; kill it at `deadline` on the monotonic clock."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f"{self.name} did not stop in time, so it was killed.")
            self.process.kill()
            self.process.wait()
        self._close(self.process)
        for reader in self._readers:
            reader.join(1)


def _describe_exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"


class Supervisor:
    """Runs the processes of an installation until `stop` is set."""

    def __init__(self, *, address: Address, home: Path, say: Printer) -> None:
        self.stop = threading.Event()
        self._address = address
        self._say = say
        self._children = [
            SupervisedProcess(
                name,
                [sys.executable, "-m", "fantasyf1.ops.entrypoints", name, "--exit-with-parent"],
                say,
                HeartbeatMonitor(heartbeat_path(home, name)) if name in REPORTING_PROCESSES else None,
                say.relay,
            )
            for name in PROCESSES
        ]

    def run(self, *, on_ready: Callable[[], None], maintenance: Callable[[], object]) -> None:
        """Run until told to stop. Calls `on_ready` once the site responds, and `maintenance` every ten minutes."""
        ready, maintenance_at = False, time.monotonic()
        try:
            while not self.stop.is_set():
                for child in self._children:
                    child.ensure_running()
                if not ready:
                    self._check_for_crash_loop()
                    if ready := is_ready(self._address):
                        on_ready()
                if ready and time.monotonic() >= maintenance_at:
                    maintenance()
                    maintenance_at = time.monotonic() + MAINTENANCE_INTERVAL_SECONDS
                self.stop.wait(0.2)
        finally:
            self._stop_children()

    def _check_for_crash_loop(self) -> None:
        for child in self._children:
            if child.crashes >= MAX_STARTUP_CRASHES:
                raise StartupError(f"{child.name} exited {child.crashes} times. See its output above.")

    def _stop_children(self) -> None:
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT_SECONDS
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait_or_kill(deadline)


def set_environment(say: Callable[[str], None]) -> None:
    """Set the environment that the processes inherit, with defaults for a local installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
    # The server speaks HTTP. Behind a proxy that terminates TLS, set HTTPS=true.
    os.environ.setdefault("HTTPS", "false")
    os.environ["PYTHONUNBUFFERED"] = "1"
    if os.environ.get("FANTASYF1_CLOCK"):
        if not os.environ.get("DEBUG"):
            os.environ["DEBUG"] = "true"
            say("FANTASYF1_CLOCK is set, so this is a rehearsal: DEBUG=true.")
        os.environ.setdefault("FANTASYF1_CLOCK_STARTED_AT", str(time.time()))


def main(arguments: list[str] | None = None) -> int:
    """Run an installation. The exit status is 0 if it was told to stop, and 1 if it could not start."""
    parser = argparse.ArgumentParser(prog="script/server", description="Start Fantasy F1 on this machine.")
    parser.add_argument("--empty", action="store_true", help="do not create a demonstration league")
    options = parser.parse_args(arguments)
    say = Printer()
    try:
        _run(empty=options.empty, say=say)
    except StartupError as error:
        print(f"Fantasy F1 cannot start: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _run(*, empty: bool, say: Printer) -> None:
    address = listening_address()
    require_free(address)
    set_environment(say)
    sign_in_lines = _prepare(empty=empty, say=say)

    # These read the settings, which are configured only now.
    from django.conf import settings

    from fantasyf1.ops.broker import delete_delivered_messages

    supervisor = Supervisor(address=address, home=settings.FANTASYF1_HOME, say=say)

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    def print_welcome() -> None:
        say(f"Ready: {address.url}")
        for line in [*sign_in_lines, "Press Ctrl-C to stop."]:
            say(line)

    supervisor.run(on_ready=print_welcome, maintenance=delete_delivered_messages)
    say("Stopped.")


def _prepare(*, empty: bool, say: Printer) -> list[str]:
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import DatabaseError, connections

    try:
        django.setup()
        # Disable the PostgreSQL pool: its threads would stay in the supervisor and hide the cause of connection errors.
        connections.settings["default"]["OPTIONS"].pop("pool", None)

        from fantasyf1.ops.bootstrap import collect_static_files, prepare, sign_in_instructions

        prepare(empty=empty, say=say)
        collect_static_files(say=say)
        return sign_in_instructions()
    except (ImproperlyConfigured, CommandError) as error:
        raise StartupError(str(error)) from error
    except DatabaseError as error:
        raise StartupError(f"The database cannot be used: {error}") from error
    finally:
        with suppress(ImproperlyConfigured):  # without valid settings there are no connections
            connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
