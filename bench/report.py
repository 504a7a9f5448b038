"""The result of a benchmark: cases that compare our value with a baseline (the floor), as a table or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Case:
    """One measured value and its baseline, both in `unit`. The notes of the report say what the floor is."""

    name: str
    ours: float
    floor: float
    unit: str

    @property
    def ratio(self) -> float | None:
        """`ours` divided by `floor`; None if the floor is 0."""
        return round(self.ours / self.floor, 3) if self.floor else None


@dataclass
class Report:
    """The result of one run. A run with any `failures` (one sentence each) has failed."""

    benchmark: str
    cases: list[Case]
    facts: dict[str, float | int | str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    failures: Sequence[str] = ()

    def as_json(self) -> str:
        """The report as one JSON object."""
        cases = [asdict(case) | {"ratio": case.ratio} for case in self.cases]
        report = {"benchmark": self.benchmark, **self.facts, "cases": cases, "failures": list(self.failures)}
        return json.dumps(report, ensure_ascii=False)

    def as_table(self) -> str:
        """The report as a text table: facts above it, notes and failures below it."""
        facts = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        width = max(len(case.name) for case in self.cases)
        header = f"{'':{width}}  {'ours':>10}  {'floor':>10}  {'ratio':>7}"
        return "\n".join(
            [f"{self.benchmark}: {facts}", header, *(_row(case, width) for case in self.cases), *self._below()]
        )

    def _below(self) -> list[str]:
        return ["", *self.notes, *(f"FAILED: {sentence}" for sentence in self.failures)]


def _row(case: Case, width: int) -> str:
    ratio = "-" if case.ratio is None else f"{case.ratio:.3f}"
    return f"{case.name:{width}}  {case.ours:>10,.6g}  {case.floor:>10,.6g}  {ratio:>7}  {case.unit}"


def percentile(values: Sequence[float], part: float) -> float:
    """The nearest-rank percentile: the smallest value that at least a share `part` of the values do not exceed.

    0 if there are no values.

    >>> percentile([4, 1, 3, 2], 0.5), percentile([4, 1, 3, 2], 1), percentile([], 0.5)
    (2, 4, 0)
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)] if ordered else 0
