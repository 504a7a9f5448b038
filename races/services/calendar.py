"""Recording a season's calendar: races keep their identity while rounds, dates and states change around them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from fantasyf1.kit.errors import Invalid, Refused
from fantasyf1.kit.transactions import atomic

from ..facts import CircuitFacts, DriverFacts, RaceFacts, SeasonFacts, TeamFacts
from ..models import Circuit, Race, Season, Session
from ..signals import race_changed
from .line_ups import record_entries
from .people import update_known
from .planning import plan_checks

Identity = tuple[str, str]
Timetable = tuple[object, ...]
GONE = (Race.State.CANCELLED, Race.State.PROVISIONAL, Race.State.FINAL)


@atomic
def record_season(*, facts: SeasonFacts, now: datetime, demonstration: bool = False) -> Season:
    """Record calendar, circuits, teams, drivers and the line-up of the first race; doing it again changes nothing.

    Races are matched on circuit and name within the season. One that has left the calendar before it was run is
    cancelled, one that is back is scheduled again; `race_changed` is sent for each whose timetable or state changed,
    and for each that a known season gets. The checks of the results follow.
    Raises `Invalid` for facts that contradict each other, `Refused` when most of the calendar is gone at once.
    """
    _check(facts)
    season = _season(facts, demonstration)
    update_known(CircuitFacts, facts.circuits)
    update_known(TeamFacts, facts.teams)
    update_known(DriverFacts, facts.drivers)
    changed = _record_races(season, facts.races)
    first = season.races.exclude(state=Race.State.CANCELLED).order_by("race_date", "round").first()
    if first is not None:
        record_entries(race=first, entries=facts.entries, now=now)
    plan_checks(season=season, now=now)
    for race in changed:
        race_changed.send(sender=Race, race=race, now=now)
    return season


def _check(facts: SeasonFacts) -> None:
    if not facts.races:
        raise Invalid(f"The calendar of {facts.year} has no races.")
    _check_unique(facts.year, "race", [f"{one.name} ({one.circuit})" for one in facts.races])
    _check_unique(facts.year, "round", [str(one.round) for one in facts.races])
    circuits = {one.ref for one in facts.circuits}
    for race in facts.races:
        if race.circuit not in circuits:
            raise Invalid(f"The {race.name} is held at “{race.circuit}”, which nobody has introduced.")
        _check_unique(facts.year, f"session of the {race.name}", [one.kind for one in race.sessions])


def _check_unique(year: int, what: str, values: list[str]) -> None:
    value, count = Counter(values).most_common(1)[0] if values else ("", 0)
    if count > 1:
        raise Invalid(f"The calendar of {year} holds the {what} {value} twice.")


def _season(facts: SeasonFacts, demonstration: bool) -> Season:
    """The season's row, locked: whoever records the same season waits here."""
    cars = 2 * len(facts.teams)
    defaults = {"grid_size": cars} if cars else {}
    season, is_new = Season.objects.select_for_update(no_key=True).get_or_create(
        year=facts.year, is_demonstration=demonstration, defaults=defaults
    )
    if cars and not is_new and season.grid_size != cars:
        season.grid_size = cars
        season.save(update_fields=["grid_size"])
    return season


def _record_races(season: Season, incoming: tuple[RaceFacts, ...]) -> list[Race]:
    """Write the calendar down; returns the races that changed or came, where there had been a calendar."""
    known = {
        (race.circuit.ref, race.name): race
        for race in season.races.select_related("circuit", "season").prefetch_related("sessions")
    }
    wanted: dict[Identity, RaceFacts] = {(one.circuit, one.name): one for one in incoming}
    changed = _cancel_those_gone(season, [race for key, race in known.items() if key not in wanted], len(known))
    changed += [race for key, race in known.items() if key in wanted and _update(race, wanted[key])]
    added = _add(season, [facts for key, facts in wanted.items() if key not in known])
    return changed + added if known else []


def _cancel_those_gone(season: Season, gone: Iterable[Race], known: int) -> list[Race]:
    """Cancel the races that are no longer in the calendar; those with results stay, and so does a state set by hand."""
    cancelled = [race for race in gone if race.state not in GONE and not race.state_is_held]
    if len(cancelled) * 2 > known:
        raise Refused(
            f"{len(cancelled)} of {known} races are missing from the calendar of {season.year}. That is not believed, "
            "and nothing was changed.",
            code="calendar_lost",
        )
    for race in cancelled:
        race.state = Race.State.CANCELLED
        race.save(update_fields=["state"])
    return cancelled


def _update(race: Race, facts: RaceFacts) -> bool:
    """Bring one race up to date; True when its timetable or its state changed."""
    moved = _timetable_of(race) != _timetable(facts)
    state = _state_after(race, moved)
    if moved or (race.round, race.state) != (facts.round, state):
        reinstated = race.state != state
        race.round, race.race_date, race.starts_at, race.state = facts.round, facts.date, facts.starts_at, state
        race.save(update_fields=["round", "race_date", "starts_at", "state"])
        if moved:
            _write_sessions([(race, facts)])
        return moved or reinstated
    return False


def _state_after(race: Race, moved: bool) -> str:
    if race.state_is_held:
        return race.state
    is_back = race.state == Race.State.CANCELLED or (race.state == Race.State.POSTPONED and moved)
    return Race.State.SCHEDULED if is_back else race.state


def _timetable_of(race: Race) -> Timetable:
    return race.race_date, race.starts_at, {one.kind: (one.date, one.starts_at) for one in race.sessions.all()}


def _timetable(facts: RaceFacts) -> Timetable:
    return facts.date, facts.starts_at, {one.kind: (one.date, one.starts_at) for one in facts.sessions}


def _add(season: Season, facts: list[RaceFacts]) -> list[Race]:
    circuits = dict(Circuit.objects.filter(ref__in={one.circuit for one in facts}).values_list("ref", "pk"))
    races = Race.objects.bulk_create(
        Race(
            season=season,
            circuit_id=circuits[one.circuit],
            name=one.name,
            round=one.round,
            race_date=one.date,
            starts_at=one.starts_at,
        )
        for one in facts
    )
    _write_sessions(list(zip(races, facts, strict=True)))
    return races


def _write_sessions(pairs: list[tuple[Race, RaceFacts]]) -> None:
    Session.objects.filter(race__in=[race for race, _ in pairs]).delete()
    Session.objects.bulk_create(
        Session(race=race, kind=one.kind, date=one.date, starts_at=one.starts_at)
        for race, facts in pairs
        for one in facts.sessions
    )


@atomic
def set_race_state(*, race: Race, state: Race.State, now: datetime) -> Race:
    """Cancel, postpone or reinstate a race by hand; the feed's calendar then leaves its state alone.

    Scheduling it again hands the state back to the calendar. A race with results is over, and refused.
    """
    Season.objects.select_for_update(no_key=True).get(pk=race.season_id)
    race = Race.objects.select_for_update(no_key=True, of=("self",)).select_related("season").get(pk=race.pk)
    if race.is_over:
        raise Refused(f"The {race} has been run: its results stand.")
    if state not in (Race.State.SCHEDULED, Race.State.POSTPONED, Race.State.CANCELLED):
        raise Invalid("A race is over when its results are in.")
    race.state, race.state_is_held = state, state != Race.State.SCHEDULED
    race.save(update_fields=["state", "state_is_held"])
    plan_checks(season=race.season, now=now)
    race_changed.send(sender=Race, race=race, now=now)
    return race
