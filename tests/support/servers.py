"""Real server processes on their own database, and clients that follow a draft on them."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.support.own_redis import OwnRedis
from tests.test_supervisor import clean_env, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database_env(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a separate installation: on the services of this test run if it has any, else on SQLite."""
    base, name = os.environ.get("DATABASE_URL", ""), f"live_{uuid4().hex}"
    if not base.startswith("postgres"):
        yield {"FANTASYF1_HOME": str(folder)}
        return
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
        services = {"DATABASE_URL": url, "REDIS_URL": os.environ["REDIS_URL"]}
        yield {"FANTASYF1_HOME": str(folder), "SITE_URL": "http://testserver", **services}
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def services_env(folder: Path) -> Iterator[dict[str, str]]:
    """The same environment with a private Redis, if there is one. Two installations have the same ids, and therefore
    the same keys, and must not find each other's leaderboards.
    """
    with database_env(folder) as env:
        if "REDIS_URL" not in env:
            yield env
            return
        own = OwnRedis()
        try:
            yield env | {"REDIS_URL": own.url}
        finally:
            own.kill()


class WorkerProcess:
    """A worker process that first prints something about itself, and then responds to each line with lines of JSON."""

    def __init__(self, env: dict[str, str], *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=clean_env(DJANGO_SETTINGS_MODULE="fantasyf1.settings", **env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.created = self.answer()
        except BaseException:
            self.close()
            raise

    def ask(self, command: str) -> Any:
        self.send(command)
        return self.answer()

    def send(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process has ended"
        return json.loads(line)

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.process.wait(30)


class DraftEventWorker(WorkerProcess):
    """The process that creates the draft and writes its events (`tests.processes.draft_event_worker`)."""

    def __init__(self, env: dict[str, str], people: int) -> None:
        super().__init__(env, "tests.processes.draft_event_worker", str(people))
        self.seq = 0
        self.path, self.sessions = f"/live/drafts/{self.created['draft']}/", self.created["sessions"]

    def write(self, count: int = 1) -> float:
        """Append events and wait until they are committed; returns when the last one was."""
        self.send_write(count)
        return float(self.answer())

    def send_write(self, count: int = 1) -> None:
        self.seq += count
        self.send(f"write {count}")


class Server:
    """One web process. It writes its log to the file `log`, or where the test run writes."""

    def __init__(
        self,
        env: dict[str, str],
        module: Sequence[str] = ("fantasyf1.ops.entrypoints", "web"),
        port: int = 0,
        log: Path | None = None,
    ):
        self.port = port or free_port()
        with log.open("w") if log else nullcontext() as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env=clean_env(PORT=str(self.port), **env), stderr=stderr
            )
        try:
            wait_until(self._answers)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the server has ended"
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/live/health", timeout=5) as page:
            return bool(page.status == 200)
        return False

    def threads(self) -> int:
        return int(self._status("Threads"))

    def resident_bytes(self) -> int:
        return int(self._status("VmRSS")) * 1024

    def cpu_seconds(self) -> float:
        """The CPU time of the process so far, in user and in kernel mode."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> str:
        found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text(), re.MULTILINE)
        assert found
        return found[1]

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Stop the process if it is running; returns how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(number)  # does nothing if the process has been waited for
        self.process.wait(30)
        return time.monotonic() - began


@contextmanager
def draft_with_servers(
    folder: Path, *, people: int, servers: int
) -> Iterator[tuple[DraftEventWorker, list[Server], dict[str, str]]]:
    """A draft, its servers and their environment; without HTTPS, under which the session cookie has another name."""
    with ExitStack() as stack:
        env = stack.enter_context(services_env(folder)) | {"HTTPS": "false"}
        worker = DraftEventWorker(env, people)
        stack.callback(worker.close)
        running = [Server(env) for _ in range(servers)]
        for server in running:
            stack.callback(server.stop)
        yield worker, running, env


class EventSourceClient:
    """A client that reconnects like a browser; it records what it receives and resumes after the last event."""

    def __init__(self, path: str, session: str, ports: Sequence[int], last_id: str = "") -> None:
        self.path, self.session, self.ports, self.last_id = path, session, ports, last_id
        self.seqs: list[int] = []
        self.names: list[str] = []
        self.statuses: list[int] = []
        self.disconnects = 0

    async def follow(self, until: int, *, disconnect_after: float | None = None) -> None:
        """Follow until the event numbered `until` arrives; disconnect after about `disconnect_after` seconds."""
        while not self.seqs or self.seqs[-1] < until:
            seconds = random.uniform(0.5, 1.5) * disconnect_after if disconnect_after else None
            with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
                async with asyncio.timeout(seconds):
                    await self._once(until)
            self.disconnects += 1
            await asyncio.sleep(random.uniform(0, 0.1))

    async def _once(self, until: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", random.choice(self.ports))
        try:
            # HTTP/1.0 has no chunks, so the body is the stream itself.
            lines = [f"GET {self.path} HTTP/1.0", "Host: localhost", f"Cookie: sessionid={self.session}"]
            lines += [f"Last-Event-ID: {self.last_id}"] * bool(self.last_id)
            writer.write("\r\n".join([*lines, "", ""]).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            self.statuses.append(int(head.split()[1]))
            if self.statuses[-1] == 200:
                await self._read(reader, until)
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader, until: int) -> None:
        while not self.seqs or self.seqs[-1] < until:
            block = (await reader.readuntil(b"\n\n")).decode()
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
            if "event" in fields:
                self.names.append(fields["event"])
            if "id" in fields:
                self.last_id = fields["id"]
            if fields.get("event") == "draft":
                self.on_event(json.loads(fields["data"]))

    def on_event(self, event: dict[str, Any]) -> None:
        """Called for each event."""
        self.seqs.append(event["seq"])
