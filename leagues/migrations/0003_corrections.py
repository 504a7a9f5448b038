import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("leagues", "0002_clocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="settingsversion",
            name="corrections",
            field=models.CharField(
                choices=[
                    ("follow", "Follow every correction until the season's end"),
                    ("freeze", "Freeze the results some days after the race"),
                ],
                default="follow",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="settingsversion",
            name="freeze_days",
            field=models.PositiveSmallIntegerField(
                default=7,
                help_text="Days after the race's start, where corrections are frozen.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)],
            ),
        ),
    ]
