"""A fake source of results that records its calls."""

from races.models import Classification
from races.sources.dto import ClassificationDTO, SeasonDTO


class FakeSource:
    """Returns `races`, `sprints` and `fastest`, the pole positions, by round, or raises `error`.

    `asked` records the calls for classifications as (kind, round).
    """

    def __init__(self) -> None:
        self.races: dict[int, ClassificationDTO] = {}
        self.sprints: dict[int, ClassificationDTO] = {}
        self.fastest: dict[int, str] = {}
        self.calendar: SeasonDTO | None = None
        self.error: Exception | None = None
        self.asked: list[tuple[str, int | None]] = []

    def season(self, year: int) -> SeasonDTO:
        assert self.calendar is not None, "nobody asks for the calendar"
        return self.calendar

    def classifications(self, year: int, kind: str, only_round: int | None = None) -> tuple[ClassificationDTO, ...]:
        self.asked.append((str(kind), only_round))
        if self.error is not None:
            raise self.error
        assert only_round is not None, "checks ask for one race"
        known = self.races if kind == Classification.Kind.RACE else self.sprints
        return (known[only_round],) if only_round in known else ()

    def poles(self, year: int, only_round: int | None = None) -> dict[int, str]:
        return self.fastest
