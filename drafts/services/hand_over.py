"""Hand over leagues whose drafts wait for a manager who has not been seen for a long time."""

from datetime import datetime

from leagues.services import replace_absent_manager

from ..selectors import leagues_waiting_for_absent_managers


def replace_absent_managers(*, now: datetime) -> int:
    """Give these leagues another manager; returns how many have one."""
    return sum(replace_absent_manager(league=league, now=now) for league in leagues_waiting_for_absent_managers(now))
