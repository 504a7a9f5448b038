"""Default formats, used where no template formats a value, as in the admin's columns."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import localize

NOON = datetime(2025, 7, 3, 12, tzinfo=UTC)


def test_a_datetime_has_its_time_zone_and_24_hours():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert localize(timezone.localtime(NOON)) == "3 Jul 2025, 14:00 CEST"
    assert localize(time(22, 30)) == "22:30"
