"""The notifications of scoring: corrected results, and scores that do not match the rules."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from notifications.kinds import FOR_ADMINISTRATORS, Message, NotificationKind, Params

from .corrections import describe

RESULT_CORRECTED = NotificationKind("result_corrected", gettext_lazy("A correction changed your points"))


def _corrections(params: Params) -> Params:
    return {"corrections": "\n".join(describe(params["changed"]) or [_("The points were recalculated.")])}


def _corrections_page(params: Params) -> str:
    return reverse("scoring:league_corrections", args=[params["league_id"], params["race_id"]])


def _differences(params: Params) -> Params:
    return {"differences": "\n".join(params["differences"])}


POINTS_CORRECTED = Message(
    RESULT_CORRECTED,
    "points_corrected",
    title=gettext_lazy("Result corrected: %(race)s"),
    body=gettext_lazy(
        "%(corrections)s\nYour constructor %(constructor)s in “%(league)s”: %(before)s -> %(after)s points."
    ),
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
