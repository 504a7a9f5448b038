"""Storage of idempotency keys: claim a key, store its response, release it (core.idempotency)."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException

from core.models import IdempotencyKey
from core.querysets import delete_in_batches

RETENTION = timedelta(hours=24)
# A claim without a response for this long counts as dead. Less than the time for which pages try again
# (static/js/resend.js), so that a page does not give up before it may repeat what a killed process had begun. It does
# no harm to take over from a request that is only slow: it cannot store its response, and is rolled back.
CLAIM_TIMEOUT = timedelta(seconds=5)


class IdempotencyKeyReused(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This idempotency key was already used for a different request. Use a new key.")
    default_code = "idempotency_key_reused"


class RequestInProgress(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("A request with this idempotency key is still being processed. Try again in a moment.")
    default_code = "idempotency_in_progress"
    wait = 1


@dataclass(frozen=True)
class StoredResponse:
    """The response stored for a key: its status, and its body as JSON or an empty string."""

    status: int
    body: str


def claim(*, user: AbstractBaseUser, key: str, digest: str, now: datetime) -> StoredResponse | UUID:
    """The response stored for the user's key, or the id of a claim on it, which only one of concurrent requests gets.

    Raises `IdempotencyKeyReused` if the key belongs to another request, and `RequestInProgress` while another claim
    is alive.
    """
    own_claim = uuid.uuid4()
    row, is_new = IdempotencyKey.objects.get_or_create(
        user_id=user.pk, key=key, defaults={"digest": digest, "claim": own_claim, "claimed_at": now}
    )
    if is_new or _take_over(row, own_claim, digest, now):
        return own_claim
    if row.digest != digest:
        raise IdempotencyKeyReused
    if row.status is None:
        raise RequestInProgress
    return StoredResponse(row.status, row.body)


def _take_over(row: IdempotencyKey, own_claim: UUID, digest: str, now: datetime) -> bool:
    """Replace a dead claim, or a response past its retention."""
    is_dead = Q(status=None, claimed_at__lt=now - CLAIM_TIMEOUT) | Q(claimed_at__lt=now - RETENTION)
    rows = IdempotencyKey.objects.filter(is_dead, pk=row.pk, claim=row.claim)
    return bool(rows.update(claim=own_claim, digest=digest, claimed_at=now, status=None, body=""))


def store(*, claim: UUID, response: StoredResponse) -> bool:
    """Store the response; False if another request has taken over the claim."""
    return bool(IdempotencyKey.objects.filter(claim=claim).update(status=response.status, body=response.body))


def release(*, claim: UUID) -> None:
    """Release the key after an action that did nothing."""
    IdempotencyKey.objects.filter(claim=claim, status=None).delete()


def delete_expired_idempotency_keys(*, now: datetime) -> int:
    """Delete keys older than 24 hours; returns how many."""
    return delete_in_batches(IdempotencyKey.objects.filter(claimed_at__lt=now - RETENTION))
