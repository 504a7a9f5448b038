"""Leagues, memberships, bans, invitations, blocks, settings versions, skipped races, activity log and webhooks."""

import hashlib
import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.confusables import folded
from core.derived_fields import DerivedField, DerivesFields
from core.encryption import decrypt, encrypt
from core.formatting.datetimes import format_duration
from core.querysets import LockableQuerySet
from notifications.models import OutboxRow
from races.models import Race, Season

from . import activity, rules, webhook_events

# More constructors than any grid has cars for.
MAX_BOTS_UP_TO = 100
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_code() -> str:
    """Return eight letters and digits that cannot be misread. 32^8, about 10^12 codes, cannot be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class League(DerivesFields):
    """A group of players in one season."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Private: people join with a code or a link")
        PUBLIC = "public", _("Public: anyone can find and join it")

    class FirstDraftStart(models.TextChoices):
        WINDOW = "window", _("By itself on Monday")
        MANUAL = "manual", _("When a manager starts it")
        NOW = "now", _("At once, with bots")

    class FirstOrder(models.TextChoices):
        """The order of the first draft of a continued league."""

        REVERSE_STANDINGS = "reverse_standings", _("Reverse standings: last season's last place picks first")
        RANDOM = "random", _("Random: drawn when the draft opens")

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="leagues", verbose_name=_("season"))
    name = models.CharField(_("name"), max_length=60)
    folded_name = DerivedField(
        source="name",
        derive=folded,
        help_text=_("The name as it is searched: without case."),
        verbose_name=_("folded name"),
    )
    code = models.CharField(_("join code"), max_length=12, unique=True, default=new_code)
    visibility = models.CharField(_("visibility"), max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), validators=[MinValueValidator(1)], help_text=_("The maximum number of constructors.")
    )
    first_draft_start = models.CharField(
        _("first draft"),
        max_length=6,
        choices=FirstDraftStart.choices,
        default=FirstDraftStart.WINDOW,
        db_default=FirstDraftStart.WINDOW,
        help_text=_("How the league's first draft starts."),
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="created_leagues",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"))
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    unarchived_at = models.DateTimeField(
        _("restored at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the league was last restored from the archive."),
    )
    predecessor = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="successor",
        verbose_name=_("previous season"),
        help_text=_("The league of an earlier season that this one continues."),
    )
    origin = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="continuations",
        help_text=_("The league of the first season, of which this one is a continuation."),
        verbose_name=_("first season"),
    )
    opening_order = models.JSONField(
        _("order of the first draft"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "Constructor ids of the previous season in the order in which their players pick in the first draft. "
            "Empty if that order is drawn."
        ),
    )
    founding_key = models.UUIDField(
        _("idempotency key"),
        null=True,
        editable=False,
        help_text=_("The idempotency key of the form that created the league."),
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name = _("league")
        verbose_name_plural = _("leagues")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["creator", "founding_key"], name="one_league_per_creator_and_founding_key")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        return self.visibility == self.Visibility.PUBLIC

    @property
    def origin_or_self(self) -> int:
        """The id of the league's first season, which all its seasons share."""
        return self.origin_id or self.pk


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)


