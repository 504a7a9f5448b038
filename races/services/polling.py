"""Poll for results: claim a race with a conditional UPDATE (a lease), poll the source once and save the outcome.

No lock is held while polling. If a worker dies, its lease expires and the race is polled later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from core.errors import Refused
from core.transactions import atomic

from .. import rules
from ..models import Classification, Race, ResultCheck
from ..selectors import due_checks, has_sprint
from .sync import API, Source, check_vanished, fetch_classifications, record_results, sync_season

# Longer than the time limit of any task.
LEASE = timedelta(minutes=15)
MAX_OUTCOME_LENGTH = 300


class PollStatus(Enum):
    """What polling one kind of classification found."""

    RESULTS = "results"
    NOTHING = "nothing"
    IMPLAUSIBLE = "implausible"
    FAILURE = "failure"


@dataclass(frozen=True)
class PollResult:
    status: PollStatus
    message: str


@dataclass(frozen=True)
class PollReport:
    """What polling a race found, by kind of classification."""

    race: Race
    results: Mapping[str, PollResult]

    @property
    def failed(self) -> bool:
        """Whether the source failed, so that polling further races is pointless for now."""
        return any(result.status == PollStatus.FAILURE for result in self.results.values())

    def __str__(self) -> str:
        return f"{self.race}: {_describe(self.results)}"


def poll_next_race(*, source: Source, now: datetime) -> PollReport | None:
    """Poll the race whose check is due first and record the results. Returns None if no check is due.

    All due checks of a race share one request per kind of classification.
    """
    race = _claim(now)
    if race is None:
        return None
    due = list(race.checks.filter(done_at=None, due_at__lte=now))
    sprint = has_sprint(race)
    kinds = {check.stage: rules.kinds_to_check(check.stage, has_sprint=sprint) for check in due}
    wanted = [kind for kind in Classification.Kind.values if any(kind in stage_kinds for stage_kinds in kinds.values())]
    results = {kind: _poll(source, race, kind, now) for kind in wanted}
    _save_outcomes(race, {check: {kind: results[kind] for kind in kinds[check.stage]} for check in due}, now)
    return PollReport(race, results)


def _claim(now: datetime) -> Race | None:
    """Lease the race whose check is due first; if another worker takes it meanwhile, try the next one."""
    while (check := due_checks(now).first()) is not None:
        if due_checks(now).filter(race=check.race_id).order_by().update(not_before=now + LEASE):
            return Race.objects.select_related("season", "circuit").get(pk=check.race_id)
    return None


def _poll(source: Source, race: Race, kind: str, now: datetime) -> PollResult:
    try:
        found = fetch_classifications(source, race.season.year, kind, race.round)
    except Refused as refused:
        return PollResult(PollStatus.FAILURE, refused.sentence)
    outcomes = list(record_results(season=race.season, classifications=found, source=API, now=now))
    own = [outcome for outcome, dto in zip(outcomes, found, strict=True) if _is_of(dto.circuit, dto.race_name, race)]
    if found and not own:
        return _sync_calendar(source, race, found[0].race_name, now)
    outcome = own[0] if own else check_vanished(race=race, kind=kind, now=now)
    if outcome is None:
        return PollResult(PollStatus.NOTHING, "no results yet")
    if outcome.refusal and not outcome.is_settled:
        return PollResult(PollStatus.IMPLAUSIBLE, outcome.refusal)
    return PollResult(
        PollStatus.RESULTS, outcome.message or "the source still returns results that an administrator dismissed"
    )


def _is_of(circuit: str, name: str, race: Race) -> bool:
    return (circuit, name) == (race.circuit.ref, race.name)


def _sync_calendar(source: Source, race: Race, other: str, now: datetime) -> PollResult:
    """Sync the calendar: the source has another race under this round number. The check is retried afterwards."""
    try:
        sync_season(source=source, year=race.season.year, now=now)
    except Refused as refused:
        return PollResult(PollStatus.FAILURE, refused.sentence)
    return PollResult(
        PollStatus.IMPLAUSIBLE, f"The source lists round {race.round} as the {other}. The calendar was updated."
    )


@atomic
def _save_outcomes(race: Race, results_by_check: Mapping[ResultCheck, Mapping[str, PollResult]], now: datetime) -> None:
    """Mark each check as done or set its backoff; a check that was rescheduled meanwhile is left alone."""
    for check, results in results_by_check.items():
        mine = ResultCheck.objects.filter(pk=check.pk, due_at=check.due_at, done_at=None)
        done = mine.update(**_changes_to_check(check, results, now))
        if done and not _needs_retry(results):
            _finish(race, check, now)


def _changes_to_check(check: ResultCheck, results: Mapping[str, PollResult], now: datetime) -> dict[str, object]:
    outcome = _describe(results)[:MAX_OUTCOME_LENGTH]
    if _needs_retry(results):
        attempts = min(check.attempts + 1, 30_000)
        backoff = rules.failure_backoff(attempts)
        return {"outcome": outcome, "attempts": attempts, "not_before": now + backoff}
    is_first = check.stage in (rules.SPRINT, rules.RESULTS)
    if is_first and all(result.status == PollStatus.NOTHING for result in results.values()):
        return {"outcome": outcome, "not_before": now + rules.NO_RESULTS_INTERVAL}
    return {"outcome": outcome, "done_at": now, "not_before": None}


def _needs_retry(results: Mapping[str, PollResult]) -> bool:
    return any(result.status in (PollStatus.FAILURE, PollStatus.IMPLAUSIBLE) for result in results.values())


def _describe(results: Mapping[str, PollResult]) -> str:
    return "; ".join(f"{kind}: {result.message}" for kind, result in results.items())


def _finish(race: Race, check: ResultCheck, now: datetime) -> None:
    """Make the results final from the check of day 7 on. The last check completes all that are still open."""
    if check.due_at >= race.expected_start + rules.FINAL_AFTER:
        Race.objects.filter(pk=race.pk, state=Race.State.PROVISIONAL).update(state=Race.State.FINAL)
    if check.stage == rules.END:
        race.checks.filter(done_at=None).update(done_at=now)
