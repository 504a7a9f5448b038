"""Compare user names in Python: whatever their case on every database, and by what they look like."""

from django.db import migrations, models

import core.confusables
import core.derived_fields


def fill_keys(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.all()
    for name in ("username_key", "username_skeleton"):
        core.derived_fields.fill_derived_field(users, name)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_encrypt_mfa_secrets"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="user",
            name="one_user_per_username",
        ),
        migrations.AddField(
            model_name="user",
            name="username_key",
            field=core.derived_fields.DerivedField(
                default="",
                derive=core.confusables.folded,
                editable=False,
                help_text="The user name as it is compared with others: without case.",
                max_length=320,
                source="username",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="username_skeleton",
            field=core.derived_fields.DerivedField(
                default="",
                derive=core.confusables.skeleton,
                editable=False,
                help_text="What the user name has in common with names that look like it.",
                max_length=320,
                source="username",
            ),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("username_key",), name="one_user_per_username_key"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("username_skeleton",), name="one_user_per_username_skeleton"),
        ),
    ]
