from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("constructors", "0001_initial"),
        ("drafts", "0001_initial"),
        ("leagues", "0001_initial"),
        ("races", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PickScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, max_digits=8)),
                ("breakdown", models.JSONField(default=list)),
                (
                    "driver",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty if nobody drove.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="races.driver",
                    ),
                ),
                (
                    "pick",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="score", to="drafts.pick"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScoreSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rules_key", models.CharField(help_text="The key of the rule set.", max_length=16)),
                ("race_revision", models.PositiveSmallIntegerField()),
                ("sprint_revision", models.PositiveSmallIntegerField(help_text="0 if there are no sprint results.")),
                (
                    "replacements_version",
                    models.PositiveIntegerField(help_text="The race's version of replacements used for this sheet."),
                ),
                (
                    "replacements",
                    models.JSONField(default=list, help_text="Pairs of [driver replaced, replacement], as driver ids."),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "race",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="score_sheets",
                        to="races.race",
                    ),
                ),
            ],
            options={
                "ordering": ["race", "rules_key", "race_revision", "sprint_revision", "replacements_version"],
            },
        ),
        migrations.CreateModel(
            name="DraftScoring",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scored_at", models.DateTimeField()),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scoring", to="drafts.draft"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scorings", to="scoring.scoresheet"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScoreVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "league",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="score_version", to="leagues.league"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeasonScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, max_digits=9)),
                (
                    "races",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Scored races that the constructor drafted for."
                    ),
                ),
                (
                    "wins",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Races in which the constructor scored the most points."
                    ),
                ),
                ("best_race", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=8)),
                ("autopicks", models.PositiveSmallIntegerField(default=0)),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "constructor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="season_score",
                        to="constructors.constructor",
                    ),
                ),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="season_scores", to="leagues.league"
                    ),
                ),
            ],
            options={
                "ordering": ["league", "rank"],
            },
        ),
        migrations.CreateModel(
            name="SheetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, max_digits=8)),
                ("breakdown", models.JSONField(default=list)),
                ("points_if_held", models.DecimalField(decimal_places=2, max_digits=8)),
                ("breakdown_if_held", models.JSONField(default=list)),
                (
                    "driver",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="races.driver"
                    ),
                ),
                (
                    "scorer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Empty if nobody drove.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="races.driver",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="scoring.scoresheet",
                    ),
                ),
            ],
            options={
                "ordering": ["sheet", "-points"],
            },
        ),
        migrations.CreateModel(
            name="RaceScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, max_digits=8)),
                ("best_pick", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=8)),
                ("autopicks", models.PositiveSmallIntegerField(default=0)),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "constructor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="race_scores",
                        to="constructors.constructor",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="drafts.draft",
                    ),
                ),
            ],
            options={
                "ordering": ["draft", "rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("draft", "constructor"), name="one_score_per_constructor_and_draft")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(help_text="The number of the draft's “scored” event.")),
                ("points_before", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ("points_after", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                ("rank_before", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rank_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("season_rank_before", models.PositiveSmallIntegerField()),
                ("season_rank_after", models.PositiveSmallIntegerField()),
                ("race_revision_before", models.PositiveSmallIntegerField()),
                ("race_revision_after", models.PositiveSmallIntegerField()),
                (
                    "sprint_revision_before",
                    models.PositiveSmallIntegerField(help_text="0 if there were no sprint results."),
                ),
                (
                    "sprint_revision_after",
                    models.PositiveSmallIntegerField(help_text="0 if there are no sprint results."),
                ),
                (
                    "replacements_version_before",
                    models.PositiveIntegerField(help_text="The race's version of replacements before the change."),
                ),
                (
                    "replacements_version_after",
                    models.PositiveIntegerField(help_text="The race's version of replacements after the change."),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "notified_at",
                    models.DateTimeField(
                        blank=True, help_text="When the player was notified, if the points changed.", null=True
                    ),
                ),
                (
                    "constructor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="score_changes",
                        to="constructors.constructor",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="score_changes",
                        to="drafts.draft",
                    ),
                ),
            ],
            options={
                "ordering": ["-changed_at", "draft", "season_rank_after"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("notified_at", None)), fields=["changed_at"], name="score_changes_to_notify"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("draft", "seq", "constructor"), name="one_change_per_scoring_and_constructor"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="scoresheet",
            constraint=models.UniqueConstraint(
                fields=("race", "rules_key", "race_revision", "sprint_revision", "replacements_version"),
                name="one_sheet_for_rules_and_results",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetline",
            constraint=models.UniqueConstraint(fields=("sheet", "driver"), name="one_line_per_driver_and_sheet"),
        ),
    ]
