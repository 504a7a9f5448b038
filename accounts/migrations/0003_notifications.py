import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_quiet_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("result_corrected", "A correction changed your points"),
                            ("race_changed", "A race was moved, cancelled or reinstated"),
                            ("draft_voided", "A draft was declared void"),
                            ("league_changed", "Something changed in a league of yours"),
                            ("for_administrators", "For administrators"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Names the event, so that it is told once: correction:17:3", max_length=120
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField(blank=True)),
                (
                    "url",
                    models.CharField(blank=True, help_text="The page on this site that tells more.", max_length=200),
                ),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(condition=models.Q(("read_at", None)), fields=["user"], name="unread_notifications")
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="one_notification_per_event")],
            },
        ),
    ]
