"""Who is entered for a race: carried over from the race before, corrected as soon as somebody knows better.

The feed has no entry list before a race. Until drafts have opened, a car that is gone is deleted; afterwards it may be
picked and is marked as withdrawn instead, so that the pick can be followed along the moves.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from fantasyf1.kit.errors import Invalid
from fantasyf1.kit.transactions import atomic

from ..facts import EntryFacts
from ..models import Classification, Driver, Entry, Race, Team
from ..selectors import line_up_to_carry_over
from ..signals import drivers_withdrawn

FEED, LINE_UP, ADMINISTRATOR = Entry.Source.FEED, Entry.Source.LINE_UP, Entry.Source.ADMINISTRATOR
Seats = dict[int, tuple[int | None, int | None]]


@atomic
def prepare_line_up(*, race: Race, now: datetime) -> None:
    """Enter for a race who drove the last one: the latest race before it, run by `now`, whose cars the feed knew.

    It knew them from the classification, or ahead of it. Before the first result of a season it is the line-up that
    the calendar came with. A race that the feed knows the entries of is left alone, and so is every entry that an
    administrator has touched.
    """
    race = Race.objects.select_for_update(no_key=True).get(pk=race.pk)
    if race.is_over or race.entries.filter(source=FEED).exists():
        return
    before = line_up_to_carry_over(race, now)
    seats = _seats(before.entries.filter(is_withdrawn=False)) if before else {}
    if seats:
        _announce(race, _write(race, seats, LINE_UP), now)


def _seats(entries: Iterable[Entry]) -> Seats:
    return {one.driver_id: (one.team_id, one.number) for one in entries}


@atomic
def fix_line_up(*, race: Race, now: datetime) -> None:
    """Write down the line-up that the first draft of a race opens with; later changes are moves against it. Once."""
    # One statement decides who is first, and a race that is fixed already is not even locked: its drafts are.
    if Race.objects.filter(pk=race.pk, line_up_fixed_at=None).update(line_up_fixed_at=now):
        race.entries.filter(is_withdrawn=False).update(
            in_line_up=True, line_up_team=F("team"), line_up_number=F("number")
        )


@atomic
def record_entries(*, race: Race, entries: Iterable[EntryFacts], now: datetime) -> None:
    """Record a race's whole line-up as a source knows it before the race; a race that is over is left alone.

    Entries without a team are only a guess at who may drive: they never replace what the feed said before.
    `drivers_withdrawn` is sent where somebody is out whom drafts may have picked. Raises `Invalid` for a driver or team
    that nobody has introduced.
    """
    race = Race.objects.select_for_update(no_key=True).get(pk=race.pk)
    entries = tuple(entries)
    knows_teams = any(one.team for one in entries)
    if race.is_over or not entries or (not knows_teams and race.entries.filter(source=FEED).exists()):
        return
    _announce(race, _write(race, _seats_of_facts(entries), FEED if knows_teams else LINE_UP), now)


@atomic
def save_entry(*, entry: Entry, now: datetime) -> Entry:
    """Write down what an administrator says of one car; `drivers_withdrawn` is sent where he takes the driver out."""
    race = Race.objects.select_for_update(no_key=True).get(pk=entry.race_id)
    was_withdrawn = Entry.objects.filter(pk=entry.pk, is_withdrawn=True).exists()
    entry.source = ADMINISTRATOR
    entry.save()
    _announce(race, [entry] if entry.is_withdrawn and not was_withdrawn else [], now)
    return entry


def _announce(race: Race, withdrawn: Iterable[Entry], now: datetime) -> None:
    ids = [entry.pk for entry in withdrawn]
    if ids and not race.is_over:
        drivers_withdrawn.send(sender=Race, race=race, entries=ids, now=now)


def _seats_of_facts(entries: tuple[EntryFacts, ...]) -> Seats:
    drivers = dict(Driver.objects.filter(ref__in=[one.driver for one in entries]).values_list("ref", "pk"))
    teams = dict(Team.objects.filter(ref__in=[one.team for one in entries if one.team]).values_list("ref", "pk"))
    try:
        return {drivers[one.driver]: (teams[one.team] if one.team else None, one.number) for one in entries}
    except KeyError as error:
        raise Invalid(f"The line-up names “{error.args[0]}”, whom nobody has introduced.") from error


def enter_classified(race: Race, kind: str, seats: Seats) -> None:
    """Bring the entries in line with a classification: after the race, who drove is a fact, whoever entered him.

    A sprint only adds whom nobody had entered: the cars of the race are those of the race's own classification.
    """
    if kind == Classification.Kind.RACE:
        _write(race, seats, FEED, over=True)
        return
    known = set(race.entries.values_list("driver_id", flat=True))
    race_is_classified = race.classifications.filter(kind=Classification.Kind.RACE).exists()
    Entry.objects.bulk_create(
        Entry(race=race, driver_id=driver, team_id=team, number=number, source=FEED, is_withdrawn=race_is_classified)
        for driver, (team, number) in seats.items()
        if driver not in known
    )


def _write(race: Race, seats: Seats, source: str, *, over: bool = False) -> list[Entry]:
    """Make `seats` the line-up; what an administrator said stands until the race is over. Returns whom it withdraws."""
    known = {one.driver_id: one for one in race.entries.all()}
    open_to_change = [one for one in known.values() if over or one.source != ADMINISTRATOR]
    for entry in open_to_change:
        if entry.driver_id in seats:
            _seat(entry, seats[entry.driver_id], source)
    gone = [entry for entry in open_to_change if entry.driver_id not in seats]
    Entry.objects.bulk_create(
        Entry(race=race, driver_id=driver, team_id=team, number=number, source=source)
        for driver, (team, number) in seats.items()
        if driver not in known
    )
    return _take_out(gone, race, keep=over)


def _seat(entry: Entry, seat: tuple[int | None, int | None], source: str) -> None:
    if (entry.team_id, entry.number, entry.is_withdrawn, entry.source) == (*seat, False, source):
        return
    entry.team_id, entry.number = seat
    entry.is_withdrawn, entry.source = False, source
    entry.save(update_fields=["team", "number", "is_withdrawn", "source"])


def _take_out(gone: Iterable[Entry], race: Race, *, keep: bool) -> list[Entry]:
    """Delete the cars that are gone, or mark them as withdrawn; returns those that are marked now and were not."""
    if race.line_up_fixed_at is None and not keep:
        race.entries.filter(pk__in=[entry.pk for entry in gone]).delete()
        return []
    withdrawn = [entry for entry in gone if not entry.is_withdrawn]
    for entry in withdrawn:
        entry.is_withdrawn = True
        entry.save(update_fields=["is_withdrawn"])
    return withdrawn
