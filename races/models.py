"""Real Formula 1: seasons, races, sessions, teams, drivers, entries, classifications and result checks."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.formatting.labels import inside_a_sentence
from core.querysets import LockableQuerySet

from . import rules


class Season(models.Model):
    """One year's championship, or a demonstration of it with shifted dates."""

    year = models.PositiveSmallIntegerField(_("year"))
    is_demonstration = models.BooleanField(_("is a demonstration"), default=False)
    grid_size = models.PositiveSmallIntegerField(
        _("grid size"), default=20, help_text=_("Number of cars: two per team.")
    )
    results_version = models.PositiveIntegerField(
        _("results version"), default=0, help_text=_("Increases with every accepted classification.")
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name = _("season")
        verbose_name_plural = _("seasons")
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["year", "is_demonstration"], name="one_season_per_year")]

    def __str__(self) -> str:
        return gettext("%(year)s (demonstration)") % {"year": self.year} if self.is_demonstration else str(self.year)


class Circuit(models.Model):
    ref = models.SlugField(_("F1 API id"), unique=True, help_text=_("The circuitId in the F1 API."))
    name = models.CharField(_("name"), max_length=100)
    locality = models.CharField(_("locality"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def outline(self) -> rules.CircuitOutline | None:
        """Return the course of the track, if it is known, as a picture."""
        return rules.circuit_outline(self.ref)


class Team(models.Model):
    """A real Formula 1 team. “Constructor” always means a player's fantasy team in this project."""

    ref = models.SlugField(_("F1 API id"), unique=True, help_text=_("The constructorId in the F1 API."))
    name = models.CharField(_("name"), max_length=100)
    nationality = models.CharField(_("nationality"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def short(self) -> str:
        """Return three letters, for badges and boards."""
        return rules.team_code(self.ref, self.name)


class Driver(models.Model):
    """A real driver. Number and team belong to the entry in a race, because both change."""

    ref = models.SlugField(_("F1 API id"), unique=True, help_text=_("The driverId in the F1 API."))
    code = models.CharField(_("code"), max_length=3, blank=True, help_text=_("Three letters, such as VER."))
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")
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
        """Results are final from the check a week after the race on. Later corrections do not change the state."""

        SCHEDULED = "scheduled", _("Scheduled")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")
        PROVISIONAL = "provisional", _("Provisional results")
        FINAL = "final", _("Final results")

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="races", verbose_name=_("season"))
    circuit = models.ForeignKey(Circuit, on_delete=models.PROTECT, related_name="races", verbose_name=_("circuit"))
    name = models.CharField(_("name"), max_length=100)
    round = models.PositiveSmallIntegerField(
        _("round"), help_text=_("Position in the current calendar. It may change.")
    )
    race_date = models.DateField(_("date"))
    starts_at = models.DateTimeField(
        _("starts at"), null=True, blank=True, help_text=_("Empty until the timetable is published.")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.SCHEDULED)
    state_is_held = models.BooleanField(
        _("state set by hand"),
        default=False,
        help_text=_("Cancelled or postponed by an administrator. Calendar updates leave the state alone."),
    )
    timetable_changed_at = models.DateTimeField(
        _("timetable changed at"),
        null=True,
        editable=False,
        help_text=_("When its sessions last moved, or it was cancelled, postponed or reinstated. For calendars."),
    )
    line_up_frozen_at = models.DateTimeField(
        _("line-up frozen at"),
        null=True,
        blank=True,
        help_text=_("When the first draft of the race opened. Later driver changes count as replacements."),
    )
    replacements_version = models.PositiveIntegerField(
        _("replacements version"),
        default=0,
        help_text=_("Increases whenever a replacement is added, changed or deleted."),
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name = _("race")
        verbose_name_plural = _("races")
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
        PRACTICE_1 = "practice_1", _("Practice 1")
        PRACTICE_2 = "practice_2", _("Practice 2")
        PRACTICE_3 = "practice_3", _("Practice 3")
        SPRINT_QUALIFYING = "sprint_qualifying", _("Sprint qualifying")
        SPRINT = "sprint", _("Sprint")
        QUALIFYING = "qualifying", _("Qualifying")

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("race"))
    kind = models.CharField(_("type"), max_length=20, choices=Kind.choices)
    date = models.DateField(_("date"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
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
        LINE_UP = "line_up", _("Copied from the previous race")
        API = "feed", _("F1 API")
        ADMINISTRATOR = "administrator", _("Administrator")

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="entries", verbose_name=_("race"))
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="entries", verbose_name=_("driver"))
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="entries", null=True, blank=True, verbose_name=_("team")
    )
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    in_line_up = models.BooleanField(
        _("in the line-up"), default=False, help_text=_("Was in the line-up when the drafts of this race opened.")
    )
    line_up_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("team in the line-up")
    )
    line_up_number = models.PositiveSmallIntegerField(_("number in the line-up"), null=True, blank=True)
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False, help_text=_("Will not take part in the race."))
    source = models.CharField(_("source"), max_length=14, choices=Source.choices, default=Source.LINE_UP)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["team__name", "number", "driver__family_name"]
        constraints = [models.UniqueConstraint(fields=["race", "driver"], name="one_entry_per_driver_and_race")]

    def __str__(self) -> str:
        return f"{self.driver}, {self.race}"


