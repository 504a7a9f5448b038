"""The client-side rate limit: evenly spaced, limited per hour, shared by all processes."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings as project

from races.models import OutboundRateLimit
from races.sources import rate_limit
from tests.support.replay import REPLAY_PROGRAM, ReplayServer

ADDRESS = "https://f1.example/"
ASK = """
import django; django.setup()
from races.sources.client import JolpicaClient
with JolpicaClient(attempts=1) as source:
    for number in range(1, 6):
        source.classifications(2025, "race", number)
"""


@pytest.fixture
def sleeps(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@pytest.mark.django_db
def test_requests_get_consecutive_slots(sleeps, settings):
    settings.F1_API_PER_SECOND = 4
    for _ in range(5):
        rate_limit.wait_for_rate_limit(ADDRESS)
    taken = OutboundRateLimit.objects.get().request_times
    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert min(gaps) >= 0.25
    assert len(sleeps) == 4


@pytest.mark.django_db
def test_requests_beyond_the_hourly_limit_are_refused(sleeps, settings):
    settings.F1_API_PER_HOUR = 3
    OutboundRateLimit.objects.create(base_url=ADDRESS, request_times=[time.time() - 600] * 3)
    with pytest.raises(rate_limit.ApiRateLimitExceeded, match="The next request is possible in 50 minutes"):
        rate_limit.wait_for_rate_limit(ADDRESS)


@pytest.mark.django_db
def test_requests_older_than_an_hour_do_not_count(sleeps, settings):
    settings.F1_API_PER_HOUR = 3
    OutboundRateLimit.objects.create(base_url=ADDRESS, request_times=[time.time() - 3601] * 3)
    rate_limit.wait_for_rate_limit(ADDRESS)
    assert len(OutboundRateLimit.objects.get().request_times) == 1
    assert sleeps == []


@pytest.mark.slow
@pytest.mark.skipif(not REPLAY_PROGRAM.exists(), reason="the replay server is not here")
def test_two_processes_share_the_limit(tmp_path):
    """The server responds 429 to a fifth request within a second; neither process gets that response."""
    with ReplayServer("--rate-limit") as server:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment = {**kept, "FANTASYF1_HOME": str(tmp_path), "F1_API_URL": server.url}
        environment |= {"DJANGO_SETTINGS_MODULE": "fantasyf1.settings", "F1_API_PER_SECOND": "4"}
        run: dict[str, Any] = {"env": environment, "cwd": project.BASE_DIR}
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], check=True, **run)
        asking = [subprocess.Popen([sys.executable, "-c", ASK], **run) for _ in range(2)]
        assert [process.wait(timeout=60) for process in asking] == [0, 0]
        moments = sorted(request["at"] for request in server.requests)
    assert len(moments) == 10
    assert min(later - earlier for earlier, later in zip(moments, moments[4:], strict=False)) > 1
