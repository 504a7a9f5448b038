"""Rate limits, and idempotency keys."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RateLimit(models.Model):
    """State of one rate limit (GCRA) for one user name, address or account.

    Each attempt moves the theoretical arrival time ahead by an equal share of the window. Once that time has passed,
    the whole allowance is available again.
    """

    key = models.CharField(primary_key=True, max_length=64, help_text=_("SHA-256 of what is limited and for whom."))
    theoretical_arrival_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")

    def __str__(self) -> str:
        return f"{self.key[:8]} until {self.theoretical_arrival_at}"


class IdempotencyKey(models.Model):
    """An `Idempotency-Key` of a user and the response stored for it, which is replayed when the key is sent again.

    Stored for 24 hours. `status` is null while the action runs. `body` is the API's JSON, or a page's sentence.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(
        max_length=64, help_text=_("SHA-256 of method, path and body: the request that the key belongs to.")
    )
    claim = models.UUIDField(
        unique=True, help_text=_("The request that runs the action. A later one takes over if it dies.")
    )
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.TextField(blank=True)
    claimed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.user}, {self.key}: {self.status or 'running'}"
