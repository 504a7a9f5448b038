"""Manual classifications: they count at once and are not overwritten by the F1 API until they are released."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid, NotAllowed, Refused
from core.transactions import atomic
from core.validators import clean_text

from .. import rules
from ..models import Classification, Driver, Quarantine, Race, Season
from ..selectors import is_administrator, latest_classification
from ..sources.dto import ClassificationDTO, DriverDTO, ResultDTO, TeamDTO, classification_from_json
from .poll_schedule import schedule_immediate_check
from .quarantine import settle_case
from .results import create_revision, problem_with_drivers_and_teams
from .upsert import insert_missing

MAX_REASON_LENGTH = 200
ADMINISTRATOR = Classification.Source.ADMINISTRATOR


@atomic
def record_manual_classification(
    *,
    race: Race,
    kind: str,
    rows: Sequence[ResultDTO],
    by: User,
    reason: str,
    now: datetime,
    pole: Driver | None = None,
) -> Classification:
    """Record an administrator's classification as the next revision of a race and hold it against the API.

    It is validated like the API's, except for the number of cars: a short list is intended. Open quarantine cases of
    the race and kind are dismissed. Without `pole`, the pole position of the last revision stays. Raises `NotAllowed`,
    `Refused` for a cancelled race, `Invalid` for implausible rows or a missing reason.
    """
    race = _lock_race(race, by)
    reason = clean_text(reason[:MAX_REASON_LENGTH], longest=MAX_REASON_LENGTH, field="reason")
    if not reason:
        raise Invalid(_("Enter a reason. Players see it next to the revision."), field="reason")
    last = latest_classification(race, kind)
    pole = pole or (last.pole if last else None)
    dto = ClassificationDTO(race.round, race.name, race.circuit.ref, kind, tuple(rows), pole=pole.ref if pole else "")
    if problem := _find_problem(dto):
        raise Invalid(problem, field="rows")
    accepted = create_revision(
        race,
        dto,
        last,
        source=ADMINISTRATOR,
        recorded_at=now,
        confirmed_at=now,
        recorded_by=by,
        reason=reason,
        is_held=True,
    )
    for case in Quarantine.objects.filter(race=race, kind=kind, settled_at=None):
        settle_case(case, Quarantine.Settlement.DISMISSED, by, now)
    return accepted


def _lock_race(race: Race, by: User) -> Race:
    """Lock the season, then the race: the lock order used everywhere. Raises `NotAllowed`, `Refused`."""
    if not is_administrator(by):
        raise NotAllowed(_("Only administrators can enter results."))
    Season.objects.locked().get(pk=race.season_id)
    race = Race.objects.locked().select_related("season", "circuit").get(pk=race.pk)
    if race.state == Race.State.CANCELLED:
        raise Refused(_("The %(race)s is cancelled, so it has no results.") % {"race": race}, code="race_cancelled")
    return race


def _find_problem(dto: ClassificationDTO) -> str:
    return (
        rules.problem_with_places(dto.rows)
        or problem_with_drivers_and_teams(dto.rows)
        or rules.problem_with_points(dto.rows, dto.kind)
    )


@atomic
def accept_case(*, case: Quarantine, by: User, reason: str, now: datetime) -> Classification:
    """Record a quarantined classification as a manual revision. Raises `Refused` if the case holds no results."""
    if not is_administrator(by):
        raise NotAllowed(_("Only administrators can accept quarantined results."))
    if not case.payload:
        raise Refused(_("There are no results to accept: the source returned none."))
    dto = classification_from_json(case.payload)
    race = case.race or Race.objects.filter(season=case.season_id, circuit__ref=dto.circuit, name=dto.race_name).first()
    if race is None:
        raise Refused(_("The %(race)s is not in the calendar.") % {"race": dto.race_name})
    Season.objects.locked().get(pk=case.season_id)
    settle_case(case, Quarantine.Settlement.ACCEPTED, by, now)
    insert_missing(TeamDTO, dto.teams)
    insert_missing(DriverDTO, dto.drivers)
    pole = Driver.objects.filter(ref=dto.pole).first()
    return record_manual_classification(
        race=race, kind=dto.kind, rows=dto.rows, by=by, reason=reason, now=now, pole=pole
    )


@atomic
def release_manual_classification(*, race: Race, kind: str, by: User, now: datetime) -> Classification:
    """Release a manual classification: the API is polled at once, and its results become the next revision."""
    race = _lock_race(race, by)
    last = latest_classification(race, kind)
    if last is None or not last.is_held:
        raise Refused(_("These results are not held, so there is nothing to release."), code="not_held")
    last.is_held = False
    last.save(update_fields=["is_held"])
    schedule_immediate_check(race=race, now=now)
    return last
