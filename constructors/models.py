"""Constructors: a player's fantasy team in one league. Real Formula 1 teams are `races.models.Team`."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.confusables import folded, skeleton
from core.derived_fields import DerivedField, DerivesFields
from core.formatting.avatars import Mark
from core.querysets import LockableQuerySet
from leagues.models import League


class ConstructorQuerySet(LockableQuerySet["Constructor"]):
    def active(self) -> "ConstructorQuerySet":
        return self.filter(left_at=None)


class Constructor(DerivesFields):
    """A player's fantasy team in a league. It outlives the membership: picks and points stay in the standings."""

    class Autodraft(models.TextChoices):
        OFF = "off", _("Off: I make my own picks")
        ONCE = "once", _("Once: the next draft is autopicked")
        ON = "on", _("On: every draft is autopicked")

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="constructors", verbose_name=_("league"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="constructors",
        verbose_name=_("player"),
    )
    name = models.CharField(_("name"), max_length=40)
    folded_name = DerivedField(
        source="name", derive=folded, help_text=_("The name as it is compared with others: without case.")
    )
    name_skeleton = DerivedField(
        source="name", derive=skeleton, help_text=_("What the name has in common with names that look like it.")
    )
    is_bot = models.BooleanField(_("is a bot"), default=False, help_text=_("The server makes its picks."))
    autodraft = models.CharField(_("autodraft"), max_length=4, choices=Autodraft.choices, default=Autodraft.OFF)
    autodraft_set_at = models.DateTimeField(
        _("autodraft changed at"), null=True, blank=True, help_text=_("When the switch was last changed.")
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputy_of",
        verbose_name=_("deputy"),
        help_text=_("A member of the league who picks for the player while they are absent."),
    )
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)

    objects: ClassVar = ConstructorQuerySet.as_manager()

    class Meta:
        verbose_name = _("constructor")
        verbose_name_plural = _("constructors")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["league", "owner"],
                condition=models.Q(left_at=None),
                name="one_constructor_per_owner_and_league",
            ),
            models.UniqueConstraint(
                fields=["league", "folded_name"],
                condition=models.Q(left_at=None),
                name="one_constructor_per_name_and_league",
            ),
            models.UniqueConstraint(
                fields=["league", "name_skeleton"],
                condition=models.Q(left_at=None),
                name="one_constructor_per_name_skeleton_and_league",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def picks_by_hand(self) -> bool:
        """Whether a person makes the picks: it is no bot, has not left, and autodraft is off."""
        is_played = self.owner_id is not None and self.left_at is None and not self.is_bot
        return is_played and self.autodraft == Constructor.Autodraft.OFF

    @property
    def mark(self) -> Mark:
        """The avatar that the player has chosen; for bots and former players the default."""
        return Mark() if self.is_bot or self.owner is None else self.owner.mark

    @property
    def player(self) -> str:
        """The name of the player for display: the name that others see, "bot" or "former player"."""
        if self.is_bot:
            return "bot"
        return self.owner.shown_name if self.owner else "former player"
