"""Bots of the demonstration league were users with memberships. Now they are constructors without a player."""

from typing import Any

from django.db import migrations


def separate_bots_from_users(apps: Any, schema_editor: Any) -> None:
    """End the memberships of bots, and let the settings of their leagues ask for as many as there are."""
    Constructor = apps.get_model("constructors", "Constructor")
    Membership = apps.get_model("leagues", "Membership")
    SettingsVersion = apps.get_model("leagues", "SettingsVersion")
    bots = Constructor.objects.filter(is_bot=True)
    for bot in bots.exclude(owner=None):
        Membership.objects.filter(league=bot.league_id, user=bot.owner_id).delete()
    bots.update(owner=None)
    for league in set(bots.filter(left_at=None).values_list("league", flat=True)):
        current = SettingsVersion.objects.filter(league=league).order_by("-number").first()
        current.bots_up_to = Constructor.objects.filter(league=league, left_at=None).count()
        current.save(update_fields=["bots_up_to"])


class Migration(migrations.Migration):
    dependencies = [
        ("constructors", "0001_initial"),
        ("leagues", "0002_first_draft_and_bots"),
    ]

    # Backwards nothing needs to be done: a bot without a user is allowed there, too.
    operations = [migrations.RunPython(separate_bots_from_users, migrations.RunPython.noop)]
