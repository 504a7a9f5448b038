"""Scores: score sheets per rule set, and the points of picks and constructors per race and season."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from constructors.models import Constructor
from core.formatting.points import format_points, shown_points
from drafts.models import Draft, Pick
from leagues.models import League
from races.models import Driver, Race

from .rules import shown_label


class ScoreSheet(models.Model):
    """Every driver's points in a race under one rule set, for given revisions of the results and given replacements.

    Sheets are immutable. Leagues with the same rules and the same results share one.
    """

    race = models.ForeignKey(
        Race, on_delete=models.CASCADE, related_name="score_sheets", db_index=False, verbose_name=_("race")
    )
    rules_key = models.CharField(_("rules key"), max_length=16, help_text=_("The key of the rule set."))
    race_revision = models.PositiveSmallIntegerField(_("race revision"))
    sprint_revision = models.PositiveSmallIntegerField(
        _("sprint revision"), help_text=_("0 if there are no sprint results.")
    )
    replacements_version = models.PositiveIntegerField(
        _("version of the replacements"), help_text=_("The race's version of replacements used for this sheet.")
    )
    replacements = models.JSONField(
        _("replacements"), default=list, help_text=_("Pairs of [driver replaced, replacement], as driver ids.")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["race", "rules_key", "race_revision", "sprint_revision", "replacements_version"]
        constraints = [
            models.UniqueConstraint(
                fields=["race", "rules_key", "race_revision", "sprint_revision", "replacements_version"],
                name="one_sheet_for_rules_and_results",
            )
        ]

    def __str__(self) -> str:
        values = {"race": self.race, "revision": self.race_revision, "rules": self.rules_key}
        return gettext("%(race)s, revision %(revision)s, rules %(rules)s") % values


class SheetLine(models.Model):
    """One driver's points for a pick. A breakdown is a list of `[label, points]` pairs that add up.

    `scorer` is who drove the race: the driver, a replacement, or null for nobody. `sprint_scorer` is the same for the
    sprint, and null if it does not count. A replacement who is also held in the same draft scores only there. Then the
    driver scores `points_if_race_held` or `points_if_sprint_held`, or `points_if_held` if that goes for both.
    """

    sheet = models.ForeignKey(
        ScoreSheet, on_delete=models.CASCADE, related_name="lines", db_index=False, verbose_name=_("score sheet")
    )
    driver = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("driver")
    )
    scorer = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True,
        help_text=_("Empty if nobody drove."), verbose_name=_("scored by"),
    )  # fmt: skip
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    breakdown = models.JSONField(_("breakdown"), default=list)
    sprint_scorer = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True,
        verbose_name=_("scored by in the sprint"),
        help_text=_("Empty if nobody drove the sprint, or if it does not count."),
    )  # fmt: skip
    points_if_race_held = models.DecimalField(_("points if held in the race"), max_digits=8, decimal_places=2)
    breakdown_if_race_held = models.JSONField(_("breakdown if held in the race"), default=list)
    points_if_sprint_held = models.DecimalField(_("points if held in the sprint"), max_digits=8, decimal_places=2)
    breakdown_if_sprint_held = models.JSONField(_("breakdown if held in the sprint"), default=list)
    points_if_held = models.DecimalField(_("points if held in both"), max_digits=8, decimal_places=2)
    breakdown_if_held = models.JSONField(_("breakdown if held in both"), default=list)

    class Meta:
        verbose_name = _("score sheet line")
        verbose_name_plural = _("score sheet lines")
        ordering = ["sheet", "-points"]
        constraints = [models.UniqueConstraint(fields=["sheet", "driver"], name="one_line_per_driver_and_sheet")]

    def __str__(self) -> str:
        return f"{self.driver}: {shown_points(self.points)}"


class PickScore(models.Model):
    """A pick's points. `driver` is who scored in the race: the picked driver, or a replacement."""

    pick = models.OneToOneField(Pick, on_delete=models.CASCADE, related_name="score", verbose_name=_("pick"))
    driver = models.ForeignKey(
        Driver, on_delete=models.PROTECT, related_name="+", db_index=False, null=True, blank=True,
        help_text=_("Empty if nobody drove."), verbose_name=_("driver"),
    )  # fmt: skip
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    breakdown = models.JSONField(_("breakdown"), default=list)

    class Meta:
        verbose_name = _("pick score")
        verbose_name_plural = _("pick scores")

    def __str__(self) -> str:
        return f"{self.pick}: {shown_points(self.points)}"

    @property
    def shown_breakdown(self) -> list[tuple[str, str]]:
        """The lines of the breakdown in the language of the reader, with their points for programs."""
        return [(shown_label(label), format_points(Decimal(points))) for label, points in self.breakdown]

    @property
    def is_replacement(self) -> bool:
        return self.driver_id is not None and self.driver_id != self.pick.entry.driver_id


