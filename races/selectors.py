"""Queries for seasons, races, line-ups, classifications and result checks. Read only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Exists, Max, Min, OrderBy, OuterRef, Prefetch, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, UserOrAnonymous
from accounts.selectors import lacks_required_mfa
from core.cache.safe_cache import read_through
from core.formatting.datetimes import format_datetime
from core.formatting.points import format_points
from core.querysets import values_as_dicts

from . import rules
from .models import Classification, Driver, Entry, Quarantine, Race, Result, ResultCheck, Season, Session, Team
from .sources.dto import ResultDTO, classification_from_json

RESULTS_SECONDS = 4 * 60 * 60
# Nobody waits longer for the results of a season's last race.
RESULTS_EXPECTED_WITHIN = timedelta(days=7)
# A check that is not done, and whose last attempt failed.
FAILING_CHECK = Q(done_at=None, attempts__gt=0)


@dataclass(frozen=True)
class TimetableLine:
    """One session of a race weekend, including the race: `kind` is a `Session.Kind` value or "race"."""

    kind: str
    label: str
    date: date
    starts_at: datetime | None
    zone: ZoneInfo | None = None

    @property
    def at_track(self) -> str:
        """The time at the circuit; empty if it or the circuit's zone is not known."""
        return format_datetime(self.starts_at.astimezone(self.zone)) if self.starts_at and self.zone else ""

    @property
    def is_other_time_at_track(self) -> bool:
        """Whether clocks at the circuit show another time than those in the active time zone."""
        if not (self.starts_at and self.zone):
            return False
        return self.starts_at.astimezone(self.zone).utcoffset() != timezone.localtime(self.starts_at).utcoffset()


@dataclass(frozen=True)
class CalendarLine:
    """A race in the calendar, with its winner, once there is a result.

    `state` is "cancelled", "postponed", "final", "results" (a correction may follow), "awaited" (it has started),
    "missing" (for a week), "weekend" (the first session has started) or "ahead".
    """

    race: Race
    winner: Result | None
    state: str

    @property
    def has_sprint(self) -> bool:
        return any(session.kind == Session.Kind.SPRINT for session in self.race.sessions.all())

    @property
    def is_ahead(self) -> bool:
        return self.state in ("ahead", "weekend", "postponed")

    @property
    def counts(self) -> bool:
        return self.state != "cancelled"

    @property
    def first_day(self) -> date:
        """The first day of the weekend."""
        return min([self.race.race_date, *(session.date for session in self.race.sessions.all())])


def current_season(now: datetime) -> Season | None:
    """Return the season with races still to come, else the next (the game's rules, Seasons); never a demonstration.

    If the next season is not stored yet, this is the latest one, for pages that show a season.
    """
    return _seasons_with_races_to_come_first(now).first()


def _seasons_with_races_to_come_first(now: datetime, *others: str | OrderBy) -> QuerySet[Season]:
    """Return those with races to come by year, then the others, by `others` and the latest first."""
    to_come = Exists(races_to_come(now).filter(season=OuterRef("pk")))
    return real_seasons().order_by(Case(When(to_come, then="year")).asc(nulls_last=True), *others, "-year")


def current_year(now: datetime) -> int | None:
    """Return the year of the current season, whether or not it is stored; None if no season is loaded."""
    return _year_of(current_season(now), now)


def _year_of(current: Season | None, now: datetime) -> int | None:
    if current is None:
        return None
    return max(current.year + 1, now.year) if has_ended(current, now) else current.year


def year_for_new_leagues(now: datetime) -> int | None:
    """Return the current year until the qualifying of its last race, which ends the last draft; then the next one."""
    current = current_season(now)
    kinds = (Session.Kind.SPRINT_QUALIFYING, Session.Kind.QUALIFYING)
    qualifying = Min("sessions__starts_at", filter=Q(sessions__kind__in=kinds))
    races = list(races_to_come(now).filter(season=current).annotate(qualifying=qualifying)) if current else []
    if not races:
        return _year_of(current, now)
    # Without known times, the qualifying starts 24 hours before the race.
    starts = [race.qualifying or race.expected_start - timedelta(days=1) for race in races]
    assert current is not None
    return current.year if max(starts) > now else current.year + 1


