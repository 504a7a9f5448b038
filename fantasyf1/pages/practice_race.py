"""The race of a practice draft, for everyone who has its link: told in steps, then the result and its story."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.formatting.points import format_points, points_text
from core.web.site import absolute_url
from drafts.rules.practice import PLAYER, PracticeBoard
from leagues.models import SettingsVersion
from races.models import Entry, Race
from races.selectors import line_up_for_practice
from scoring.rules import HeldDriver, PracticeResult, RaceStanding, ScoredPick, Step, shown_label
from scoring.selectors import LatestResults, latest_results

from . import practice_links
from .forms import PracticeForm
from .practice_links import is_own
from .practice_story import PracticeStory


@dataclass(frozen=True)
class ShownPick:
    """A pick with its car. `scorer` is the family name of who drove for it, if that was somebody else."""

    pick: ScoredPick
    entry: Entry
    holder: str
    scorer: str

    @property
    def breakdown(self) -> list[tuple[str, str]]:
        return [(shown_label(label), format_points(points)) for label, points in self.pick.score.lines]


@dataclass(frozen=True)
class Line:
    """A constructor in the standings. `is_ahead` says that only the best single driver puts it ahead of the next."""

    name: str
    is_player: bool
    standing: RaceStanding
    picks: list[ShownPick]
    is_ahead: bool


@dataclass(frozen=True)
class Bar:
    """A constructor in the ranking after a step. `share` is its percentage of the most points."""

    rank: int
    name: str
    is_player: bool
    points: Decimal
    share: int


@dataclass(frozen=True)
class PracticeRace:
    """A practice draft whose race is run: its result and what the page says about it."""

    board: PracticeBoard
    race: Race
    results: LatestResults
    result: PracticeResult
    entries: dict[int, Entry]
    story: PracticeStory

    @classmethod
    def load(cls, board: PracticeBoard, *, is_own: bool, now: datetime) -> "PracticeRace | None":
        """Run the race for the picks; None if the race has no results, or its entries are gone."""
        race = Race.objects.select_related("season").filter(pk=board.race).first()
        entries = line_up_for_practice(race, now) if race else []
        results = latest_results(race, entries) if race else None
        line_up = {entry.pk: entry for entry in entries}
        if race is None or results is None or not set(board.picks) <= line_up.keys():
            return None
        held = [HeldDriver(line_up[pk].driver_id, constructor) for pk, constructor in board.holders.items()]
        result = PracticeResult.of(held, results.driver_points(board.rule_set))
        free = [entry.driver_id for pk, entry in line_up.items() if pk not in board.picks]
        names = {entry.driver_id: str(entry.driver) for entry in line_up.values()}
        story = PracticeStory(result, board.order, names, free, is_own)
        return cls(board, race, results, result, {entry.driver_id: entry for entry in line_up.values()}, story)

    def lines(self) -> list[Line]:
        """The standings with all picks, best first."""
        rows = list(self.result.standings.items())
        following = [*(standing for _, standing in rows[1:]), None]
        return [
            Line(
                name=self.story.name(constructor),
                is_player=constructor == PLAYER,
                standing=standing,
                picks=[self.shown(pick) for pick in self.result.picks_of(constructor)],
                is_ahead=bool(after and after.points == standing.points and after.rank > standing.rank),
            )
            for (constructor, standing), after in zip(rows, following, strict=True)
        ]

    def shown(self, pick: ScoredPick) -> ShownPick:
        scorer = self.entries.get(pick.scorer) if pick.scorer not in (None, pick.driver) else None
        return ShownPick(
            pick=pick,
            entry=self.entries[pick.driver],
            holder=self.story.name(pick.constructor),
            scorer=scorer.driver.family_name if scorer else "",
        )

    def bars(self, step: Step) -> list[Bar]:
        """The ranking after a step."""
        most = max((points for _, _, points in step.ranking), default=Decimal(0)) or Decimal(1)
        return [
            Bar(rank, self.story.name(constructor), constructor == PLAYER, points, max(0, int(100 * points / most)))
            for rank, constructor, points in step.ranking
        ]

    def best_possible(self) -> dict[str, Any]:
        """The best drivers that the player could have had, and what they had scored."""
        best = self.result.best_possible(PLAYER, self.story.free)
        is_better = best.standing.points > self.result.standings[PLAYER].points
        return {
            "drivers": [self.entries[driver] for driver in best.drivers],
            "standing": best.standing,
            "points": points_text(best.standing.points),
            "is_better": is_better,
        }

    def rules_text(self) -> str:
        """The rules in a line."""
        label = str(SettingsVersion.Scoring(self.board.scoring).label).partition(":")[0]
        if not self.results.sprint:
            return label
        return f"{label}, {_('the sprint counts') if self.board.sprints else _('the sprint does not count')}"

    def other_rules(self) -> list[tuple[str, str, bool]]:
        """The same picks under every scoring: (label, path, whether it is this one)."""
        scorings = [(value, str(label).partition(":")[0]) for value, label in SettingsVersion.Scoring.presets()]
        with_sprint = _("%(scoring)s with sprint")
        boards = [
            (with_sprint % {"scoring": label} if sprints and self.results.sprint else label, scoring, sprints)
            for scoring, label in scorings
            for sprints in ((False, True) if self.results.sprint else (self.board.sprints,))
        ]
        return [self._with_rules(*board) for board in boards]

    def _with_rules(self, label: str, scoring: str, sprints: bool) -> tuple[str, str, bool]:
        board = replace(self.board, scoring=scoring, sprints=sprints)
        return label, practice_links.path_of(board), board == self.board

    def practice_options(self) -> str:
        """The options of this draft as a query string of the page that starts one."""
        return urlencode({name: value for name, value in PracticeForm.initial_of(self.board).items() if value})

    def league_options(self) -> str:
        """The rules of this draft as a query string of the page that creates a league."""
        options = {
            "scoring": self.board.scoring,
            "method": self.board.method,
            "picks_per_race": self.board.picks_each,
            **({"sprints": "on"} if self.board.sprints else {}),
        }
        return urlencode(options)


@require_safe
def practice_race(request: HttpRequest, token: str) -> HttpResponse:
    """How the race went for the picks of a link. With `?step=`, a part of it; the result follows the last one."""
    board = practice_links.read(token)
    run = PracticeRace.load(board, is_own=is_own(request, board), now=clock.now()) if board else None
    if run is None:
        return render(request, "pages/practice/no_race.html", status=404)
    steps = list(run.result.steps())
    number = request.GET.get("step", "")
    path = reverse("pages:practice_race", args=[token])
    context: dict[str, Any] = {"run": run, "race": run.race, "result_url": path}
    if number in {str(known) for known in range(1, len(steps) + 1)}:
        context |= _step_context(run, steps, int(number))
        return render(request, "pages/practice/race_step.html", context)
    return render(request, "pages/practice/race.html", context | _result_context(run, steps[-1], path))


def _step_context(run: PracticeRace, steps: list[Step], number: int) -> dict[str, Any]:
    step = steps[number - 1]
    return {
        "number": number,
        "count": len(steps),
        "picks": [run.shown(pick) for pick in step.picks],
        "bars": run.bars(step),
        "next_step": number + 1 if number < len(steps) else None,
    }


def _result_context(run: PracticeRace, last_step: Step, path: str) -> dict[str, Any]:
    return {
        "headline": run.story.headline(),
        "points": points_text(run.result.standings[PLAYER].points),
        "sentences": run.story.sentences(),
        "bars": run.bars(last_step),
        "lines": run.lines(),
        "best_possible": run.best_possible(),
        "share_url": absolute_url(path),
        "again": PracticeForm(races=[run.race], initial=PracticeForm.initial_of(run.board)),
    }
