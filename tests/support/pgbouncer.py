"""A private PgBouncer in transaction mode, in front of the PostgreSQL server of a test."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.test_supervisor import free_port, wait_until

# Fewer connections than the clients have: they share them, and none can rely on a session.
POOL_SIZE = 3
CONFIGURATION = """
[databases]
* = {server}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
max_client_conn = 100
admin_users = fantasyf1
"""


def find_pgbouncer() -> str | None:
    return shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


class PgBouncer:
    """Connects to the server of a database URL, as the user in the URL."""

    def __init__(self, program: str, database_url: str) -> None:
        self.port = free_port()
        self.database = urlsplit(database_url).path
        server = {key: value for key, value in conninfo_to_dict(database_url).items() if key != "dbname"}
        self.folder = Path(tempfile.mkdtemp(prefix="fantasyf1-pgbouncer-"))
        self.folder.chmod(0o755)  # as root, PgBouncer runs as another user
        configuration = self.folder / "pgbouncer.ini"
        text = " ".join(f"{key}={value}" for key, value in server.items())
        configuration.write_text(CONFIGURATION.format(server=text, port=self.port, pool_size=POOL_SIZE))
        # PgBouncer refuses to run as root. The owner of PostgreSQL's socket may use it.
        socket = str(server.get("host", ""))
        user = Path(socket).owner() if socket.startswith("/") else "nobody"
        command = [program, *(["-u", user] if os.geteuid() == 0 else []), str(configuration)]
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        try:
            wait_until(self._answers)
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    @property
    def url(self) -> str:
        return f"postgresql://fantasyf1@127.0.0.1:{self.port}{self.database}"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder)
