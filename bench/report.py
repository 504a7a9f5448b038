"""What a benchmark says: cases with our value, the floor it is held against, and their ratio."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Case:
    """One measured value and what it is held against, both in `unit`. What the floor is, the benchmark's notes say."""

    name: str
    ours: float
    floor: float
    unit: str

    @property
    def ratio(self) -> float | None:
        """How many times the floor we are; None against a floor of nothing."""
        return round(self.ours / self.floor, 3) if self.floor else None


@dataclass
class Report:
    """A whole run. `failures` are sentences on what must not be; with one of them the run has failed."""

    benchmark: str
    cases: list[Case]
    facts: dict[str, float | int | str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    failures: Sequence[str] = ()

    def as_json(self) -> str:
        """The run as one JSON object."""
        cases = [asdict(case) | {"ratio": case.ratio} for case in self.cases]
        whole = {"benchmark": self.benchmark, **self.facts, "cases": cases, "failures": list(self.failures)}
        return json.dumps(whole, ensure_ascii=False)

    def as_table(self) -> str:
        """The run as a table for people, with its facts above and its notes and failures below."""
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        width = max(len(case.name) for case in self.cases)
        head = f"{'':{width}}  {'ours':>10}  {'floor':>10}  {'ratio':>7}"
        return "\n".join(
            [f"{self.benchmark}: {facts}", head, *(_row(case, width) for case in self.cases), *self._below()]
        )

    def _below(self) -> list[str]:
        return ["", *self.notes, *(f"FAILED: {sentence}" for sentence in self.failures)]


def _row(case: Case, width: int) -> str:
    ratio = "-" if case.ratio is None else f"{case.ratio:.3f}"
    return f"{case.name:{width}}  {case.ours:>10,.6g}  {case.floor:>10,.6g}  {ratio:>7}  {case.unit}"


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` of the values do not exceed; 0 for no values.

    >>> percentile([4, 1, 3, 2], 0.5), percentile([4, 1, 3, 2], 1), percentile([], 0.5)
    (2, 4, 0)
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)] if ordered else 0
