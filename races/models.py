"""Real Formula 1: seasons, races, sessions, teams, drivers, entries, classifications and result checks."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models

from core.querysets import LockableQuerySet

from . import rules


class Season(models.Model):
    """One year's championship, or a demonstration of it with shifted dates."""

    year = models.PositiveSmallIntegerField()
    is_demonstration = models.BooleanField(default=False)
    grid_size = models.PositiveSmallIntegerField(default=20, help_text="Cars on the grid: two for each team.")
    results_version = models.PositiveIntegerField(default=0, help_text="Raised whenever a classification is accepted.")

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["year", "is_demonstration"], name="one_season_per_year")]

    def __str__(self) -> str:
        return f"{self.year} (demonstration)" if self.is_demonstration else str(self.year)


class Circuit(models.Model):
    ref = models.SlugField(unique=True, help_text="The F1 API's circuitId.")
    name = models.CharField(max_length=100)
    locality = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A real Formula 1 team. “Constructor” always means a player's fantasy team in this project."""

    ref = models.SlugField(unique=True, help_text="The F1 API's constructorId.")
    name = models.CharField(max_length=100)
    nationality = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Driver(models.Model):
    """A real driver. Number and team belong to the entry in a race, because both change."""

    ref = models.SlugField(unique=True, help_text="The F1 API's driverId.")
    code = models.CharField(max_length=3, blank=True, help_text="Three letters, such as VER.")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    date_of_birth = models.DateField(null=True, blank=True)
    nationality = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["family_name", "given_name"]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def short(self) -> str:
        """Return the code, else the first three letters of the family name, for badges."""
        return self.code or self.family_name[:3].upper()


class Race(models.Model):
    """A race weekend, identified by season, circuit and name. The round number may change."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        POSTPONED = "postponed", "Postponed"
        CANCELLED = "cancelled", "Cancelled"
        PROVISIONAL = "provisional", "Provisional results"
        FINAL = "final", "Final results"

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="races")
    circuit = models.ForeignKey(Circuit, on_delete=models.PROTECT, related_name="races")
    name = models.CharField(max_length=100)
    round = models.PositiveSmallIntegerField(help_text="Its place in the calendar as it stands today.")
    race_date = models.DateField()
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Unknown until the timetable is published.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    state_is_held = models.BooleanField(
        default=False, help_text="Cancelled or postponed by hand: the feed's calendar leaves the state alone."
    )
    line_up_frozen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the first draft opened: later changes of the entries are moves."
    )
    replacements_version = models.PositiveIntegerField(
        default=0, help_text="Raised with every replacement that is set, changed or deleted: who scores for whom."
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        ordering = ["race_date", "round"]
        constraints = [
            models.UniqueConstraint(fields=["season", "circuit", "name"], name="one_race_per_season_circuit_and_name")
        ]
        indexes = [models.Index(fields=["season", "race_date"])]

    def __str__(self) -> str:
        return f"{self.name} {self.season.year}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.PROVISIONAL, self.State.FINAL)

    @property
    def expected_start(self) -> datetime:
        """Return the start in UTC, or noon UTC on race day while the timetable is unknown."""
        return self.starts_at or datetime.combine(self.race_date, time(12), tzinfo=UTC)


class Session(models.Model):
    """A session before the race. `starts_at` is null until the timetable is published."""

    class Kind(models.TextChoices):
        PRACTICE_1 = "practice_1", "Practice 1"
        PRACTICE_2 = "practice_2", "Practice 2"
        PRACTICE_3 = "practice_3", "Practice 3"
        SPRINT_QUALIFYING = "sprint_qualifying", "Sprint qualifying"
        SPRINT = "sprint", "Sprint"
        QUALIFYING = "qualifying", "Qualifying"

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    date = models.DateField()
    starts_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["date", "starts_at"]
        constraints = [models.UniqueConstraint(fields=["race", "kind"], name="one_session_of_a_kind_per_race")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.race}"

    @property
    def expected_start(self) -> datetime:
        """Return the start in UTC, or noon UTC on its date while the timetable is unknown."""
        return self.starts_at or datetime.combine(self.date, time(12), tzinfo=UTC)


class Entry(models.Model):
    """One car in a race: driver, team and number.

    `team` and `number` are the current values. `in_line_up`, `line_up_team` and `line_up_number` are what the drafts of
    this race opened with. They do not change when a driver moves later, so that replacements can be traced.
    """

    class Source(models.TextChoices):
        LINE_UP = "line_up", "Carried over from the race before"
        API = "feed", "The F1 API"
        ADMINISTRATOR = "administrator", "An administrator"

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="entries")
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="entries")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="entries", null=True, blank=True)
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    in_line_up = models.BooleanField(default=False, help_text="The drafts of this race opened with it.")
    line_up_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    line_up_number = models.PositiveSmallIntegerField(null=True, blank=True)
    is_withdrawn = models.BooleanField(default=False, help_text="Will not take part.")
    source = models.CharField(max_length=14, choices=Source.choices, default=Source.LINE_UP)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["team__name", "number", "driver__family_name"]
        constraints = [models.UniqueConstraint(fields=["race", "driver"], name="one_entry_per_driver_and_race")]

    def __str__(self) -> str:
        return f"{self.driver}, {self.race}"


class Replacement(models.Model):
    """An administrator's record of who took whose car, for when two cars of one team changed drivers at once."""

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="replacements")
    out_driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="+")
    in_driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["race", "out_driver"], name="one_replacement_for_a_driver"),
            models.UniqueConstraint(fields=["race", "in_driver"], name="one_driver_replaced_by_a_driver"),
        ]

    def __str__(self) -> str:
        return f"{self.in_driver} for {self.out_driver}, {self.race}"


