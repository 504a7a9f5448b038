"""A draft, the background processes and a broker of their own that fails while the draft's turns run out."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from fantasyf1.ops.heartbeats import trouble_of
from tests.support.own_redis import OwnRedis
from tests.support.servers import ROOT, WorkerProcess
from tests.test_supervisor import clean_env, wait_until

# What the processes call themselves in their heartbeats.
HEARTBEATS = {"worker-without-clock": "worker"}


class ClockSite:
    """The processes, whose output is in `log`, and the faults of the broker."""

    def __init__(self, env: dict[str, str], broker: OwnRedis, processes: Sequence[str], players: int) -> None:
        self.home, self.broker = Path(env["FANTASYF1_HOME"]), broker
        self.log = self.home / "log"
        self.faults: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "full": (broker.fill, broker.empty),
            "frozen": (broker.freeze, broker.thaw),
            "missing": (broker.kill, broker.start),
        }
        self._draft = WorkerProcess(env, "tests.processes.turn_worker", str(players))
        self._env = clean_env(DJANGO_SETTINGS_MODULE="fantasyf1.settings", **env)
        self.processes = {name: self._start(name) for name in processes}
        if clock := self.processes.get("clock"):
            stop, go = partial(clock.send_signal, signal.SIGSTOP), partial(clock.send_signal, signal.SIGCONT)
            self.faults["clock hangs"] = (stop, go)

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "fantasyf1.ops.entrypoints", name]
        with self.log.open("a") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self._env, stderr=log)

    def wait_until_all_work(self) -> None:
        for name in self.processes:
            wait_until(partial(self._works, name))

    def _works(self, name: str) -> bool:
        """Start a process that has exited again, as Docker does: Celery may not survive the loss of its broker."""
        if self.processes[name].poll() is not None:
            self.processes[name] = self._start(name)
        return not trouble_of(self.home, HEARTBEATS.get(name, name))

    def end_turn(self) -> float:
        """End the running turn, and return how many seconds later its pick was made."""
        seconds = self._draft.ask("expire")
        assert seconds is not None, f"the clock stands still\n{self.log.read_text()}"
        return float(seconds)

    def count(self, text: str) -> int:
        return self.log.read_text().count(text)

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        self._draft.close()


@contextmanager
def clock_site(env: dict[str, str], *, processes: Sequence[str], players: int = 10) -> Iterator[ClockSite]:
    """Run these background processes in this environment, with a broker of their own."""
    with ExitStack() as stack:
        broker = OwnRedis()
        stack.callback(broker.kill)
        site = ClockSite(env | {"BROKER_URL": broker.url, "WORKER_THREADS": "4"}, broker, processes, players)
        stack.callback(site.close)
        yield site
