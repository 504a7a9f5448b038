from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MESSAGES = ("invited", "reminded", "continued")


def copy_choices_of_invitations(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Invitations are a kind of their own. Users who chose channels for the old kind have chosen the same for it."""
    ChannelPreference = apps.get_model("notifications", "ChannelPreference")
    chosen = ChannelPreference.objects.filter(kind="league_changed").values("user_id", "channel", "league_id", "is_on")
    ChannelPreference.objects.bulk_create(
        (ChannelPreference(kind="invitation", **choice) for choice in chosen.iterator()),
        batch_size=500,
        ignore_conflicts=True,
    )


def move_invitations(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    notifications = apps.get_model("notifications", "Notification").objects
    notifications.filter(kind="league_changed", message__in=MESSAGES).update(kind="invitation")


def move_invitations_back(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("notifications", "Notification").objects.filter(kind="invitation").update(kind="league_changed")


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_replace_muted_kinds"),
    ]

    operations = [
        migrations.RunPython(copy_choices_of_invitations, migrations.RunPython.noop),
        migrations.RunPython(move_invitations, move_invitations_back),
    ]
