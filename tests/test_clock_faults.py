"""The broker is full, frozen or missing: turns still run out, because beat sweeps the clocks without it.

`script/bench clockfaults` measures how late they are.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.support.clock_faults import ClockSite, clock_site
from tests.test_supervisor import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def env_of_test_database(home: Path) -> dict[str, str]:
    """The environment of processes on the database of this test, which has its tables already."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        "DATABASE_URL": urlunsplit(url),
        "REDIS_URL": os.environ["REDIS_URL"],
        "FANTASYF1_HOME": str(home),
        "SITE_URL": "http://testserver",
    }


def test_turns_run_out_and_the_log_stays_short(tmp_path: Path):
    with clock_site(env_of_test_database(tmp_path), processes=["beat", "worker-without-clock"]) as site:
        site.wait_until_all_work()
        for fault in site.faults:
            check_fault(site, fault)
        site.wait_until_all_work()
        assert site.count("fantasyf1.ops.direct_sweep") == 0, "the direct sweep failed"


def check_fault(site: ClockSite, fault: str) -> None:
    begin, end = site.faults[fault]
    failures, recoveries = site.count("Beat cannot enqueue tasks"), site.count("Beat enqueues tasks again")
    begin()
    wait_until(lambda: site.count("Beat cannot enqueue tasks") > failures)
    site.end_turn()
    end()
    wait_until(lambda: site.count("Beat enqueues tasks again") > recoveries)
    assert site.count("Beat cannot enqueue tasks") == failures + 1
