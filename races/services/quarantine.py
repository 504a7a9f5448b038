"""Quarantine: store implausible responses in full and notify administrators once per case."""

import hashlib
import json
import logging
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.errors import NotAllowed, Refused
from core.formatting.labels import inside_a_sentence
from core.transactions import atomic
from notifications.services import notify

from ..models import Classification, Quarantine, Race, Season
from ..notification_kinds import QUARANTINED
from ..selectors import is_administrator, latest_classification
from ..sources.dto import ClassificationDTO, classification_to_json

logger = logging.getLogger(__name__)

VANISHED = gettext_noop("The source no longer has this result. The accepted classification stays.")


@atomic
def quarantine_classification(
    *,
    season: Season,
    race: Race | None,
    kind: str,
    source: str,
    reason: str,
    dto: ClassificationDTO | None,
    now: datetime,
) -> Quarantine:
    """Open a case for an implausible response, `dto` being None if the results vanished.

    An identical response is counted on the existing case. So is one that was dismissed, unless a valid
    classification has been received since.
    """
    payload = _payload(dto)
    digest = _digest(race, kind, reason, payload)
    if (dismissed := _dismissed_case(season, race, kind, digest)) is not None:
        return _count_again(dismissed, now)
    case, is_new = Quarantine.objects.get_or_create(
        season=season,
        digest=digest,
        settled_at=None,
        defaults={
            "race": race,
            "kind": kind,
            "source": source,
            "reason": reason[:500],
            "payload": payload,
            "first_seen_at": now,
            "last_seen_at": now,
        },
    )
    if not is_new:
        return _count_again(case, now)
    _notify_administrators(case, now)
    return case


def _payload(dto: ClassificationDTO | None) -> dict[str, Any]:
    if dto is None:
        return {}
    plain = classification_to_json(dto)
    return {**plain, "rows": sorted(plain["rows"], key=lambda row: (row["position"], row["driver"]))}


def _digest(race: Race | None, kind: str, reason: str, payload: dict[str, Any]) -> str:
    content = [race.pk if race else None, kind, reason, payload]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _dismissed_case(season: Season, race: Race | None, kind: str, digest: str) -> Quarantine | None:
    cases = Quarantine.objects.filter(season=season, digest=digest, settlement=Quarantine.Settlement.DISMISSED)
    last = latest_classification(race, kind) if race else None
    if last is not None:
        cases = cases.filter(settled_at__gte=last.confirmed_at)
    return cases.order_by("-settled_at").first()


def _count_again(case: Quarantine, now: datetime) -> Quarantine:
    Quarantine.objects.filter(pk=case.pk).update(times_seen=F("times_seen") + 1, last_seen_at=now)
    return case


def _notify_administrators(case: Quarantine, now: datetime) -> None:
    logger.error("Quarantined: %s", case)
    notify(
        users=User.objects.filter(is_superuser=True, is_active=True),
        message=QUARANTINED,
        key=f"quarantine:{case.pk}",
        params={"case": case.pk, "kind": case.kind, "race": str(case.race or case.season), "reason": case.reason},
        now=now,
    )


@atomic
def quarantine_vanished(
    *, race: Race, kind: str, source: str, now: datetime, fetched_at: datetime
) -> Quarantine | None:
    """Open a case if the source no longer has a classification that we accepted from it; otherwise return None.

    Manual classifications are ignored, and so are responses older than the last confirmation.
    """
    last = latest_classification(race, kind)
    if last is None or last.source == Classification.Source.ADMINISTRATOR or fetched_at < last.confirmed_at:
        return None
    return quarantine_classification(
        season=race.season, race=race, kind=kind, source=source, reason=VANISHED, dto=None, now=now
    )


def settle_superseded_cases(*, race: Race, kind: str, now: datetime) -> None:
    """Settle the open cases of a race and kind after a valid classification was received."""
    unplaced = Q(race=None, payload__circuit=race.circuit.ref, payload__race_name=race.name)
    cases = Quarantine.objects.filter(Q(race=race) | unplaced, season=race.season_id, kind=kind, settled_at=None)
    cases.update(settlement=Quarantine.Settlement.PASSED, settled_at=now)


@atomic
def dismiss_case(*, case: Quarantine, by: User, now: datetime) -> Quarantine:
    """Dismiss a case: the accepted classification stays. Raises `NotAllowed`, or `Refused` if it is settled."""
    if not is_administrator(by):
        raise NotAllowed(_("Only administrators can dismiss quarantined results."))
    return settle_case(case, Quarantine.Settlement.DISMISSED, by, now)


def settle_case(case: Quarantine, settlement: Quarantine.Settlement, by: User, now: datetime) -> Quarantine:
    case = Quarantine.objects.locked().select_related("season", "race").get(pk=case.pk)
    if case.settled_at is not None:
        sentence = _("This case is already settled: %(outcome)s.") % {
            "outcome": inside_a_sentence(case.get_settlement_display())
        }
        raise Refused(sentence, code="settled")
    case.settlement, case.settled_at, case.settled_by = settlement, now, by
    case.save(update_fields=["settlement", "settled_at", "settled_by"])
    return case