class Replacement(models.Model):
    """An administrator's record of who took whose car, for when two cars of one team changed drivers at once."""

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="replacements", verbose_name=_("race"))
    out_driver = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", verbose_name=_("driver who is out")
    )
    in_driver = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", verbose_name=_("replacement driver")
    )

    class Meta:
        verbose_name = _("replacement")
        verbose_name_plural = _("replacements")
        constraints = [
            models.UniqueConstraint(fields=["race", "out_driver"], name="one_replacement_for_a_driver"),
            models.UniqueConstraint(fields=["race", "in_driver"], name="one_driver_replaced_by_a_driver"),
        ]

    def __str__(self) -> str:
        return gettext("%(in_driver)s for %(out_driver)s, %(race)s") % {
            "in_driver": self.in_driver,
            "out_driver": self.out_driver,
            "race": self.race,
        }


class Classification(models.Model):
    """One accepted, immutable revision of a session's result. The highest revision counts."""

    class Kind(models.TextChoices):
        RACE = "race", _("Race")
        SPRINT = "sprint", _("Sprint")

    class Source(models.TextChoices):
        API = "api", _("F1 API")
        PACK = "pack", _("Season pack")
        ADMINISTRATOR = "administrator", _("Administrator")

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="classifications", verbose_name=_("race"))
    kind = models.CharField(_("type"), max_length=6, choices=Kind.choices)
    revision = models.PositiveSmallIntegerField(_("revision"))
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the results."))
    source = models.CharField(_("source"), max_length=14, choices=Source.choices)
    recorded_at = models.DateTimeField(_("recorded at"))
    confirmed_at = models.DateTimeField(
        _("confirmed at"), help_text=_("When the source last returned the same result. Older responses are ignored.")
    )
    pole = models.ForeignKey(
        Driver,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("pole position"),
        help_text=_("The driver who was fastest in qualifying. Empty for a sprint, or if unknown."),
    )
    difference = models.JSONField(_("changes"), default=list, help_text=_("What changed since the previous revision."))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, help_text=_("Why an administrator entered the result.")
    )
    is_held = models.BooleanField(
        _("held"),
        default=False,
        help_text=_("Entered by an administrator. The F1 API does not replace it until it is released."),
    )

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["race", "kind", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["race", "kind", "revision"], name="one_classification_per_revision")
        ]

    def __str__(self) -> str:
        return gettext("%(race)s, %(kind)s, revision %(revision)s") % {
            "kind": inside_a_sentence(self.get_kind_display()),
            "race": self.race,
            "revision": self.revision,
        }

    @property
    def shown_reason(self) -> str:
        return rules.shown_reason(self.reason)

    @property
    def shown_difference(self) -> list[str]:
        """What changed, in the language of the reader."""
        return [rules.shown_difference(sentence) for sentence in self.difference]


