"""The notifications of scoring: corrected results, and scores that do not match the rules."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from notifications.kinds import FOR_ADMINISTRATORS, Message, NotificationKind, Params

from .corrections import describe

RESULT_CORRECTED = NotificationKind("result_corrected", gettext_lazy("A correction changed your points or your place"))


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


def _corrections_page(params: Params) -> str:
    return reverse("scoring:league_corrections", args=[params["league_id"], params["race_id"]])


def _differences(params: Params) -> Params:
    return {"differences": "\n".join(params["differences"])}


POINTS_CORRECTED = Message(
    RESULT_CORRECTED,
    "points_corrected",
    title=gettext_lazy("Result corrected: %(race)s"),
    body="%(lines)s",
    link=_corrections_page,
    values=_corrections,
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

MESSAGES = (POINTS_CORRECTED, SCORES_DIFFER)