def latest_season_with_races(now: datetime) -> Season | None:
    """Return the current season, or the last one while the calendar of the current one is not known."""
    has_races = Exists(Race.objects.filter(season=OuterRef("pk")))
    return _seasons_with_races_to_come_first(now, has_races.desc()).first()


def latest_season_with_results(now: datetime) -> Season | None:
    """Return the current season, or the last one with results while the current one has none."""
    seasons = list(_seasons_with_races_to_come_first(now))
    season = next(iter(seasons), None)
    if season is None or season.results_version:
        return season
    earlier = [other for other in seasons if other.results_version and other.year < season.year]
    return max(earlier, key=lambda other: other.year, default=season)


def races_to_come(now: datetime) -> QuerySet[Race]:
    """Return the races of all seasons that have not started, except cancelled ones, by date."""
    noon = datetime.combine(now.date(), time(12), tzinfo=UTC)  # As in `Race.expected_start`.
    first_day = now.date() if now < noon else now.date() + timedelta(days=1)
    ahead = Q(starts_at__gt=now) | Q(starts_at=None, race_date__gte=first_day)
    over = (Race.State.CANCELLED, Race.State.PROVISIONAL, Race.State.FINAL)
    return Race.objects.filter(ahead).exclude(state__in=over).order_by("race_date", "round")


def has_ended(season: Season, now: datetime) -> bool:
    """Return whether the season has no race to come. One without a calendar has not ended before its year has."""
    if races_to_come(now).filter(season=season).exists():
        return False
    return uncancelled_races(season).exists() or season.year < now.year


def awaits_results(season: Season, now: datetime) -> bool:
    """Return whether the results of a race that started in the last week are still missing."""
    begun = uncancelled_races(season).exclude(state__in=(Race.State.PROVISIONAL, Race.State.FINAL))
    recent = begun.filter(race_date__gte=(now - RESULTS_EXPECTED_WITHIN).date())
    return any(race.expected_start <= now for race in recent)


def season_for_year(year: int) -> Season | None:
    return Season.objects.filter(year=year, is_demonstration=False).first()


def real_seasons() -> QuerySet[Season]:
    return Season.objects.filter(is_demonstration=False).order_by("-year")


def calendar(season: Season) -> QuerySet[Race]:
    """Return all races of the season by date, including cancelled ones, with circuit and sessions."""
    return season.races.select_related("circuit", "season").prefetch_related("sessions").order_by("race_date", "round")


def calendar_lines(season: Season, now: datetime) -> list[CalendarLine]:
    """Return the races of `calendar` with their winners and states. Three queries."""
    winners = _winners(season)
    return [CalendarLine(race, winners.get(race.pk), _calendar_state(race, now)) for race in calendar(season)]


def _winners(season: Season) -> dict[int, Result]:
    """Return the winner of each classified race, by race id."""
    counting = _latest().filter(race__season=season, kind=Classification.Kind.RACE).prefetch_related(None)
    first = Result.objects.filter(position=1, classification__in=counting.order_by())
    return {
        result.classification.race_id: result for result in first.select_related("classification", "driver", "team")
    }


def _calendar_state(race: Race, now: datetime) -> str:
    if race.state in (Race.State.CANCELLED, Race.State.POSTPONED, Race.State.FINAL):
        return race.state
    if race.state == Race.State.PROVISIONAL:
        return "results"
    if race.expected_start <= now:
        return "awaited" if now < race.expected_start + RESULTS_EXPECTED_WITHIN else "missing"
    started = any(session.starts_at and session.starts_at <= now for session in race.sessions.all())
    return "weekend" if started else "ahead"


def uncancelled_races(season: Season) -> QuerySet[Race]:
    """Return the races that count for the season, by date: all except cancelled ones."""
    return season.races.exclude(state=Race.State.CANCELLED).order_by("race_date", "round")


