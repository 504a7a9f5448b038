from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leagues", "0005_invitations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="league",
            name="founding_key",
            field=models.UUIDField(
                editable=False, help_text="Of the form that founded it: sent again, it founds no other.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="league",
            constraint=models.UniqueConstraint(
                fields=("creator", "founding_key"), name="one_league_per_creator_and_founding_key"
            ),
        ),
    ]
