"""Models of a draft: slots, picks, event log, wish lists, spectator links."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from constructors.models import Constructor
from core.querysets import LockableQuerySet
from leagues.models import League, SettingsVersion, Webhook
from races.models import Driver, Entry, Race

from . import rules


class DraftQuerySet(LockableQuerySet["Draft"]):
    def not_void(self) -> "DraftQuerySet":
        """Drafts that are not void: at most one per league and race."""
        return self.exclude(state=Draft.State.VOID)

    def with_webhooks(self) -> "DraftQuerySet":
        """Set `has_webhooks`, so that changes of a draft whose league has none take no query to announce them."""
        active = Webhook.objects.filter(league=OuterRef("league"), is_active=True)
        return self.annotate(has_webhooks=Exists(active))


class Draft(models.Model):
    """One league's draft for one race. Created ahead of time, so that the commitment to its seed can be published."""

    class State(models.TextChoices):
        UPCOMING = "upcoming", _("Upcoming")
        OPEN = "open", pgettext_lazy("the state of a draft", "Open")
        PAUSED = "paused", _("Paused")
        COMPLETE = "complete", _("Complete")
        LOCKED = "locked", _("Locked")
        SCORED = "scored", _("Scored")
        VOID = "void", _("Void")

    class OrderSource(models.TextChoices):
        RANDOM = "random", _("Random draw")
        ROTATION = "rotation", _("Rotation: last becomes first")
        REVERSE_STANDINGS = "reverse_standings", _("Reverse standings")
        MANUAL = "manual", _("Set by the manager")
        CARRIED_OVER = "carried_over", _("Carried over from the void draft")

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="drafts", verbose_name=_("league"))
    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="drafts", verbose_name=_("race"))
    settings = models.ForeignKey(
        SettingsVersion, on_delete=models.PROTECT, related_name="drafts", null=True, blank=True,
        help_text=_("The version of the league settings that the draft uses. Set when it opens."),
        verbose_name=_("league settings"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.UPCOMING)
    opens_at = models.DateTimeField(_("opens at"))
    locks_at = models.DateTimeField(_("locks at"))
    lock_is_provisional = models.BooleanField(
        _("lock is provisional"), default=False, help_text=_("The session times are not published yet.")
    )
    window_changed_at = models.DateTimeField(
        _("window changed at"),
        null=True,
        editable=False,
        help_text=_("When its opening or its lock last moved, or its race. For calendars."),
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    locked_at = models.DateTimeField(_("locked at"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    void_reason = models.CharField(_("void reason"), max_length=200, blank=True)
    order_source = models.CharField(_("order"), max_length=17, choices=OrderSource.choices, blank=True)
    order_seed = models.CharField(_("order seed"), max_length=64, help_text=_("Secret until the draft opens."))
    planned_order = models.JSONField(
        _("order set by the manager"),
        null=True,
        blank=True,
        help_text=_("Constructor ids in the order that the manager set."),
    )
    ranking = models.JSONField(
        _("default ranking"),
        default=list,
        help_text=_("The league's default ranking when the draft opened, as pairs of driver id and points."),
    )

    ready_constructors = models.ManyToManyField(
        Constructor,
        related_name="+",
        blank=True,
        verbose_name=_("ready"),
        help_text=_("The constructors whose players are ready, in the lobby of a league's first draft."),
    )
    nudged_at = models.DateTimeField(
        _("nudged at"), null=True, blank=True, help_text=_("When missing players were last told that the lobby waits.")
    )
    first_pick_hold_until = models.DateTimeField(
        _("first pick held until"),
        null=True,
        blank=True,
        help_text=_("Until then, bots and autodraft do not make the first pick of a league's first draft."),
    )

    turn_began_at = models.DateTimeField(
        _("turn began at"), null=True, blank=True, help_text=_("When the current turn began.")
    )
    turn_ends_at = models.DateTimeField(
        _("turn ends at"), null=True, blank=True, help_text=_("When the current turn ends.")
    )
    turn_reminder_at = models.DateTimeField(
        _("turn reminder at"),
        null=True,
        blank=True,
        help_text=_("When the player on the clock is told that half of their time is over. Empty if they need not be."),
    )
    lock_reminder_sent_at = models.DateTimeField(
        _("lock reminder sent at"),
        null=True,
        blank=True,
        help_text=_("When the players with a missing pick were told that the lock is near."),
    )
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    last_seq = models.PositiveIntegerField(_("last event"), default=0, help_text=_("Number of the latest event."))

    objects: ClassVar = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-race__race_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["league", "race"], condition=~models.Q(state="void"), name="one_draft_per_league_and_race"
            )
        ]
        indexes = [
            models.Index(fields=["opens_at"], condition=models.Q(state="upcoming"), name="drafts_to_open"),
            models.Index(
                fields=["locks_at"],
                condition=models.Q(state__in=["upcoming", "open", "paused", "complete"]),
                name="drafts_to_lock",
            ),
            models.Index(fields=["race", "state"], name="drafts_of_a_race"),
            models.Index(fields=["turn_ends_at"], condition=models.Q(state="open"), name="turns_to_end"),
            models.Index(
                fields=["turn_reminder_at"],
                condition=models.Q(state="open", turn_reminder_at__isnull=False),
                name="turns_to_remind_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.league}, {self.race}"

    @property
    def shown_void_reason(self) -> str:
        """Why the draft is void, in the language of the reader: one of the sentences of the services; empty if not."""
        return gettext(self.void_reason) if self.void_reason else ""

    @property
    def is_in_progress(self) -> bool:
        """Whether the draft has opened and is not locked yet. While it is due to be locked, this is still true."""
        return self.state in IN_PROGRESS_STATES

    @property
    def order_commitment(self) -> str:
        """SHA-256 of the seed. Published before the draft opens, so that the seed cannot be chosen afterwards."""
        return rules.commitment(self.order_seed)


IN_PROGRESS_STATES = (Draft.State.OPEN, Draft.State.PAUSED, Draft.State.COMPLETE)


class Slot(models.Model):
    """A numbered turn of a constructor in a draft. Created when the draft opens."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="slots", verbose_name=_("draft"))
    number = models.PositiveSmallIntegerField(_("number"))
    round = models.PositiveSmallIntegerField(_("round"))
    constructor = models.ForeignKey(
        Constructor, on_delete=models.PROTECT, related_name="slots", verbose_name=_("constructor")
    )
    passed_at = models.DateTimeField(
        _("passed at"),
        null=True,
        blank=True,
        help_text=_("When the time ran out without a pick, in a league without autopicks."),
    )
    voided_at = models.DateTimeField(
        _("void since"), null=True, blank=True, help_text=_("When no driver was left for this pick.")
    )

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["draft", "number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_slot_per_number")]

    def __str__(self) -> str:
        return gettext("Pick %(number)s: %(constructor)s") % {"number": self.number, "constructor": self.constructor}


class Pick(models.Model):
    """A driver held by a constructor for a race. The constraints are the last guard against double picks."""

    class Source(models.TextChoices):
        PLAYER = "player", _("Picked")
        BOT = "bot", _("Picked by a bot")
        WISH = "wish", _("From the wish list")
        AUTOPICK = "autopick", _("Autopick")
        MANAGER = "manager", _("Picked by the manager")
        DEPUTY = "deputy", _("Picked by the deputy")

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="picks", verbose_name=_("draft"))
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="picks", verbose_name=_("slot"))
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="picks", verbose_name=_("entry"))
    source = models.CharField(_("source"), max_length=8, choices=Source.choices, default=Source.PLAYER)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picked by"),
    )
    picked_at = models.DateTimeField(_("picked at"))

    class Meta:
        verbose_name = _("pick")
        verbose_name_plural = _("picks")
        ordering = ["draft", "slot__number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "entry"], name="one_driver_per_draft"),
            models.UniqueConstraint(fields=["slot"], name="one_pick_per_slot"),
        ]

    def __str__(self) -> str:
        return gettext("%(driver)s, pick %(number)s") % {"driver": self.entry.driver, "number": self.slot.number}


class DraftEvent(models.Model):
    """One entry of a draft's event log, written in the transaction of the change.

    The numbers (`seq`) of a draft's events have no gaps, so that a reader can tell whether it has missed one.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        ORDER_SET = "order_set", _("Order set by the manager")
        SLOTS_ADDED = "slots_added", _("New constructor added")
        SLOTS_RELEASED = "slots_released", _("Constructor left")
        SLOTS_VOIDED = "slots_voided", _("No driver left")
        SLOTS_REOPENED = "slots_reopened", _("Driver entered for an open pick")
        PICKED = "picked", _("Picked")
        PICK_CHANGED = "pick_changed", _("Pick changed")
        DRIVER_OUT = "driver_out", _("Picked driver is out")
        SUBSTITUTED = "swapped", _("Driver substituted")
        PASSED = "passed", _("Time ran out")
        UNDONE = "undone", _("Picks undone by the manager")
        PAUSED = "paused", _("Paused by the manager")
        RESUMED = "resumed", _("Resumed by the manager")
        EXTENDED = "extended", _("Clock extended by the manager")
        TIME_ASKED = "time_asked", _("Player asked for more time")
        GRACE = "grace", _("Clock extended after downtime")
        COMPLETED = "completed", _("All picks made")
        LOCK_MOVED = "lock_moved", _("Lock moved")
        LOCKED = "locked", _("Locked")
        SCORED = "scored", _("Scored")
        VOIDED = "voided", _("Void")

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="events", verbose_name=_("draft"))
    seq = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("type"), max_length=14, choices=Kind.choices)
    payload = models.JSONField(_("payload"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    happened_at = models.DateTimeField(_("happened at"))

    class Meta:
        verbose_name = _("draft event")
        verbose_name_plural = _("draft events")
        ordering = ["draft", "seq"]
        constraints = [models.UniqueConstraint(fields=["draft", "seq"], name="one_event_per_number")]

    def __str__(self) -> str:
        return f"{self.seq}. {self.get_kind_display()}"


class WishListItem(models.Model):
    """A driver on a player's wish list, ordered by `place`; or on the do-not-draft list, where `place` is empty."""

    constructor = models.ForeignKey(
        Constructor, on_delete=models.CASCADE, related_name="wishes", verbose_name=_("constructor")
    )
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="+", verbose_name=_("driver"))
    place = models.PositiveSmallIntegerField(
        _("place"),
        null=True,
        blank=True,
        help_text=_("Rank on the wish list. Empty for drivers on the do-not-draft list."),
    )
    not_with_first_team = models.BooleanField(
        _("not with my first pick's team"),
        default=False,
        help_text=_("Skip this driver if their team is the team of my first pick."),
    )

    class Meta:
        verbose_name = _("wish list item")
        verbose_name_plural = _("wish list items")
        ordering = ["constructor", "place"]
        constraints = [models.UniqueConstraint(fields=["constructor", "driver"], name="one_wish_per_driver")]

    def __str__(self) -> str:
        if self.place is None:
            return gettext("Do not draft %(driver)s") % {"driver": self.driver}
        return f"{self.place} {self.driver}"


class ClockHeartbeat(models.Model):
    """When the clocks were last swept. A gap is downtime, after which players get a grace period. One row."""

    beat_at = models.DateTimeField(_("checked at"))

    objects: ClassVar = LockableQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.beat_at:%Y-%m-%d %H:%M:%S}"


class SpectatorLink(models.Model):
    """A secret URL to watch a league's drafts without an account."""

    league = models.OneToOneField(
        League, on_delete=models.CASCADE, related_name="spectator_link", verbose_name=_("league")
    )
    token = models.CharField(_("token"), max_length=43, unique=True)
    renewed_at = models.DateTimeField(_("renewed at"))

    def __str__(self) -> str:
        return gettext("Spectators of %(league)s") % {"league": self.league}
