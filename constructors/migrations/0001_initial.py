import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("leagues", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Constructor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "is_bot",
                    models.BooleanField(
                        default=False, help_text="The server makes its picks.", verbose_name="is a bot"
                    ),
                ),
                (
                    "autodraft",
                    models.CharField(
                        choices=[
                            ("off", "Off: I make my own picks"),
                            ("once", "Once: the next draft is autopicked"),
                            ("on", "On: every draft is autopicked"),
                        ],
                        default="off",
                        max_length=4,
                        verbose_name="autodraft",
                    ),
                ),
                (
                    "autodraft_set_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the switch was last changed.",
                        null=True,
                        verbose_name="autodraft changed at",
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="joined at")),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left at")),
                (
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="constructors",
                        to="leagues.league",
                        verbose_name="league",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="constructors",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="player",
                    ),
                ),
            ],
            options={
                "verbose_name": "constructor",
                "verbose_name_plural": "constructors",
                "ordering": ["joined_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("league", "owner"),
                        name="one_constructor_per_owner_and_league",
                    ),
                    models.UniqueConstraint(
                        models.F("league"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("left_at", None)),
                        name="one_constructor_per_name_and_league",
                    ),
                ],
            },
        ),
    ]
