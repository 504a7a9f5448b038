"""A private PostgreSQL that tests can stop and restart, with a copy of the test's database."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

from tests.test_supervisor import wait_until

# Durability is not needed here.
OPTIONS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=50")


class OwnPostgreSQL:
    """Runs the same programs as the PostgreSQL of the test run."""

    def __init__(self) -> None:
        running = os.environ["DATABASE_URL"]
        with psycopg.connect(running) as session:
            row = session.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
        assert row
        self.programs = Path(row[0])
        self.folder = Path(tempfile.mkdtemp(prefix="fantasyf1-postgresql-"))
        # PostgreSQL refuses to run as root. The owner of the other server's socket may run this one too.
        host = psycopg.conninfo.conninfo_to_dict(running).get("host") or ""
        self.user = Path(str(host)).owner() if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        initdb = ["--username=fantasyf1", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", f"--pgdata={self.folder / 'data'}", *initdb)
        self.start()
        with psycopg.connect(f"host={self.folder} user=fantasyf1 dbname=postgres", autocommit=True) as session:
            session.execute("CREATE DATABASE fantasyf1")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, user=self.user, cwd="/", stdout=subprocess.DEVNULL, check=True)

    @property
    def url(self) -> str:
        return f"postgresql://fantasyf1@{quote(str(self.folder), safe='')}/fantasyf1"

    def copy(self, database: str) -> None:
        """Copy a database of the test run."""
        dump = self.folder / "dump"
        source = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        self._run("pg_dump", f"--dbname={source}", "--format=custom", f"--file={dump}")
        self._run("pg_restore", f"--dbname={self.url}", "--exit-on-error", str(dump))

    def start(self) -> None:
        options = [part for option in OPTIONS for part in ("-c", option)]
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options]
        self.process = subprocess.Popen(command, user=self.user, cwd="/", stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(f"host={self.folder} user=fantasyf1 dbname=postgres"):
            return True
        return False

    def stop(self) -> None:
        """PostgreSQL's fast shutdown, which does not wait for clients."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def restart(self) -> None:
        self.stop()
        self.start()

    def delete(self) -> None:
        self.process.kill()
        self.process.wait(10)
        shutil.rmtree(self.folder)