class Membership(models.Model):
    """A user's membership in a league. Leaving sets `left_at`; the row is kept as history."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("Manager")
        CO_MANAGER = "co_manager", _("Co-manager")
        MEMBER = "member", _("Member")

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("league"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined at"))
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    name_key = models.CharField(
        _("name key"),
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("The member's shown name as it is compared with others: without case."),
    )
    name_skeleton = models.CharField(
        _("name skeleton"),
        max_length=300,
        blank=True,
        default="",
        editable=False,
        help_text=_("What the member's shown name has in common with names that look like it."),
    )

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
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
            models.UniqueConstraint(
                fields=["league", "name_key"],
                condition=models.Q(left_at=None) & ~models.Q(name_key=""),
                name="one_member_per_shown_name_and_league",
            ),
            models.UniqueConstraint(
                fields=["league", "name_skeleton"],
                condition=models.Q(left_at=None) & ~models.Q(name_skeleton=""),
                name="one_member_per_name_skeleton_and_league",
            ),
        ]

    def __str__(self) -> str:
        player = self.user or gettext("former player")
        return gettext("%(player)s in %(league)s") % {"player": player, "league": self.league}


class Ban(models.Model):
    """A removed member who cannot join the league again, and why. They read the reason."""

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="bans", verbose_name=_("league"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="league_bans", verbose_name=_("user")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("banned by"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["league", "user"], name="one_ban_per_user_and_league")]

    def __str__(self) -> str:
        return gettext("%(player)s in %(league)s") % {"player": self.user, "league": self.league}


class SkippedRace(models.Model):
    """A race that the league does not draft for, because its managers decided so."""

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="skipped_races", verbose_name=_("league"))
    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="+", verbose_name=_("race"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("skipped by"),
    )
    created_at = models.DateTimeField(_("skipped at"))

    class Meta:
        verbose_name = _("skipped race")
        verbose_name_plural = _("skipped races")
        ordering = ["race__race_date"]
        constraints = [models.UniqueConstraint(fields=["league", "race"], name="one_skip_per_league_and_race")]

    def __str__(self) -> str:
        return gettext("%(league)s skips %(race)s") % {"league": self.league, "race": self.race}


class ActivityLogEntry(models.Model):
    """An entry of a league's activity log: who changed what, when. All members read it.

    Stored as a kind and params (`leagues.activity`) and rendered for each reader. Params hold no names of people.
    """

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="activity", verbose_name=_("league"))
    kind = models.CharField(_("kind"), max_length=activity.MAX_NAME_LENGTH)
    params = models.JSONField(_("params"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    is_by_administrator = models.BooleanField(
        _("by an administrator"),
        default=False,
        help_text=_("By an administrator of the site who is not in the league. They stay unnamed."),
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
        help_text=_("The person whom it concerns."),
    )
    happened_at = models.DateTimeField(_("happened at"))

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activity log")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.sentence

    @property
    def by_name(self) -> str:
        """Who did it, as members read it."""
        if self.is_by_administrator:
            return gettext("An administrator")
        return self.by.shown_name if self.by else gettext("A former member")

    @property
    def sentence(self) -> str:
        """What happened, in the active language."""
        member = self.member.shown_name if self.member else gettext("a former member")
        sentence = activity.render(kind=self.kind, by=self.by_name, member=member, params=self.params)
        # A person's own name keeps its case at the beginning of a sentence.
        is_former = self.member is None and sentence.startswith(member)
        return capfirst(sentence) if is_former else sentence

    @property
    def details(self) -> list[str]:
        return list(activity.details(kind=self.kind, params=self.params))


def new_token() -> str:
    """Return a random token of 256 bits, which cannot be guessed."""
    return secrets.token_urlsafe(32)


class InvitationQuerySet(LockableQuerySet["Invitation"]):
    def pending(self) -> "InvitationQuerySet":
        return self.filter(state=Invitation.State.PENDING)


class Invitation(models.Model):
    """An invitation to join a league, addressed to a user or to an e-mail address."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", pgettext_lazy("the state of an invitation", "Cancelled")
        EXPIRED = "expired", _("Expired")

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("league"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("user"),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    token = models.CharField(
        _("token"),
        max_length=43,
        unique=True,
        default=new_token,
        help_text=_("The last part of the link in the e-mail."),
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PENDING)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    answered_at = models.DateTimeField(
        _("answered at"),
        null=True,
        blank=True,
        help_text=_("When the invitation was accepted, declined or cancelled, or expired."),
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, help_text=_("When the e-mail was sent."))

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
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
        values = {"recipient": self.user or self.email, "league": self.league}
        return gettext("%(recipient)s to %(league)s") % values

    @property
    def path(self) -> str:
        """The path of the page to accept or decline it."""
        return reverse("leagues:answer", args=[self.token])

    def can_be_answered(self, now: datetime) -> bool:
        return self.state == self.State.PENDING and now < self.expires_at

    @property
    def closed_text(self) -> str:
        """Why it can no longer be answered. A pending invitation that is overdue counts as expired."""
        answered = {
            self.State.ACCEPTED: gettext("This invitation is already accepted."),
            self.State.DECLINED: gettext("This invitation is already declined."),
            self.State.CANCELLED: gettext("This invitation is cancelled."),
        }
        return answered.get(self.State(self.state), gettext("This invitation has expired. Ask for a new one."))


class Block(models.Model):
    """A person or a league of which a user gets no invitations. It is not shown to anybody else."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks", verbose_name=_("user")
    )
    blocked_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("blocked user"),
    )
    league = models.ForeignKey(
        League, on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text=_("The league of the first season: all its seasons are blocked."), verbose_name=_("league"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(blocked_user=None) ^ models.Q(league=None), name="block_of_a_person_or_a_league"
            ),
            models.UniqueConstraint(fields=["user", "blocked_user"], name="one_block_per_user_and_person"),
            models.UniqueConstraint(fields=["user", "league"], name="one_block_per_user_and_league"),
        ]

    def __str__(self) -> str:
        """The name of the person or of the league, as the user sees it."""
        return self.league.name if self.league else self.blocked_user.shown_name if self.blocked_user else ""


def address_digest(address: str) -> str:
    """Return the SHA-256 of a normalized e-mail address: the site need not know the addresses that want nothing."""
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()


class BlockedAddress(models.Model):
    """An e-mail address that gets no invitations of a league, or none at all. It may belong to nobody's account."""

    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the address."))
    league = models.ForeignKey(
        League, on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        help_text=_("The league of the first season. Empty: every league."), verbose_name=_("league"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("blocked address")
        verbose_name_plural = _("blocked addresses")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["digest", "league"], name="one_block_per_address_and_league"),
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(league=None), name="one_block_of_everybody_per_address"
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:8]


class SettingsVersion(models.Model):
    """A league's settings, in force from the next draft that opens. Versions are immutable: a change adds one.

    Every field between `number` and `created_at` is a setting, declared in `rules.SETTINGS`. Its label and help text
    are those of the form, and the help text is the description in the API.
    """

    class Method(models.TextChoices):
        SEQUENTIAL = "sequential", _("Sequential: 1 2 3, 1 2 3")
        SNAKE = "snake", _("Snake: 1 2 3, 3 2 1")

    class OrderStrategy(models.TextChoices):
        ROTATION = "rotation", _("Rotation: the last to pick goes first in the next draft")
        REVERSE_STANDINGS = "reverse_standings", _("Reverse standings: last place picks first")
        RANDOM = "random", _("Random: drawn before each race")
        MANUAL = "manual", _("Manual: the manager sets it")

    class Scoring(models.TextChoices):
        INVERTED_POSITION = "inverted_position", _("Inverted position: 10th place scores most")
        STANDARD_F1 = "standard_f1", _("Standard F1: 25 18 15 12 10 8 6 4 2 1")
        CUSTOM = "custom", _("Custom points")

        @classmethod
        def presets(cls) -> list[tuple[str, Any]]:
            """The choices that need no points of the league's own."""
            return [(value, label) for value, label in cls.choices if value != cls.CUSTOM]

    class Clock(models.TextChoices):
        ADAPTIVE = (
            "adaptive",
            _("Adaptive: players share the time until the lock, with at most 12 hours for all picks of one player"),
        )
        FIXED = "fixed", _("Fixed: the same time for every pick")
        NONE = "none", _("None: players have until the lock")

    class Corrections(models.TextChoices):
        FOLLOW = "follow", _("Follow every correction until the end of the season")
        FREEZE = "freeze", _("Freeze the results some days after the race")

    league = models.ForeignKey(
        League, on_delete=models.CASCADE, related_name="settings_versions", verbose_name=_("league")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    picks_per_race = models.PositiveSmallIntegerField(
        _("picks per race"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("How many drivers each player picks for a race."),
    )
    method = models.CharField(_("draft method"), max_length=10, choices=Method.choices, default=Method.SEQUENTIAL)
    order_strategy = models.CharField(
        _("draft order"), max_length=17, choices=OrderStrategy.choices, default=OrderStrategy.ROTATION
    )
    scoring = models.CharField(_("scoring"), max_length=17, choices=Scoring.choices, default=Scoring.INVERTED_POSITION)
    sprints = models.BooleanField(_("sprints count"), default=False)
    fastest_lap_point = models.BooleanField(
        _("point for the fastest lap"),
        default=False,
        help_text=_("Standard F1 only: one point for the fastest lap if the driver finishes in the top ten."),
    )
    custom_points = models.JSONField(
        _("custom points"),
        default=dict,
        blank=True,
        help_text=_('For scoring "custom": {"places": [25, 18, ...], "pole": 1, ...}, at most 100 each.'),
    )
    clock = models.CharField(_("clock"), max_length=8, choices=Clock.choices, default=Clock.ADAPTIVE)
    clock_seconds = models.PositiveIntegerField(
        _("time per pick"),
        default=4 * 60 * 60,
        validators=[
            MinValueValidator(30, _("Give players at least 30 seconds.")),
            MaxValueValidator(7 * 24 * 60 * 60, _("Give players at most 7 days.")),
        ],
        help_text=_("With a fixed clock: from 30 seconds to 7 days."),
    )
    lock_minutes = models.PositiveSmallIntegerField(
        _("time from lock to session"),
        default=5,
        validators=[MaxValueValidator(24 * 60, _("A draft locks at most 24 hours before the session."))],
        help_text=_(
            "How long before the first competitive session the draft locks: qualifying, or sprint qualifying on sprint "
            "weekends. At most 24 hours."
        ),
    )
    lock_at_qualifying = models.BooleanField(
        _("lock at qualifying on sprint weekends"),
        default=False,
        help_text=_("On sprint weekends, lock before qualifying instead of sprint qualifying."),
    )
    corrections = models.CharField(
        _("corrections"), max_length=6, choices=Corrections.choices, default=Corrections.FOLLOW
    )
    freeze_days = models.PositiveSmallIntegerField(
        _("days until results freeze"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("If results freeze: the days from the start of the race, from 1 to 90."),
    )
    autopicks = models.BooleanField(
        _("autopicks at the lock"),
        default=True,
        help_text=_("At the lock, fill empty slots with the best drivers left in the league's ranking."),
    )
    bots_up_to = models.PositiveSmallIntegerField(
        _("fill up with bots"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(MAX_BOTS_UP_TO)],
        help_text=_(
            "Bots take free places until there are this many constructors; 0 for no bots. Anyone who joins takes a "
            "bot's place."
        ),
    )
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("settings version")
        verbose_name_plural = _("settings versions")
        ordering = ["league", "-number"]
        constraints = [models.UniqueConstraint(fields=["league", "number"], name="one_settings_version_per_number")]

    def __str__(self) -> str:
        return gettext("Settings %(number)s of %(league)s") % {"number": self.number, "league": self.league}

    @property
    def values(self) -> dict[str, Any]:
        """The value of every setting, by name."""
        return {name: getattr(self, name) for name in rules.SETTINGS_FIELDS}

    @property
    def rule_set(self) -> rules.RuleSet:
        return rules.RuleSet.from_settings(self.values)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The settings that apply, as players read them: (label, text) pairs."""
        shown = [setting for setting in rules.SETTINGS if setting.is_shown(self.values)]
        return [(self._label(setting), self._text(setting)) for setting in shown]

    def changes_since(self, before: "SettingsVersion") -> list[str]:
        """What is different from an earlier version, in the words of `summary`."""
        old, new = dict(before.summary), dict(self.summary)
        sentences = []
        for label in dict.fromkeys([*new, *old]):
            values = {"setting": label, "new": new.get(label), "old": old.get(label)}
            if label not in old:
                sentences.append(gettext("%(setting)s: %(new)s") % values)
            elif label not in new:
                sentences.append(gettext("%(setting)s no longer applies; it was %(old)s") % values)
            elif new[label] != old[label]:
                sentences.append(gettext("%(setting)s: %(new)s instead of %(old)s") % values)
        return sentences

    @property
    def in_short(self) -> list[str]:
        """The game in three sentences."""
        return rules.game_in_short(self.values)

    @property
    def by_section(self) -> dict[str, rules.RulesSection]:
        """All rules of the game by the name of their section."""
        return rules.rules_by_section(self.values)

    @property
    def in_full(self) -> list[rules.RulesSection]:
        """All rules of the game."""
        return rules.rules_in_full(self.values)

    @property
    def corrections_text(self) -> str:
        return rules.corrections_text(self.values)

    def _label(self, setting: rules.Setting) -> str:
        field: Any = self._meta.get_field(setting.name)
        return capfirst(str(field.verbose_name))

    def _text(self, setting: rules.Setting) -> str:
        value = getattr(self, setting.name)
        if setting.text:
            return setting.text(self.values)
        if setting.unit:
            return format_duration(value * setting.unit)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        display = getattr(self, f"get_{setting.name}_display", None)
        return str(display()) if display else str(value)


class Webhook(models.Model):
    """An address of another service to which a league's news is sent.

    Anyone who knows the URL can write there, so it is a secret, like the key of the signatures. Both are encrypted in
    the database, and of the URL only the last characters are ever shown.
    """

    class Service(models.TextChoices):
        DISCORD = "discord", "Discord"
        SLACK = "slack", "Slack"
        GENERIC = "generic", _("Signed JSON")

    class DisabledReason(models.TextChoices):
        BY_MANAGER = "by_manager", _("A manager turned it off.")
        GONE = "gone", _("The service said that the address no longer exists (410).")
        FAILURES = "failures", _("Too many messages in a row could not be delivered.")
        SILENCE = "silence", _("Nothing could be delivered for 3 days.")
        CREATOR = "creator", _("The person who added it left the league or can no longer sign in.")

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="webhooks", verbose_name=_("league"))
    service = models.CharField(_("service"), max_length=7, choices=Service.choices)
    name = models.CharField(_("name"), max_length=60)
    encrypted_url = models.TextField(_("address"), editable=False)
    url_ending = models.CharField(
        max_length=4, editable=False, help_text=_("The last characters of the address, by which managers recognize it.")
    )
    encrypted_secret = models.TextField(
        blank=True, editable=False, help_text=_("The key of the signatures; empty for chats.")
    )
    events = models.JSONField(_("events"), default=list, help_text=_("The names of the events that it wants."))
    is_active = models.BooleanField(_("on"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    created_at = models.DateTimeField(_("created at"))
    disabled_at = models.DateTimeField(_("off since"), null=True, blank=True)
    disabled_reason = models.CharField(_("reason"), max_length=10, choices=DisabledReason.choices, blank=True)
    failed_deliveries = models.PositiveSmallIntegerField(
        _("failed deliveries"), default=0, help_text=_("How many have failed since the last one that arrived.")
    )
    failing_since = models.DateTimeField(
        _("failing since"), null=True, blank=True, help_text=_("The first failed attempt since the last success.")
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_service_display()})"

    @property
    def url(self) -> str:
        """The address. Raises `DecryptionError`, like `secret`."""
        return decrypt(self.encrypted_url)

    def set_url(self, url: str) -> None:
        self.encrypted_url, self.url_ending = encrypt(url), url[-4:]

    @property
    def secret(self) -> str:
        """The key of the signatures; empty for chats."""
        return decrypt(self.encrypted_secret) if self.encrypted_secret else ""

    def set_secret(self, secret: str) -> None:
        self.encrypted_secret = encrypt(secret)

    @property
    def event_labels(self) -> list[str]:
        return [webhook_events.label_of(name) for name in self.events]


class WebhookDelivery(OutboxRow):
    """An event on its way to a webhook, and how it went. The last 20 of each webhook are kept."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    message_id = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        help_text=_("Stays the same at each attempt, so that receivers know it again."),
    )
    event = models.CharField(_("event"), max_length=webhook_events.MAX_NAME_LENGTH)
    data = models.JSONField(_("data"), default=dict, encoder=DjangoJSONEncoder)
    response_status = models.PositiveSmallIntegerField(
        _("response"), null=True, blank=True, help_text=_("The HTTP status of the last attempt; empty without answer.")
    )
    duration_ms = models.PositiveIntegerField(
        _("duration"), null=True, blank=True, help_text=_("How long the last attempt took, in milliseconds.")
    )

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["webhook", "id"], condition=models.Q(state="waiting"), name="webhook_deliveries_to_send"
            )
        ]

    def __str__(self) -> str:
        return f"{self.webhook}: {self.event}"

    @property
    def event_label(self) -> str:
        return webhook_events.label_of(self.event)
