"""The commands on the page of API examples work, run one by one against a complete installation."""

import re
import subprocess

import pytest
from django.conf import settings

from tests.test_supervisor import RunningInstallation, clean_env

PAGE = settings.BASE_DIR / "docs" / "api.md"
RACE_WEEK = "2025-07-03T12:00:00Z"


def shell_script():
    """Return the shell commands of the page as one script."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))


@pytest.fixture
def server(tmp_path, monkeypatch):
    # The first start creates the tables and loads the seasons, which can take long on a busy machine.
    monkeypatch.setattr("tests.test_supervisor.TIMEOUT_SECONDS", 300)
    running = RunningInstallation(tmp_path, "--empty", DEBUG="true", FANTASYF1_CLOCK=RACE_WEEK)
    try:
        yield f"http://127.0.0.1:{running.ready().port}"
    finally:
        running.stop()


def test_every_documented_command_works(server):
    assert f"FANTASYF1_CLOCK={RACE_WEEK} script/server" in PAGE.read_text()
    command = ["timeout", "300", "bash", "-euo", "pipefail", "-c", shell_script()]
    done = subprocess.run(command, env=clean_env(F1=server), capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.count('"source":"player"') >= 4
    assert "event: draft" in done.stdout


def test_every_documented_url_is_in_the_schema():
    described = (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    shapes = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"^  (/\S+):$", described, re.MULTILINE)}
    named = set(re.findall(r"(?:\$F1|`)(/(?:api/v1|live)/[^\s\"`?]+)", PAGE.read_text()))
    assert len(named) > 15
    assert {path for path in named if re.sub(r"\$\w+|\{\w+\}", "{}", path) not in shapes} == set()
