import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def confirm_when_recorded(apps, schema_editor):
    """What is there was last confirmed when it came."""
    classifications = apps.get_model("races", "Classification").objects.filter(confirmed_at=None)
    classifications.update(confirmed_at=models.F("recorded_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("races", "0002_keep_the_api_budget_and_states_set_by_hand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(confirm_when_recorded, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="classification",
            name="confirmed_at",
            field=models.DateTimeField(
                help_text="When its source was last asked and said the same: an answer from before that is older, and ignored."
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="is_held",
            field=models.BooleanField(
                default=False, help_text="Entered by hand: the feed does not overwrite it until it is released."
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="reason",
            field=models.CharField(blank=True, help_text="Why an administrator entered it.", max_length=200),
        ),
        migrations.AddField(
            model_name="classification",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="race",
            name="moves_version",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Raised with every replacement that is set, changed or deleted: who scores for whom.",
            ),
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("race", "Race"), ("sprint", "Sprint")], max_length=6)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("api", "The F1 API"),
                            ("pack", "The season pack"),
                            ("administrator", "An administrator"),
                        ],
                        max_length=14,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("payload", models.JSONField(help_text="The classification as it came; empty where it has vanished.")),
                ("digest", models.CharField(help_text="SHA-256 of race, kind, reason and payload.", max_length=64)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("times_seen", models.PositiveIntegerField(default=1)),
                (
                    "settlement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted by an administrator"),
                            ("dismissed", "Dismissed by an administrator"),
                            ("passed", "The source has come to its senses"),
                        ],
                        max_length=9,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "race",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantine",
                        to="races.race",
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="quarantine", to="races.season"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "quarantine",
                "ordering": ["-last_seen_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("season", "digest"),
                        name="one_open_case_per_payload",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(max_length=12)),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.CharField(blank=True, help_text="What the last attempt found.", max_length=300)),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="races.race"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at"],
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["due_at"], name="checks_to_do")
                ],
                "constraints": [models.UniqueConstraint(fields=("race", "stage"), name="one_check_per_race_and_stage")],
            },
        ),
    ]
