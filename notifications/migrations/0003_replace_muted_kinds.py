from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CHANNELS = ("in_app", "email", "push")


def turn_off_muted_kinds(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A muted kind is one with every channel turned off."""
    muted = apps.get_model("notifications", "MutedNotificationKind").objects.values_list("user", "kind")
    ChannelPreference = apps.get_model("notifications", "ChannelPreference")
    ChannelPreference.objects.bulk_create(
        ChannelPreference(user_id=user, kind=kind, channel=channel, is_on=False)
        for user, kind in muted
        for channel in CHANNELS
    )


def settle_what_was_sent(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Notifications from before there were channels are not sent by them, and sent e-mails are not sent again."""
    apps.get_model("notifications", "Notification").objects.update(dispatched_at=models.F("created_at"))
    apps.get_model("notifications", "OutgoingEmail").objects.exclude(sent_at=None).update(state="sent")


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_deliveries"),
    ]

    operations = [
        migrations.RunPython(turn_off_muted_kinds, migrations.RunPython.noop),
        migrations.RunPython(settle_what_was_sent, migrations.RunPython.noop),
        migrations.DeleteModel(
            name="MutedNotificationKind",
        ),
    ]
