"""What Sentry gets, taken from the transport of a process with a DSN: nothing leaves the machine."""

import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from tests.test_supervisor import clean_env

SECRET = "hush-Zm9vYmFy_7d2c"
Item = dict[str, Any]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """The items of all envelopes."""
    env = {
        "FANTASYF1_HOME": str(tmp_path_factory.mktemp("home")),
        "SENTRY_DSN": f"https://{SECRET}@sentry.invalid/42",
        "SENTRY_ENVIRONMENT": "staging",
        "SENTRY_TRACES": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.processes.sentry_reports"],
        input=SECRET,
        cwd=settings.BASE_DIR,
        env=clean_env(**env),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    items: list[Item] = json.loads(done.stdout)
    return items


def payloads(sent: list[Item], kind: str) -> list[Item]:
    return [item["payload"] for item in sent if item["type"] == kind]


def test_errors_and_traces_name_release_environment_and_request(sent):
    errors = [event for event in payloads(sent, "event") if event.get("request")]
    traces = [event for event in payloads(sent, "transaction") if event["transaction"].startswith("/")]
    assert errors
    assert traces
    for event in (*errors, *traces):
        assert event["release"] == f"fantasyf1@{settings.VERSION}"
        assert event["environment"] == "staging"
        assert event["tags"]["request_id"] == "app-7f3a"
        assert event["user"] == {}


def test_nothing_has_a_secret(sent):
    assert SECRET not in json.dumps(sent)


def test_schedules_are_monitors(sent):
    check_ins = [(event["monitor_slug"], event["status"]) for event in payloads(sent, "check_in")]
    assert check_ins == [
        ("Poll race results", "in_progress"),
        ("Verify scores", "in_progress"),
        ("Poll race results", "error"),
        ("Verify scores", "ok"),
    ]


def test_a_monitor_knows_its_schedule(sent):
    configs = {event["monitor_slug"]: event["monitor_config"] for event in payloads(sent, "check_in")}
    assert configs["Poll race results"]["schedule"] == {"type": "interval", "value": 1, "unit": "minute"}
    assert configs["Verify scores"]["schedule"] == {"type": "crontab", "value": "40 3 * * *"}


def test_a_task_has_the_request_id_of_its_log_lines(sent):
    (error,) = [event for event in payloads(sent, "event") if event.get("transaction") == "races.tasks.poll_results"]
    assert len(error["tags"]["request_id"]) == 36
