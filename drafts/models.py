"""Models of a draft: slots, picks, event log, wish lists, spectator links."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from constructors.models import Constructor
from core.querysets import LockableQuerySet
from leagues.models import League, SettingsVersion
from races.models import Driver, Entry, Race

from . import rules


class DraftQuerySet(LockableQuerySet["Draft"]):
    def not_void(self) -> "DraftQuerySet":
        """Drafts that are not void: at most one per league and race."""
        return self.exclude(state=Draft.State.VOID)


class Draft(models.Model):
    """One league's draft for one race. Created ahead of time, so that the commitment to its seed can be published."""

    class State(models.TextChoices):
        UPCOMING = "upcoming", "Upcoming"
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        COMPLETE = "complete", "Complete"
        LOCKED = "locked", "Locked"
        SCORED = "scored", "Scored"
        VOID = "void", "Void"

    class OrderSource(models.TextChoices):
        RANDOM = "random", "Drawn by lot from the committed seed"
        ROTATION = "rotation", "Rotation: the last became first"
        REVERSE_STANDINGS = "reverse_standings", "Reverse standings when the draft opened"
        MANUAL = "manual", "Set by the manager"
        CARRIED_OVER = "carried_over", "Carried over from the void draft"

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="drafts")
    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="drafts")
    settings = models.ForeignKey(
        SettingsVersion, on_delete=models.PROTECT, related_name="drafts", null=True, blank=True,
        help_text="The version it was drafted under: written down when it opens.",
    )  # fmt: skip
    state = models.CharField(max_length=8, choices=State.choices, default=State.UPCOMING)
    opens_at = models.DateTimeField()
    locks_at = models.DateTimeField()
    lock_is_provisional = models.BooleanField(default=False, help_text="No session time is known yet.")
    opened_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    order_source = models.CharField(max_length=17, choices=OrderSource.choices, blank=True)
    order_seed = models.CharField(max_length=64, help_text="Secret until the draft opens.")
    planned_order = models.JSONField(null=True, blank=True, help_text="Constructor ids, as the manager set them.")
    ranking = models.JSONField(
        default=list, help_text="The league's default ranking when the draft opened: [driver id, points] each."
    )

    turn_began_at = models.DateTimeField(null=True, blank=True, help_text="Since when the slot on the clock is on it.")
    turn_ends_at = models.DateTimeField(null=True, blank=True, help_text="The deadline of the slot on the clock.")
    paused_at = models.DateTimeField(null=True, blank=True)
    last_seq = models.PositiveIntegerField(default=0, help_text="The number of its latest event.")

    objects: ClassVar = DraftQuerySet.as_manager()

    class Meta:
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
        ]

    def __str__(self) -> str:
        return f"{self.league}, {self.race}"

    @property
    def order_commitment(self) -> str:
        """SHA-256 of the seed. Published before the draft opens, so that the seed cannot be chosen afterwards."""
        return rules.commitment(self.order_seed)


class Slot(models.Model):
    """A numbered turn of a constructor in a draft. Created when the draft opens."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    constructor = models.ForeignKey(Constructor, on_delete=models.PROTECT, related_name="slots")
    passed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When its time ran out and the league makes no autopicks: the turn has moved on.",
    )

    class Meta:
        ordering = ["draft", "number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_slot_per_number")]

    def __str__(self) -> str:
        return f"Slot {self.number}: {self.constructor}"


class Pick(models.Model):
    """A driver held by a constructor for a race. The constraints are the last guard against double picks."""

    class Source(models.TextChoices):
        PLAYER = "player", "Picked"
        BOT = "bot", "Picked by a bot"
        WISH = "wish", "From the wish list"
        AUTOPICK = "autopick", "Autopick"
        MANAGER = "manager", "Picked by the manager"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="picks")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="picks")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="picks")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.PLAYER)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    picked_at = models.DateTimeField()

    class Meta:
        ordering = ["draft", "slot__number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "entry"], name="one_driver_per_draft"),
            models.UniqueConstraint(fields=["slot"], name="one_pick_per_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.entry.driver}, slot {self.slot.number}"


class DraftEvent(models.Model):
    """One entry of a draft's event log, written in the transaction of the change.

    The numbers (`seq`) of a draft's events have no gaps, so that a reader can tell whether it has missed one.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        ORDER_SET = "order_set", "Order set by the manager"
        SLOTS_ADDED = "slots_added", "A newcomer got slots"
        SLOTS_RELEASED = "slots_released", "Slots of someone who left were released"
        PICKED = "picked", "Picked"
        PICK_CHANGED = "pick_changed", "Pick changed"
        DRIVER_OUT = "driver_out", "A picked driver is out"
        SUBSTITUTED = "swapped", "Another driver taken for one who is out"
        PASSED = "passed", "Time ran out, no pick"
        UNDONE = "undone", "Picks undone by the manager"
        PAUSED = "paused", "Paused by the manager"
        RESUMED = "resumed", "Resumed by the manager"
        EXTENDED = "extended", "Clock extended by the manager"
        GRACE = "grace", "The clock resumes after an outage"
        COMPLETED = "completed", "Every pick made"
        LOCK_MOVED = "lock_moved", "The lock moved with the race"
        LOCKED = "locked", "Locked"
        SCORED = "scored", "Scored"
        VOIDED = "voided", "Void"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=14, choices=Kind.choices)
    payload = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField()

    class Meta:
        ordering = ["draft", "seq"]
        constraints = [models.UniqueConstraint(fields=["draft", "seq"], name="one_event_per_number")]

    def __str__(self) -> str:
        return f"{self.seq}. {self.get_kind_display()}"


class WishListItem(models.Model):
    """A driver on a player's wish list, ordered by `place`; or on the do-not-draft list, where `place` is empty."""

    constructor = models.ForeignKey(Constructor, on_delete=models.CASCADE, related_name="wishes")
    driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: do not draft this driver.")
    not_with_first_team = models.BooleanField(
        default=False, help_text="Not when he drives for the team of my first pick."
    )

    class Meta:
        verbose_name_plural = "wishes"
        ordering = ["constructor", "place"]
        constraints = [models.UniqueConstraint(fields=["constructor", "driver"], name="one_wish_per_driver")]

    def __str__(self) -> str:
        return f"{self.place or 'not'} {self.driver}"


class ClockHeartbeat(models.Model):
    """When the clocks were last swept. A gap is downtime, after which players get a grace period. One row."""

    beat_at = models.DateTimeField()

    objects: ClassVar = LockableQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.beat_at:%Y-%m-%d %H:%M:%S}"


class SpectatorLink(models.Model):
    """A secret URL to watch a league's drafts without an account."""

    league = models.OneToOneField(League, on_delete=models.CASCADE, related_name="spectator_link")
    token = models.CharField(max_length=43, unique=True)
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Spectators of {self.league}"