class Classification(models.Model):
    """One accepted, immutable revision of a session's result. The highest revision counts."""

    class Kind(models.TextChoices):
        RACE = "race", "Race"
        SPRINT = "sprint", "Sprint"

    class Source(models.TextChoices):
        API = "api", "The F1 API"
        PACK = "pack", "The season pack"
        ADMINISTRATOR = "administrator", "An administrator"

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="classifications")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    revision = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the rows in canonical form.")
    source = models.CharField(max_length=14, choices=Source.choices)
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(
        help_text="When its source was last asked and said the same: an answer from before that is older, and ignored."
    )
    difference = models.JSONField(
        default=list, help_text="Sentences that say what changed against the revision before."
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, help_text="Why an administrator entered it.")
    is_held = models.BooleanField(
        default=False, help_text="Entered by hand: the feed does not overwrite it until it is released."
    )

    class Meta:
        ordering = ["race", "kind", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["race", "kind", "revision"], name="one_classification_per_revision")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.race}, revision {self.revision}"


class Result(models.Model):
    """One car in a classification, with the F1 API's values."""

    classification = models.ForeignKey(Classification, on_delete=models.CASCADE, related_name="results")
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="results")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="results")
    number = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(help_text="The row's place in the list, retired cars included.")
    position_text = models.CharField(max_length=4, help_text="A number where classified, else R, D, W, N, E or F.")
    grid = models.PositiveSmallIntegerField(help_text="0 is a start from the pit lane, or none.")
    laps = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0), help_text="Official points.")
    fastest_lap_rank = models.PositiveSmallIntegerField(null=True, blank=True)
    time_text = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["classification", "position"]
        constraints = [
            models.UniqueConstraint(fields=["classification", "driver"], name="one_result_per_driver"),
            models.UniqueConstraint(fields=["classification", "position"], name="one_result_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.position_text} {self.driver}"

    @property
    def finish(self) -> str:
        """Return how the car finished, for display: “3rd”, “retired”."""
        return rules.finish_text(self.position_text, self.status)


class Quarantine(models.Model):
    """An implausible response of a source, stored as received for an administrator to review."""

    class Settlement(models.TextChoices):
        ACCEPTED = "accepted", "Accepted by an administrator"
        DISMISSED = "dismissed", "Dismissed by an administrator"
        PASSED = "passed", "The source has come to its senses"

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="quarantine")
    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="quarantine", null=True, blank=True)
    kind = models.CharField(max_length=6, choices=Classification.Kind.choices)
    source = models.CharField(max_length=14, choices=Classification.Source.choices)
    reason = models.CharField(max_length=500)
    payload = models.JSONField(help_text="The classification as it came; empty where it has vanished.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of race, kind, reason and payload.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    times_seen = models.PositiveIntegerField(default=1)
    settlement = models.CharField(max_length=9, choices=Settlement.choices, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "quarantine"
        ordering = ["-last_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "digest"], condition=models.Q(settled_at=None), name="one_open_case_per_payload"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.race or self.season}: {self.reason}"


class ResultCheck(models.Model):
    """A scheduled poll of the source for a race's results: hourly until they are published, later to verify them.

    `stage` is the name of a stage in `races.rules`, such as "results", "24 h" or "week 3", and `due_at` its due time.
    `not_before` is both lease and backoff: a worker sets it before polling, so that two workers poll once and a crash
    only causes a delay; a check that failed or found no results yet is retried after it.
    """

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="checks")
    stage = models.CharField(max_length=12)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True, help_text="It is worked on, or rests, until then.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it failed.")
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True, help_text="What the last attempt found.")

    class Meta:
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["race", "stage"], name="one_check_per_race_and_stage")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="checks_to_do")]

    def __str__(self) -> str:
        return f"{self.race}, {self.stage}"


class OutboundRateLimit(models.Model):
    """Rate limit state of an API: the requests of the last hour by all processes, in real time."""

    base_url = models.CharField(max_length=200, unique=True)
    request_times = models.JSONField(default=list, help_text="Seconds since 1970, ascending.")

    objects: ClassVar = LockableQuerySet.as_manager()

    def __str__(self) -> str:
        return self.base_url
