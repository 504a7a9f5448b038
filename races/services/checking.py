"""Working off the checks: a race is claimed by a conditional update, asked for once, and its answer written down.

Nothing is held while the source is asked. Whoever dies on the way only delays: his claim runs out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.transactions import atomic

from .. import rules
from ..models import Classification, Race, ResultCheck
from ..selectors import checks_due, has_sprint
from .syncing import API, Source, look_for_vanished, record_results, sync_season

# Longer than any task may run.
LEASE = timedelta(minutes=15)
LONGEST_OUTCOME = 300


class Found(Enum):
    """What a question found."""

    RESULTS = "results"
    NOTHING = "nothing"
    DOUBT = "doubt"
    FAILURE = "failure"


@dataclass(frozen=True)
class Answer:
    found: Found
    said: str


@dataclass(frozen=True)
class Checked:
    """What the check of a race found, by kind of classification."""

    race: Race
    answers: Mapping[str, Answer]

    @property
    def failed(self) -> bool:
        """Whether the source gave no answer at all: the others can wait as well."""
        return any(answer.found == Found.FAILURE for answer in self.answers.values())

    def __str__(self) -> str:
        return f"{self.race}: {_said(self.answers)}"


def check_next(*, source: Source, now: datetime) -> Checked | None:
    """Ask for the results of the race whose check is due first, and write down what came; None when none is due.

    All of a race's checks that are due share one request for each kind of classification.
    """
    race = _claim(now)
    if race is None:
        return None
    due = list(race.checks.filter(done_at=None, due_at__lte=now))
    sprint = has_sprint(race)
    kinds = {check.stage: rules.kinds_of(check.stage, has_sprint=sprint) for check in due}
    wanted = [kind for kind in Classification.Kind.values if any(kind in some for some in kinds.values())]
    answers = {kind: _ask(source, race, kind, now) for kind in wanted}
    _write_down(race, {check: {kind: answers[kind] for kind in kinds[check.stage]} for check in due}, now)
    return Checked(race, answers)


def _claim(now: datetime) -> Race | None:
    """Take the race whose check comes first, unless somebody else is faster: then the next one."""
    while (check := checks_due(now).first()) is not None:
        if checks_due(now).filter(race=check.race_id).order_by().update(not_before=now + LEASE):
            return Race.objects.select_related("season", "circuit").get(pk=check.race_id)
    return None


def _ask(source: Source, race: Race, kind: str, now: datetime) -> Answer:
    try:
        found = source.classifications(race.season.year, kind, race.round)
    except Refused as refused:
        return Answer(Found.FAILURE, refused.sentence)
    outcomes = list(record_results(season=race.season, classifications=found, source=API, now=now))
    own = [one for one, facts in zip(outcomes, found, strict=True) if _is_of(facts.circuit, facts.race_name, race)]
    if found and not own:
        return _follow_calendar(source, race, found[0].race_name, now)
    outcome = own[0] if own else look_for_vanished(race=race, kind=kind, now=now)
    if outcome is None:
        return Answer(Found.NOTHING, "no results yet")
    if outcome.refusal and not outcome.is_settled:
        return Answer(Found.DOUBT, outcome.refusal)
    return Answer(Found.RESULTS, outcome.said or "an administrator has dismissed what the source says")


def _is_of(circuit: str, name: str, race: Race) -> bool:
    return (circuit, name) == (race.circuit.ref, race.name)


def _follow_calendar(source: Source, race: Race, other: str, now: datetime) -> Answer:
    """The source calls another race by this number: its calendar has changed, and ours follows before we ask again."""
    try:
        sync_season(source=source, year=race.season.year, now=now)
    except Refused as refused:
        return Answer(Found.FAILURE, refused.sentence)
    return Answer(Found.DOUBT, f"Round {race.round} is the {other} there. The calendar has been fetched anew.")


@atomic
def _write_down(race: Race, answered: Mapping[ResultCheck, Mapping[str, Answer]], now: datetime) -> None:
    """Each check is done, or rests and is tried again; one that moved meanwhile is left alone."""
    for check, answers in answered.items():
        mine = ResultCheck.objects.filter(pk=check.pk, due_at=check.due_at, done_at=None)
        done = mine.update(**_after(check, answers, now))
        if done and check.stage == rules.END and not _is_open(answers):
            _finish(race, now)


def _after(check: ResultCheck, answers: Mapping[str, Answer], now: datetime) -> dict[str, object]:
    outcome = _said(answers)[:LONGEST_OUTCOME]
    if _is_open(answers):
        attempts = min(check.attempts + 1, 30_000)
        rests = rules.pause_after_failure(attempts)
        return {"outcome": outcome, "attempts": attempts, "not_before": now + rests}
    is_first = check.stage in (rules.SPRINT, rules.RESULTS)
    if is_first and all(answer.found == Found.NOTHING for answer in answers.values()):
        return {"outcome": outcome, "not_before": now + rules.pause_without_results(now - check.due_at)}
    return {"outcome": outcome, "done_at": now, "not_before": None}


def _is_open(answers: Mapping[str, Answer]) -> bool:
    return any(answer.found in (Found.FAILURE, Found.DOUBT) for answer in answers.values())


def _said(answers: Mapping[str, Answer]) -> str:
    return "; ".join(f"{kind}: {answer.said}" for kind, answer in answers.items())


def _finish(race: Race, now: datetime) -> None:
    """Verification is over, and with it every other question that was still open."""
    race.checks.filter(done_at=None).update(done_at=now)
    Race.objects.filter(pk=race.pk, state=Race.State.PROVISIONAL).update(state=Race.State.FINAL)
