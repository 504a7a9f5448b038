"""Benchmark of the landing page while 200 clients send requests whose bodies do not arrive.

Ours is the page's time while they are connected, the floor its time while nobody else is. Both are measured in turns,
on the server of `script/server` and on the one of `docker-compose.yml`.
"""

import os
import socket
import statistics
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.support.servers import Server
from tests.support.slow_clients import ProductionServer, half_open_requests
from tests.test_supervisor import RunningInstallation

from .report import Case, Report

SLOW_CLIENTS = 200
SERVERS: dict[str, type[Server]] = {"embedded": Server, "production": ProductionServer}


def seconds_of_pages(port: int, pages: int) -> list[float]:
    """How long each of these pages took, one after another."""
    taken = []
    for _ in range(pages):
        began = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            page.read()
        taken.append(time.monotonic() - began)
    return taken


def measure(name: str, env: dict[str, str], *, rounds: int, pages: int) -> Case:
    server = SERVERS[name](env)
    ours: list[float] = []
    floor: list[float] = []
    try:
        seconds_of_pages(server.port, pages)  # a warm-up that is not counted
        for _ in range(rounds):
            floor += seconds_of_pages(server.port, pages)
            with ExitStack() as stack:
                clients: list[socket.socket] = half_open_requests(server.port, SLOW_CLIENTS)
                for client in clients:
                    stack.enter_context(client)
                ours += seconds_of_pages(server.port, pages)
    finally:
        server.stop()
    return Case(f"{name} server", statistics.median(ours) * 1000, statistics.median(floor) * 1000, "ms")


def run(*, quick: bool = False) -> Report:
    """Request the page 50 times in each of 10 rounds; 20 times in 3 if `quick`."""
    rounds, pages = (3, 20) if quick else (10, 50)
    with tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder:
        installation = RunningInstallation(Path(folder), "--empty").ready()
        installation.stop()
        env = {"FANTASYF1_HOME": folder, "HTTPS": "false"}
        cases = [measure(name, env, rounds=rounds, pages=pages) for name in SERVERS]
    return Report(
        "slowclients",
        cases,
        facts={"slow clients": SLOW_CLIENTS, "rounds": rounds, "load": round(os.getloadavg()[0], 1)},
        notes=(
            "Medians for the landing page. Ours: while the slow clients are connected, each with a request of whose",
            "body one byte has arrived. The floor: without them. The goal: at most twice the floor.",
        ),
    )
