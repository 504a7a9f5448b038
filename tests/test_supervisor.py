"""Tests of the launcher from the outside: one command, one line when it serves, and nothing left after it stops."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from fantasyf1.ops import supervisor
from fantasyf1.ops.heartbeats import trouble_of

TIMEOUT_SECONDS = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_env(**more: str) -> dict[str, str]:
    """The environment of a user who starts the server, without the variables of the test run. Servers stop at once."""
    ours = ("PYTEST_VERSION", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "SITE_URL", "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | {"DRAIN_SECONDS": "0"} | more


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.05)


class RunningInstallation:
    """A running launcher, with its output and its processes."""

    def __init__(self, folder: Path, *arguments: str, **more: str) -> None:
        self.port = free_port()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fantasyf1.ops.supervisor", *arguments],
            cwd=settings.BASE_DIR,
            env=clean_env(FANTASYF1_HOME=str(folder), PORT=str(self.port), **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        if output := self.process.stdout:
            with output:
                for line in output:
                    self.lines.append(line.rstrip())

    def ready(self) -> "RunningInstallation":
        wait_until(lambda: self.process.poll() is not None or self.lines_with("Ready: "))
        assert self.process.poll() is None, self.lines
        return self

    def lines_with(self, text: str) -> list[str]:
        return [line for line in self.lines if text in line]

    def children(self) -> dict[str, int]:
        """Process ids by task, read from /proc: `{"web": 12, "worker": 13, "beat": 14}`."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in listed}
        # A process that was forked a moment ago still looks like its launcher.
        return {
            command[3]: pid for pid, command in commands.items() if "--exit-with-parent" in command and not is_dead(pid)
        }

    def status_of(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def answers(self) -> bool:
        with suppress(OSError):
            return self.status_of("/live/health") == 200
        return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(10)
        return code


def is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that is complete except for leagues, so that starting on it is quick."""
    folder = tmp_path_factory.mktemp("home")
    installation = RunningInstallation(folder, "--empty").ready()
    assert installation.stop() == 0
    return folder


@pytest.fixture(scope="module")
def shared(prepared_home: Path) -> Iterator[RunningInstallation]:
    """An installation for the tests that leave it running."""
    running = RunningInstallation(prepared_home, "--empty").ready()
    yield running
    running.stop()


@pytest.fixture
def installation(prepared_home: Path) -> Iterator[RunningInstallation]:
    """An installation for the tests that stop it."""
    running = RunningInstallation(prepared_home, "--empty").ready()
    yield running
    if running.process.poll() is None:
        running.stop()


def test_it_prints_its_url_and_sign_in_once(shared, prepared_home):
    wait_until(lambda: shared.lines_with("Ctrl-C"))
    assert shared.lines_with("Ready: ") == [f"Ready: http://127.0.0.1:{shared.port}/"]
    assert shared.lines_with("Administrator: admin") == [
        f"Administrator: admin, with the password in {prepared_home / 'admin-password'}"
    ]
    assert (prepared_home / "admin-password").stat().st_mode & 0o777 == 0o600


def test_pages_and_the_live_route_are_served(shared):
    assert shared.status_of("/") == 200
    assert shared.status_of("/live/health") == 200


def test_a_connection_to_the_database_ends_with_its_request(shared):
    web = shared.children()["web"]
    for _ in range(20):
        assert shared.status_of("/api/v1/races") == 200
    open_files = Path(f"/proc/{web}/fd")
    wait_until(lambda: not [f for f in open_files.iterdir() if f.exists() and f.readlink().match("*.sqlite3")])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_process_that_dies_is_restarted(shared, name):
    before = shared.children()
    os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: shared.children().get(name, before[name]) != before[name])
    assert {n: pid for n, pid in shared.children().items() if n != name} == {
        n: pid for n, pid in before.items() if n != name
    }
    assert shared.lines_with(f"{name} exited (signal 9); restarting in 0.5 s.")
    wait_until(shared.answers)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_cleanly_and_leaves_no_process(installation, number):
    children = installation.children()
    assert sorted(children) == ["beat", "web", "worker"]
    assert installation.stop(number) == 0
    assert all(map(is_dead, children.values()))
    assert installation.lines[-1] == "Stopped."
    assert not installation.lines_with("killed"), installation.lines


def test_its_processes_stop_when_it_is_killed(installation):
    children = installation.children()
    installation.stop(signal.SIGKILL)
    wait_until(lambda: all(map(is_dead, children.values())))


def test_a_taken_port_prints_a_sentence(prepared_home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = failed_start(prepared_home, PORT=str(port))
    assert done.returncode == 1
    assert re.fullmatch(rf"Fantasy F1 cannot start: Port {port} on 127.0.0.1 cannot be used .*PORT\.\n", done.stderr)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 80"])
def test_an_invalid_port_prints_a_sentence(prepared_home, port):
    done = failed_start(prepared_home, PORT=port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Fantasy F1 cannot start: PORT must be a number between 1 and 65535, not “{port}”.\n"


def test_an_unreachable_database_prints_a_sentence(prepared_home):
    address = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = failed_start(prepared_home, DATABASE_URL=address, SITE_URL="http://f1.example.org")
    assert done.returncode == 1
    assert done.stderr.startswith("Fantasy F1 cannot start: The database cannot be used:")
    assert "Traceback" not in done.stderr


def test_a_database_of_an_unreleased_version_prints_a_sentence(prepared_home, tmp_path):
    folder = shutil.copytree(prepared_home, tmp_path / "home")
    with closing(sqlite3.connect(folder / "fantasyf1.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '0002_quiet_hours', '2026-01-01')"
        )
    done = failed_start(folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "Fantasy F1 cannot start: The database contains migrations that this version does not have, such as"
        " accounts.0002_quiet_hours. "
    )
    assert "Traceback" not in done.stderr


def test_a_rehearsal_turns_debug_on_and_says_so(prepared_home):
    rehearsal = RunningInstallation(prepared_home, "--empty", FANTASYF1_CLOCK="2025-07-03T12:00:00Z").ready()
    rehearsal.stop()
    assert rehearsal.lines[0] == "FANTASYF1_CLOCK is set, so this is a rehearsal: DEBUG=true."


def test_all_processes_of_a_rehearsal_share_the_clock(prepared_home):
    rehearsal = RunningInstallation(prepared_home, "--empty", FANTASYF1_CLOCK="2025-07-03T12:00:00Z").ready()
    variables = [Path(f"/proc/{pid}/environ").read_text().split("\0") for pid in rehearsal.children().values()]
    rehearsal.stop()
    starts = {v for process in variables for v in process if v.startswith("FANTASYF1_CLOCK_STARTED_AT=")}
    assert (len(variables), len(starts)) == (3, 1)


# A process that writes one heartbeat and then nothing more.
SILENT = "import sys, time; open(sys.argv[1], 'w').close(); time.sleep(600)"


def test_a_process_whose_heartbeat_stops_is_restarted(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "MAX_SILENCE_SECONDS", 0.5)
    said: list[str] = []
    path = tmp_path / "heartbeat"
    child = supervisor.SupervisedProcess(
        "worker", [sys.executable, "-c", SILENT, str(path)], said.append, supervisor.HeartbeatMonitor(path)
    )

    def has_been_restarted() -> bool:
        child.ensure_running()
        return child.process is not None and child.crashes == 1

    wait_until(has_been_restarted)
    child.terminate()
    child.wait_or_kill(time.monotonic() + 10)
    assert said[:2] == [
        "worker has not reported for 0.5 s, so it is killed.",
        "worker exited (signal 9); restarting in 0.5 s.",
    ]


def test_a_machine_that_was_suspended_restarts_nothing(tmp_path, monkeypatch):
    (path := tmp_path / "heartbeat").touch()
    monitor = supervisor.HeartbeatMonitor(path)
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    assert monitor.silence() < 60


def _works(home: Path, process: str) -> bool:
    return not trouble_of(home, process)


def test_every_background_process_has_a_heartbeat(shared, prepared_home):
    for name in supervisor.REPORTING_PROCESSES:
        wait_until(partial(_works, prepared_home, name))


def failed_start(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Start where the launcher must fail, and return its output."""
    return subprocess.run(
        [sys.executable, "-m", "fantasyf1.ops.supervisor", "--empty"],
        cwd=settings.BASE_DIR,
        env=clean_env(FANTASYF1_HOME=str(folder), PORT=str(free_port())) | more,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def test_an_invalid_setting_prints_a_sentence(prepared_home):
    done = failed_start(prepared_home, DATABASE_URL="postgresql://nobody@127.0.0.1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("Fantasy F1 cannot start: SITE_URL is not set.")
    assert done.stderr.count("\n") == 1