class RaceScore(models.Model):
    """A constructor's points in one race, with its rank among those who drafted."""

    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, related_name="scores", db_index=False, verbose_name=_("draft")
    )
    constructor = models.ForeignKey(
        Constructor, on_delete=models.PROTECT, related_name="race_scores", verbose_name=_("constructor")
    )
    points = models.DecimalField(_("points"), max_digits=8, decimal_places=2)
    best_pick = models.DecimalField(_("best pick"), max_digits=8, decimal_places=2, default=Decimal(0))
    autopicks = models.PositiveSmallIntegerField(_("autopicks"), default=0)
    rank = models.PositiveSmallIntegerField(_("rank"))
    season_rank_before = models.PositiveSmallIntegerField(
        _("rank in the season before"),
        null=True, blank=True,
        help_text=_("The rank in the season when the race was first scored. Empty in the constructor's first race."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("race score")
        verbose_name_plural = _("race scores")
        ordering = ["draft", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "constructor"], name="one_score_per_constructor_and_draft")
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.constructor}: {shown_points(self.points)}"


class SeasonScore(models.Model):
    """A constructor's row in its league's season standings."""

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="season_scores", verbose_name=_("league"))
    constructor = models.OneToOneField(
        Constructor, on_delete=models.CASCADE, related_name="season_score", verbose_name=_("constructor")
    )
    points = models.DecimalField(_("points"), max_digits=9, decimal_places=2)
    races = models.PositiveSmallIntegerField(
        _("races"), default=0, help_text=_("Scored races that the constructor drafted for.")
    )
    wins = models.PositiveSmallIntegerField(
        _("wins"), default=0, help_text=_("Races in which the constructor scored the most points.")
    )
    best_race = models.DecimalField(_("best race"), max_digits=8, decimal_places=2, default=Decimal(0))
    autopicks = models.PositiveSmallIntegerField(_("autopicks"), default=0)
    rank = models.PositiveSmallIntegerField(_("rank"))

    class Meta:
        verbose_name = _("season score")
        verbose_name_plural = _("season scores")
        ordering = ["league", "rank"]

    def __str__(self) -> str:
        return f"{self.rank}. {self.constructor}: {shown_points(self.points)}"


class ScoreVersion(models.Model):
    """The version of a league's scores, part of cache keys. It is incremented in the transaction that writes scores."""

    league = models.OneToOneField(
        League, on_delete=models.CASCADE, related_name="score_version", verbose_name=_("league")
    )
    version = models.PositiveIntegerField(_("version"), default=0)
    season_end_notified_at = models.DateTimeField(
        _("notified of the end of the season at"),
        null=True,
        blank=True,
        help_text=_("When the players were told that the season is over."),
    )

    class Meta:
        verbose_name = _("score version")
        verbose_name_plural = _("score versions")

    def __str__(self) -> str:
        return gettext("%(league)s, version %(version)s") % {"league": self.league, "version": self.version}


class DraftScoring(models.Model):
    """Which sheet a draft was scored from. The catch-up task looks for drafts whose sheet is outdated."""

    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, related_name="scoring", verbose_name=_("draft"))
    sheet = models.ForeignKey(
        ScoreSheet, on_delete=models.PROTECT, related_name="scorings", verbose_name=_("score sheet")
    )
    scored_at = models.DateTimeField(_("scored at"))
    notified_at = models.DateTimeField(
        _("notified at"),
        null=True,
        blank=True,
        help_text=_("When the players were told of their points. Later changes are corrections."),
    )

    class Meta:
        verbose_name = _("scoring of a draft")
        verbose_name_plural = _("scorings of drafts")
        indexes = [
            models.Index(fields=["scored_at"], condition=models.Q(notified_at=None), name="draft_scorings_to_notify")
        ]

    def __str__(self) -> str:
        return gettext("%(draft)s, revision %(revision)s") % {"draft": self.draft, "revision": self.sheet.race_revision}


