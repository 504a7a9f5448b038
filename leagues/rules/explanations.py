"""The rules of the game in sentences: in short for the invitation page, in full for the rules page.

They follow the league's settings. The times that no setting holds are constants of the code that applies them, which
this package must not import; `tests/test_rules_explained.py` compares them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from core.formatting.datetimes import format_duration
from core.translation import gettext as _
from core.translation import ngettext

from .league_settings import Settings, corrections_text, custom_points_text

MAX_TIME_PER_PLAYER = timedelta(hours=12)
MIN_TIME_PER_PICK = timedelta(minutes=30)
MIN_WINDOW = timedelta(hours=24)
MAX_MOVE = timedelta(days=7)
CORRECTIONS_END_AFTER = timedelta(days=90)
MAX_ABSENCE = timedelta(days=60)
# The first draft of a league.
MIN_CONSTRUCTORS = 2
TIME_TO_DRAFT = timedelta(hours=24)
TIME_TO_GATHER = timedelta(hours=2)
MIN_TIME_TO_DRAFT = timedelta(hours=1)
FIRST_PICK_HOLD = timedelta(minutes=30)


class RulesSection(NamedTuple):
    """A part of the rules: its title and its sentences."""

    title: str
    sentences: list[str]


def game_in_short(settings: Settings) -> list[str]:
    """The game in three sentences: the draft, the points, and who wins.

    >>> game_in_short({"picks_per_race": 1, "scoring": "standard_f1"})[0]
    'Before every race, each player drafts 1 driver in turn, and nobody else in the league can have the same one.'
    """
    picks = settings["picks_per_race"]
    draft = ngettext(
        "Before every race, each player drafts %(picks)s driver in turn, and nobody else in the league can have the "
        "same one.",
        "Before every race, each player drafts %(picks)s drivers in turn, and nobody else in the league can have the "
        "same ones.",
        picks,
    ) % {"picks": picks}
    return [draft, _points_in_short(settings), _("The player with the most points at the end of the season wins.")]


def _points_in_short(settings: Settings) -> str:
    return {
        "inverted_position": _(
            "The midfield decides: 10th place scores 10 points, 9th and 11th score 9, and the winner of the race "
            "scores 1."
        ),
        "standard_f1": _("Your drivers score the points of Formula 1: 25 for a win, down to 1 for 10th place."),
        "custom": _("Your drivers score the league's own points for where they finish."),
    }[settings["scoring"]]


def choice_in_words(name: str, settings: Settings) -> str:
    """What the value of this setting means for the players.

    >>> choice_in_words("method", {"method": "sequential"})
    'Every round has the same order: 1 2 3, 1 2 3.'
    """
    sentences: dict[str, Callable[[Settings], str]] = {
        "scoring": _race_points,
        "clock": lambda settings: _clock(settings)[0],
        "method": _method,
        "order_strategy": _order,
        "corrections": corrections_text,
    }
    return sentences[name](settings)


class RuleExample(NamedTuple):
    """A worked example of a rule, computed by the code that applies it. `section` is a key of `rules_by_section`."""

    section: str
    sentence: str


def rules_in_full(settings: Settings) -> list[RulesSection]:
    """All rules of a league with these settings, in the order of a race week."""
    return list(rules_by_section(settings).values())


def rules_by_section(settings: Settings) -> dict[str, RulesSection]:
    """The same by the name of the section, which links to a part of the rules use."""
    sections: dict[str, tuple[str, Callable[[Settings], list[str]]]] = {
        "draft": (_("The draft"), _draft),
        "first-draft": (_("The first draft"), _first_draft),
        "lock": (_("Opening and lock"), _window),
        "clock": (_("The clock"), _clock),
        "autopicks": (_("When time runs out"), _time_out),
        "changes": (_("Changing a pick"), _changes),
        "points": (_("Points"), _points),
        "sprints": (_("Sprints"), _sprints),
        "ties": (_("Ties"), _ties),
        "corrections": (_("Results and corrections"), _corrections),
        "members": (_("Joining and leaving"), _members),
        "managers": (_("Who may change what"), _permissions),
    }
    return {name: RulesSection(title, sentences(settings)) for name, (title, sentences) in sections.items()}


def _draft(settings: Settings) -> list[str]:
    picks = settings["picks_per_race"]
    count = ngettext(
        "Before every race, each player picks %(picks)s driver. Each driver can be picked once in your league.",
        "Before every race, each player picks %(picks)s drivers. Each driver can be picked once in your league.",
        picks,
    )
    drawn = _("You can check a drawn order: the page of the order shows how it was drawn.")
    return [count % {"picks": picks}, _method(settings), _order(settings), drawn]


def _method(settings: Settings) -> str:
    return {
        "sequential": _("Every round has the same order: 1 2 3, 1 2 3."),
        "snake": _("The order turns around after each round: 1 2 3, 3 2 1."),
    }[settings["method"]]


def _order(settings: Settings) -> str:
    return {
        "rotation": _(
            "The order of the first draft is drawn. Then the last player in the order moves to the front for the next "
            "draft."
        ),
        "reverse_standings": _(
            "The order of the first draft is drawn. Then last place in the standings picks first. What counts are the "
            "standings when the draft opens."
        ),
        "random": _("The order is drawn again for every race."),
        "manual": _(
            "The order of the first draft is drawn. Later, the league's managers can set the order before the first "
            "pick. Otherwise it stays as it was."
        ),
    }[settings["order_strategy"]]


def _first_draft(settings: Settings) -> list[str]:
    """Everybody gathers in the lobby before a league's first draft.

    >>> _first_draft({})[1].split(": ")[0]
    'If nobody starts it, it opens by itself'
    """
    opening = _(
        "Before its first draft, your league gathers in the lobby. The draft opens with its window if %(players)s "
        "players are in by then. Otherwise, or if the manager prefers to, the manager starts it. A league that plays "
        "with bots at once does not wait."
    )
    unstarted = _(
        "If nobody starts it, it opens by itself: %(draft)s before the lock, or %(gather)s after the league was "
        "created if that is later, but at the latest %(least)s before the lock. If fewer than %(players)s players are "
        "in, it waits for them. If it has not opened at the lock, your league begins with the next race."
    )
    hold = _("Bots and autodraft wait %(hold)s before they make the first pick, unless everyone in the lobby is ready.")
    values = {
        "players": MIN_CONSTRUCTORS,
        "draft": _hours(TIME_TO_DRAFT),
        "gather": format_duration(TIME_TO_GATHER),
        "least": format_duration(MIN_TIME_TO_DRAFT),
        "hold": format_duration(FIRST_PICK_HOLD),
    }
    return [sentence % values for sentence in (opening, unstarted, hold)]


def _window(settings: Settings) -> list[str]:
    """When drafts open and lock.

    >>> _window({"lock_minutes": 5, "lock_at_qualifying": True})[1]
    'A draft locks 5 minutes before qualifying.'
    """
    opens = _("Every later draft opens on a Monday at 08:00 in New York, at least %(window)s before it locks.")
    unknown = _("Until the time of the session is known, the lock is %(window)s before the race.")
    moved = _(
        "If a race moves, the lock moves with it and your picks stay. If it moves by more than %(move)s, the draft is "
        "void, and there is a new one."
    )
    cancelled = _(
        "If a race is cancelled, its draft is void, and the next draft has its order. You still see the picks."
    )
    values = {"window": _hours(MIN_WINDOW), "move": format_duration(MAX_MOVE)}
    return [opens % values, _lock(settings), unknown % values, moved % values, cancelled]


def _lock(settings: Settings) -> str:
    values = {"time": format_duration(timedelta(minutes=settings["lock_minutes"]))}
    if settings["lock_at_qualifying"]:
        return _("A draft locks %(time)s before qualifying.") % values
    return _("A draft locks %(time)s before qualifying, or before sprint qualifying on sprint weekends.") % values


def _hours(duration: timedelta) -> str:
    hours = int(duration / timedelta(hours=1))
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def _clock(settings: Settings) -> list[str]:
    """How long a turn lasts.

    >>> _clock({"clock": "fixed", "clock_seconds": 5400})[0]
    'You have 1 hour 30 minutes for each pick, but at most until the lock.'
    """
    if settings["clock"] == "none":
        return [_("There is no pick clock: players pick in order, and everyone has until the lock.")]
    quiet = _("During your quiet hours, in your own time zone, your clock stands still. You can still pick.")
    if settings["clock"] == "fixed":
        time = format_duration(timedelta(seconds=settings["clock_seconds"]))
        return [_("You have %(time)s for each pick, but at most until the lock.") % {"time": time}, quiet]
    shared = _(
        "The picks that are left share the time until the lock, so every draft is complete before it. You have at most "
        "%(longest)s for a pick."
    )
    short = _("Quiet hours do not count if there would be less than %(least)s for each pick.")
    values = {
        "longest": format_duration(MAX_TIME_PER_PLAYER / settings["picks_per_race"]),
        "least": format_duration(MIN_TIME_PER_PICK),
    }
    return [shared % values, quiet, short % values]


def _time_out(settings: Settings) -> list[str]:
    """What happens to a pick that was not made in time.

    >>> _time_out({"clock": "none", "autopicks": False})[1]
    'If there is none, you have no pick.'
    """
    if settings["clock"] == "none":
        wish = _("If you have not picked by the lock, you get the first available driver on your wish list.")
        nothing = _("If there is none, you have no pick.")
    else:
        wish = _("If your time runs out, you get the first available driver on your wish list.")
        nothing = _("If there is none, your turn passes. You can still make the pick until the lock.")
    ranking = _(
        "If there is none, you get the best driver left: the one with the most points this season, then last season, "
        "in the scoring of your league."
    )
    once = _("A missed pick does not turn on autodraft. That is your own switch: off, on, or on for one draft.")
    return [wish, ranking if settings["autopicks"] else nothing, once]


def _changes(settings: Settings) -> list[str]:
    return [
        _("You can change your last pick until the next player has picked."),
        _("If your driver is out before the lock, you can take any free driver instead."),
        _(
            "After the lock, if your driver does not take part, you score with the driver who came in for them. If "
            "nobody came in, you score 0. This is decided for the sprint and for the race separately."
        ),
    ]


def _points(settings: Settings) -> list[str]:
    sentences = [_race_points(settings)]
    if settings["scoring"] == "standard_f1" and settings["fastest_lap_point"]:
        sentences.append(_("The fastest lap scores 1 more point if the driver finishes in the top ten."))
    if settings["scoring"] != "custom":
        sentences.append(_("A driver who is not classified, does not start or is disqualified scores 0."))
    sentences.append(_("Your score is the sum of your drivers' points, and every point is explained."))
    return sentences


def _sprints(settings: Settings) -> list[str]:
    if not settings["sprints"]:
        return [_("Sprints do not count.")]
    return [
        _("Sprints count too. The first eight score 8 7 6 5 4 3 2 1."),
        _("A driver who takes part in the sprint scores it for you, whatever happens before the race."),
    ]


def _race_points(settings: Settings) -> str:
    if settings["scoring"] == "custom":
        return _("Your league has its own points, from the winner down: %(points)s.") % {
            "points": custom_points_text(settings)
        }
    return {
        "inverted_position": _(
            "10th place scores 10 points, 9th and 11th score 9, and each place further away scores one point less. The "
            "winner, and everyone from 19th place down, score 1."
        ),
        "standard_f1": _("The first ten score 25 18 15 12 10 8 6 4 2 1."),
    }[settings["scoring"]]


def _ties(settings: Settings) -> list[str]:
    return [
        _(
            "Season: with the same points, the player with more race wins is ahead. You win a race with the most "
            "points of the week. Then second places count, and so on, then the best single race, then fewer autopicks. "
            "If all of that is equal, players share a place."
        ),
        _("Race: with the same points, the best single driver counts. If that is equal, players share a place."),
    ]


def _corrections(settings: Settings) -> list[str]:
    checked = _(
        "From one hour after the start, the result is checked every hour until it is in. Later it is checked again, up "
        "to %(days)s days after the last race of the season, because stewards change results."
    )
    told = _(
        "If a correction changes the points of one of your picks, your score or your place, you are told what changed."
    )
    kept = _("A correction never changes an order or a pick that has been made.")
    return [checked % {"days": CORRECTIONS_END_AFTER.days}, corrections_text(settings), told, kept]


def _members(settings: Settings) -> list[str]:
    joining = _(
        "You can join at any time while there is a free place. Bots give their places to people. If the open draft has "
        "no pick yet, you are in it. Otherwise you play from the next draft on, last in the order, and the standings "
        "say that you joined late."
    )
    exempt = _("After your first draft, being last in the order does not move you to the front.")
    leaving = _("If you leave, your picks and points stay in the history of the league.")
    return [joining, exempt, leaving] if settings["order_strategy"] == "rotation" else [joining, leaving]


def _permissions(settings: Settings) -> list[str]:
    absent = _(
        "If a draft waits for a manager who has not been here for %(days)s days, the co-manager who joined first "
        "becomes the manager, or else the member who joined first."
    )
    return [
        _(
            "The manager and the co-managers can change these rules. A change applies from the next draft that opens, "
            "and every race is scored by the rules that it was drafted under."
        ),
        _(
            "They can also pause and resume a draft, extend a clock, pick for a player, undo the last picks, and set "
            "the order before the first pick. The draft shows who did it and when."
        ),
        _("They can let the league skip a race, and remove members."),
        _("Only the manager can give roles to members, make somebody else the manager, and archive the league."),
        absent % {"days": MAX_ABSENCE.days},
        _(
            "Your picks, your wish list, autodraft and quiet hours are up to you. You or a manager can name a deputy, "
            "who picks for you while you are away."
        ),
        _("Administrators of the site can correct line-ups and results."),
    ]
