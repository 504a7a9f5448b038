"""One command for a whole installation: prepares the data, then runs web, worker and beat until it is told to stop.

`script/server` ends here. Whatever dies is started again; on Ctrl-C or SIGTERM everything stops, and should the
launcher itself be killed, its processes notice and stop as well (fantasyf1.processes).
"""

import argparse
import http.client
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
from pathlib import Path
from types import FrameType
from typing import IO

BASE_DIR = Path(__file__).resolve().parent.parent

# A process that dies is started again after 0.5 s, then 1 s, 2 s ... 30 s; after a minute of life it begins anew.
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
# Before the site has answered once, this many deaths in a row mean that it never will.
HOPELESS_DEATHS = 5
# Longer than fantasyf1.processes.GRACE_SECONDS, which is when a process should have gone by itself.
STOP_SECONDS = 12.0
TIDY_SECONDS = 600.0


class CannotStart(Exception):  # noqa: N818 - it is what the person reads
    """The installation cannot run like this; `str()` is a sentence for the person who started it."""


@dataclass(frozen=True)
class Address:
    """Where the site listens, from HOST and PORT."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise CannotStart(f"PORT must be a number between 1 and 65535, not “{port}”.")
        return cls(host, int(port))

    @property
    def visible_host(self) -> str:
        """The host to type into a browser on this machine."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound

    @property
    def url(self) -> str:
        host = f"[{self.visible_host}]" if ":" in self.visible_host else self.visible_host
        return f"http://{host}:{self.port}/"

    def require_free(self) -> None:
        """Refuse an address where something else listens, or which this machine does not have."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CannotStart(
                    f"Port {self.port} on {self.host} cannot be used ({error.strerror}). Choose another one with PORT."
                ) from error

    def answers(self) -> bool:
        """Whether the first page is really served."""
        connection = http.client.HTTPConnection(self.visible_host, self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Printer:
    """Standard output for several threads; it outlives the reader (`script/server | head`)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, line: str) -> None:
        with self._lock, suppress(BrokenPipeError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


@dataclass
class Child:
    """One process that should be running."""

    name: str
    command: list[str]
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    _started_at: float = 0.0
    _start_again_at: float = 0.0
    _readers: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the launcher alone, which then stops all in good order.
        # The pipe to standard input is the leash.
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            self.command,
            cwd=BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started_at = time.monotonic()
        if self.process.stdout is not None:
            reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
            reader.start()
            self._readers = [*[r for r in self._readers if r.is_alive()], reader]

    def _read(self, output: IO[bytes]) -> None:
        for line in output:
            if text := line.decode(errors="replace").rstrip():
                self.say(f"{self.name:<6} | {text}")

    def keep_alive(self) -> None:
        """Start the process again when it has died and its pause is over."""
        if self.process is None:
            if time.monotonic() >= self._start_again_at:
                self.start()
        elif self.process.poll() is not None:
            self._bury(self.process)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        lived = time.monotonic() - self._started_at
        self.deaths = 1 if lived > HEALTHY_SECONDS else self.deaths + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self.deaths - 1), LONGEST_PAUSE_SECONDS)
        self.say(f"{self.name} ended ({_how_it_ended(process.returncode)}); it starts again in {pause:g} s.")
        self._release(process)
        self._start_again_at = time.monotonic() + pause

    def _release(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        self.process = None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_gone(self, deadline: float) -> None:
        """Wait until `deadline` on the monotonic clock, then use force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f"{self.name} did not stop in time and is killed.")
            self.process.kill()
            self.process.wait()
        self._release(self.process)
        for reader in self._readers:
            reader.join(1)


def _how_it_ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"


class Launcher:
    """Runs the processes of an installation until `stop` is set."""

    def __init__(self, *, address: Address, say: Callable[[str], None], names: tuple[str, ...]) -> None:
        self.stop = threading.Event()
        self._address = address
        self._say = say
        self._children = [
            Child(name, [sys.executable, "-m", "fantasyf1.processes", name, "--leashed"], say) for name in names
        ]

    def run(self, *, when_ready: Callable[[], None], regularly: Callable[[], object]) -> None:
        """Run until told to stop. Calls `when_ready` once, when the site answers, and `regularly` every ten minutes."""
        ready, tidy_at = False, time.monotonic()
        try:
            while not self.stop.is_set():
                for child in self._children:
                    child.keep_alive()
                if not ready:
                    self._require_hope()
                    if ready := self._address.answers():
                        when_ready()
                if ready and time.monotonic() >= tidy_at:
                    regularly()
                    tidy_at = time.monotonic() + TIDY_SECONDS
                self.stop.wait(0.2)
        finally:
            self._stop_children()

    def _require_hope(self) -> None:
        for child in self._children:
            if child.deaths >= HOPELESS_DEATHS:
                raise CannotStart(f"{child.name} ended {child.deaths} times; its last words stand above.")

    def _stop_children(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.wait_until_gone(deadline)


def set_environment(say: Callable[[str], None]) -> None:
    """Choose what the processes inherit and what a person who starts a server at home need not know."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")
    # This server speaks HTTP. Where a proxy speaks HTTPS for it, HTTPS=true says so.
    os.environ.setdefault("HTTPS", "false")
    os.environ["PYTHONUNBUFFERED"] = "1"
    if os.environ.get("FANTASYF1_CLOCK"):
        if not os.environ.get("DEBUG"):
            os.environ["DEBUG"] = "true"
            say("FANTASYF1_CLOCK is set, so this is a rehearsal: DEBUG=true.")
        os.environ.setdefault("FANTASYF1_CLOCK_STARTED_AT", str(time.time()))


def main(arguments: list[str] | None = None) -> int:
    """Run an installation; the exit status is 0 when it was asked to stop and 1 when it could not run."""
    parser = argparse.ArgumentParser(prog="script/server", description="Start Fantasy F1 on this machine.")
    parser.add_argument("--empty", action="store_true", help="make no demonstration league")
    options = parser.parse_args(arguments)
    say = Printer()
    try:
        _launch(empty=options.empty, say=say)
    except CannotStart as error:
        print(f"Fantasy F1 cannot start: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _launch(*, empty: bool, say: Printer) -> None:
    address = Address.from_environment()
    address.require_free()
    set_environment(say)
    ways_to_sign_in = _prepare(empty=empty, say=say)
    launcher = Launcher(address=address, say=say, names=("web", "worker", "beat"))

    def stop(number: int, frame: FrameType | None) -> None:
        launcher.stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    from fantasyf1.broker import tidy_broker  # knows the settings, which exist only now

    def welcome() -> None:
        say(f"Ready: {address.url}")
        for line in [*ways_to_sign_in, "Stop with Ctrl-C."]:
            say(line)

    launcher.run(when_ready=welcome, regularly=tidy_broker)
    say("Stopped.")


def _prepare(*, empty: bool, say: Printer) -> list[str]:
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import DatabaseError, connections

    try:
        django.setup()
        # Without PostgreSQL's pool, whose threads would stay with the launcher and hide why nothing answers.
        connections.settings["default"]["OPTIONS"].pop("pool", None)

        from fantasyf1.preparation import gather_static_files, prepare, ways_to_sign_in

        prepare(empty=empty, say=say)
        gather_static_files(say=say)
        return ways_to_sign_in()
    except (ImproperlyConfigured, CommandError) as error:
        raise CannotStart(str(error)) from error
    except DatabaseError as error:
        raise CannotStart(f"The database does not answer as it should: {error}") from error
    finally:
        connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