def next_race(season: Season, now: datetime) -> Race | None:
    """Return the first race that has not started and is not cancelled."""
    ahead = uncancelled_races(season).filter(race_date__gte=now.date()).select_related("circuit", "season")
    return next((race for race in ahead if race.expected_start > now and not race.is_over), None)


def races_for_practice(now: datetime) -> list[Race]:
    """Return the races of the latest season with results, the latest race first; without any results, the next race."""
    has_result = Exists(Classification.objects.filter(race=OuterRef("pk"), kind=Classification.Kind.RACE))
    run = Race.objects.filter(has_result, season__is_demonstration=False).exclude(state=Race.State.CANCELLED)
    latest = run.order_by("-season__year").values("season")[:1]
    found = list(run.filter(season=latest).select_related("season").order_by("-race_date", "-round"))
    if found:
        return found
    season = latest_season_with_races(now)
    race = next_race(season, now) or uncancelled_races(season).last() if season else None
    return [race] if race else []


def line_up_for_practice(race: Race, now: datetime) -> list[Entry]:
    """Return the entries that drafts of the race opened with, or if none did, the expected ones."""
    entries = list(entries_of(race))
    line_up = [entry for entry in entries if entry.in_line_up]
    return line_up or [entry for entry in entries if not entry.is_withdrawn] or line_up_to_copy(race, now)


def due_checks(now: datetime) -> QuerySet[ResultCheck]:
    """Return the checks that are due and not leased or backing off, those with the fewest failures first."""
    free = Q(not_before=None) | Q(not_before__lte=now)
    return ResultCheck.objects.filter(free, done_at=None, due_at__lte=now).order_by("attempts", "due_at", "pk")


@dataclass(frozen=True)
class FeedState:
    """How polling for results goes: when a check was last completed, and how many checks are due and have failed."""

    last_completed_at: datetime | None
    failing: int


def feed_state() -> FeedState:
    checks = ResultCheck.objects.filter(race__season__is_demonstration=False).order_by()
    return FeedState(
        **checks.aggregate(last_completed_at=Max("done_at"), failing=Count("pk", filter=FAILING_CHECK)),
    )


@dataclass(frozen=True)
class OpenCases:
    """How many results are in quarantine, and since when the oldest of them."""

    count: int
    since: datetime | None


def open_cases() -> OpenCases:
    cases = Quarantine.objects.filter(settled_at=None).order_by()
    return OpenCases(**cases.aggregate(count=Count("pk"), since=Min("first_seen_at")))


def is_administrator(user: UserOrAnonymous) -> bool:
    """Return whether the user may enter results and settle quarantine cases, on pages, in the admin and in the API."""
    return user.is_active and user.is_superuser and not lacks_required_mfa(user)


def race_timetable(race: Race) -> list[TimetableLine]:
    """Return the weekend's sessions in chronological order, including the race; an unknown time is None."""
    zone = rules.circuit_zone(race.circuit.ref)
    lines = [
        TimetableLine(session.kind, session.get_kind_display(), session.date, session.starts_at, zone)
        for session in race.sessions.all()
    ]
    lines.append(TimetableLine("race", _("Race"), race.race_date, race.starts_at, zone))
    return sorted(lines, key=lambda line: (line.date, line.starts_at is None, str(line.starts_at or ""), line.kind))


def _latest(at: datetime | None = None) -> QuerySet[Classification]:
    """Return the latest revisions, or with `at` those that were the latest at that time."""
    known = Classification.objects.all() if at is None else Classification.objects.filter(recorded_at__lte=at)
    newer = known.filter(race=OuterRef("race"), kind=OuterRef("kind"), revision__gt=OuterRef("revision"))
    return _with_rows(known.filter(~Exists(newer)))


def _with_rows(classifications: QuerySet[Classification]) -> QuerySet[Classification]:
    """Prefetch the results with driver and team, ordered by position."""
    rows = Result.objects.select_related("driver", "team").order_by("position")
    return classifications.select_related("pole").prefetch_related(Prefetch("results", queryset=rows))


