"""Who drives: line-ups before a race, and the replacements that an administrator sets.

A line-up is the entries of a race, copied from the previous race and corrected as better data arrives.

The API has no entry list before a race. Before drafts open, the entry of a missing car is deleted. Afterwards it may
have been picked, so it is marked as withdrawn instead and its replacement can be traced. Each change of a replacement
increments the race's version, and the race is scored again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import Invalid
from core.transactions import atomic

from ..models import Classification, Driver, Entry, Race, Replacement, Team
from ..selectors import line_up_to_copy
from ..signals import drivers_entered, drivers_withdrawn, replacements_changed
from ..sources.dto import EntryDTO

API, LINE_UP, ADMINISTRATOR = Entry.Source.API, Entry.Source.LINE_UP, Entry.Source.ADMINISTRATOR
Seats = dict[int, tuple[int | None, int | None]]


@atomic
def prepare_line_up(*, race: Race, now: datetime) -> None:
    """Copy the line-up from the latest earlier race, run by `now`, whose cars are known from the API.

    They are known from its classification or from an earlier entry list. A car that was missing there keeps its seat,
    with the driver who had it last. Before the first result of a season, this is the line-up that came with the
    calendar. Does nothing if the API has supplied entries for this race; entries edited
    by an administrator are left alone.
    """
    race = Race.objects.locked().get(pk=race.pk)
    if race.is_over or race.entries.filter(source=API).exists():
        return
    seats = _seats(line_up_to_copy(race, now))
    if seats:
        _announce(race, _save_line_up(race, seats, LINE_UP), now)


def _seats(entries: Iterable[Entry]) -> Seats:
    return {entry.driver_id: (entry.team_id, entry.number) for entry in entries}


@atomic
def freeze_line_up(*, race: Race, now: datetime) -> None:
    """Freeze the line-up when the first draft of a race opens; later changes count as replacements. Idempotent."""
    # A conditional UPDATE picks the first caller. A race that is already done is not locked, only its drafts are.
    if Race.objects.filter(pk=race.pk, line_up_frozen_at=None).update(line_up_frozen_at=now):
        race.entries.filter(is_withdrawn=False).update(
            in_line_up=True, line_up_team=F("team"), line_up_number=F("number")
        )


@atomic
def record_entries(*, race: Race, entries: Iterable[EntryDTO], now: datetime) -> None:
    """Record a race's complete line-up as a source knows it before the race. Ignored if the race is over.

    Entries without a team are only a guess and never replace entries from the API. `drivers_withdrawn` is sent if a
    driver is out whom drafts may have picked, `drivers_entered` if they may pick one more. Raises `Invalid` for an
    unknown driver or team.
    """
    race = Race.objects.locked().get(pk=race.pk)
    entries = tuple(entries)
    knows_teams = any(entry.team for entry in entries)
    if race.is_over or not entries or (not knows_teams and race.entries.filter(source=API).exists()):
        return
    _announce(race, _save_line_up(race, _seats_from_entries(entries), API if knows_teams else LINE_UP), now)


@atomic
def save_entry(*, entry: Entry, now: datetime) -> Entry:
    """Save an administrator's change to an entry, or a new entry.

    `drivers_withdrawn` is sent if it withdraws the driver, `drivers_entered` if the driver takes part from now on.
    """
    race = Race.objects.locked().get(pk=entry.race_id)
    took_part = Entry.objects.filter(pk=entry.pk, is_withdrawn=False).exists()
    was_withdrawn = Entry.objects.filter(pk=entry.pk, is_withdrawn=True).exists()
    entry.source = ADMINISTRATOR
    entry.save()
    withdrawn = [entry] if entry.is_withdrawn and not was_withdrawn else []
    _announce(race, LineUpChange(withdrawn, has_newcomers=not entry.is_withdrawn and not took_part), now)
    return entry


class LineUpChange(NamedTuple):
    """What a new line-up changed: who is out now, and whether a driver takes part who did not before."""

    withdrawn: list[Entry]
    has_newcomers: bool


def _announce(race: Race, change: LineUpChange, now: datetime) -> None:
    """Send the signals of a change, unless the race is over."""
    if race.is_over:
        return
    if change.withdrawn:
        drivers_withdrawn.send(sender=Race, race=race, entries=[entry.pk for entry in change.withdrawn], now=now)
    if change.has_newcomers and race.line_up_frozen_at is not None:
        drivers_entered.send(sender=Race, race=race, now=now)


def _seats_from_entries(entries: tuple[EntryDTO, ...]) -> Seats:
    drivers = dict(Driver.objects.filter(ref__in=[entry.driver for entry in entries]).values_list("ref", "pk"))
    teams = dict(Team.objects.filter(ref__in=[entry.team for entry in entries if entry.team]).values_list("ref", "pk"))
    try:
        return {drivers[entry.driver]: (teams[entry.team] if entry.team else None, entry.number) for entry in entries}
    except KeyError as error:
        sentence = _("The line-up contains “%(name)s”, which is not a known driver or team.")
        raise Invalid(sentence % {"name": error.args[0]}) from error


def update_entries_from_classification(race: Race, kind: str, seats: Seats) -> None:
    """Update the entries from a classification. After the race it overrides every other source.

    A sprint only adds drivers without an entry: the race's own classification decides who drove in the race.
    """
    if kind == Classification.Kind.RACE:
        _save_line_up(race, seats, API, is_final=True)
        return
    known = set(race.entries.values_list("driver_id", flat=True))
    race_is_classified = race.classifications.filter(kind=Classification.Kind.RACE).exists()
    Entry.objects.bulk_create(
        Entry(race=race, driver_id=driver, team_id=team, number=number, source=API, is_withdrawn=race_is_classified)
        for driver, (team, number) in seats.items()
        if driver not in known
    )


def _save_line_up(race: Race, seats: Seats, source: str, *, is_final: bool = False) -> LineUpChange:
    """Make `seats` the line-up; returns what changed. Edits by administrators stand unless it is final."""
    known = {entry.driver_id: entry for entry in race.entries.all()}
    editable = [entry for entry in known.values() if is_final or entry.source != ADMINISTRATOR]
    before = {entry.driver_id for entry in known.values() if not entry.is_withdrawn}
    has_newcomers = bool(seats.keys() - before - {entry.driver_id for entry in known.values() if entry not in editable})
    for entry in editable:
        if entry.driver_id in seats:
            _update_entry(entry, seats[entry.driver_id], source)
    missing = [entry for entry in editable if entry.driver_id not in seats]
    Entry.objects.bulk_create(
        Entry(race=race, driver_id=driver, team_id=team, number=number, source=source)
        for driver, (team, number) in seats.items()
        if driver not in known
    )
    return LineUpChange(_delete_or_withdraw(missing, race, keep=is_final), has_newcomers)


def _update_entry(entry: Entry, seat: tuple[int | None, int | None], source: str) -> None:
    if (entry.team_id, entry.number, entry.is_withdrawn, entry.source) == (*seat, False, source):
        return
    entry.team_id, entry.number = seat
    entry.is_withdrawn, entry.source = False, source
    entry.save(update_fields=["team", "number", "is_withdrawn", "source"])


def _delete_or_withdraw(missing: Iterable[Entry], race: Race, *, keep: bool) -> list[Entry]:
    """Delete missing entries or mark them as withdrawn; returns the newly withdrawn ones."""
    if race.line_up_frozen_at is None and not keep:
        race.entries.filter(pk__in=[entry.pk for entry in missing]).delete()
        return []
    withdrawn = [entry for entry in missing if not entry.is_withdrawn]
    for entry in withdrawn:
        entry.is_withdrawn = True
        entry.save(update_fields=["is_withdrawn"])
    return withdrawn


# -- replacements ------------------------------------------------------------------------------------------------------


@atomic
def save_replacement(*, replacement: Replacement, now: datetime) -> Replacement:
    """Create or change a replacement; `replacements_changed` is sent for every race concerned."""
    if replacement.out_driver_id == replacement.in_driver_id:
        raise Invalid(_("A driver cannot replace themselves."))
    races = {replacement.race_id}
    if replacement.pk:
        races |= set(Replacement.objects.filter(pk=replacement.pk).values_list("race", flat=True))
    locked = _lock_races(races)
    replacement.save()
    _increment_replacement_versions(locked, now)
    return replacement


@atomic
def delete_replacement(*, replacement: Replacement, now: datetime) -> None:
    """Delete a replacement: cars are matched by number again."""
    locked = _lock_races({replacement.race_id})
    replacement.delete()
    _increment_replacement_versions(locked, now)


def _lock_races(races: set[int]) -> list[Race]:
    return list(Race.objects.locked().filter(pk__in=races).order_by("pk"))


def _increment_replacement_versions(races: list[Race], now: datetime) -> None:
    for race in races:
        Race.objects.filter(pk=race.pk).update(replacements_version=F("replacements_version") + 1)
        race.refresh_from_db(fields=["replacements_version"])
        replacements_changed.send(sender=Race, race=race, now=now)
