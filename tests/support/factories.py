"""Factories of test data: people, seasons, race weekends with a full grid, and classifications of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import User
from drafts.rules.practice import PracticeBoard
from races.models import Circuit, Classification, Driver, Entry, Race, Result, Season, Session, Team

M = TypeVar("M", Driver, Team)

PASSWORD = "a cold front over Spa"
STARTS_AT = datetime(2025, 3, 16, 4, tzinfo=UTC)
OFFICIAL_POINTS = {
    Classification.Kind.RACE: (25, 18, 15, 12, 10, 8, 6, 4, 2, 1),
    Classification.Kind.SPRINT: (8, 7, 6, 5, 4, 3, 2, 1),
}
# How many hours before the race each session begins.
USUAL_WEEKEND = {"practice_1": 51, "practice_2": 47, "practice_3": 27, "qualifying": 23}
SPRINT_WEEKEND = {"practice_1": 52, "sprint_qualifying": 48, "sprint": 29, "qualifying": 25}


class UserFactory(DjangoModelFactory[User]):
    """A person. `password` is left out unless a test signs in, because hashing is slow."""

    class Meta:
        model = User

    username = Sequence(lambda n: f"player{n}")
    email = LazyAttribute(lambda user: f"{user.username}@example.org")
    password = ""

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        user = model_class(**kwargs)
        user.set_password(kwargs.get("password") or None)
        user.save(force_insert=True)
        return user


class SeasonFactory(DjangoModelFactory[Season]):
    class Meta:
        model = Season
        django_get_or_create = ("year", "is_demonstration")

    year = 2025
    is_demonstration = False
    grid_size = 22


class CircuitFactory(DjangoModelFactory[Circuit]):
    class Meta:
        model = Circuit

    ref = Sequence(lambda n: f"circuit_{n}")
    name = Sequence(lambda n: f"Circuit {n}")
    locality = "Spa"
    country = "Belgium"


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("ref",)

    ref = Sequence(lambda n: f"team_{n + 100}")  # not one of a grid
    name = LazyAttribute(lambda team: team.ref.replace("_", " ").title())


class DriverFactory(DjangoModelFactory[Driver]):
    class Meta:
        model = Driver
        django_get_or_create = ("ref",)

    ref = Sequence(lambda n: f"driver_{n + 100}")  # not one of a grid
    given_name = "Driver"
    family_name = LazyAttribute(lambda driver: driver.ref.removeprefix("driver_").title())
    code = ""


class RaceFactory(DjangoModelFactory[Race]):
    """A race without sessions; `weekend` makes one with them."""

    class Meta:
        model = Race

    season = SubFactory(SeasonFactory)
    circuit = SubFactory(CircuitFactory)
    round = Sequence(lambda n: n + 1)
    name = LazyAttribute(lambda race: f"Grand Prix {race.round}")
    starts_at = STARTS_AT
    race_date = LazyAttribute(lambda race: race.starts_at.date())


class EntryFactory(DjangoModelFactory[Entry]):
    class Meta:
        model = Entry

    race = SubFactory(RaceFactory)
    driver = SubFactory(DriverFactory)
    team = SubFactory(TeamFactory)
    number = Sequence(lambda n: n + 1)


def weekend(
    season: Season | None = None,
    round: int = 1,
    starts_at: datetime = STARTS_AT,
    *,
    sprint: bool = False,
    **kwargs: Any,
) -> Race:
    """Create a race with its sessions, a week later for every round; qualifying is 23 hours before it."""
    starts_at += timedelta(weeks=round - 1)
    race = RaceFactory.create(season=season or SeasonFactory.create(), round=round, starts_at=starts_at, **kwargs)
    starts = {
        kind: starts_at - timedelta(hours=hours)
        for kind, hours in (SPRINT_WEEKEND if sprint else USUAL_WEEKEND).items()
    }
    Session.objects.bulk_create(
        Session(race=race, kind=kind, date=start.date(), starts_at=start) for kind, start in starts.items()
    )
    return race


def grid(race: Race, teams: int = 11) -> list[Entry]:
    """Enter two drivers for each team, the same ones in every race: `driver_1` and `driver_2` drive for `team_1`.

    Nearly every test starts from a grid, so its rows are built without factories and inserted with one statement per
    table.
    """
    numbers = range(1, 2 * teams + 1)
    drivers = _get_or_build(Driver, [_driver(n) for n in numbers])
    built_teams = _get_or_build(Team, [Team(ref=f"team_{n}", name=f"Team {n}") for n in range(1, teams + 1)])
    return Entry.objects.bulk_create(
        Entry(race=race, driver=drivers[f"driver_{n}"], team=built_teams[f"team_{(n + 1) // 2}"], number=n)
        for n in numbers
    )


def _driver(number: int) -> Driver:
    return Driver(ref=f"driver_{number}", given_name="Driver", family_name=str(number), code=f"D{number:02}")


def _get_or_build(model: type[M], built: list[M]) -> dict[str, M]:
    """The stored rows by `ref`; rows that do not exist yet are inserted as built."""
    refs = [row.ref for row in built]
    model._default_manager.bulk_create(built, ignore_conflicts=True)
    return {row.ref: row for row in model._default_manager.filter(ref__in=refs)}


def results_for(
    race: Race,
    order: Iterable[Driver | str] | None = None,
    *,
    kind: str = Classification.Kind.RACE,
    retired: Iterable[Driver | str] = (),
    recorded_at: datetime | None = None,
) -> Classification:
    """Record a classification: the drivers in `order` finish first, the other entries follow by number.

    Drivers are given as instances or by reference. Those in `retired` come last and are not classified. A second call
    for the same race records the next revision.
    """
    entries = {entry.driver.ref: entry for entry in race.entries.select_related("driver", "team").order_by("number")}
    out = [_ref(driver) for driver in retired]
    first = [_ref(driver) for driver in order or ()]
    classified = list(dict.fromkeys([*first, *(ref for ref in entries if ref not in out)]))
    classification = Classification.objects.create(
        race=race,
        kind=kind,
        revision=race.classifications.filter(kind=kind).count() + 1,
        digest=f"{','.join([*classified, '-', *out])}"[:64],
        source=Classification.Source.API,
        recorded_at=(at := recorded_at or race.expected_start + timedelta(hours=3)),
        confirmed_at=at,
    )
    Result.objects.bulk_create(
        _result(classification, entries[ref], position, is_out=ref in out)
        for position, ref in enumerate([*classified, *out], 1)
    )
    _mark_over(race, kind)
    return classification


def practice_board(race: Race, picks: Iterable[str] = ("driver_1", "driver_2"), **options: Any) -> PracticeBoard:
    """A practice draft of two players, the person first, in which they have taken these drivers in turn."""
    entries = {entry.driver.ref: entry.pk for entry in race.entries.select_related("driver")}
    taken = tuple(entries[ref] for ref in picks)
    shape: dict[str, Any] = {"method": "sequential", "picks_each": len(taken) // 2, "order": (1, 2)}
    return PracticeBoard(race=race.pk, picks=taken, **shape | options)


def _ref(driver: Driver | str) -> str:
    return driver.ref if isinstance(driver, Driver) else driver


def _result(classification: Classification, entry: Entry, position: int, *, is_out: bool) -> Result:
    assert entry.team is not None, "who drives has a team"
    assert entry.number is not None, "who drives has a number"
    points = OFFICIAL_POINTS[Classification.Kind(classification.kind)]
    return Result(
        classification=classification,
        driver=entry.driver,
        team=entry.team,
        number=entry.number,
        position=position,
        position_text="R" if is_out else str(position),
        grid=position,
        laps=10 if is_out else 57,
        status="Retired" if is_out else "Finished",
        points=Decimal(points[position - 1]) if position <= len(points) and not is_out else Decimal(0),
    )


def _mark_over(race: Race, kind: str) -> None:
    race.season.results_version += 1
    race.season.save(update_fields=["results_version"])
    if kind == Classification.Kind.RACE:
        race.state = Race.State.PROVISIONAL
        race.save(update_fields=["state"])
