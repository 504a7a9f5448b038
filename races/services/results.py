"""Record a classification atomically as a numbered revision with a readable difference to the previous one."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F
from django.utils.translation import gettext as _

from core.errors import Refused
from core.formatting.points import format_points
from core.transactions import atomic
from core.web.languages import in_stored_language

from .. import rules
from ..models import Classification, Driver, Entry, Quarantine, Race, Result, Season, Team
from ..selectors import classification_rows, driver_names, latest_classification
from ..signals import classification_recorded
from ..sources.dto import ClassificationDTO, DriverDTO, ResultDTO, TeamDTO
from .line_ups import update_entries_from_classification
from .quarantine import quarantine_classification, settle_superseded_cases
from .upsert import insert_missing

logger = logging.getLogger(__name__)

UNCHANGED = "unchanged"


class ImplausibleClassification(Refused):
    """The classification is implausible: it is rejected as a whole, and the last valid one stays.

    `case` is its quarantine case.
    """

    code = "implausible_classification"
    case: Quarantine | None = None


class RecordOutcome(NamedTuple):
    """The result of recording: the new revision, if there is one, and a short message."""

    classification: Classification | None
    message: str


def record_classification(
    *, season: Season, dto: ClassificationDTO, source: str, now: datetime, fetched_at: datetime | None = None
) -> Classification | None:
    """Record a classification as the next revision of its race; returns None if nothing changed.

    `source` is a `Classification.Source`; `fetched_at` is when it was fetched and defaults to `now`. Stale responses
    are ignored, so they may arrive in any order and more than once. Entries are updated, the race becomes provisional,
    and `classification_recorded` is sent inside the transaction. Raises `ImplausibleClassification`; then only a
    quarantine case is written.
    """
    return record_classification_with_outcome(
        season=season, dto=dto, source=source, now=now, fetched_at=fetched_at
    ).classification


def record_classification_with_outcome(
    *, season: Season, dto: ClassificationDTO, source: str, now: datetime, fetched_at: datetime | None = None
) -> RecordOutcome:
    """Like `record_classification`, but returns a message about the outcome too."""
    try:
        recorded = _record(season, dto, source, now, fetched_at or now)
    except ImplausibleClassification as refusal:
        # Outside the transaction that was rolled back, so that the case is kept.
        race = Race.objects.filter(season=season, circuit__ref=dto.circuit, name=dto.race_name).first()
        refusal.case = quarantine_classification(
            season=season, race=race, kind=dto.kind, source=source, reason=refusal.sentence, dto=dto, now=now
        )
        raise
    if recorded.message != UNCHANGED and recorded.classification is None:
        logger.info("Round %s, %s, %s: %s", dto.round, dto.race_name, dto.kind, recorded.message)
    return recorded


@atomic
def _record(season: Season, dto: ClassificationDTO, source: str, now: datetime, fetched_at: datetime) -> RecordOutcome:
    season = Season.objects.locked().get(pk=season.pk)
    race = _lock_race(season, dto)
    last = latest_classification(race, dto.kind)
    if last is not None and fetched_at < last.confirmed_at:
        return RecordOutcome(None, f"ignored, because it is older than revision {last.revision}")
    dto = _with_known_pole(dto, last)
    if last is not None and last.digest == digest_of(dto.rows, dto.pole):
        _confirm(last, fetched_at, now)
        return RecordOutcome(None, UNCHANGED)
    insert_missing(TeamDTO, dto.teams)
    insert_missing(DriverDTO, dto.drivers)
    _validate(race, dto, last)
    if last is not None and last.is_held:
        return _quarantine_contradiction(last, dto, source, now)
    settle_superseded_cases(race=race, kind=dto.kind, now=now)
    accepted = create_revision(race, dto, last, source=source, recorded_at=now, confirmed_at=fetched_at)
    return RecordOutcome(accepted, f"revision {accepted.revision}")


def _with_known_pole(dto: ClassificationDTO, last: Classification | None) -> ClassificationDTO:
    """Keep the pole position of the last revision if the source does not know it this time."""
    if dto.pole or last is None or last.pole is None:
        return dto
    return replace(dto, pole=last.pole.ref)


def _confirm(last: Classification, fetched_at: datetime, now: datetime) -> None:
    Classification.objects.filter(pk=last.pk, confirmed_at__lt=fetched_at).update(confirmed_at=fetched_at)
    settle_superseded_cases(race=last.race, kind=last.kind, now=now)


def _quarantine_contradiction(
    last: Classification, dto: ClassificationDTO, source: str, now: datetime
) -> RecordOutcome:
    """Quarantine a response that contradicts a held manual classification, which stays until it is released."""
    reason = _("It differs from revision %(revision)s, which an administrator entered.") % {"revision": last.revision}
    quarantine_classification(
        season=last.race.season, race=last.race, kind=dto.kind, source=source, reason=reason, dto=dto, now=now
    )
    return RecordOutcome(None, f"quarantined, because it differs from revision {last.revision}, which is held")


def digest_of(rows: Sequence[ResultDTO], pole: str = "") -> str:
    """Return the SHA-256 of the rows in canonical form: sorted by position and key, points without trailing zeros.

    The pole position is part of it if it is known.
    """
    canonical = [{**asdict(row), "points": format_points(row.points)} for row in rules.sorted_by_position(rows)]
    if pole:
        canonical.append({"pole": pole})
    return hashlib.sha256(json.dumps(canonical, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _lock_race(season: Season, dto: ClassificationDTO) -> Race:
    races = Race.objects.locked().select_related("season")
    race = races.filter(season=season, circuit__ref=dto.circuit, name=dto.race_name).first()
    if race is None:
        raise ImplausibleClassification(
            _("Round %(round)s, %(race)s at “%(circuit)s”, is not in the calendar of %(year)s.")
            % {"round": dto.round, "race": dto.race_name, "circuit": dto.circuit, "year": season.year}
        )
    if race.state == Race.State.CANCELLED:
        raise ImplausibleClassification(_("The %(race)s is cancelled, so it has no results.") % {"race": race})
    return race


def _validate(race: Race, dto: ClassificationDTO, last: Classification | None) -> None:
    problem = (
        rules.problem_with_places(dto.rows)
        or problem_with_drivers_and_teams(dto.rows)
        or _problem_with_count(race, dto.rows, last)
        or rules.problem_with_points(dto.rows, dto.kind)
    )
    if problem:
        sentence = _("%(race)s, %(kind)s: %(problem)s The classification was not accepted.")
        raise ImplausibleClassification(sentence % {"race": race, "kind": dto.kind, "problem": problem})


def problem_with_drivers_and_teams(rows: Sequence[ResultDTO]) -> str:
    """Return a sentence naming an unknown driver or team, or an empty string."""
    drivers = {row.driver for row in rows}
    known = set(Driver.objects.filter(ref__in=drivers).values_list("ref", flat=True))
    if unknown := sorted(drivers - known):
        return _("The driver “%(driver)s” is not known.") % {"driver": unknown[0]}
    teams = {row.team for row in rows}
    known_teams = set(Team.objects.filter(ref__in=teams).values_list("ref", flat=True))
    unknown_teams = sorted(teams - known_teams)
    return _("The team “%(team)s” is not known.") % {"team": unknown_teams[0]} if unknown_teams else ""


def _problem_with_count(race: Race, rows: tuple[ResultDTO, ...], last: Classification | None) -> str:
    return rules.problem_with_count(
        len(rows),
        grid_size=race.season.grid_size,
        entered=race.entries.filter(is_withdrawn=False).count(),
        withdrawn=race.entries.filter(is_withdrawn=True, source=Entry.Source.ADMINISTRATOR).count(),
        accepted=_accepted_car_count(race, last) if last else 0,
    )


def _accepted_car_count(race: Race, last: Classification) -> int:
    """Return how many cars the last revision has, not counting those that only an administrator added."""
    by_source = race.classifications.filter(kind=last.kind).exclude(source=Classification.Source.ADMINISTRATOR)
    of_source = by_source.order_by("-revision").first() or last
    return min(len(last.results.all()), of_source.results.count())


def create_revision(
    race: Race,
    dto: ClassificationDTO,
    last: Classification | None,
    *,
    source: str,
    recorded_at: datetime,
    **how: Any,
) -> Classification:
    """Create the revision after `last`, with its side effects. The caller has validated it and locked the season."""
    digest = digest_of(dto.rows, dto.pole)
    with in_stored_language():
        difference = differences_to(last, dto.rows, dto.pole) if last and last.digest != digest else []
    classification = Classification.objects.create(
        race=race,
        kind=dto.kind,
        revision=last.revision + 1 if last else 1,
        digest=digest,
        source=source,
        recorded_at=recorded_at,
        pole=Driver.objects.filter(ref=dto.pole).first(),
        difference=difference,
        **how,
    )
    results = _write_rows(classification, dto.rows)
    update_entries_from_classification(race, dto.kind, {row.driver_id: (row.team_id, row.number) for row in results})
    if dto.kind == Classification.Kind.RACE and race.state != Race.State.FINAL:
        race.state = Race.State.PROVISIONAL
        race.save(update_fields=["state"])
    Season.objects.filter(pk=race.season_id).update(results_version=F("results_version") + 1)
    classification_recorded.send(sender=Classification, race=race, classification=classification)
    return classification


def _write_rows(classification: Classification, rows: tuple[ResultDTO, ...]) -> list[Result]:
    drivers = dict(Driver.objects.filter(ref__in=[row.driver for row in rows]).values_list("ref", "pk"))
    teams = dict(Team.objects.filter(ref__in=[row.team for row in rows]).values_list("ref", "pk"))
    return Result.objects.bulk_create(
        Result(
            classification=classification,
            driver_id=drivers[row.driver],
            team_id=teams[row.team],
            **{name: value for name, value in asdict(row).items() if name not in ("driver", "team")},
        )
        for row in rules.sorted_by_position(rows)
    )


def differences_to(last: Classification, rows: Sequence[ResultDTO], pole: str | None = None) -> list[str]:
    """Describe the changes against a revision, one sentence each; unknown drivers are named by their reference.

    `pole` is the driver in the pole position, None if that is not compared.
    """
    before, pole_before = classification_rows(last), last.pole.ref if last.pole else ""
    poles = (pole_before, pole_before if pole is None else pole)
    return rules.differences(before, rows, driver_names([*(row.driver for row in (*before, *rows)), *poles]), poles)
