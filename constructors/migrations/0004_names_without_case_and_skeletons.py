"""Compare the names of constructors in Python: whatever their case on every database, and by what they look like."""

from django.conf import settings
from django.db import migrations, models

import core.confusables
import core.derived_fields


def fill_keys(apps, schema_editor):
    def scope(constructor):
        # Those that have left keep their names.
        return constructor.league_id if constructor.left_at is None else (constructor.league_id, constructor.pk)

    constructors = apps.get_model("constructors", "Constructor").objects.all()
    for name in ("folded_name", "name_skeleton"):
        core.derived_fields.fill_derived_field(constructors, name, scope=scope)


class Migration(migrations.Migration):
    dependencies = [
        ("constructors", "0003_deputies"),
        ("leagues", "0007_names_without_case_and_skeletons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="constructor",
            name="one_constructor_per_name_and_league",
        ),
        migrations.AddField(
            model_name="constructor",
            name="folded_name",
            field=core.derived_fields.DerivedField(
                default="",
                derive=core.confusables.folded,
                editable=False,
                help_text="The name as it is compared with others: without case.",
                max_length=320,
                source="name",
            ),
        ),
        migrations.AddField(
            model_name="constructor",
            name="name_skeleton",
            field=core.derived_fields.DerivedField(
                default="",
                derive=core.confusables.skeleton,
                editable=False,
                help_text="What the name has in common with names that look like it.",
                max_length=320,
                source="name",
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="constructor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)),
                fields=("league", "folded_name"),
                name="one_constructor_per_name_and_league",
            ),
        ),
        migrations.AddConstraint(
            model_name="constructor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)),
                fields=("league", "name_skeleton"),
                name="one_constructor_per_name_skeleton_and_league",
            ),
        ),
    ]
