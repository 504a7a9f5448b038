"""The processes on this machine: each says on a port of its own what it counts, and any of them can ask all."""

import json
import logging
import os
import platform
import secrets
import shutil
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.conf import settings
from prometheus_client import Metric, ProcessCollector
from prometheus_client.samples import Sample

from core.metrics import REGISTRY as REGISTRY

logger = logging.getLogger(__name__)

# The longest that all the other processes have to respond.
GATHER_SECONDS = 3.0
# What a client of a listener has for its request.
REQUEST_SECONDS = 5.0
# Files that nobody has written or asked for are deleted after this long: those of containers that no longer exist.
FILE_SECONDS = 30 * 86_400

# What a process counts, in JSON: name, help, type, and samples of name, labels and value.
Family = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]

ProcessCollector(registry=REGISTRY)


class Listener:
    """The HTTP server of one process. `path` and `respond` say what it serves; everything else is not found."""

    def __init__(self, host: str, port: int, routes: "dict[str, Route]") -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(routes))
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Route:
    """What a listener serves at a path."""

    content_type = "application/json"

    def allows(self, address: str, headers: list[tuple[str, str]]) -> bool:
        """Whether a client of this address may read it. The names of headers are in lower case."""
        raise NotImplementedError

    def body(self, accept: str) -> tuple[str, bytes]:
        """The content type and the body."""
        raise NotImplementedError


def _handler(routes: dict[str, Route]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS

        def do_GET(self) -> None:
            headers = [(name.lower(), value) for name, value in self.headers.items()]
            route = routes.get(self.path.partition("?")[0])
            if route is None or not route.allows(self.client_address[0], headers):
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            content_type, body = route.body(self.headers.get("Accept", ""))
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Do not log requests."""

        def version_string(self) -> str:
            return "fantasyf1"

    return Handler


# -- what this process says to the others ------------------------------------------------------------------------------


class OwnFamilies(Route):
    """What this process counts, for the processes that can read its file."""

    def __init__(self, token: str) -> None:
        self._authorization = f"Bearer {token}"

    def allows(self, address: str, headers: list[tuple[str, str]]) -> bool:
        return any(
            name == "authorization" and secrets.compare_digest(value.encode(), self._authorization.encode())
            for name, value in headers
        )

    def body(self, accept: str) -> tuple[str, bytes]:
        return self.content_type, json.dumps(own_families()).encode()


def own_families() -> list[Family]:
    """What this process counts."""
    return [
        (metric.name, metric.documentation, metric.type, [(s.name, s.labels, s.value) for s in metric.samples])
        for metric in REGISTRY.collect()
    ]


class Process:
    """This process, as the others on this machine find it: `name` is web, worker, clock or beat."""

    def __init__(self, name: str) -> None:
        token = secrets.token_urlsafe(32)
        self.key = name, str(os.getpid())
        self._listener = Listener("127.0.0.1", 0, {"/process": OwnFamilies(token)})
        self._path = folder() / f"{'-'.join(self.key)}.json"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps({"port": self._listener.port, "token": token}))
        temporary.replace(self._path)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener.close()


_process: Process | None = None


def start(name: str) -> None:
    """Let the other processes find this one. Without a port or a disk, the site works without its metrics."""
    global _process
    if not settings.METRICS or _process is not None:
        return
    try:
        _process = Process(name)
        delete_old_folders()
    except OSError as error:
        logger.warning("The metrics of this process cannot be read: %s", error)


def stop() -> None:
    """Forget this process, which exits."""
    global _process
    if _process is not None:
        _process.close()
        _process = None


def folder() -> Path:
    """The files of the processes on this machine. The containers of a site share the data directory."""
    home: Path = settings.FANTASYF1_HOME
    return home / "metrics" / platform.node()


def delete_old_folders() -> None:
    """Delete the files of containers that no longer exist."""
    for other in folder().parent.iterdir():
        if other != folder() and time.time() - other.stat().st_mtime > FILE_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


# -- what all processes say --------------------------------------------------------------------------------------------


def gather() -> dict[tuple[str, str], list[Family]]:
    """What every process on this machine counts, by the name and the id of the process.

    Files of processes that are gone are deleted. One that does not respond in time is left out.
    """
    found = {_process.key: own_families()} if _process else {}
    paths = [path for path in sorted(folder().glob("*.json")) if _key(path) not in found]
    if not paths:
        return found
    with suppress(OSError):
        os.utime(folder())
    threads = ThreadPoolExecutor(len(paths), thread_name_prefix="metrics")
    try:
        for path, families in zip(paths, threads.map(_families_of, paths, timeout=GATHER_SECONDS), strict=True):
            if families is not None:
                found[_key(path)] = families
    except FuturesTimeoutError:
        logger.warning("Not all processes have said in time what they count.")
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
    return found


def _key(path: Path) -> tuple[str, str]:
    name, _, pid = path.stem.rpartition("-")
    return name, pid


def _families_of(path: Path) -> list[Family] | None:
    try:
        entry = json.loads(path.read_text())
        request = urllib.request.Request(
            f"http://127.0.0.1:{entry['port']}/process", headers={"Authorization": f"Bearer {entry['token']}"}
        )
        # No proxy, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=GATHER_SECONDS) as response:
            families: list[Family] = json.load(response)
            return families
    except (OSError, ValueError, KeyError):
        _delete_if_gone(path)
        return None


def _delete_if_gone(path: Path) -> None:
    with suppress(OSError, ValueError):
        try:
            os.kill(int(_key(path)[1]), 0)
        except ProcessLookupError:
            path.unlink()


def merged(by_process: Iterable[tuple[tuple[str, str], list[Family]]]) -> Iterator[Metric]:
    """The families of all processes, each once, its samples labelled by process."""
    metrics: dict[str, Metric] = {}
    for (process, pid), families in by_process:
        labels = {"process": process, "pid": pid}
        for name, documentation, kind, samples in families:
            metric = metrics.setdefault(name, Metric(name, documentation, kind))
            metric.samples.extend(Sample(sample, {**own, **labels}, value) for sample, own, value in samples)
    yield from metrics.values()
