"""Scoring: always from results and rules anew, never by adding to what was there."""

from collections.abc import Container, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from drafts.models import Draft, DraftEvent, Pick
from drafts.services.events import log
from leagues.models import League
from leagues.rules import RuleSet
from races.models import Classification, Race, Result
from races.selectors import latest_classification

from .. import rules
from ..models import DraftScoring, DriverPoints, PickScore, RaceScore
from ..selectors import finish_of, weekend_scores
from .table import rank_league

NOBODY = rules.Score(Decimal(0), (rules.Line("Did not take part", Decimal(0)),))


class Weekend(NamedTuple):
    """What a race is scored from: its classifications, and who scores for drivers that did not take part."""

    race: Classification
    sprint: Classification | None
    heirs: dict[int, int | None]

    @property
    def revisions(self) -> tuple[int, int]:
        return self.race.revision, self.sprint.revision if self.sprint else 0


def score_race(*, race: Race, now: datetime) -> int:
    """Score every draft of a race that is behind its results; returns how many. Without results: none.

    Each league is a transaction of its own, so that one run cut short leaves whole leagues, and the sweep the rest.
    """
    weekend = weekend_of(race)
    if weekend is None:
        return 0
    drafts = Draft.objects.filter(race=race, state__in=(Draft.State.LOCKED, Draft.State.SCORED))
    known: dict[RuleSet, dict[int, rules.Score]] = {}
    scored = 0
    for draft in drafts.select_related("settings", "league").order_by("league_id"):
        assert draft.settings is not None, "a locked draft has its settings"
        rule_set = draft.settings.rule_set
        if rule_set not in known:
            known[rule_set] = write_driver_points(race=race, rule_set=rule_set, weekend=weekend)
        scored += score_draft(draft=draft, weekend=weekend, scores=known[rule_set], now=now)
    return scored


def weekend_of(race: Race) -> Weekend | None:
    """The results that count for a race, or `None` as long as there are none."""
    classification = latest_classification(race, Classification.Kind.RACE)
    if classification is None or race.state == Race.State.CANCELLED:
        return None
    sprint = latest_classification(race, Classification.Kind.SPRINT)
    return Weekend(classification, sprint, _heirs(race, list(classification.results.all())))


def _heirs(race: Race, results: list[Result]) -> dict[int, int | None]:
    """Who scores for each driver of the line-up that did not take part."""
    line_up = {
        entry.driver_id: rules.Seat(entry.line_up_team_id, entry.line_up_number)
        for entry in race.entries.all()
        if entry.in_line_up
    }
    drove = {one.driver_id: rules.Seat(one.team_id, one.number) for one in results if rules.took_part(finish_of(one))}
    overrides = {one.out_driver_id: one.in_driver_id for one in race.replacements.all()}
    return rules.substitutes(line_up, drove, overrides)


@transaction.atomic
def write_driver_points(*, race: Race, rule_set: RuleSet, weekend: Weekend) -> dict[int, rules.Score]:
    """Compute and store what each driver scored under a set of rules; returns it by driver id."""
    scores = weekend_scores(rule_set, weekend.race, weekend.sprint)
    DriverPoints.objects.filter(race=race, rules_key=rule_set.key).exclude(driver__in=scores).delete()
    DriverPoints.objects.bulk_create(
        (
            DriverPoints(
                race=race, rules_key=rule_set.key, driver_id=driver, points=score.points, breakdown=_breakdown(score)
            )
            for driver, score in scores.items()
        ),
        update_conflicts=True,
        unique_fields=["race", "rules_key", "driver"],
        update_fields=["points", "breakdown"],
    )
    return scores


@transaction.atomic
def score_draft(*, draft: Draft, weekend: Weekend, scores: Mapping[int, rules.Score], now: datetime) -> bool:
    """Score one league's draft and its season table. False when these revisions are scored already."""
    League.objects.select_for_update().get(pk=draft.league_id)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("league").get(pk=draft.pk)
    if draft.state not in (Draft.State.LOCKED, Draft.State.SCORED) or not _is_behind(draft, weekend):
        return False
    picks = list(draft.picks.select_related("slot", "entry"))
    held = {pick.entry.driver_id for pick in picks}
    pick_scores = [_pick_score(pick, held, weekend, scores) for pick in picks]
    PickScore.objects.bulk_create(
        pick_scores,
        update_conflicts=True,
        unique_fields=["pick"],
        update_fields=["driver", "points", "breakdown"],
    )
    _write_race_scores(draft, pick_scores)
    _mark_scored(draft, weekend, now)
    rank_league(league=draft.league)
    return True


def _is_behind(draft: Draft, weekend: Weekend) -> bool:
    """A run that began with older revisions and comes late finds that it has nothing to say."""
    done = DraftScoring.objects.filter(draft=draft).values_list("race_revision", "sprint_revision").first()
    return done is None or done < weekend.revisions


def _pick_score(pick: Pick, held: Container[int], weekend: Weekend, scores: Mapping[int, rules.Score]) -> PickScore:
    picked = pick.entry.driver_id
    driver = weekend.heirs.get(picked, picked)
    if driver != picked and driver in held:
        driver = None  # Entered while the draft was open, and picked: he scores for whoever holds him, and once.
    score = scores.get(driver, NOBODY) if driver is not None else scores.get(picked, NOBODY)
    drove = driver if driver in scores else None
    return PickScore(pick=pick, driver_id=drove, points=score.points, breakdown=_breakdown(score))


def _breakdown(score: rules.Score) -> list[list[str]]:
    return [[line.label, str(line.points)] for line in score.lines]


def _write_race_scores(draft: Draft, pick_scores: list[PickScore]) -> None:
    lines: dict[int, list[PickScore]] = {
        constructor: [] for constructor in draft.slots.values_list("constructor_id", flat=True)
    }
    for score in pick_scores:
        lines[score.pick.slot.constructor_id].append(score)
    totals = {
        constructor: (
            sum((one.points for one in own), Decimal(0)),
            max((one.points for one in own), default=Decimal(0)),
        )
        for constructor, own in lines.items()
    }
    ranks = rules.rank_race(totals)
    RaceScore.objects.filter(draft=draft).exclude(constructor__in=totals).delete()
    RaceScore.objects.bulk_create(
        (
            RaceScore(
                draft=draft,
                constructor_id=constructor,
                points=points,
                best_pick=best,
                autopicks=sum(one.pick.source == Pick.Source.AUTOPICK for one in lines[constructor]),
                rank=ranks[constructor],
            )
            for constructor, (points, best) in totals.items()
        ),
        update_conflicts=True,
        unique_fields=["draft", "constructor"],
        update_fields=["points", "best_pick", "autopicks", "rank"],
    )


@transaction.atomic
def score_again(*, race: Race) -> None:
    """Forget what a race's drafts were scored from: something other than its results has changed who scores."""
    DraftScoring.objects.filter(draft__race=race).delete()


def _mark_scored(draft: Draft, weekend: Weekend, now: datetime) -> None:
    race_revision, sprint_revision = weekend.revisions
    DraftScoring.objects.update_or_create(
        draft=draft,
        defaults={"race_revision": race_revision, "sprint_revision": sprint_revision, "scored_at": now},
    )
    draft.state = Draft.State.SCORED
    draft.save(update_fields=["state"])
    log(draft, DraftEvent.Kind.SCORED, now=now, race_revision=race_revision, sprint_revision=sprint_revision)
