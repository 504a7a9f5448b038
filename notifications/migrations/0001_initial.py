import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import notifications.email_kinds
import notifications.kinds


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MutedNotificationKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=notifications.kinds.kind_choices, max_length=20, verbose_name="kind"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="muted_notification_kinds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "muted notification kind",
                "verbose_name_plural": "muted notification kinds",
                "constraints": [models.UniqueConstraint(fields=("user", "kind"), name="one_mute_per_kind")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=notifications.kinds.kind_choices, max_length=20, verbose_name="kind"),
                ),
                (
                    "message",
                    models.CharField(
                        help_text="The name of the message, among those of the kind.",
                        max_length=40,
                        verbose_name="message",
                    ),
                ),
                (
                    "params",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="params",
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="Names the event, so that nobody is told twice: correction:17:3",
                        max_length=120,
                        verbose_name="key",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
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
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(condition=models.Q(("read_at", None)), fields=["user"], name="unread_notifications")
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="one_notification_per_event")],
            },
        ),
        migrations.CreateModel(
            name="OutgoingEmail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=notifications.email_kinds.kind_choices, max_length=20, verbose_name="kind"
                    ),
                ),
                (
                    "params",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="params",
                    ),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="address")),
                (
                    "site",
                    models.CharField(
                        help_text="The base URL of its links, such as https://f1.example.org",
                        max_length=300,
                        verbose_name="site",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("due_at", models.DateTimeField(verbose_name="next attempt")),
                (
                    "give_up_at",
                    models.DateTimeField(help_text="It is not sent after this time.", verbose_name="last attempt"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty for people who are invited by e-mail.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "outgoing e-mail",
                "verbose_name_plural": "outgoing e-mails",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["due_at"], name="emails_to_send")
                ],
            },
        ),
    ]
