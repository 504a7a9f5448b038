"""The client-side rate limit: evenly spaced, limited per hour, shared by all processes."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings as project

from races import budget
from races.models import ApiBudget
from tests.replay import PROGRAM, Replay

ADDRESS = "https://f1.example/"
ASK = """
import django; django.setup()
from races.jolpica import Jolpica
with Jolpica(attempts=1) as source:
    for number in range(1, 6):
        source.classifications(2025, "race", number)
"""


@pytest.fixture
def sleeps(monkeypatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


@pytest.mark.django_db
def test_requests_take_places_in_a_queue(sleeps, settings):
    settings.F1_API_PER_SECOND = 4
    for _ in range(5):
        budget.wait_for_turn(ADDRESS)
    taken = ApiBudget.objects.get().asked_at
    gaps = [later - earlier for earlier, later in pairwise(taken)]
    assert min(gaps) >= 0.25
    assert len(sleeps) == 4


@pytest.mark.django_db
def test_it_refuses_when_the_hour_is_used_up(sleeps, settings):
    settings.F1_API_PER_HOUR = 3
    ApiBudget.objects.create(address=ADDRESS, asked_at=[time.time() - 600] * 3)
    with pytest.raises(budget.BudgetUsedUp, match="It can be asked again in 50 minutes"):
        budget.wait_for_turn(ADDRESS)


@pytest.mark.django_db
def test_what_is_an_hour_old_is_forgotten(sleeps, settings):
    settings.F1_API_PER_HOUR = 3
    ApiBudget.objects.create(address=ADDRESS, asked_at=[time.time() - 3601] * 3)
    budget.wait_for_turn(ADDRESS)
    assert len(ApiBudget.objects.get().asked_at) == 1
    assert sleeps == []


@pytest.mark.slow
@pytest.mark.skipif(not PROGRAM.exists(), reason="the replay server is not here")
def test_two_processes_keep_the_limit_together(tmp_path):
    """The server responds 429 to a fifth request within a second; neither process gets that response."""
    with Replay("--rate-limit") as server:
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
