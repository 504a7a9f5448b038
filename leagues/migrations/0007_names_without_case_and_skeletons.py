"""Search leagues by name whatever its case, on every database, and tell members who look alike apart."""

from django.conf import settings
from django.db import migrations, models

import core.confusables
import core.derived_fields

BATCH_SIZE = 500


def fill_folded_names(apps, schema_editor):
    leagues = apps.get_model("leagues", "League").objects.all()
    core.derived_fields.fill_derived_field(leagues, "folded_name", scope=lambda league: league.pk)


def fill_name_skeletons(apps, schema_editor):
    """A member who looks like an earlier one keeps an empty skeleton until they join again or choose another name."""
    model = apps.get_model("leagues", "Membership")
    current = model.objects.filter(left_at=None).exclude(user=None).select_related("user").order_by("pk")
    taken, filled = set(), []
    for membership in current.iterator(BATCH_SIZE):
        key = core.confusables.skeleton(membership.user.display_name or membership.user.username)
        if (membership.league_id, key) not in taken:
            taken.add((membership.league_id, key))
            membership.name_skeleton = key
            filled.append(membership)
    model.objects.bulk_update(filled, ["name_skeleton"], batch_size=BATCH_SIZE)


class Migration(migrations.Migration):
    dependencies = [
        ("leagues", "0006_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="league",
            name="folded_name",
            field=core.derived_fields.DerivedField(
                default="",
                derive=core.confusables.folded,
                editable=False,
                help_text="The name as it is searched: without case.",
                max_length=320,
                source="name",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="name_skeleton",
            field=models.CharField(
                blank=True,
                default="",
                editable=False,
                help_text="What the member's shown name has in common with names that look like it.",
                max_length=300,
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="name_key",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="The member's shown name as it is compared with others: without case.",
                max_length=300,
            ),
        ),
        migrations.RunPython(fill_folded_names, migrations.RunPython.noop),
        migrations.RunPython(fill_name_skeletons, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None), models.Q(("name_skeleton", ""), _negated=True)),
                fields=("league", "name_skeleton"),
                name="one_member_per_name_skeleton_and_league",
            ),
        ),
    ]
