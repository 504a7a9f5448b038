import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import leagues.models


class Migration(migrations.Migration):
    dependencies = [
        ("leagues", "0004_say_that_picks_share_twelve_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "token",
                    models.CharField(
                        default=leagues.models.new_token,
                        help_text="What the mail's link ends in.",
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
                (
                    "site",
                    models.CharField(
                        blank=True, help_text="The site's address, for the link in the mail.", max_length=200
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, help_text="When it ceased to be pending.", null=True)),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the mail went out.", null=True)),
                (
                    "sending_until",
                    models.DateTimeField(blank=True, help_text="Until then somebody tries to send it.", null=True),
                ),
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
                    "league",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="leagues.league"
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
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["expires_at"], name="pending_invitations"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("sent_at", None), ("state", "pending"), models.Q(("email", ""), _negated=True)
                        ),
                        fields=["created_at"],
                        name="invitations_to_send",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("user", None), ("email", ""), _connector="XOR"),
                        name="invitation_to_a_user_or_an_address",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("league", "user"),
                        name="one_pending_invitation_per_user_and_league",
                    ),
                    models.UniqueConstraint(
                        models.F("league"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("state", "pending"), models.Q(("email", ""), _negated=True)),
                        name="one_pending_invitation_per_address_and_league",
                    ),
                ],
            },
        ),
    ]