class Result(models.Model):
    """One car in a classification, with the F1 API's values."""

    classification = models.ForeignKey(
        Classification, on_delete=models.CASCADE, related_name="results", verbose_name=_("classification")
    )
    driver = models.ForeignKey(Driver, on_delete=models.PROTECT, related_name="results", verbose_name=_("driver"))
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="results", verbose_name=_("team"))
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True, help_text=_("Empty if unknown."))
    position = models.PositiveSmallIntegerField(
        _("position"), help_text=_("Position in the list, including retired cars.")
    )
    position_text = models.CharField(
        _("result"), max_length=4, help_text=_("A number if classified, otherwise R, D, W, N, E or F.")
    )
    grid = models.PositiveSmallIntegerField(
        _("grid position"),
        null=True,
        blank=True,
        help_text=_("0 if the car started from the pit lane or did not start. Empty if unknown."),
    )
    laps = models.PositiveSmallIntegerField(_("laps"), null=True, blank=True, help_text=_("Empty if unknown."))
    status = models.CharField(_("status"), max_length=40, blank=True, help_text=_("Empty if unknown."))
    points = models.DecimalField(
        _("points"), max_digits=6, decimal_places=2, default=Decimal(0), help_text=_("Official points.")
    )
    fastest_lap_rank = models.PositiveSmallIntegerField(_("fastest lap rank"), null=True, blank=True)
    time_text = models.CharField(_("time"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
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
        return rules.finish_text(self.position_text, self.status, self.laps)

    @property
    def finish_code(self) -> str:
        """The same for narrow columns: “3”, “DNF”."""
        return rules.finish_code(self.position_text, self.status, self.laps)

    @property
    def shown_status(self) -> str:
        """Return the status in the reader's language."""
        return rules.shown_status(self.status)

    @property
    def gained(self) -> int | None:
        """Return the places gained since the start; negative if lost, None without a grid position or a finish."""
        return self.grid - self.position if self.grid and self.position_text.isdigit() else None


class Quarantine(models.Model):
    """An implausible response of a source, stored as received for an administrator to review."""

    class Settlement(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted by an administrator")
        DISMISSED = "dismissed", _("Dismissed by an administrator")
        PASSED = "passed", _("Resolved: the source is plausible again")

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="quarantine", verbose_name=_("season"))
    race = models.ForeignKey(
        Race, on_delete=models.CASCADE, related_name="quarantine", null=True, blank=True, verbose_name=_("race")
    )
    kind = models.CharField(_("type"), max_length=6, choices=Classification.Kind.choices)
    source = models.CharField(_("source"), max_length=14, choices=Classification.Source.choices)
    reason = models.CharField(_("reason"), max_length=500)
    payload = models.JSONField(
        _("data received"), help_text=_("The classification as received, or empty if it disappeared from the source.")
    )
    payload_deleted_at = models.DateTimeField(
        _("data deleted at"), null=True, blank=True, help_text=_("They are deleted after the end of the season.")
    )
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of race, kind, reason and payload."))
    first_seen_at = models.DateTimeField(_("first seen at"))
    last_seen_at = models.DateTimeField(_("last seen at"))
    times_seen = models.PositiveIntegerField(_("times seen"), default=1)
    settlement = models.CharField(_("outcome"), max_length=9, choices=Settlement.choices, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarantined result")
        verbose_name_plural = _("quarantined results")
        ordering = ["-last_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "digest"], condition=models.Q(settled_at=None), name="one_open_case_per_payload"
            )
        ]

    def __str__(self) -> str:
        return f"{self.race or self.season}, {inside_a_sentence(self.get_kind_display())}: {self.shown_reason}"

    @property
    def shown_reason(self) -> str:
        """The reason in the language of the reader."""
        return rules.shown_reason(self.reason)


class ResultCheck(models.Model):
    """A scheduled poll of the source for a race's results: hourly until they are published, later to verify them.

    `stage` is the name of a stage in `races.rules`, such as "results", "24 h" or "week 3", and `due_at` its due time.
    `not_before` is both lease and backoff: a worker sets it before polling, so that two workers poll once and a crash
    only causes a delay; a check that failed or found no results yet is retried after it.
    """

    race = models.ForeignKey(Race, on_delete=models.CASCADE, related_name="checks", verbose_name=_("race"))
    stage = models.CharField(_("stage"), max_length=12)
    due_at = models.DateTimeField(_("due at"))
    not_before = models.DateTimeField(
        _("next attempt"), null=True, blank=True, help_text=_("No other attempt starts before this time.")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("Number of failed attempts."))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True, help_text=_("Result of the last attempt."))

    class Meta:
        verbose_name = _("result check")
        verbose_name_plural = _("result checks")
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["race", "stage"], name="one_check_per_race_and_stage")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="checks_to_do")]

    def __str__(self) -> str:
        return f"{self.race}, {self.stage}"


class OutboundRateLimit(models.Model):
    """Rate limit state of an API: the requests of the last hour by all processes, in real time."""

    base_url = models.CharField(_("base URL"), max_length=200, unique=True)
    request_times = models.JSONField(
        _("request times"), default=list, help_text=_("Unix timestamps of the requests, ascending.")
    )

    objects: ClassVar = LockableQuerySet.as_manager()

    def __str__(self) -> str:
        return self.base_url
