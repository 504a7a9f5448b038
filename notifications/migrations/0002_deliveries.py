import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import notifications.kinds


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=notifications.kinds.kind_choices, max_length=20, verbose_name="kind"),
                ),
                ("channel", models.CharField(max_length=10, verbose_name="channel")),
                (
                    "league_id",
                    models.PositiveBigIntegerField(
                        default=0, help_text="0 stands for all leagues.", verbose_name="league"
                    ),
                ),
                ("is_on", models.BooleanField(verbose_name="on")),
            ],
            options={
                "verbose_name": "channel preference",
                "verbose_name_plural": "channel preferences",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dropped", "Dropped: no longer true"),
                            ("parked", "Parked: needs an administrator"),
                        ],
                        default="waiting",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=1, verbose_name="priority")),
                ("created_at", models.DateTimeField(verbose_name="created at")),
                ("due_at", models.DateTimeField(verbose_name="next attempt")),
                (
                    "give_up_at",
                    models.DateTimeField(help_text="It is not sent after this time.", verbose_name="last attempt"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "uncertain_attempts",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="How often it was handed over without an answer, so that it may have arrived.",
                        verbose_name="uncertain attempts",
                    ),
                ),
                ("last_error", models.CharField(blank=True, max_length=200, verbose_name="last error")),
                ("channel", models.CharField(max_length=10, verbose_name="channel")),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        help_text="Which browser or device, if the channel has several.",
                        max_length=40,
                        verbose_name="target",
                    ),
                ),
                (
                    "batch_key",
                    models.CharField(
                        blank=True,
                        help_text="Deliveries with the same key are sent as one message.",
                        max_length=160,
                        verbose_name="batch",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="notification",
            name="unread_notifications",
        ),
        migrations.RemoveIndex(
            model_name="outgoingemail",
            name="emails_to_send",
        ),
        migrations.AddField(
            model_name="notification",
            name="dispatched_at",
            field=models.DateTimeField(
                blank=True, help_text="When its deliveries were created.", null=True, verbose_name="dispatched at"
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="expires_at",
            field=models.DateTimeField(
                blank=True,
                help_text="It is not sent by e-mail or push after this time.",
                null=True,
                verbose_name="expires at",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="group",
            field=models.CharField(
                blank=True,
                help_text="E-mail and push send those with the same group as one.",
                max_length=80,
                verbose_name="group",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="is_in_app",
            field=models.BooleanField(
                default=True, help_text="Whether the user wants to see this kind on the site.", verbose_name="in-app"
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="league_id",
            field=models.PositiveBigIntegerField(
                blank=True,
                help_text="The id of the league that it is about, if there is one.",
                null=True,
                verbose_name="league",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="priority",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="priority"),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="last_error",
            field=models.CharField(blank=True, max_length=200, verbose_name="last error"),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="priority",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="priority"),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("dropped", "Dropped: no longer true"),
                    ("parked", "Parked: needs an administrator"),
                ],
                default="waiting",
                max_length=7,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="uncertain_attempts",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="How often it was handed over without an answer, so that it may have arrived.",
                verbose_name="uncertain attempts",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("is_in_app", True), ("read_at", None)), fields=["user"], name="unread_notifications"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("dispatched_at", None)),
                fields=["priority", "id"],
                name="undispatched_notifications",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingemail",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["priority", "due_at"], name="emails_to_send"
            ),
        ),
        migrations.AddField(
            model_name="channelpreference",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="channel_preferences",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="notification",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notifications.notification"
            ),
        ),
        migrations.AddConstraint(
            model_name="channelpreference",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "channel", "league_id"), name="one_preference_per_kind_channel_and_league"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["channel", "priority", "due_at"],
                name="deliveries_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "waiting"), models.Q(("batch_key", ""), _negated=True)),
                fields=["batch_key"],
                name="deliveries_to_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("notification", "channel", "target"), name="one_delivery_per_channel_and_target"
            ),
        ),
    ]
