"""Record a season's calendar: races keep their identity while their rounds, dates and states change."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from core.errors import Invalid, Refused
from core.transactions import atomic

from ..models import Circuit, Race, Season, Session
from ..signals import race_changed
from ..sources.dto import CircuitDTO, DriverDTO, RaceDTO, SeasonDTO, SessionDTO, TeamDTO
from .line_ups import record_entries
from .poll_schedule import schedule_checks
from .seasons import grid_size_before
from .upsert import upsert_all

RaceKey = tuple[str, str]
Timetable = tuple[object, ...]
UNCANCELLABLE_STATES = (Race.State.CANCELLED, Race.State.PROVISIONAL, Race.State.FINAL)


@atomic
def record_season(*, dto: SeasonDTO, now: datetime, demonstration: bool = False) -> Season:
    """Record the calendar, circuits, teams, drivers and the line-up of the first race. Idempotent.

    Races are matched by circuit and name within the season. A race that left the calendar before it was run is
    cancelled; one that returned is rescheduled. `race_changed` is sent for each race whose timetable or state changed,
    and for each race added to an existing season. Result checks are rescheduled.
    Raises `Invalid` for contradictory data, `Refused` if most of the calendar disappears at once.
    """
    _validate(dto)
    season = _season(dto, demonstration)
    upsert_all(CircuitDTO, dto.circuits)
    upsert_all(TeamDTO, dto.teams)
    upsert_all(DriverDTO, dto.drivers)
    changed = _record_races(season, dto.races)
    first = season.races.exclude(state=Race.State.CANCELLED).order_by("race_date", "round").first()
    if first is not None:
        record_entries(race=first, entries=dto.entries, now=now)
    schedule_checks(season=season, now=now)
    Race.objects.filter(pk__in=[race.pk for race in changed]).update(timetable_changed_at=now)
    for race in changed:
        race_changed.send(sender=Race, race=race, now=now)
    return season


def _validate(dto: SeasonDTO) -> None:
    if not dto.races:
        raise Invalid(_("The calendar of %(year)s has no races.") % {"year": dto.year})
    _check_unique(
        [f"{race.name} ({race.circuit})" for race in dto.races],
        _("The calendar of %(year)s contains the race %(value)s twice."),
        year=dto.year,
    )
    _check_unique(
        [str(race.round) for race in dto.races],
        _("The calendar of %(year)s contains the round %(value)s twice."),
        year=dto.year,
    )
    circuits = {circuit.ref for circuit in dto.circuits}
    for race in dto.races:
        if race.circuit not in circuits:
            raise Invalid(
                _("The %(race)s is at the circuit “%(circuit)s”, which is not in the list of circuits.")
                % {"race": race.name, "circuit": race.circuit}
            )
        _check_unique(
            [session.kind for session in race.sessions],
            _("The calendar of %(year)s contains the session of the %(race)s %(value)s twice."),
            year=dto.year,
            race=race.name,
        )


def _check_unique(values: list[str], sentence: str, **params: object) -> None:
    """Raise `Invalid` with the sentence, which names the value as %(value)s, if a value is there twice."""
    value, count = Counter(values).most_common(1)[0] if values else ("", 0)
    if count > 1:
        raise Invalid(sentence % {**params, "value": value})


def _season(dto: SeasonDTO, demonstration: bool) -> Season:
    """Get or create the season, locked: concurrent writers of the same season wait here."""
    cars = 2 * len(dto.teams)
    defaults = {"grid_size": cars or grid_size_before(dto.year)}
    season, is_new = Season.objects.locked().get_or_create(
        year=dto.year, is_demonstration=demonstration, defaults=defaults
    )
    if cars and not is_new and season.grid_size != cars:
        season.grid_size = cars
        season.save(update_fields=["grid_size"])
    return season


def _record_races(season: Season, incoming: tuple[RaceDTO, ...]) -> list[Race]:
    """Save the races; returns those that changed or were added, or none if the season is new."""
    known = {
        (race.circuit.ref, race.name): race
        for race in season.races.select_related("circuit", "season").prefetch_related("sessions")
    }
    wanted: dict[RaceKey, RaceDTO] = {(race.circuit, race.name): race for race in incoming}
    changed = _cancel_missing(season, [race for key, race in known.items() if key not in wanted], len(known))
    changed += [race for key, race in known.items() if key in wanted and _update_race(race, wanted[key])]
    added = _add_races(season, [dto for key, dto in wanted.items() if key not in known])
    return changed + added if known else []


def _cancel_missing(season: Season, missing: Iterable[Race], known: int) -> list[Race]:
    """Cancel races that left the calendar, except those with results or a state set by an administrator."""
    cancelled = [race for race in missing if race.state not in UNCANCELLABLE_STATES and not race.state_is_held]
    if len(cancelled) * 2 > known:
        raise Refused(
            _(
                "%(missing)s of %(known)s races are missing from the new calendar of %(year)s. "
                "This is implausible, so nothing was changed."
            )
            % {"missing": len(cancelled), "known": known, "year": season.year},
            code="calendar_lost",
        )
    for race in cancelled:
        race.state = Race.State.CANCELLED
        race.save(update_fields=["state"])
    return cancelled


def _update_race(race: Race, dto: RaceDTO) -> bool:
    """Update a race; returns whether its timetable or its state changed."""
    moved = _timetable_of(race) != _timetable(dto)
    state = _state_after(race, moved)
    if moved or (race.round, race.state) != (dto.round, state):
        reinstated = race.state != state
        race.round, race.race_date, race.starts_at, race.state = dto.round, dto.date, dto.starts_at, state
        race.save(update_fields=["round", "race_date", "starts_at", "state"])
        if moved:
            _write_sessions([(race, dto)])
        return moved or reinstated
    return False


def _state_after(race: Race, moved: bool) -> str:
    if race.state_is_held:
        return race.state
    returned = race.state == Race.State.CANCELLED or (race.state == Race.State.POSTPONED and moved)
    return Race.State.SCHEDULED if returned else race.state


def _timetable_of(race: Race) -> Timetable:
    return race.race_date, race.starts_at, _session_times(race.sessions.all())


def _timetable(dto: RaceDTO) -> Timetable:
    return dto.date, dto.starts_at, _session_times(dto.sessions)


def _session_times(sessions: Iterable[Session | SessionDTO]) -> dict[str, tuple[date, datetime | None]]:
    return {session.kind: (session.date, session.starts_at) for session in sessions}


def _add_races(season: Season, new: list[RaceDTO]) -> list[Race]:
    circuits = dict(Circuit.objects.filter(ref__in={dto.circuit for dto in new}).values_list("ref", "pk"))
    races = Race.objects.bulk_create(
        Race(
            season=season,
            circuit_id=circuits[dto.circuit],
            name=dto.name,
            round=dto.round,
            race_date=dto.date,
            starts_at=dto.starts_at,
        )
        for dto in new
    )
    _write_sessions(list(zip(races, new, strict=True)))
    return races


def _write_sessions(pairs: list[tuple[Race, RaceDTO]]) -> None:
    Session.objects.filter(race__in=[race for race, _ in pairs]).delete()
    Session.objects.bulk_create(
        Session(race=race, kind=session.kind, date=session.date, starts_at=session.starts_at)
        for race, dto in pairs
        for session in dto.sessions
    )


@atomic
def set_race_state(*, race: Race, state: Race.State, now: datetime) -> Race:
    """Cancel, postpone or reinstate a race manually; calendar syncs then leave its state alone.

    Setting it to scheduled gives control of the state back to the calendar sync. Raises `Refused` for a race with
    results, `Invalid` for a state that only results can set.
    """
    Season.objects.locked().get(pk=race.season_id)
    race = Race.objects.locked().select_related("season").get(pk=race.pk)
    if race.is_over:
        raise Refused(_("The %(race)s already has results, so its state cannot change.") % {"race": race})
    if state not in (Race.State.SCHEDULED, Race.State.POSTPONED, Race.State.CANCELLED):
        raise Invalid(_("Only results can complete a race."))
    race.state, race.state_is_held = state, state != Race.State.SCHEDULED
    race.timetable_changed_at = now
    race.save(update_fields=["state", "state_is_held", "timetable_changed_at"])
    schedule_checks(season=race.season, now=now)
    race_changed.send(sender=Race, race=race, now=now)
    return race
