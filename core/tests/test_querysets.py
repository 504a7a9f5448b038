"""Deletion in batches."""

from datetime import timedelta

import pytest

from core.models import RateLimit
from core.querysets import delete_in_batches
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    times = [FOUNDED_AT + timedelta(minutes=number) for number in range(7)]
    RateLimit.objects.bulk_create(
        RateLimit(key=str(number), theoretical_arrival_at=time) for number, time in enumerate(times)
    )
    return RateLimit.objects.filter(theoretical_arrival_at__lt=FOUNDED_AT + timedelta(minutes=5))


def test_all_matching_rows_are_deleted(rows):
    assert delete_in_batches(rows, size=2) == 5
    assert set(RateLimit.objects.values_list("key", flat=True)) == {"5", "6"}


def test_a_run_deletes_a_limited_number(rows):
    assert delete_in_batches(rows, size=2, most=1) == 2
    assert set(RateLimit.objects.values_list("key", flat=True)) == {"2", "3", "4", "5", "6"}


def test_nothing_is_deleted_of_nothing(rows):
    assert delete_in_batches(rows.none()) == 0
