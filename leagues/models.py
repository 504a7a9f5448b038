"""Leagues, memberships, invitations and settings versions."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from core.querysets import LockableQuerySet
from races.models import Season

from . import rules

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    """Return eight letters and digits that cannot be misread. 32^8, about 10^12 codes, cannot be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class League(models.Model):
    """A group of players in one season."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", "Private: joined by code or link"
        PUBLIC = "public", "Public: anyone finds and joins it"

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="leagues")
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=12, unique=True, default=new_code)
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE)
    capacity = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)], help_text="The most constructors that can join."
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="created_leagues"
    )
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)
    founding_key = models.UUIDField(
        null=True,
        editable=False,
        help_text="Of the form that founded it: sent again, it founds no other.",
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["creator", "founding_key"], name="one_league_per_creator_and_founding_key")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.visibility == self.Visibility.PUBLIC


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)


class Membership(models.Model):
    """A user's membership in a league. Leaving sets `left_at`; the row is kept as history."""

    class Role(models.TextChoices):
        MANAGER = "manager", "Manager"
        CO_MANAGER = "co_manager", "Co-manager"
        MEMBER = "member", "Member"

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["league", "user"], condition=models.Q(left_at=None), name="one_membership_per_user_and_league"
            ),
            models.UniqueConstraint(
                fields=["league"],
                condition=models.Q(role="manager", left_at=None),
                name="one_manager_per_league",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or 'former player'} in {self.league}"


def new_token() -> str:
    """Return a random token of 256 bits, which cannot be guessed."""
    return secrets.token_urlsafe(32)


class InvitationQuerySet(LockableQuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        return self.filter(state=Invitation.State.PENDING)


class Invitation(models.Model):
    """An invitation to join a league, addressed to a user or to an e-mail address."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"
        EXPIRED = "expired", "Expired"

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    email = models.EmailField(blank=True)
    token = models.CharField(max_length=43, unique=True, default=new_token, help_text="What the mail's link ends in.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When it ceased to be pending.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When the mail went out.")

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(email=""), name="invitation_to_a_user_or_an_address"
            ),
            models.UniqueConstraint(
                fields=["league", "user"],
                condition=models.Q(state="pending"),
                name="one_pending_invitation_per_user_and_league",
            ),
            models.UniqueConstraint(
                "league",
                Lower("email"),
                condition=models.Q(state="pending") & ~models.Q(email=""),
                name="one_pending_invitation_per_address_and_league",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="pending"), name="pending_invitations"),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.email} to {self.league}"

    @property
    def path(self) -> str:
        """The path of the page to accept or decline it."""
        return reverse("leagues:answer", args=[self.token])

    def can_be_answered(self, now: datetime) -> bool:
        return self.state == self.State.PENDING and now < self.expires_at


class SettingsVersion(models.Model):
    """A league's settings, in force from the next draft that opens. Versions are immutable: a change adds one."""

    class Method(models.TextChoices):
        SEQUENTIAL = "sequential", "Sequential: 1 2 3, 1 2 3"
        SNAKE = "snake", "Snake: 1 2 3, 3 2 1"

    class OrderStrategy(models.TextChoices):
        ROTATION = "rotation", "Rotation: the last becomes first"
        REVERSE_STANDINGS = "reverse_standings", "Reverse standings: the last in the table picks first"
        RANDOM = "random", "Random before each race"
        MANUAL = "manual", "Set by the manager"

    class Scoring(models.TextChoices):
        INVERTED_POSITION = "inverted_position", "Inverted position: 10th place scores most"
        STANDARD_F1 = "standard_f1", "Standard F1: 25 18 15 12 10 8 6 4 2 1"
        CUSTOM = "custom", "Custom points"

    class Clock(models.TextChoices):
        ADAPTIVE = (
            "adaptive",
            "Adaptive: the time until the lock is shared out, at most 12 hours for all picks of a player",
        )
        FIXED = "fixed", "Fixed: so much time for each pick"
        NONE = "none", "None: only the lock ends the waiting"

    class Corrections(models.TextChoices):
        FOLLOW = "follow", "Follow every correction until the season's end"
        FREEZE = "freeze", "Freeze the results some days after the race"

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="settings_versions")
    number = models.PositiveSmallIntegerField()
    picks_per_race = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.SEQUENTIAL)
    order_strategy = models.CharField(max_length=17, choices=OrderStrategy.choices, default=OrderStrategy.ROTATION)
    scoring = models.CharField(max_length=17, choices=Scoring.choices, default=Scoring.INVERTED_POSITION)
    sprints = models.BooleanField("sprints count", default=False)
    fastest_lap_point = models.BooleanField(
        default=False, help_text="Standard F1 only: a point for the fastest lap in the top ten, abolished in 2025."
    )
    custom_points = models.JSONField(default=dict, blank=True)
    clock = models.CharField(max_length=8, choices=Clock.choices, default=Clock.ADAPTIVE)
    clock_seconds = models.PositiveIntegerField(
        default=4 * 60 * 60,
        validators=[MinValueValidator(30), MaxValueValidator(7 * 24 * 60 * 60)],
        help_text="Seconds for each pick, where the clock is fixed.",
    )
    lock_minutes = models.PositiveSmallIntegerField(
        default=5,
        validators=[MaxValueValidator(1440)],
        help_text="Minutes before the first competitive session at which the draft locks.",
    )
    lock_at_qualifying = models.BooleanField(
        default=False, help_text="Lock at qualifying on sprint weekends too, instead of at sprint qualifying."
    )
    corrections = models.CharField(max_length=6, choices=Corrections.choices, default=Corrections.FOLLOW)
    freeze_days = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="Days after the race's start, where corrections are frozen.",
    )
    autopicks = models.BooleanField(default=True, help_text="Fill what is missing at the lock by the league's ranking.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["league", "-number"]
        constraints = [models.UniqueConstraint(fields=["league", "number"], name="one_settings_version_per_number")]

    def __str__(self) -> str:
        return f"Settings {self.number} of {self.league}"

    @property
    def rule_set(self) -> rules.RuleSet:
        is_custom = self.scoring == self.Scoring.CUSTOM
        return rules.RuleSet(
            kind=self.scoring,
            sprints=self.sprints,
            fastest_lap_point=self.fastest_lap_point,
            custom=rules.custom_points(self.custom_points) if is_custom else rules.CustomPoints(),
        )
