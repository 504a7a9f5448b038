"""Keys of requests and their answers: claimed, kept, given back, and forgotten after a day (fantasyf1.kit.api.once)."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from fantasyf1.kit.api.once import Kept, KeyReused, StillRunning

from ..models import IdempotentAnswer, User

KEPT_FOR = timedelta(hours=24)
# After so long without an answer whoever claimed a key is taken for dead. The database ends statements after as long.
DEAD_AFTER = timedelta(seconds=60)


def claim(*, user: User, key: str, digest: str, now: datetime) -> Kept | UUID:
    """The answer kept for the user's key, or a claim on it, which only one of many gets."""
    mine = uuid.uuid4()
    row, is_new = IdempotentAnswer.objects.get_or_create(
        user=user, key=key, defaults={"digest": digest, "claim": mine, "claimed_at": now}
    )
    if is_new or _take_over(row, mine, digest, now):
        return mine
    if row.digest != digest:
        raise KeyReused
    if row.status is None:
        raise StillRunning
    return Kept(row.status, row.body)


def _take_over(row: IdempotentAnswer, mine: UUID, digest: str, now: datetime) -> bool:
    """Take the place of a claim whose holder is dead, and of an answer that should be forgotten."""
    is_dead = Q(status=None, claimed_at__lt=now - DEAD_AFTER) | Q(claimed_at__lt=now - KEPT_FOR)
    taken = IdempotentAnswer.objects.filter(is_dead, pk=row.pk, claim=row.claim)
    return bool(taken.update(claim=mine, digest=digest, claimed_at=now, status=None, body=""))


def keep(*, claim: UUID, kept: Kept) -> bool:
    """Write the answer down; False where the claim has been taken over."""
    return bool(IdempotentAnswer.objects.filter(claim=claim).update(status=kept.status, body=kept.body))


def release(*, claim: UUID) -> None:
    """Give the key back: nothing has been done."""
    IdempotentAnswer.objects.filter(claim=claim, status=None).delete()


def forget_answers(*, now: datetime) -> int:
    """Delete what is older than a day; returns how many."""
    deleted, _ = IdempotentAnswer.objects.filter(claimed_at__lt=now - KEPT_FOR).delete()
    return deleted
