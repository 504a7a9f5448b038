"""What is deleted of seasons that are over: result checks, and the data of settled quarantine cases."""

from datetime import timedelta

import pytest

from races.models import Quarantine, ResultCheck
from races.rules import VERIFICATION_PERIOD
from races.services import delete_old_result_checks, delete_quarantine_payloads, schedule_checks
from tests.support.factories import STARTS_AT, SeasonFactory, grid, weekend

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
VERIFIED_AT = STARTS_AT + VERIFICATION_PERIOD


@pytest.fixture
def race():
    race = weekend(SeasonFactory.create(grid_size=20), 1)
    grid(race, teams=10)
    return race


def add_case(race, digest, **values):
    return Quarantine.objects.create(
        season=race.season, race=race, kind="race", source="api", reason="Two winners", payload={"rows": [1]},
        digest=digest, first_seen_at=STARTS_AT, last_seen_at=STARTS_AT, **values,
    )  # fmt: skip


def test_completed_checks_are_deleted_half_a_year_after_the_last_one(race):
    schedule_checks(season=race.season, now=STARTS_AT)
    ResultCheck.objects.update(done_at=VERIFIED_AT)
    assert delete_old_result_checks(now=VERIFIED_AT + 180 * DAY) == 0
    assert delete_old_result_checks(now=VERIFIED_AT + 181 * DAY) > 0
    schedule_checks(season=race.season, now=VERIFIED_AT + 181 * DAY)
    assert not ResultCheck.objects.exists()


def test_checks_of_a_season_with_an_open_one_are_kept(race):
    schedule_checks(season=race.season, now=STARTS_AT)
    ResultCheck.objects.exclude(stage="results").update(done_at=VERIFIED_AT)
    assert delete_old_result_checks(now=VERIFIED_AT + 400 * DAY) == 0


def test_the_data_of_settled_cases_are_deleted_and_the_cases_kept(race):
    settled = add_case(race, "1", settled_at=STARTS_AT, settlement=Quarantine.Settlement.DISMISSED)
    waiting = add_case(race, "2")
    assert delete_quarantine_payloads(now=VERIFIED_AT + 30 * DAY) == 0
    assert delete_quarantine_payloads(now=VERIFIED_AT + 31 * DAY) == 1
    assert delete_quarantine_payloads(now=VERIFIED_AT + 32 * DAY) == 0
    settled.refresh_from_db()
    waiting.refresh_from_db()
    assert (settled.payload, settled.reason, settled.digest) == ({}, "Two winners", "1")
    assert settled.payload_deleted_at == VERIFIED_AT + 31 * DAY
    assert waiting.payload == {"rows": [1]}
