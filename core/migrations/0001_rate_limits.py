from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # Every database begins with this migration. In one from before the first release, that of the users is applied
    # without it, and the launcher says that such a database cannot be upgraded (fantasyf1.ops.bootstrap).
    run_before = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="SHA-256 of what is limited and for whom.",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("theoretical_arrival_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "rate limit",
                "verbose_name_plural": "rate limits",
            },
        ),
    ]
