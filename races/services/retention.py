"""What is deleted of seasons whose results are verified no more: result checks, and the data of quarantine cases.

Classifications and their revisions are kept: scores refer to them.
"""

from datetime import datetime, timedelta

from core.querysets import delete_in_batches

from .. import rules
from ..models import Quarantine, Race, ResultCheck, Season
from ..selectors import uncancelled_races

CHECK_RETENTION = timedelta(days=180)
PAYLOAD_RETENTION = timedelta(days=30)


def delete_old_result_checks(*, now: datetime) -> int:
    """Delete the completed checks of seasons that were verified for the last time 180 days ago; returns how many."""
    seasons = _seasons_verified_before(now - CHECK_RETENTION)
    return delete_in_batches(ResultCheck.objects.filter(race__season__in=seasons).exclude(done_at=None))


def delete_quarantine_payloads(*, now: datetime) -> int:
    """Delete what a source had sent from settled cases, 30 days after the last verification; returns how many.

    The case stays: its reason, its outcome, who settled it, and the digest of the data. Open cases keep their data.
    """
    seasons = _seasons_verified_before(now - PAYLOAD_RETENTION)
    settled = Quarantine.objects.filter(season__in=seasons, payload_deleted_at=None).exclude(settled_at=None)
    return settled.update(payload={}, payload_deleted_at=now)


def _seasons_verified_before(time: datetime) -> list[Season]:
    """The seasons without an open check whose last race was verified for the last time before `time`."""
    waiting = ResultCheck.objects.filter(done_at=None).values("race__season")
    seasons = Season.objects.exclude(pk__in=waiting)
    return [season for season in seasons if (end := _last_start(season)) and end + rules.VERIFICATION_PERIOD < time]


def _last_start(season: Season) -> datetime | None:
    races = uncancelled_races(season).exclude(state=Race.State.POSTPONED).prefetch_related("sessions")
    return max((race.expected_start for race in races), default=None)
