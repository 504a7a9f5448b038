"""Benchmark of the landing page while 200 clients send requests whose bodies do not arrive.

Ours is the page's time while they are connected, the floor its time while nobody else is. Both are measured in turns,
on the server of `script/server` and on the one of `docker-compose.yml`, with and without Caddy in front of it.
"""

import os
import socket
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

from tests.support.caddy import Caddy
from tests.support.servers import Server
from tests.support.slow_clients import ProductionServer, half_open_requests
from tests.test_supervisor import RunningInstallation, wait_until

from .report import Case, Report

SLOW_CLIENTS = 200
SERVERS: dict[str, type[Server]] = {"embedded": Server, "production": ProductionServer}


def seconds_of_pages(port: int, pages: int) -> list[float]:
    """How long each of these pages took, one after another."""
    taken = []
    for _ in range(pages):
        began = time.monotonic()
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=60) as page:
            page.read()
        taken.append(time.monotonic() - began)
    return taken


def measure(name: str, env: dict[str, str], *, rounds: int, pages: int) -> Iterator[Case]:
    """The cases of a server: without and with Caddy."""
    with ExitStack() as stack:
        server = SERVERS[name](env)
        stack.callback(server.stop)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-caddy-"))
        caddy = Caddy(Path(folder), dict.fromkeys(("pages", "pages-2", "live"), server.port))
        stack.callback(caddy.stop)
        wait_until(partial(is_served, caddy.port))
        yield measure_at(f"{name} server", server.port, rounds=rounds, pages=pages)
        yield measure_at(f"{name} server, Caddy", caddy.port, rounds=rounds, pages=pages)


def is_served(port: int) -> bool:
    with suppress(OSError):
        return bool(seconds_of_pages(port, 1))
    return False


def measure_at(name: str, port: int, *, rounds: int, pages: int) -> Case:
    ours: list[float] = []
    floor: list[float] = []
    seconds_of_pages(port, pages)  # a warm-up that is not counted
    for _ in range(rounds):
        floor += seconds_of_pages(port, pages)
        with ExitStack() as stack:
            clients: list[socket.socket] = half_open_requests(port, SLOW_CLIENTS)
            for client in clients:
                stack.enter_context(client)
            ours += seconds_of_pages(port, pages)
    return Case(name, statistics.median(ours) * 1000, statistics.median(floor) * 1000, "ms")


def run(*, quick: bool = False) -> Report:
    """Request the page 50 times in each of 10 rounds; 20 times in 3 if `quick`."""
    rounds, pages = (3, 20) if quick else (10, 50)
    with tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder:
        installation = RunningInstallation(Path(folder), "--empty").ready()
        installation.stop()
        env = {"FANTASYF1_HOME": folder, "HTTPS": "false"}
        cases = [case for name in SERVERS for case in measure(name, env, rounds=rounds, pages=pages)]
    return Report(
        "slowclients",
        cases,
        facts={"slow clients": SLOW_CLIENTS, "rounds": rounds, "load": round(os.getloadavg()[0], 1)},
        notes=(
            "Medians for the landing page. Ours: while the slow clients are connected, each with a request of whose",
            "body one byte has arrived. The floor: without them. The goal: at most twice the floor.",
        ),
    )
