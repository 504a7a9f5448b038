"""Processes that are supervised as Docker supervises containers: one main process, restarted when it ends."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

# Docker waits this long before it restarts a container, doubles that each time, and starts over after 10 s of running.
FIRST_DELAY, LONGEST_DELAY, STABLE_SECONDS = 0.1, 60.0, 10.0


class Container:
    """The process of one service. Everything in its process group ends with it, as in a container."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        log: Path,
        user: str | None = None,
        grace_seconds: float = 10,
        restarts: bool = True,
    ) -> None:
        self.name, self.command, self.log = name, list(command), log
        self._env, self._folder, self._user = dict(env), folder, user
        self._grace_seconds, self._restarts = grace_seconds, restarts
        self._wanted = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self.starts = 0

    # -- as Docker does it -------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._wanted = True
        self._thread = threading.Thread(target=self._supervise, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """`docker stop`: SIGTERM, and SIGKILL after the grace period."""
        self._wanted = False
        with self._changed:
            self._changed.notify_all()
        if process := self._process:
            with suppress(ProcessLookupError):
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self._grace_seconds)
            _kill_group(process)
        if self._thread:
            self._thread.join(self._grace_seconds + 10)

    def restart(self) -> None:
        """`docker restart`."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End it as the kernel does when memory is short. It is started again."""
        process = self.process
        process.kill()
        process.wait()

    def send_signal(self, number: int) -> None:
        """Send a signal to the main process."""
        self.process.send_signal(number)

    def send_signal_to_all(self, number: int) -> None:
        """Send a signal to the main process and everything that it has started."""
        os.killpg(self.process.pid, number)

    def wait(self) -> int:
        """Wait for a service that ends by itself; returns its exit status."""
        assert self._thread, "it has been started"
        self._thread.join()
        return self.process.returncode

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} has not been started"
        return self._process

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def largest_child(self) -> int:
        """The process id of the child of the main process that has the most memory."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return max(map(int, children), key=_resident_pages)

    # -- the supervising thread --------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        delay = FIRST_DELAY
        while self._wanted:
            began = time.monotonic()
            self._run()
            if not self._restarts:
                return
            delay = FIRST_DELAY if time.monotonic() - began > STABLE_SECONDS else min(delay * 2, LONGEST_DELAY)
            with self._changed:
                self._changed.wait_for(lambda: not self._wanted, delay)

    def _run(self) -> None:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command,
                cwd=self._folder,
                env=self._env,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        watcher = _kill_group_with_this_process(process)
        self._process = process
        self.starts += 1
        try:
            process.wait()
        finally:
            _kill_group(process)
            watcher.kill()
            watcher.communicate()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _kill_group_with_this_process(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """Start a shell that kills the group when this process ends, which closes the shell's standard input."""
    command = ["sh", "-c", f"read -r _; kill -KILL -{process.pid} 2>/dev/null"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def _resident_pages(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0
