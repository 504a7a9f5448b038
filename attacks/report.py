"""What the attacks found: a table with one row for each attack, and a sentence for each attempt that got through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from attacks.target import Target


@dataclass(frozen=True)
class Attempt:
    """One request or sequence of requests, and whether the site withstood it."""

    description: str
    held: bool


@dataclass(frozen=True)
class Attack:
    """A kind of attack. `run` yields its attempts; `server` is the kind of server it is for (attacks.servers)."""

    name: str
    description: str
    run: Callable[[Target], Iterator[Attempt]]
    server: str = "with mail"


@dataclass
class Result:
    """The attempts of an attack, and why it broke off, if it did."""

    attack: Attack
    attempts: list[Attempt] = field(default_factory=list)
    error: str = ""

    @property
    def held(self) -> int:
        return sum(attempt.held for attempt in self.attempts)

    def failures(self) -> list[str]:
        """A sentence for each attempt that got through, and for an attack that broke off or tried nothing."""
        through = [f"{self.attack.name}: {attempt.description}" for attempt in self.attempts if not attempt.held]
        if self.error:
            through.append(f"{self.attack.name} broke off: {self.error}")
        elif not self.attempts:
            through.append(f"{self.attack.name} tried nothing.")
        return through


def as_table(results: list[Result]) -> str:
    width = max(len(result.attack.name) for result in results)
    rows = [
        f"{result.attack.name:{width}}  {len(result.attempts):>5}  {result.held:>5}  {result.attack.description}"
        for result in results
    ]
    tried, held = sum(len(result.attempts) for result in results), sum(result.held for result in results)
    return "\n".join(
        [
            f"{'attack':{width}}  {'tried':>5}  {'held':>5}",
            *rows,
            f"{'total':{width}}  {tried:>5}  {held:>5}",
            *(f"BROKEN {failure}" for result in results for failure in result.failures()),
        ]
    )
