"""Storage of idempotency keys: claim a key, store its response, release it (fantasyf1.kit.api.once)."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from fantasyf1.kit.api.once import Kept, KeyReused, StillRunning

from ..models import IdempotentAnswer, User

KEPT_FOR = timedelta(hours=24)
# A claim without a response for this long counts as dead. The database's statement timeout is as long.
DEAD_AFTER = timedelta(seconds=60)


def claim(*, user: User, key: str, digest: str, now: datetime) -> Kept | UUID:
    """The response stored for the user's key, or the id of a claim on it, which only one of concurrent requests gets.

    Raises `KeyReused` if the key belongs to another request, `StillRunning` while another claim is alive.
    """
    own_claim = uuid.uuid4()
    row, is_new = IdempotentAnswer.objects.get_or_create(
        user=user, key=key, defaults={"digest": digest, "claim": own_claim, "claimed_at": now}
    )
    if is_new or _take_over(row, own_claim, digest, now):
        return own_claim
    if row.digest != digest:
        raise KeyReused
    if row.status is None:
        raise StillRunning
    return Kept(row.status, row.body)


def _take_over(row: IdempotentAnswer, own_claim: UUID, digest: str, now: datetime) -> bool:
    """Replace a dead claim, or a response past its retention."""
    is_dead = Q(status=None, claimed_at__lt=now - DEAD_AFTER) | Q(claimed_at__lt=now - KEPT_FOR)
    rows = IdempotentAnswer.objects.filter(is_dead, pk=row.pk, claim=row.claim)
    return bool(rows.update(claim=own_claim, digest=digest, claimed_at=now, status=None, body=""))


def keep(*, claim: UUID, kept: Kept) -> bool:
    """Store the response; False if another request has taken over the claim."""
    return bool(IdempotentAnswer.objects.filter(claim=claim).update(status=kept.status, body=kept.body))


def release(*, claim: UUID) -> None:
    """Release the key after an action that did nothing."""
    IdempotentAnswer.objects.filter(claim=claim, status=None).delete()


def forget_answers(*, now: datetime) -> int:
    """Delete keys older than 24 hours; returns how many."""
    deleted, _ = IdempotentAnswer.objects.filter(claimed_at__lt=now - KEPT_FOR).delete()
    return deleted
