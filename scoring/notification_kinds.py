"""The notifications of scoring: scored races, corrected results, the end of a season, and scores against the rules."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import shown_points
from leagues.selectors import is_still_member
from notifications.kinds import (
    EMAIL,
    FOR_ADMINISTRATORS,
    IN_APP,
    PUSH,
    Message,
    NotificationKind,
    Params,
    Priority,
    Timing,
)

from .corrections import describe

RESULTS = gettext_lazy("Results")

RACE_SCORED = NotificationKind(
    "race_scored",
    gettext_lazy("Results: your points, and your place in the season"),
    section=RESULTS,
    defaults=frozenset({IN_APP, EMAIL, PUSH}),
    timing=Timing.GROUPED,
    priority=Priority.BULK,
)
RESULT_CORRECTED = NotificationKind(
    "result_corrected",
    gettext_lazy("A correction changed your points or your place"),
    section=RESULTS,
    defaults=frozenset({IN_APP, EMAIL}),
    timing=Timing.GROUPED,
    priority=Priority.BULK,
)
# In the digest: it follows the results of the last race within minutes, and nothing has to be done.
SEASON_OVER = NotificationKind(
    "season_over",
    gettext_lazy("A season is over: your summary"),
    section=RESULTS,
    defaults=frozenset({IN_APP, EMAIL}),
    timing=Timing.DIGEST,
    priority=Priority.BULK,
)


def _race_score(params: Params) -> Params:
    return {
        "points": shown_points(Decimal(params["points"])),
        "place": shown_ordinal(params["rank"]),
        "lines": "\n".join(_race_score_lines(params)),
    }


def _race_score_lines(params: Params) -> Iterator[str]:
    season = {"place": shown_ordinal(params["season_rank"]), "points": shown_points(Decimal(params["season_points"]))}
    yield _season_sentence(params) % (season | {"by": abs(_movement(params))})
    if params["best_driver"]:
        best = {"driver": params["best_driver"], "points": shown_points(Decimal(params["best_points"]))}
        yield _("Your best pick: %(driver)s, points: %(points)s.") % best


def _season_sentence(params: Params) -> str:
    if params["season_rank_before"] is None:
        return _("%(place)s in the season, with %(points)s points.")
    movement = _movement(params)
    if movement > 0:
        return _("%(place)s in the season, up %(by)s, with %(points)s points.")
    if movement < 0:
        return _("%(place)s in the season, down %(by)s, with %(points)s points.")
    return _("Still %(place)s in the season, with %(points)s points.")


def _movement(params: Params) -> int:
    """How many places the constructor has gained in the season; negative for lost ones."""
    return int(params["season_rank_before"] or params["season_rank"]) - int(params["season_rank"])


def _season_summary(params: Params) -> Params:
    return {"place": shown_ordinal(params["rank"]), "lines": "\n".join(_season_lines(params))}


def _season_lines(params: Params) -> Iterator[str]:
    yield _("Champion: %(champion)s.") % params
    yours = {"place": shown_ordinal(params["rank"]), "points": shown_points(Decimal(params["points"]))}
    yield _("You: %(place)s, with %(points)s points.") % yours
    if params["best_race"]:
        best = {"race": params["best_race"], "points": shown_points(Decimal(params["best_points"]))}
        yield _("Your best week: %(race)s, with %(points)s points.") % best


def _corrections(params: Params) -> Params:
    corrections = describe(params["changed"]) or [_("The points were recalculated.")]
    return {"lines": "\n".join([*corrections, *_changes(params)])}


def _changes(params: Params) -> Iterator[str]:
    """What it changed for the constructor, a sentence each. Params of earlier versions have the sum only."""
    for driver, before, after in params.get("picks", ()):
        points = {"driver": driver, "before": before, "after": after}
        yield _("%(driver)s: %(before)s -> %(after)s points.") % points
    if params["before"] != params["after"]:
        yield _("Your constructor %(constructor)s in “%(league)s”: %(before)s -> %(after)s points.") % params
    elif params["after"]:
        yield _("Your constructor %(constructor)s in “%(league)s” still has %(after)s points.") % params
    else:
        yield _("Your constructor %(constructor)s in “%(league)s” did not draft for this race.") % params
    yield from _rank_change(_("Place in the race: %(before)s -> %(after)s."), params.get("ranks"))
    yield from _rank_change(_("Place in the season: %(before)s -> %(after)s."), params.get("season_ranks"))


def _rank_change(sentence: str, ranks: Sequence[int | None] | None) -> Iterator[str]:
    if ranks and ranks[0] != ranks[1]:
        yield sentence % dict(zip(("before", "after"), (rank or "–" for rank in ranks), strict=True))


def _race_page(params: Params) -> str:
    return reverse("pages:league_race", args=[params["league_id"], params["race_id"]])


def _records_page(params: Params) -> str:
    return reverse("scoring:records", args=[params["league_id"]])


def _corrections_page(params: Params) -> str:
    return reverse("scoring:league_corrections", args=[params["league_id"], params["race_id"]])


def _differences(params: Params) -> Params:
    return {"differences": "\n".join(params["differences"])}


RACE_POINTS = Message(
    RACE_SCORED,
    "race_points",
    title=gettext_lazy("%(race)s: %(points)s points in “%(league)s”, %(place)s in the race"),
    body="%(lines)s",
    link=_race_page,
    values=_race_score,
    is_current=is_still_member,
)
SEASON_SUMMARY = Message(
    SEASON_OVER,
    "season_summary",
    title=gettext_lazy("Season %(season)s of “%(league)s” is over: you finished %(place)s"),
    body="%(lines)s",
    link=_records_page,
    values=_season_summary,
    is_current=is_still_member,
)
POINTS_CORRECTED = Message(
    RESULT_CORRECTED,
    "points_corrected",
    title=gettext_lazy("Result corrected: %(race)s"),
    body="%(lines)s",
    link=_corrections_page,
    values=_corrections,
    is_current=is_still_member,
)
SCORES_DIFFER = Message(
    FOR_ADMINISTRATORS,
    "scores_differ",
    title=ngettext_lazy("%(count)d score does not match the rules", "%(count)d scores do not match the rules", "count"),
    body=gettext_lazy(
        "%(differences)s\nRun manage.py verify_scores to list all of them, and with --repair to rescore them."
    ),
    values=_differences,
)

MESSAGES = (RACE_POINTS, SEASON_SUMMARY, POINTS_CORRECTED, SCORES_DIFFER)
