"""Worked examples of the rules of a draft: its order, its opening and lock, and the clock, for a real race weekend.

They are computed by the rules themselves. Times are in the reader's time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.formatting.datetimes import format_datetime, format_duration
from core.quiet_hours import QuietHours
from core.translation import gettext as _
from leagues.rules import RuleExample

from .clocks import deadline, max_share
from .slots import slot_sequence
from .windows import lock_time, opens_at

PLAYERS = "ABC"
NIGHT = (time(22), time(8))
EVENING = time(20)


@dataclass(frozen=True)
class Weekend:
    """A race weekend: its sessions as in `lock_time`. `players` is how many draft for it."""

    race: str
    sessions: Mapping[str, datetime | None]
    race_starts_at: datetime
    players: int
    zone: ZoneInfo


def draft_examples(settings: Mapping[str, Any], weekend: Weekend) -> list[RuleExample]:
    """The examples of a league with these settings."""
    locks_at = lock_time(
        sessions=weekend.sessions,
        race_starts_at=weekend.race_starts_at,
        minutes=settings["lock_minutes"],
        at_qualifying=settings["lock_at_qualifying"],
    ).at
    examples = [_order_example(settings), _lock_example(weekend, locks_at)]
    return [*examples, *_clock_examples(settings, weekend, locks_at)]


def _order_example(settings: Mapping[str, Any]) -> RuleExample:
    """The order of a draft of three players.

    >>> _order_example({"picks_per_race": 2, "method": "snake"}).sentence
    'With the players A, B and C, the picks are A B C, C B A.'
    """
    slots = slot_sequence((0, 1, 2), picks=settings["picks_per_race"], method=settings["method"])
    letters = [PLAYERS[slot.constructor] for slot in slots]
    rounds = [" ".join(letters[start : start + 3]) for start in range(0, len(letters), 3)]
    sentence = _("With the players A, B and C, the picks are %(order)s.")
    return RuleExample("draft", sentence % {"order": ", ".join(rounds)})


def _lock_example(weekend: Weekend, locks_at: datetime) -> RuleExample:
    sentence = _("For the %(race)s, the draft opens on %(opens)s and locks on %(locks)s.")
    values = {
        "race": weekend.race,
        "opens": _text(opens_at(locks_at), weekend.zone),
        "locks": _text(locks_at, weekend.zone),
    }
    return RuleExample("lock", sentence % values)


def _clock_examples(settings: Mapping[str, Any], weekend: Weekend, locks_at: datetime) -> list[RuleExample]:
    """When the first turn of the draft ends, and a turn that begins in the evening, with and without quiet hours."""
    first = opens_at(locks_at)
    evening = datetime.combine(first.astimezone(weekend.zone).date(), EVENING, weekend.zone)
    ends_at = _deadline(settings, weekend, now=first, locks_at=locks_at)
    if ends_at is None:
        return []
    sentence = _("With %(players)s players, the first one to pick for the %(race)s has until %(ends)s: %(time)s.")
    values = {
        "players": weekend.players,
        "race": weekend.race,
        "ends": _text(ends_at, weekend.zone),
        "time": format_duration(timedelta(minutes=round((ends_at - first) / timedelta(minutes=1)))),
    }
    examples = [RuleExample("clock", sentence % values)]
    quiet_hours = QuietHours(weekend.zone.key, *NIGHT)
    slept = _deadline(settings, weekend, now=evening, locks_at=locks_at, quiet=quiet_hours)
    awake = _deadline(settings, weekend, now=evening, locks_at=locks_at)
    if slept and awake and slept > awake:
        quiet = _(
            "If that turn began on %(begins)s, it would end on %(awake)s, or on %(slept)s for a player with quiet "
            "hours from 22:00 to 08:00."
        )
        times = {"begins": evening, "awake": awake, "slept": slept}
        examples.append(
            RuleExample("clock", quiet % {name: _text(moment, weekend.zone) for name, moment in times.items()})
        )
    return examples


def _deadline(
    settings: Mapping[str, Any],
    weekend: Weekend,
    *,
    now: datetime,
    locks_at: datetime,
    quiet: QuietHours | None = None,
) -> datetime | None:
    """When the first turn ends if it begins `now`, for a player with these quiet hours."""
    picks = settings["picks_per_race"]
    others: list[QuietHours | None] = [None] * (weekend.players * picks - 1)
    return deadline(
        kind=settings["clock"],
        seconds=settings["clock_seconds"],
        now=now,
        locks_at=locks_at,
        players=[quiet, *others],
        longest=max_share(picks),
    )


def _text(moment: datetime, zone: ZoneInfo) -> str:
    return format_datetime(moment.astimezone(zone))
