import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_keep_the_answers_of_actions"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="credentials_version",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="Raised to end all sessions and tokens at once."
            ),
        ),
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "credentials",
                    models.CharField(help_text="The user's `credentials_digest` when he signed in.", max_length=64),
                ),
                (
                    "current",
                    models.CharField(help_text="SHA-256 of the id of the token that has not been used.", max_length=64),
                ),
                (
                    "previous",
                    models.CharField(blank=True, help_text="The same of the one that was used last.", max_length=64),
                ),
                ("device", models.CharField(blank=True, help_text="What the app says of itself.", max_length=100)),
                ("created_at", models.DateTimeField()),
                ("rotated_at", models.DateTimeField(help_text="When the current token was handed out.")),
                ("expires_at", models.DateTimeField(help_text="When the current token is too old.")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("logout", "Signed out"),
                            ("everywhere", "Signed out everywhere"),
                            ("replay", "A used token was sent again"),
                            ("credentials", "The password was changed or the account closed"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "token families",
                "ordering": ["-rotated_at"],
                "indexes": [models.Index(fields=["expires_at"], name="token_families_by_expiry")],
            },
        ),
    ]
