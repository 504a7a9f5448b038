import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0003_clocks_wishes_and_desk"),
        ("races", "0003_keep_checks_quarantine_and_holds"),
        ("scoring", "0002_write_down_what_a_correction_changed"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="draftscoring",
            name="race_revision",
        ),
        migrations.RemoveField(
            model_name="draftscoring",
            name="sprint_revision",
        ),
        migrations.AlterField(
            model_name="pickscore",
            name="driver",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Empty: nobody drove.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="races.driver",
            ),
        ),
        migrations.AlterField(
            model_name="racescore",
            name="draft",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="drafts.draft"
            ),
        ),
        migrations.AlterField(
            model_name="scorechange",
            name="draft",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="score_changes",
                to="drafts.draft",
            ),
        ),
        migrations.CreateModel(
            name="ScoreSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rules_key", models.CharField(help_text="The rule set's `key`.", max_length=16)),
                ("race_revision", models.PositiveSmallIntegerField()),
                ("sprint_revision", models.PositiveSmallIntegerField(help_text="0: there are no results of a sprint.")),
                (
                    "moves_version",
                    models.PositiveIntegerField(help_text="The race's then: which replacements were known."),
                ),
                (
                    "replacements",
                    models.JSONField(default=list, help_text="Those, as [driver id out, driver id in] each."),
                ),
                ("made_at", models.DateTimeField()),
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
                "ordering": ["race", "rules_key", "race_revision", "sprint_revision", "moves_version"],
            },
        ),
        migrations.AddField(
            model_name="draftscoring",
            name="sheet",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="scorings", to="scoring.scoresheet"
            ),
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
                        help_text="Empty: nobody drove.",
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
        migrations.DeleteModel(
            name="DriverPoints",
        ),
        migrations.AddConstraint(
            model_name="scoresheet",
            constraint=models.UniqueConstraint(
                fields=("race", "rules_key", "race_revision", "sprint_revision", "moves_version"),
                name="one_sheet_for_rules_and_results",
            ),
        ),
        migrations.AddConstraint(
            model_name="sheetline",
            constraint=models.UniqueConstraint(fields=("sheet", "driver"), name="one_line_per_driver_and_sheet"),
        ),
    ]
