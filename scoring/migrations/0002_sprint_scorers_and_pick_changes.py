from decimal import Decimal

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def copy_points_if_held(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """In the sheets so far, the same replacement scored race and sprint, so `points_if_held` holds for both."""
    apps.get_model("scoring", "SheetLine").objects.update(
        points_if_race_held=F("points_if_held"),
        breakdown_if_race_held=F("breakdown_if_held"),
        points_if_sprint_held=F("points_if_held"),
        breakdown_if_sprint_held=F("breakdown_if_held"),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0001_initial"),
        ("races", "0001_initial"),
        ("scoring", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetline",
            name="points_if_race_held",
            field=models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sheetline", name="breakdown_if_race_held", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="sheetline",
            name="points_if_sprint_held",
            field=models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="sheetline", name="breakdown_if_sprint_held", field=models.JSONField(default=list)
        ),
        migrations.AddField(
            model_name="sheetline",
            name="sprint_scorer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Empty if nobody drove the sprint, or if it does not count.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="races.driver",
            ),
        ),
        migrations.AlterField(
            model_name="scorechange",
            name="notified_at",
            field=models.DateTimeField(
                blank=True, help_text="When the player was notified. Bots and former players are not.", null=True
            ),
        ),
        migrations.CreateModel(
            name="PickScoreChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points_before", models.DecimalField(decimal_places=2, max_digits=8)),
                ("points_after", models.DecimalField(decimal_places=2, max_digits=8)),
                (
                    "change",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="picks",
                        to="scoring.scorechange",
                    ),
                ),
                (
                    "pick",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="score_changes", to="drafts.pick"
                    ),
                ),
            ],
            options={
                "ordering": ["change", "pick"],
                "constraints": [
                    models.UniqueConstraint(fields=("change", "pick"), name="one_pick_change_per_score_change")
                ],
            },
        ),
        migrations.RunPython(copy_points_if_held, migrations.RunPython.noop),
    ]
