"""The servers that are attacked: started here, on empty data folders, and stopped afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from attacks.target import Target
from tests.support.mail_servers import mail_server
from tests.support.slow_clients import ProductionServer
from tests.test_supervisor import RunningInstallation

# The start of a race week, in which drafts are open.
RACE_WEEK = "2025-07-01T12:00:00Z"


@contextmanager
def _launched(home: Path, **env: str) -> Iterator[RunningInstallation]:
    installation = RunningInstallation(home, "--empty", REGISTRATION="open", **env)
    try:
        yield installation.ready()
    finally:
        installation.stop()


@contextmanager
def _with_mail(home: Path, *, quick: bool) -> Iterator[Target]:
    with mail_server() as mail, _launched(home, EMAIL_URL=f"smtp://127.0.0.1:{mail.port}") as running:
        yield Target(running.port, home, running.lines, mail, quick=quick)


@contextmanager
def _without_mail(home: Path, *, quick: bool) -> Iterator[Target]:
    with _launched(home) as running:
        yield Target(running.port, home, running.lines, quick=quick)


@contextmanager
def _in_a_race_week(home: Path, *, quick: bool) -> Iterator[Target]:
    with _launched(home, FANTASYF1_CLOCK=RACE_WEEK) as running:
        yield Target(running.port, home, running.lines, quick=quick)


@contextmanager
def _production(home: Path, *, quick: bool) -> Iterator[Target]:
    """The web server of docker-compose.yml, which does not create the tables itself."""
    with _launched(home):
        pass
    server = ProductionServer({"FANTASYF1_HOME": str(home), "HTTPS": "false"})
    try:
        yield Target(server.port, home, [], quick=quick)
    finally:
        server.stop()


SERVERS = {
    "with mail": _with_mail,
    "without mail": _without_mail,
    "race week": _in_a_race_week,
    "production": _production,
}


@contextmanager
def running(kind: str, *, quick: bool) -> Iterator[Target]:
    """A server of a kind in SERVERS, on a data folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="fantasyf1-attack-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the site must make it private itself
        with SERVERS[kind](Path(folder), quick=quick) as target, closing(target):
            yield target
