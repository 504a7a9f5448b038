"""When to poll for the results of a race and when to verify them (the game's rules, Results).

Each race has its stages: "results" as soon as they may be published, then "24 h", "48 h", "72 h", "day 4" to "day 7",
"week 2" and so on, and "the end" 90 days after the season's last race. Monaco 2026 was changed back after 89 days.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FIRST_CHECK_DELAY = HOUR
# Until the results are in.
NO_RESULTS_INTERVAL = HOUR
# From this check on the results are called final, although later ones still find corrections.
FINAL_AFTER = WEEK
VERIFICATION_PERIOD = timedelta(days=90)
SPRINT, RESULTS, END, IMMEDIATE = "sprint", "results", "the end", "at once"
DAILY_STAGES = {
    "24 h": DAY,
    "48 h": 2 * DAY,
    "72 h": 3 * DAY,
    **{f"day {number}": number * DAY for number in range(4, 8)},
}
# Exponential backoff after failures of the source.
MIN_BACKOFF, MAX_BACKOFF = timedelta(minutes=5), HOUR
# Checks are created for a month ahead: later races may still move.
HORIZON = timedelta(days=31)


class Stage(NamedTuple):
    name: str
    due_at: datetime


def check_stages(*, starts_at: datetime, sprint_at: datetime | None, last_start: datetime) -> list[Stage]:
    """Return all stages of a race in order; `last_start` is the start of the season's last race that is not cancelled.

    >>> from datetime import UTC
    >>> start = datetime(2026, 6, 7, 13, tzinfo=UTC)
    >>> stages = check_stages(starts_at=start, sprint_at=start - DAY, last_start=start + 7 * WEEK)
    >>> [stage.name for stage in stages[:10]]
    ['sprint', 'results', '24 h', '48 h', '72 h', 'day 4', 'day 5', 'day 6', 'day 7', 'week 2']
    >>> [(stage.name, (stage.due_at - start).days) for stage in stages[-2:]]
    [('week 19', 133), ('the end', 139)]
    """
    end = last_start + VERIFICATION_PERIOD
    stages = [Stage(RESULTS, starts_at + FIRST_CHECK_DELAY)]
    if sprint_at is not None:
        stages.insert(0, Stage(SPRINT, sprint_at + FIRST_CHECK_DELAY))
    stages += [Stage(name, starts_at + after) for name, after in DAILY_STAGES.items()]
    weeks = range(2, (end - starts_at) // WEEK + 1)
    stages += [
        Stage(f"week {number}", starts_at + number * WEEK) for number in weeks if starts_at + number * WEEK < end
    ]
    return [*stages, Stage(END, end)]


def stages_to_schedule(stages: list[Stage], known: set[str], now: datetime) -> list[Stage]:
    """Return the stages that need a check: those within the next month and, of those already due, only the latest,
    because a single poll covers them all. The stages for first results are always included.

    >>> from datetime import UTC
    >>> start = datetime(2026, 6, 7, 13, tzinfo=UTC)
    >>> stages = check_stages(starts_at=start, sprint_at=None, last_start=start + 7 * WEEK)
    >>> [stage.name for stage in stages_to_schedule(stages, set(), start + 5 * DAY + HOUR)][:5]
    ['results', 'day 5', 'day 6', 'day 7', 'week 2']
    >>> stages_to_schedule(stages, {"results", "day 5"}, start + 5 * DAY + HOUR)[0].name
    'day 6'
    """
    past = [stage for stage in stages if stage.due_at <= now]
    latest = [stage for stage in past[-1:] if stage.name not in (SPRINT, RESULTS)]
    first = [stage for stage in stages if stage.name in (SPRINT, RESULTS) and stage.due_at <= now + HORIZON]
    ahead = [stage for stage in stages if now < stage.due_at <= now + HORIZON and stage not in first]
    return [stage for stage in (*first, *latest, *ahead) if stage.name not in known]


def kinds_to_check(stage: str, *, has_sprint: bool) -> tuple[str, ...]:
    """Return the kinds of classification that a stage polls for.

    >>> kinds_to_check("results", has_sprint=True), kinds_to_check("24 h", has_sprint=True)
    (('race',), ('race', 'sprint'))
    >>> kinds_to_check("24 h", has_sprint=False)
    ('race',)
    """
    if stage == SPRINT:
        return ("sprint",)
    return ("race", "sprint") if has_sprint and stage != RESULTS else ("race",)


def failure_backoff(attempts: int) -> timedelta:
    """Return the backoff after `attempts` failures.

    >>> [str(failure_backoff(attempts)) for attempts in (1, 2, 3, 4, 30_000)]
    ['0:05:00', '0:10:00', '0:20:00', '0:40:00', '1:00:00']
    """
    return min(MIN_BACKOFF * (1 << min(attempts - 1, 10)), MAX_BACKOFF)
