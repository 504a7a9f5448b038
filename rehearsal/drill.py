"""One fault after the other while the clients play, and what came of each."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rehearsal.audit import audit
from rehearsal.clients import KINDS, Attempt, Drafts, Ledger
from rehearsal.faults import Fault
from rehearsal.installation import Installation

# Every fault has to be over this soon.
GOAL_SECONDS = 10.0
# How long to wait for that, and how long nothing may fail before it counts as over.
PATIENCE_SECONDS, QUIET_SECONDS = 90.0, 2.0
# How many drafts must be left at least, and how many are added if there are fewer.
MIN_DRAFTS, NEW_DRAFTS = 12, 12


@dataclass
class Outcome:
    """One line of the table. `recovered` is None if that did not happen in time; `slowest` is in seconds."""

    fault: str
    attempts: list[Attempt]
    recovered: float | None
    lost: int = 0
    doubled: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(attempt.is_request for attempt in self.attempts)

    @property
    def server_errors(self) -> int:
        return sum(attempt.status >= 500 for attempt in self.attempts)

    @property
    def client_errors(self) -> int:
        """Requests without a response."""
        return sum(attempt.status == 0 for attempt in self.attempts)

    @property
    def slowest(self) -> float:
        return max((attempt.ended - attempt.began for attempt in self.attempts), default=0)


class Drill:
    """Provokes faults. `make_leagues` creates that many leagues."""

    def __init__(
        self,
        installation: Installation,
        ledger: Ledger,
        drafts: Drafts,
        make_leagues: Callable[[int], list[dict[str, object]]],
    ) -> None:
        self.installation, self.ledger, self.drafts = installation, ledger, drafts
        self._make_leagues = make_leagues

    def warm_up(self, start_clients: Callable[[], None]) -> None:
        """Wait until every kind of client has succeeded."""
        self._add_drafts()
        began = time.monotonic()
        start_clients()
        while seconds_to_recover(self.ledger.since(began), began) is None:
            if time.monotonic() > began + PATIENCE_SECONDS:
                kinds = sorted({attempt.kind for attempt in self.ledger.since(began) if attempt.succeeded})
                raise SystemExit(f"Only these clients succeed: {kinds}. {self.ledger.violations[:3]}")
            time.sleep(0.1)

    def run(self, fault: Fault) -> Outcome:
        """Provoke the fault, wait until it is over, and check the picks."""
        self._add_drafts()
        known = len(self.ledger.violations)
        began = time.monotonic()
        fault.provoke()
        over = time.monotonic()
        healthy = self._wait_until_recovered(fault, began, over)
        attempts = self.ledger.since(began)
        outcome = Outcome(fault.name, attempts, seconds_to_recover(attempts, over))
        self._audit(outcome)
        outcome.failures += self.ledger.violations[known:]
        outcome.failures += _unexpected(fault, attempts, over, healthy)
        if outcome.recovered is None:
            outcome.failures.append("it did not recover")
        return outcome

    def _wait_until_recovered(self, fault: Fault, began: float, over: float) -> float:
        """Returns when the services were healthy again."""
        self.installation.wait_until_healthy(list(fault.services))
        healthy = time.monotonic()
        while time.monotonic() < over + PATIENCE_SECONDS:
            attempts = self.ledger.since(began)
            last_failure = max((attempt.ended for attempt in attempts if not attempt.succeeded), default=began)
            is_quiet = time.monotonic() > max(last_failure, over) + QUIET_SECONDS
            if is_quiet and seconds_to_recover(attempts, over) is not None:
                break
            self._add_drafts()
            time.sleep(0.1)
        return healthy

    def _add_drafts(self) -> None:
        if self.drafts.remaining() < MIN_DRAFTS:
            self.drafts.add(self._make_leagues(NEW_DRAFTS))

    def _audit(self, outcome: Outcome) -> None:
        with self.ledger.no_pick_in_flight(), self.installation.connect_to_database() as connection:
            found = audit(connection, self.ledger.picks)
        outcome.lost, outcome.doubled = found.lost, found.doubled
        if found.lost or found.doubled:
            outcome.failures.append(f"{found.lost} picks were lost and {found.doubled} doubled")
        if found.inconsistent:
            outcome.failures.append(f"the events of these drafts are not consistent: {found.inconsistent}")


def seconds_to_recover(attempts: Sequence[Attempt], over: float) -> float | None:
    """How long after `over` every kind of client has succeeded again and failed no more; None if one has not."""
    moments = [_recovered_at([attempt for attempt in attempts if attempt.kind == kind], over) for kind in KINDS]
    if None in moments:
        return None
    return max(moment for moment in moments if moment is not None) - over


def _recovered_at(attempts: list[Attempt], over: float) -> float | None:
    last_failure = max((attempt.ended for attempt in attempts if not attempt.succeeded), default=over)
    return min(
        (
            attempt.ended
            for attempt in attempts
            if attempt.succeeded and attempt.began >= over and attempt.ended >= last_failure
        ),
        default=None,
    )


def hold_to_goal(outcomes: Sequence[Outcome]) -> None:
    """Note which faults have taken too long."""
    for outcome in outcomes:
        if outcome.recovered is not None and outcome.recovered >= GOAL_SECONDS:
            outcome.failures.append(f"it took {outcome.recovered:.1f} s to recover")


def _unexpected(fault: Fault, attempts: Sequence[Attempt], over: float, healthy: float) -> list[str]:
    """The failures that the fault does not excuse. A page can be requested again by the proxy, so it must not fail."""
    until = {"none": float("-inf"), "in flight": over, "database": healthy}[fault.may_fail]
    unexcused: dict[tuple[str, int], list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        is_failure = attempt.status == 0 or attempt.status >= 500
        if is_failure and (attempt.began > until or (attempt.kind == "page" and fault.may_fail != "database")):
            unexcused[attempt.kind, attempt.status].append(attempt)
    return [
        f"{len(failed)} x {kind} failed with {status or 'no response'}, begun {failed[0].began - over:+.2f} s to"
        f" {failed[-1].began - over:+.2f} s after it: {' '.join(failed[0].detail.split())[:160]}"
        for (kind, status), failed in unexcused.items()
    ]


COLUMNS = ("requests", "5xx", "no response", "lost", "doubled", "slowest s", "recovered s")
FAULT_WIDTH = 36


def as_line(outcome: Outcome) -> str:
    """The outcome as a line of the table."""
    values = (
        str(outcome.requests),
        str(outcome.server_errors),
        str(outcome.client_errors),
        str(outcome.lost),
        str(outcome.doubled),
        f"{outcome.slowest:.1f}",
        "never" if outcome.recovered is None else f"{outcome.recovered:.1f}",
    )
    cells = (f"{value:>{len(column)}}" for value, column in zip(values, COLUMNS, strict=True))
    return f"{outcome.fault:{FAULT_WIDTH}}  {'  '.join(cells)}"


def as_table(outcomes: Sequence[Outcome]) -> str:
    """All outcomes as a text table, and below it what missed the goal."""
    header = f"{'fault':{FAULT_WIDTH}}  {'  '.join(COLUMNS)}"
    missed = [f"MISSED, {outcome.fault}: {sentence}" for outcome in outcomes for sentence in outcome.failures]
    return "\n".join([header, *map(as_line, outcomes), "", *(missed or ["Every goal was met."])])