def revisions(race: Race) -> QuerySet[Classification]:
    """Return all revisions of the race and sprint results, latest first, without their rows."""
    return race.classifications.order_by("kind", "-revision")


def revision(race: Race, kind: str, number: int) -> Classification | None:
    """Return one revision with its results, whether or not it is the latest."""
    return _with_rows(race.classifications.filter(kind=kind, revision=number)).first()


def latest_classification(race: Race, kind: str = Classification.Kind.RACE) -> Classification | None:
    """Return the latest revision with its results, driver and team, ordered by position."""
    return _latest().filter(race=race, kind=kind).first()


def last_classification(season: Season) -> Classification | None:
    """Return the latest result of the season's last classified race, with race and circuit."""
    races = _latest().filter(race__season=season, kind=Classification.Kind.RACE)
    ordered = races.exclude(race__state=Race.State.CANCELLED).order_by("-race__race_date", "-race__round")
    return ordered.select_related("race__circuit", "race__season").first()


def latest_classifications_of(race: Race) -> dict[str, Classification]:
    """Return the latest revisions of the race and of its sprint, with their results, by kind. Two queries."""
    return {classification.kind: classification for classification in _latest().filter(race=race)}


def classification_as_of(race: Race, kind: str, at: datetime) -> Classification | None:
    """Return the revision that was the latest at `at`, with its results; None if there were no results yet."""
    return _latest(at).filter(race=race, kind=kind).first()


def classification_rows(classification: Classification) -> list[ResultDTO]:
    """Return the results of a classification as DTOs, ordered by position."""
    return [_to_dto(row) for row in classification.results.all()]


def _to_dto(row: Result) -> ResultDTO:
    return ResultDTO(
        driver=row.driver.ref,
        team=row.team.ref,
        number=row.number,
        position=row.position,
        position_text=row.position_text,
        grid=row.grid,
        laps=row.laps,
        status=row.status,
        points=row.points,
        fastest_lap_rank=row.fastest_lap_rank,
        time_text=row.time_text,
    )


def driver_names(refs: Iterable[str]) -> dict[str, str]:
    """Return driver names by reference; unknown drivers are named by their reference."""
    wanted = set(refs)
    return {ref: ref for ref in wanted} | {driver.ref: str(driver) for driver in Driver.objects.filter(ref__in=wanted)}


def quarantined_rows(case: Quarantine) -> tuple[ResultDTO, ...]:
    """Return the result rows of a quarantine case; empty if the results had vanished."""
    return classification_from_json(case.payload).rows if case.payload else ()


def open_quarantine_cases(race: Race, kind: str) -> QuerySet[Quarantine]:
    """Return the open quarantine cases of a race and kind, latest first."""
    return Quarantine.objects.filter(race=race, kind=kind, settled_at=None).order_by("-last_seen_at")


def has_sprint(race: Race) -> bool:
    return race.sessions.filter(kind=Session.Kind.SPRINT).exists()


def latest_classifications(season: Season, *kinds: str, at: datetime | None = None) -> list[Classification]:
    """Return the latest revision, or the latest at `at`, of every classified race, by race date. Two queries.

    `kinds` are races if none is named.
    """
    chosen = kinds or (Classification.Kind.RACE,)
    found = _latest(at).filter(race__season=season, kind__in=chosen).exclude(race__state=Race.State.CANCELLED)
    return list(found.select_related("race", "race__season").order_by("race__race_date", "race__round"))


def entries_of(race: Race) -> QuerySet[Entry]:
    """Return the entries of a race with driver and team, withdrawn ones last."""
    return race.entries.select_related("driver", "team").order_by(
        "is_withdrawn", "team__name", "number", "driver__family_name"
    )


def race_to_copy_line_up_from(race: Race, now: datetime) -> Race | None:
    """Return the race to copy the line-up from: the latest earlier race, run by `now`, with entries from the API.

    Before the first result of a season this is the race whose line-up came with the calendar.
    """
    earlier = Race.objects.filter(season=race.season_id).exclude(pk=race.pk).filter(race_date__lt=race.race_date)
    known = Q(classifications__kind=Classification.Kind.RACE) | Q(entries__source=Entry.Source.API)
    last = earlier.filter(known, race_date__lte=now.date()).order_by("-race_date").first()
    return last or earlier.exclude(entries=None).order_by("race_date").first()


