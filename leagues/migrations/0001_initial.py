import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import leagues.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("races", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="League",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("code", models.CharField(default=leagues.models.new_code, max_length=12, unique=True)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("private", "Private: people join with a code or a link"),
                            ("public", "Public: anyone can find and join it"),
                        ],
                        default="private",
                        max_length=7,
                        verbose_name="visibility",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        help_text="The maximum number of constructors.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="capacity",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "founding_key",
                    models.UUIDField(
                        editable=False, help_text="The idempotency key of the form that created the league.", null=True
                    ),
                ),
                (
                    "creator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="created_leagues",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="leagues", to="races.season"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "token",
                    models.CharField(
                        default=leagues.models.new_token,
                        help_text="The last part of the link in the e-mail.",
                        max_length=43,
                        unique=True,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                        ],
                        default="pending",
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "answered_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the invitation was accepted, declined or cancelled, or expired.",
                        null=True,
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the e-mail was sent.", null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="leagues.league"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("manager", "Manager"), ("co_manager", "Co-manager"), ("member", "Member")],
                        default="member",
                        max_length=10,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="leagues.league"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["joined_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SettingsVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "picks_per_race",
                    models.PositiveSmallIntegerField(
                        default=2,
                        help_text="How many drivers each player picks for a race.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="picks per race",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("sequential", "Sequential: 1 2 3, 1 2 3"), ("snake", "Snake: 1 2 3, 3 2 1")],
                        default="sequential",
                        max_length=10,
                        verbose_name="draft method",
                    ),
                ),
                (
                    "order_strategy",
                    models.CharField(
                        choices=[
                            ("rotation", "Rotation: the last to pick goes first in the next draft"),
                            ("reverse_standings", "Reverse standings: last place picks first"),
                            ("random", "Random: drawn before each race"),
                            ("manual", "Manual: the manager sets it"),
                        ],
                        default="rotation",
                        max_length=17,
                        verbose_name="draft order",
                    ),
                ),
                (
                    "scoring",
                    models.CharField(
                        choices=[
                            ("inverted_position", "Inverted position: 10th place scores most"),
                            ("standard_f1", "Standard F1: 25 18 15 12 10 8 6 4 2 1"),
                            ("custom", "Custom points"),
                        ],
                        default="inverted_position",
                        max_length=17,
                        verbose_name="scoring",
                    ),
                ),
                ("sprints", models.BooleanField(default=False, verbose_name="sprints count")),
                (
                    "fastest_lap_point",
                    models.BooleanField(
                        default=False,
                        help_text="Standard F1 only: one point for the fastest lap if the driver finishes in the top ten.",
                        verbose_name="point for the fastest lap",
                    ),
                ),
                (
                    "custom_points",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='For scoring "custom": {"places": [25, 18, ...], "pole": 1, ...}, at most 100 each.',
                        verbose_name="custom points",
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        choices=[
                            (
                                "adaptive",
                                "Adaptive: players share the time until the lock, with at most 12 hours for all picks of one player",
                            ),
                            ("fixed", "Fixed: the same time for every pick"),
                            ("none", "None: players have until the lock"),
                        ],
                        default="adaptive",
                        max_length=8,
                        verbose_name="clock",
                    ),
                ),
                (
                    "clock_seconds",
                    models.PositiveIntegerField(
                        default=14400,
                        help_text="With a fixed clock: from 30 seconds to 7 days.",
                        validators=[
                            django.core.validators.MinValueValidator(30, "Give players at least 30 seconds."),
                            django.core.validators.MaxValueValidator(604800, "Give players at most 7 days."),
                        ],
                        verbose_name="time per pick",
                    ),
                ),
                (
                    "lock_minutes",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="How long before the first competitive session the draft locks: qualifying, or sprint qualifying on sprint weekends. At most 24 hours.",
                        validators=[
                            django.core.validators.MaxValueValidator(
                                1440, "A draft locks at most 24 hours before the session."
                            )
                        ],
                        verbose_name="time from lock to session",
                    ),
                ),
                (
                    "lock_at_qualifying",
                    models.BooleanField(
                        default=False,
                        help_text="On sprint weekends, lock before qualifying instead of sprint qualifying.",
                        verbose_name="lock at qualifying on sprint weekends",
                    ),
                ),
                (
                    "corrections",
                    models.CharField(
                        choices=[
                            ("follow", "Follow every correction until the end of the season"),
                            ("freeze", "Freeze the results some days after the race"),
                        ],
                        default="follow",
                        max_length=6,
                        verbose_name="corrections",
                    ),
                ),
                (
                    "freeze_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="If results freeze: the days from the start of the race, from 1 to 90.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="days until results freeze",
                    ),
                ),
                (
                    "autopicks",
                    models.BooleanField(
                        default=True,
                        help_text="At the lock, fill empty slots with the best drivers left in the league's ranking.",
                        verbose_name="autopicks at the lock",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="settings_versions",
                        to="leagues.league",
                    ),
                ),
            ],
            options={
                "ordering": ["league", "-number"],
            },
        ),
        migrations.AddConstraint(
            model_name="league",
            constraint=models.UniqueConstraint(
                fields=("creator", "founding_key"), name="one_league_per_creator_and_founding_key"
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["expires_at"], name="pending_invitations"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("user", None), ("email", ""), _connector="XOR"),
                name="invitation_to_a_user_or_an_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("league", "user"),
                name="one_pending_invitation_per_user_and_league",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                models.F("league"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("state", "pending"), models.Q(("email", ""), _negated=True)),
                name="one_pending_invitation_per_address_and_league",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)),
                fields=("league", "user"),
                name="one_membership_per_user_and_league",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None), ("role", "manager")),
                fields=("league",),
                name="one_manager_per_league",
            ),
        ),
        migrations.AddConstraint(
            model_name="settingsversion",
            constraint=models.UniqueConstraint(fields=("league", "number"), name="one_settings_version_per_number"),
        ),
    ]
