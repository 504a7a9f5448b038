"""The one declaration of the league settings, in the order of the API.

The settings form, the rules page, the API, the inputs of scoring and its SQL all follow `SETTINGS`. Type, default,
bounds, choices, label and help text of a setting are on the field of `leagues.models.SettingsVersion` with its name, so
a new setting is a field there and a line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from core.formatting.datetimes import format_duration
from core.formatting.points import shown_points
from core.translation import gettext as _
from core.translation import ngettext

from .custom_points import custom_point_labels, parse_custom_points

# The value of every setting, by name.
Settings = Mapping[str, Any]


class Section(Enum):
    """A part of the settings form."""

    DRAFT = "draft"
    LOCK = "lock"
    POINTS = "points"

    @property
    def title(self) -> str:
        """The title, a question, in the language of the current request."""
        return {
            Section.DRAFT: _("How do you draft?"),
            Section.LOCK: _("When does a draft lock, and what then?"),
            Section.POINTS: _("What scores?"),
        }[self]


class Effect(Enum):
    """What a setting decides about scores: the points of a result, or which revision of the results counts."""

    POINTS = "points"
    REVISION = "revision"


@dataclass(frozen=True)
class Setting:
    """A league setting.

    `unit` is what one of a duration lasts: the API counts in it, people read hours and minutes. The rules page shows
    the value, or `text` if given, and nothing where `is_shown` is false.
    """

    name: str
    section: Section
    affects: tuple[Effect, ...] = ()
    unit: timedelta | None = None
    text: Callable[[Settings], str] | None = None
    is_shown: Callable[[Settings], bool] = lambda settings: True


def lock_text(settings: Settings) -> str:
    """When drafts lock.

    >>> lock_text({"lock_minutes": 5, "lock_at_qualifying": True})
    '5 minutes before qualifying'
    """
    values = {"time": format_duration(timedelta(minutes=settings["lock_minutes"]))}
    if settings["lock_at_qualifying"]:
        return _("%(time)s before qualifying") % values
    return _("%(time)s before qualifying, or before sprint qualifying on sprint weekends") % values


def corrections_text(settings: Settings) -> str:
    """What later corrections of results change.

    >>> corrections_text({"corrections": "freeze", "freeze_days": 1})
    'Results are frozen 1 day after the race: later corrections change nothing.'
    """
    if settings["corrections"] != "freeze":
        return _("Corrections of the results count until the end of the season.")
    days = settings["freeze_days"]
    return ngettext(
        "Results are frozen %(days)s day after the race: later corrections change nothing.",
        "Results are frozen %(days)s days after the race: later corrections change nothing.",
        days,
    ) % {"days": days}


def custom_points_text(settings: Settings) -> str:
    """Points by place from the winner down, then the values that are not zero.

    >>> custom_points_text({"custom_points": {"places": [10, "7.50"], "pole": 1, "disqualified": 0}})
    '10 7.5; Pole position (fastest in qualifying): 1'
    """
    points = parse_custom_points(settings["custom_points"])
    parts = [" ".join(map(shown_points, points.places)) or _("No points by place")]
    for name, label in custom_point_labels().items():
        if value := getattr(points, name):
            parts.append(f"{label}: {shown_points(value)}")
    return "; ".join(parts)


def bots_text(settings: Settings) -> str:
    """How far bots fill the league.

    >>> bots_text({"bots_up_to": 8})
    'Bots fill the league up to 8 constructors'
    """
    constructors = settings["bots_up_to"]
    sentence = ngettext(
        "Bots fill the league up to %(count)s constructor",
        "Bots fill the league up to %(count)s constructors",
        constructors,
    )
    return sentence % {"count": constructors} if constructors else _("None")


def _never(settings: Settings) -> bool:
    return False


def _is_custom(settings: Settings) -> bool:
    return bool(settings["scoring"] == "custom")


SETTINGS = (
    Setting("picks_per_race", Section.DRAFT),
    Setting("method", Section.DRAFT),
    Setting("order_strategy", Section.DRAFT),
    Setting("scoring", Section.POINTS, affects=(Effect.POINTS,)),
    Setting("sprints", Section.POINTS, affects=(Effect.POINTS, Effect.REVISION)),
    Setting(
        "fastest_lap_point",
        Section.POINTS,
        affects=(Effect.POINTS,),
        is_shown=lambda settings: settings["scoring"] == "standard_f1",
    ),
    Setting("custom_points", Section.POINTS, affects=(Effect.POINTS,), text=custom_points_text, is_shown=_is_custom),
    Setting("clock", Section.DRAFT),
    Setting(
        "clock_seconds",
        Section.DRAFT,
        unit=timedelta(seconds=1),
        is_shown=lambda settings: settings["clock"] == "fixed",
    ),
    Setting("lock_minutes", Section.LOCK, unit=timedelta(minutes=1), text=lock_text),
    Setting("lock_at_qualifying", Section.LOCK, is_shown=_never),  # lock_text contains it
    Setting("corrections", Section.POINTS, affects=(Effect.REVISION,), text=corrections_text),
    Setting("freeze_days", Section.POINTS, affects=(Effect.REVISION,), is_shown=_never),  # corrections_text contains it
    Setting("autopicks", Section.LOCK),
    Setting("bots_up_to", Section.DRAFT, text=bots_text),
)
SETTINGS_FIELDS = tuple(setting.name for setting in SETTINGS)


def settings_affecting(*effects: Effect) -> tuple[str, ...]:
    """The names of the settings that have one of these effects.

    >>> settings_affecting(Effect.REVISION)
    ('sprints', 'corrections', 'freeze_days')
    """
    return tuple(setting.name for setting in SETTINGS if not set(effects).isdisjoint(setting.affects))