def line_up_to_copy(race: Race, now: datetime) -> list[Entry]:
    """Return the entries of earlier races that make the line-up of this one; empty if there are none to copy.

    These are the cars of the race before, and in the seats of the cars that were missing there, the drivers who had
    them last, even if only before the drafts of that race (the game's rules, Entries and substitutes): Sargeant had no
    car in Australia in 2024 and was back in Japan.
    """
    before = race_to_copy_line_up_from(race, now)
    if before is None:
        return []
    drove = list(entries_of(before).filter(is_withdrawn=False))
    return drove + _entries_that_keep_their_seats(before, drove)


def _entries_that_keep_their_seats(before: Race, drove: Sequence[Entry]) -> list[Entry]:
    """The latest entries of the drivers who had the seats that were empty in the race `before`, if any were."""
    empty = before.season.grid_size - len(drove)
    if empty <= 0 or any(entry.team_id is None for entry in drove):
        return []
    groups = [*_cars_of_earlier_races(before), list(entries_of(before).exclude(team=None))]
    kept = rules.kept_seats(_seats(drove), [_seats(group) for group in groups])
    latest = {entry.driver_id: entry for group in reversed(groups) for entry in group}
    return [latest[driver] for driver in kept[:empty]]


def _cars_of_earlier_races(race: Race) -> list[list[Entry]]:
    """Return the entries of those who drove in the earlier races of the season, the latest race first."""
    run = Classification.objects.filter(race=OuterRef("race"), kind=Classification.Kind.RACE)
    drove = Entry.objects.filter(
        Exists(run), race__season=race.season_id, race__race_date__lt=race.race_date, is_withdrawn=False
    )
    cars: dict[int, list[Entry]] = defaultdict(list)
    for entry in drove.exclude(team=None).select_related("driver", "team").order_by("-race__race_date", "number", "pk"):
        cars[entry.race_id].append(entry)
    return list(cars.values())


def _seats(entries: Iterable[Entry]) -> dict[int, rules.Seat]:
    return {entry.driver_id: rules.Seat(entry.team_id, entry.number) for entry in entries}


def expected_entries(race: Race, now: datetime) -> list[Entry]:
    """Return the entries; if there are none, those that `prepare_line_up` would copy now. Writes nothing."""
    return list(entries_of(race).filter(is_withdrawn=False)) or line_up_to_copy(race, now)


def latest_entries(season: Season) -> list[Entry]:
    """Return every driver's latest entry of the season, ordered by team and name."""
    found: dict[int, Entry] = {}
    entries = Entry.objects.filter(race__season=season).select_related("driver", "team", "race")
    for entry in entries.order_by("race__race_date", "race__round"):
        found[entry.driver_id] = entry
    return sorted(found.values(), key=lambda entry: (entry.team.name if entry.team else "", entry.driver.family_name))


def latest_entry(ref: str, season: Season) -> Entry | None:
    """Return the latest entry of the season of the driver with this reference."""
    entries = Entry.objects.filter(driver__ref=ref, race__season=season).select_related("driver", "team", "race")
    return entries.order_by("-race__race_date", "-race__round").first()


def results_of_driver(driver: Driver, season: Season) -> list[Result]:
    """Return the driver's results of one season in the latest revisions of races and sprints, by date."""
    return _counting_results(Q(driver=driver, classification__race__season=season))


def seasons_of_driver(driver: Driver) -> QuerySet[Season]:
    return real_seasons().filter(races__entries__driver=driver).distinct()


def all_results_of_driver(ref: str) -> list[Result]:
    """Return the results of the driver with this reference, of all seasons, in the latest revisions, by date."""
    return _counting_results(Q(driver__ref=ref))


def results_of_team(team: Team) -> list[Result]:
    """Return the results of a team's cars of all seasons, by date."""
    return _counting_results(Q(team=team))


