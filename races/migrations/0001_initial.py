from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Circuit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ref",
                    models.SlugField(help_text="The circuitId in the F1 API.", unique=True, verbose_name="F1 API id"),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("locality", models.CharField(blank=True, max_length=100, verbose_name="locality")),
                ("country", models.CharField(blank=True, max_length=100, verbose_name="country")),
            ],
            options={
                "verbose_name": "circuit",
                "verbose_name_plural": "circuits",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Driver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ref",
                    models.SlugField(help_text="The driverId in the F1 API.", unique=True, verbose_name="F1 API id"),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, help_text="Three letters, such as VER.", max_length=3, verbose_name="code"
                    ),
                ),
                ("given_name", models.CharField(max_length=100, verbose_name="given name")),
                ("family_name", models.CharField(max_length=100, verbose_name="family name")),
                ("date_of_birth", models.DateField(blank=True, null=True, verbose_name="date of birth")),
                ("nationality", models.CharField(blank=True, max_length=50, verbose_name="nationality")),
            ],
            options={
                "verbose_name": "driver",
                "verbose_name_plural": "drivers",
                "ordering": ["family_name", "given_name"],
            },
        ),
        migrations.CreateModel(
            name="OutboundRateLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("base_url", models.CharField(max_length=200, unique=True, verbose_name="base URL")),
                (
                    "request_times",
                    models.JSONField(
                        default=list,
                        help_text="Unix timestamps of the requests, ascending.",
                        verbose_name="request times",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ref",
                    models.SlugField(
                        help_text="The constructorId in the F1 API.", unique=True, verbose_name="F1 API id"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("nationality", models.CharField(blank=True, max_length=50, verbose_name="nationality")),
            ],
            options={
                "verbose_name": "team",
                "verbose_name_plural": "teams",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Race",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "round",
                    models.PositiveSmallIntegerField(
                        help_text="Position in the current calendar. It may change.", verbose_name="round"
                    ),
                ),
                ("race_date", models.DateField(verbose_name="date")),
                (
                    "starts_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty until the timetable is published.",
                        null=True,
                        verbose_name="starts at",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("scheduled", "Scheduled"),
                            ("postponed", "Postponed"),
                            ("cancelled", "Cancelled"),
                            ("provisional", "Provisional results"),
                            ("final", "Final results"),
                        ],
                        default="scheduled",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_is_held",
                    models.BooleanField(
                        default=False,
                        help_text="Cancelled or postponed by an administrator. Calendar updates leave the state alone.",
                        verbose_name="state set by hand",
                    ),
                ),
                (
                    "line_up_frozen_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the first draft of the race opened. Later driver changes count as replacements.",
                        null=True,
                        verbose_name="line-up frozen at",
                    ),
                ),
                (
                    "replacements_version",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Increases whenever a replacement is added, changed or deleted.",
                        verbose_name="replacements version",
                    ),
                ),
                (
                    "circuit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="races",
                        to="races.circuit",
                        verbose_name="circuit",
                    ),
                ),
            ],
            options={
                "verbose_name": "race",
                "verbose_name_plural": "races",
                "ordering": ["race_date", "round"],
            },
        ),
        migrations.CreateModel(
            name="Classification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("race", "Race"), ("sprint", "Sprint")], max_length=6, verbose_name="type"
                    ),
                ),
                ("revision", models.PositiveSmallIntegerField(verbose_name="revision")),
                ("digest", models.CharField(help_text="SHA-256 of the results.", max_length=64, verbose_name="digest")),
                (
                    "source",
                    models.CharField(
                        choices=[("api", "F1 API"), ("pack", "Season pack"), ("administrator", "Administrator")],
                        max_length=14,
                        verbose_name="source",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "confirmed_at",
                    models.DateTimeField(
                        help_text="When the source last returned the same result. Older responses are ignored.",
                        verbose_name="confirmed at",
                    ),
                ),
                (
                    "difference",
                    models.JSONField(
                        default=list, help_text="What changed since the previous revision.", verbose_name="changes"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="Why an administrator entered the result.",
                        max_length=200,
                        verbose_name="reason",
                    ),
                ),
                (
                    "is_held",
                    models.BooleanField(
                        default=False,
                        help_text="Entered by an administrator. The F1 API does not replace it until it is released.",
                        verbose_name="held",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classifications",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
            ],
            options={
                "verbose_name": "classification",
                "verbose_name_plural": "classifications",
                "ordering": ["race", "kind", "-revision"],
            },
        ),
        migrations.CreateModel(
            name="Replacement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "in_driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="races.driver",
                        verbose_name="replacement driver",
                    ),
                ),
                (
                    "out_driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="races.driver",
                        verbose_name="driver who is out",
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replacements",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
            ],
            options={
                "verbose_name": "replacement",
                "verbose_name_plural": "replacements",
            },
        ),
        migrations.CreateModel(
            name="ResultCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(max_length=12, verbose_name="stage")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                (
                    "not_before",
                    models.DateTimeField(
                        blank=True,
                        help_text="No other attempt starts before this time.",
                        null=True,
                        verbose_name="next attempt",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Number of failed attempts.", verbose_name="attempts"
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                (
                    "outcome",
                    models.CharField(
                        blank=True, help_text="Result of the last attempt.", max_length=300, verbose_name="outcome"
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checks",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
            ],
            options={
                "verbose_name": "result check",
                "verbose_name_plural": "result checks",
                "ordering": ["due_at"],
            },
        ),
        migrations.CreateModel(
            name="Season",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("is_demonstration", models.BooleanField(default=False, verbose_name="is a demonstration")),
                (
                    "grid_size",
                    models.PositiveSmallIntegerField(
                        default=20, help_text="Number of cars: two per team.", verbose_name="grid size"
                    ),
                ),
                (
                    "results_version",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Increases with every accepted classification.",
                        verbose_name="results version",
                    ),
                ),
            ],
            options={
                "verbose_name": "season",
                "verbose_name_plural": "seasons",
                "ordering": ["-year"],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "is_demonstration"), name="one_season_per_year")
                ],
            },
        ),
        migrations.AddField(
            model_name="race",
            name="season",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="races",
                to="races.season",
                verbose_name="season",
            ),
        ),
        migrations.CreateModel(
            name="Quarantine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("race", "Race"), ("sprint", "Sprint")], max_length=6, verbose_name="type"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("api", "F1 API"), ("pack", "Season pack"), ("administrator", "Administrator")],
                        max_length=14,
                        verbose_name="source",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "payload",
                    models.JSONField(
                        help_text="The classification as received, or empty if it disappeared from the source.",
                        verbose_name="data received",
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of race, kind, reason and payload.", max_length=64, verbose_name="digest"
                    ),
                ),
                ("first_seen_at", models.DateTimeField(verbose_name="first seen at")),
                ("last_seen_at", models.DateTimeField(verbose_name="last seen at")),
                ("times_seen", models.PositiveIntegerField(default=1, verbose_name="times seen")),
                (
                    "settlement",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Accepted by an administrator"),
                            ("dismissed", "Dismissed by an administrator"),
                            ("passed", "Resolved: the source is plausible again"),
                        ],
                        max_length=9,
                        verbose_name="outcome",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="settled by",
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantine",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quarantine",
                        to="races.season",
                        verbose_name="season",
                    ),
                ),
            ],
            options={
                "verbose_name": "quarantined result",
                "verbose_name_plural": "quarantined results",
                "ordering": ["-last_seen_at"],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("practice_1", "Practice 1"),
                            ("practice_2", "Practice 2"),
                            ("practice_3", "Practice 3"),
                            ("sprint_qualifying", "Sprint qualifying"),
                            ("sprint", "Sprint"),
                            ("qualifying", "Qualifying"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts at")),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["date", "starts_at"],
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        help_text="Position in the list, including retired cars.", verbose_name="position"
                    ),
                ),
                (
                    "position_text",
                    models.CharField(
                        help_text="A number if classified, otherwise R, D, W, N, E or F.",
                        max_length=4,
                        verbose_name="result",
                    ),
                ),
                (
                    "grid",
                    models.PositiveSmallIntegerField(
                        help_text="0 if the car started from the pit lane or did not start.",
                        verbose_name="grid position",
                    ),
                ),
                ("laps", models.PositiveSmallIntegerField(default=0, verbose_name="laps")),
                ("status", models.CharField(max_length=40, verbose_name="status")),
                (
                    "points",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="Official points.",
                        max_digits=6,
                        verbose_name="points",
                    ),
                ),
                (
                    "fastest_lap_rank",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="fastest lap rank"),
                ),
                ("time_text", models.CharField(blank=True, max_length=20, verbose_name="time")),
                (
                    "classification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="races.classification",
                        verbose_name="classification",
                    ),
                ),
                (
                    "driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="races.driver",
                        verbose_name="driver",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="races.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "result",
                "verbose_name_plural": "results",
                "ordering": ["classification", "position"],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number")),
                (
                    "in_line_up",
                    models.BooleanField(
                        default=False,
                        help_text="Was in the line-up when the drafts of this race opened.",
                        verbose_name="in the line-up",
                    ),
                ),
                (
                    "line_up_number",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="number in the line-up"),
                ),
                (
                    "is_withdrawn",
                    models.BooleanField(
                        default=False, help_text="Will not take part in the race.", verbose_name="withdrawn"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("line_up", "Copied from the previous race"),
                            ("feed", "F1 API"),
                            ("administrator", "Administrator"),
                        ],
                        default="line_up",
                        max_length=14,
                        verbose_name="source",
                    ),
                ),
                (
                    "driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="races.driver",
                        verbose_name="driver",
                    ),
                ),
                (
                    "race",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="races.race",
                        verbose_name="race",
                    ),
                ),
                (
                    "line_up_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="races.team",
                        verbose_name="team in the line-up",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="races.team",
                        verbose_name="team",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
                "ordering": ["team__name", "number", "driver__family_name"],
            },
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.UniqueConstraint(
                fields=("race", "kind", "revision"), name="one_classification_per_revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="replacement",
            constraint=models.UniqueConstraint(fields=("race", "out_driver"), name="one_replacement_for_a_driver"),
        ),
        migrations.AddConstraint(
            model_name="replacement",
            constraint=models.UniqueConstraint(fields=("race", "in_driver"), name="one_driver_replaced_by_a_driver"),
        ),
        migrations.AddIndex(
            model_name="resultcheck",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["due_at"], name="checks_to_do"),
        ),
        migrations.AddConstraint(
            model_name="resultcheck",
            constraint=models.UniqueConstraint(fields=("race", "stage"), name="one_check_per_race_and_stage"),
        ),
        migrations.AddIndex(
            model_name="race",
            index=models.Index(fields=["season", "race_date"], name="races_race_season__118a7b_idx"),
        ),
        migrations.AddConstraint(
            model_name="race",
            constraint=models.UniqueConstraint(
                fields=("season", "circuit", "name"), name="one_race_per_season_circuit_and_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantine",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)), fields=("season", "digest"), name="one_open_case_per_payload"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(fields=("race", "kind"), name="one_session_of_a_kind_per_race"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(fields=("classification", "driver"), name="one_result_per_driver"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(fields=("classification", "position"), name="one_result_per_position"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("race", "driver"), name="one_entry_per_driver_and_race"),
        ),
    ]
