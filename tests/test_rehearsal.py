"""`script/rehearse` in short: no acknowledged pick is lost while services restart and die."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from rehearsal import compose
from rehearsal.clients import Attempt
from rehearsal.containers import Container
from rehearsal.drill import Outcome, as_table, seconds_to_recover
from tests.test_supervisor import clean_env, is_dead, wait_until

# The longest that the run may take on a busy machine.
LIMIT = timedelta(minutes=10)


@pytest.mark.postgresql
def test_no_pick_is_lost_while_services_fail(tmp_path):
    command = [sys.executable, "-m", "rehearsal", "--quick", "--any-duration", "--logs", str(tmp_path)]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=clean_env(), capture_output=True, text=True, timeout=LIMIT.total_seconds()
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Every goal was met." in done.stdout


def test_the_services_are_those_of_the_deployment():
    services = compose.load({"WEB_WORKERS": "3"})
    assert services["pages"].command[:2] == ["granian", "--interface"]
    assert "3" in services["pages"].command
    assert services["pages"].healthcheck[0] == "python"
    assert services["caddy"].depends_on["pages-2"] == "service_healthy"
    assert services["prepare"].restart == "no"


@pytest.fixture
def container(tmp_path) -> Iterator[Container]:
    container = Container("sleep", ["sleep", "600"], env=clean_env(), folder=tmp_path, log=tmp_path / "sleep.log")
    container.start()
    wait_until(lambda: container.starts == 1)
    yield container
    container.stop()


def test_a_service_that_dies_is_started_again(container):
    first = container.process.pid
    container.kill()
    wait_until(lambda: container.starts == 2)
    assert container.is_running
    assert container.process.pid != first


def test_a_service_that_is_stopped_stays_so(container):
    container.stop()
    assert not container.is_running
    assert container.starts == 1
    container.restart()
    wait_until(lambda: container.starts == 2)


HARNESS = """
import sys
from pathlib import Path
from rehearsal.containers import Container
container = Container("sleep", ["sleep", "600"], env={}, folder=Path("/"), log=Path(sys.argv[1]))
container.start()
while not container.starts:
    pass
print(container.process.pid, flush=True)
sys.stdin.read()
"""


def test_no_service_outlives_a_rehearsal_that_is_killed(tmp_path):
    command = [sys.executable, "-c", HARNESS, str(tmp_path / "sleep.log")]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as harness:
        assert harness.stdout
        pid = int(harness.stdout.readline())
        assert not is_dead(pid)
        harness.kill()
        wait_until(lambda: is_dead(pid))


ATTEMPTS = [
    Attempt("page", 10.1, 10.2, 200),
    Attempt("stream", 10.1, 10.3, 200),
    Attempt("clock", 11, 11, 200, is_request=False),
]


@pytest.mark.parametrize(
    ("picks", "expected"),
    [
        ([], None),
        ([Attempt("pick", 9.9, 10.1, 201)], None),  # it had begun before the fault was over
        ([Attempt("pick", 10.1, 10.2, 201)], 1.0),
        ([Attempt("pick", 10.1, 10.2, 201), Attempt("pick", 10.3, 12.0, 0), Attempt("pick", 12.1, 12.5, 201)], 2.5),
        ([Attempt("pick", 10.1, 10.2, 201), Attempt("pick", 10.3, 12.0, 409)], None),
    ],
)
def test_the_site_has_recovered_when_everybody_succeeds_and_nobody_fails_any_more(picks, expected):
    assert seconds_to_recover([*ATTEMPTS, *picks], 10) == (None if expected is None else pytest.approx(expected))


def test_the_table_names_each_goal_that_was_missed():
    outcomes = [
        Outcome("beat: SIGKILL", ATTEMPTS, 1.0),
        Outcome("live: SIGKILL", [Attempt("stream", 1, 2, 503)], None, failures=["it did not recover"]),
    ]
    lines = as_table(outcomes).splitlines()
    assert lines[1].split()[2:] == ["2", "0", "0", "0", "0", "0.2", "1.0"]
    assert lines[2].split()[2:] == ["1", "1", "0", "0", "0", "1.0", "never"]
    assert lines[4:] == ["MISSED, live: SIGKILL: it did not recover"]