def _counting_results(chosen: Q) -> list[Result]:
    counting = _latest().filter(race__season__is_demonstration=False).exclude(race__state=Race.State.CANCELLED)
    rows = Result.objects.filter(chosen, classification__in=counting.prefetch_related(None).order_by())
    rows = rows.select_related("driver", "team", "classification__race__season", "classification__race__circuit")
    return list(rows.order_by("classification__race__race_date", "-classification__kind", "position"))


@dataclass(frozen=True)
class RaceOfTeam:
    """What the cars of a team did in a race weekend: the race results, and official points with a sprint."""

    race: Race
    results: list[Result]
    points: Decimal


def races_of_team(results: Iterable[Result]) -> list[RaceOfTeam]:
    """Return the races of a season, the latest first, from the results of a team's cars by date."""
    by_race: dict[Race, list[Result]] = defaultdict(list)
    for result in results:
        by_race[result.classification.race].append(result)
    return [
        RaceOfTeam(
            race,
            [result for result in rows if result.classification.kind == Classification.Kind.RACE],
            sum((result.points for result in rows), Decimal(0)),
        )
        for race, rows in reversed(by_race.items())
    ]


def race_results(race: Race) -> dict[str, Any]:
    """Return the latest classifications as plain values under `race` and `sprint`; None if there is none."""
    kinds = (Classification.Kind.RACE, Classification.Kind.SPRINT)
    return {"race_id": race.pk, **{kind.value: _to_json(latest_classification(race, kind)) for kind in kinds}}


def results_in_revision(race: Race, kind: str, number: int) -> dict[str, Any] | None:
    """Like `race_results`, for one revision of one kind; None if it does not exist."""
    found = revision(race, kind, number)
    return {"race_id": race.pk, "race": None, "sprint": None, kind: _to_json(found)} if found else None


def _to_json(classification: Classification | None) -> dict[str, Any] | None:
    if classification is None:
        return None
    rows = [_result_to_json(result) for result in classification.results.all()]
    return {"revision": classification.revision, "recorded_at": classification.recorded_at, "rows": rows}


def _result_to_json(result: Result) -> dict[str, Any]:
    return {
        "position": result.position,
        "position_text": result.position_text,
        "driver_id": result.driver.ref,
        "code": result.driver.code,
        "name": str(result.driver),
        "team_id": result.team.ref,
        "team": result.team.name,
        "number": result.number,
        "grid": result.grid,
        "laps": result.laps,
        "status": result.status,
        "points": format_points(result.points),
        "fastest_lap_rank": result.fastest_lap_rank,
        "time": result.time_text,
    }


@dataclass(frozen=True)
class TeamLine:
    """A team in the standings of a season."""

    rank: int
    team: Team
    points: Decimal
    wins: int


def team_standings(season: Season) -> list[TeamLine]:
    """Return the teams of the season by their official points, best first."""
    drove = Entry.objects.filter(race__season=season).exclude(team=None)
    teams = {team.pk: team for team in Team.objects.filter(pk__in=drove.values("team")).order_by("name")}
    results = [result for kind in Classification.Kind for result in _team_results(season, kind)]
    teams |= Team.objects.in_bulk({result.team for result in results} - teams.keys())
    return [
        TeamLine(line.rank, teams[line.team], line.points, line.wins) for line in rules.team_standings(teams, results)
    ]


@dataclass(frozen=True)
class TeamOfSeason(TeamLine):
    """A team in the standings with its drivers: those whose latest entry of the season was for it."""

    drivers: list[Entry]


def team_lines(season: Season) -> list[TeamOfSeason]:
    """Return the standings of the teams with their drivers. One query, if the standings are cached."""
    entries = [entry for entry in latest_entries(season) if entry.team is not None]
    key = f"team_standings:{season.pk}:v{season.results_version}"
    lines: list[TeamLine] = read_through(key, lambda: team_standings(season), seconds=RESULTS_SECONDS)
    return [
        TeamOfSeason(
            line.rank, line.team, line.points, line.wins, [entry for entry in entries if entry.team == line.team]
        )
        for line in lines
    ]


