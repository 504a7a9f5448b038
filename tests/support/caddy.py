"""The reverse proxy of the deployment, in front of servers on this machine."""

import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from rehearsal.installation import caddy_program
from tests.test_supervisor import clean_env, free_port

DEPLOYMENT = settings.BASE_DIR / "deploy"


class Caddy:
    """Caddy with the Caddyfile of the deployment, on plain HTTP. `ports` are those of its services, by name."""

    def __init__(self, folder: Path, ports: Mapping[str, int], *, wait: str = "30s") -> None:
        self.port = free_port()
        caddyfile = folder / "Caddyfile"
        caddyfile.write_text(_local_configuration(ports, wait))
        env = clean_env(
            FANTASYF1_DOMAIN=f"http://localhost:{self.port}", XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)
        )
        command = [caddy_program(), "run", "--config", str(caddyfile)]
        with (folder / "caddy.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)


def _local_configuration(ports: Mapping[str, int], wait: str) -> str:
    text = (DEPLOYMENT / "Caddyfile").read_text().replace("/etc/caddy", str(DEPLOYMENT))
    assert "lb_try_duration 30s" in text
    text = text.replace("lb_try_duration 30s", f"lb_try_duration {wait}")
    for name, port in ports.items():
        text = re.sub(rf"(?<![\w-]){name}:(?:8000|5555)", f"127.0.0.1:{port}", text)
    return re.sub(r"^\{\n", "{\nadmin off\ndefault_bind 127.0.0.1\n", text, count=1, flags=re.MULTILINE)