class ScoreChange(models.Model):
    """What rescoring a draft changed for one constructor, after corrected results or changed replacements.

    Rows exist only where the points of a pick, their sum or a rank changed. Points and rank of the race are null for a
    constructor that was not in the draft: its rank in the season may still change.
    """

    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, related_name="score_changes", db_index=False, verbose_name=_("draft")
    )
    constructor = models.ForeignKey(
        Constructor, on_delete=models.CASCADE, related_name="score_changes", verbose_name=_("constructor")
    )
    seq = models.PositiveIntegerField(_("event number"), help_text=_("The number of the draft's “scored” event."))
    points_before = models.DecimalField(_("points before"), max_digits=8, decimal_places=2, null=True, blank=True)
    points_after = models.DecimalField(_("points after"), max_digits=8, decimal_places=2, null=True, blank=True)
    rank_before = models.PositiveSmallIntegerField(_("rank before"), null=True, blank=True)
    rank_after = models.PositiveSmallIntegerField(_("rank after"), null=True, blank=True)
    season_rank_before = models.PositiveSmallIntegerField(_("season rank before"))
    season_rank_after = models.PositiveSmallIntegerField(_("season rank after"))
    race_revision_before = models.PositiveSmallIntegerField(_("race revision before"))
    race_revision_after = models.PositiveSmallIntegerField(_("race revision after"))
    sprint_revision_before = models.PositiveSmallIntegerField(
        _("sprint revision before"), help_text=_("0 if there were no sprint results.")
    )
    sprint_revision_after = models.PositiveSmallIntegerField(
        _("sprint revision after"), help_text=_("0 if there are no sprint results.")
    )
    replacements_version_before = models.PositiveIntegerField(
        _("version of the replacements before"), help_text=_("The race's version of replacements before the change.")
    )
    replacements_version_after = models.PositiveIntegerField(
        _("version of the replacements after"), help_text=_("The race's version of replacements after the change.")
    )
    changed_at = models.DateTimeField(_("changed at"))
    notified_at = models.DateTimeField(
        _("notified at"),
        null=True,
        blank=True,
        help_text=_("When the player was notified. Bots and former players are not."),
    )

    class Meta:
        verbose_name = _("score change")
        verbose_name_plural = _("score changes")
        ordering = ["-changed_at", "draft", "season_rank_after"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "seq", "constructor"], name="one_change_per_scoring_and_constructor"
            )
        ]
        indexes = [
            models.Index(fields=["changed_at"], condition=models.Q(notified_at=None), name="score_changes_to_notify")
        ]

    def __str__(self) -> str:
        before, after = (
            "–" if points is None else shown_points(points) for points in (self.points_before, self.points_after)
        )
        return f"{self.constructor}, {self.draft}: {before} → {after}"

    @property
    def gain(self) -> Decimal:
        """The change in the race's points."""
        return (self.points_after or Decimal(0)) - (self.points_before or Decimal(0))


class PickScoreChange(models.Model):
    """What a score change is made of: a pick whose points changed."""

    change = models.ForeignKey(
        ScoreChange, on_delete=models.CASCADE, related_name="picks", db_index=False, verbose_name=_("score change")
    )
    pick = models.ForeignKey(Pick, on_delete=models.CASCADE, related_name="score_changes", verbose_name=_("pick"))
    points_before = models.DecimalField(_("points before"), max_digits=8, decimal_places=2)
    points_after = models.DecimalField(_("points after"), max_digits=8, decimal_places=2)

    class Meta:
        verbose_name = _("score change of a pick")
        verbose_name_plural = _("score changes of picks")
        ordering = ["change", "pick"]
        constraints = [models.UniqueConstraint(fields=["change", "pick"], name="one_pick_change_per_score_change")]

    def __str__(self) -> str:
        return f"{self.pick}: {shown_points(self.points_before)} → {shown_points(self.points_after)}"