def _team_results(season: Season, kind: str) -> Iterator[rules.TeamResult]:
    for classification in latest_classifications(season, kind):
        for result in classification.results.all():
            outcome = rules.outcome_of(result.position_text, result.status, result.laps)
            is_place = kind == Classification.Kind.RACE and outcome is rules.Outcome.CLASSIFIED
            place = int(result.position_text) if is_place else None
            yield rules.TeamResult(result.team_id, result.points, place)


TOP_TEN = 10


@dataclass(frozen=True)
class Finish:
    """A finish as a mark and in words. `kind` is "top" for the first ten, else "classified", or "out"."""

    position_text: str

    @property
    def mark(self) -> str:
        return rules.finish_mark(self.position_text)

    @property
    def words(self) -> str:
        return rules.finish_text(self.position_text, "")

    @property
    def kind(self) -> str:
        if not self.position_text.isdigit():
            return "out"
        return "top" if int(self.position_text) <= TOP_TEN else "classified"


@dataclass(frozen=True)
class RecentForm:
    """A driver's recent form: the last five finishes, latest first, and last year's finish at this circuit."""

    last_five: tuple[str, ...] = ()
    here_last_year: str = ""

    @property
    def finishes(self) -> list[Finish]:
        return [Finish(text) for text in self.last_five]

    @property
    def here(self) -> Finish | None:
        return Finish(self.here_last_year) if self.here_last_year else None


def recent_form_by_driver(race: Race) -> dict[int, RecentForm]:
    """Return the recent form of every driver who raced this season or here last year, by driver id. Cached."""
    key = f"recent_form_by_driver:{race.pk}:v{race.season.results_version}"
    forms: dict[int, RecentForm] = read_through(key, lambda: _driver_form(race), seconds=RESULTS_SECONDS)
    return forms


def season_form_by_driver(season: Season) -> dict[int, RecentForm]:
    """Return the last five finishes of every driver in a season, by driver id. Cached."""
    key = f"season_form_by_driver:{season.pk}:v{season.results_version}"
    forms: dict[int, RecentForm] = read_through(key, lambda: _season_form(season), seconds=RESULTS_SECONDS)
    return forms


def _season_form(season: Season) -> dict[int, RecentForm]:
    places: dict[int, list[str]] = defaultdict(list)
    for classification in reversed(latest_classifications(season)):
        for result in classification.results.all():
            places[result.driver_id].append(result.position_text)
    return {driver: RecentForm(tuple(texts[:5])) for driver, texts in places.items()}


def _driver_form(race: Race) -> dict[int, RecentForm]:
    places: dict[int, list[str]] = defaultdict(list)
    for classification in reversed(latest_classifications(race.season)):
        if classification.race.race_date < race.race_date:
            for result in classification.results.all():
                places[result.driver_id].append(result.position_text)
    here = _places_here_last_year(race)
    return {pk: RecentForm(tuple(places[pk][:5]), here.get(pk, "")) for pk in {*places, *here}}


def _places_here_last_year(race: Race) -> dict[int, str]:
    """Return the finishes of last year's race at this circuit, by driver id; empty if there was none."""
    last = _latest().filter(
        kind=Classification.Kind.RACE,
        race__season__year=race.season.year - 1,
        race__season__is_demonstration=False,
        race__circuit=race.circuit_id,
    )
    return {
        result.driver_id: result.position_text for classification in last[:1] for result in classification.results.all()
    }


def exported_data(user: User) -> dict[str, Any]:
    """Return the user's work on results as an administrator, for the personal data export."""
    season = {"season": "race__season__year", "race": "race__name", "kind": "kind"}
    entered = Classification.objects.filter(recorded_by=user).order_by("recorded_at", "pk")
    settled = Quarantine.objects.filter(settled_by=user).order_by("settled_at", "pk")
    return {
        "results_entered": values_as_dicts(entered, **season, revision="revision", at="recorded_at", reason="reason"),
        "quarantine_settled": values_as_dicts(settled, **season, settlement="settlement", at="settled_at"),
    }
