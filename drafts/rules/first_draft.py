"""When a league's first draft opens, and how long bots and autodraft leave its first pick to people.

A first draft waits in its lobby until the players are there (the game's rules, Draft: a league's first draft).
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

# How a league's first draft starts: with its window, by the manager, or at once with bots.
FirstDraftStart = Literal["window", "manual", "now"]

MIN_CONSTRUCTORS = 2
# The draft opens by itself this long before its lock, but a new league has some time to gather first.
TIME_TO_DRAFT = timedelta(hours=24)
TIME_TO_GATHER = timedelta(hours=2)
# However late the league was created, this much time remains for the picks.
MIN_TIME_TO_DRAFT = timedelta(hours=1)
# A newcomer before the first pick is in every round, so bots and autodraft do not make that pick right away.
FIRST_PICK_HOLD = timedelta(minutes=30)


class Opening(NamedTuple):
    """When a draft opens by itself, and whether it waits for the manager to start it until then."""

    waits_for_start: bool
    opens_by: datetime


def first_draft_opening(
    *, start: FirstDraftStart, created_at: datetime, opens_at: datetime, locks_at: datetime, people: int
) -> Opening:
    """Return when a first draft opens by itself, given that two constructors are in it.

    It opens with its window, at `opens_at`, if two people are in the league by then; `people` counts those. A league
    that was created later, has only one person by then, or whose manager prefers to start the draft, waits for the
    manager, but not too long.

    >>> monday, tuesday = datetime(2025, 3, 10, 12), datetime(2025, 3, 11, 18)
    >>> week = {"opens_at": monday, "locks_at": datetime(2025, 3, 15, 4, 55)}
    >>> first_draft_opening(start="window", created_at=datetime(2025, 3, 1), people=2, **week)
    Opening(waits_for_start=False, opens_by=datetime.datetime(2025, 3, 10, 12, 0))
    >>> first_draft_opening(start="window", created_at=tuesday, people=0, **week)
    Opening(waits_for_start=True, opens_by=datetime.datetime(2025, 3, 14, 4, 55))
    >>> first_draft_opening(start="window", created_at=datetime(2025, 3, 14, 20), people=0, **week).opens_by
    datetime.datetime(2025, 3, 14, 22, 0)
    >>> first_draft_opening(start="window", created_at=datetime(2025, 3, 15, 3), people=0, **week).opens_by
    datetime.datetime(2025, 3, 15, 3, 55)
    >>> first_draft_opening(start="now", created_at=tuesday, people=0, **week)
    Opening(waits_for_start=False, opens_by=datetime.datetime(2025, 3, 11, 18, 0))
    """
    if start == "now":
        return Opening(waits_for_start=False, opens_by=created_at)
    if start == "window" and created_at < opens_at and people >= MIN_CONSTRUCTORS:
        return Opening(waits_for_start=False, opens_by=opens_at)
    gathered_at = max(locks_at - TIME_TO_DRAFT, created_at + TIME_TO_GATHER)
    return Opening(waits_for_start=True, opens_by=min(locks_at - MIN_TIME_TO_DRAFT, gathered_at))


def first_pick_hold(opened_at: datetime, locks_at: datetime) -> datetime:
    """Return until when bots and autodraft leave the first pick of a first draft to people.

    If the lock is near, that is half of the time left, so that there is time for the other picks.

    >>> first_pick_hold(datetime(2025, 3, 14, 4), datetime(2025, 3, 15, 4)).isoformat()
    '2025-03-14T04:30:00'
    >>> first_pick_hold(datetime(2025, 3, 15, 3, 40), datetime(2025, 3, 15, 4)).isoformat()
    '2025-03-15T03:50:00'
    """
    return opened_at + min(FIRST_PICK_HOLD, (locks_at - opened_at) / 2)
