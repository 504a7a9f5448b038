from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_say_who_may_find_whom_and_ask_for_codes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mutednews",
            name="kind",
            field=models.CharField(
                choices=[
                    ("result_corrected", "A correction changed your points"),
                    ("race_changed", "A race moved, and the lock of a draft with it"),
                    ("driver_out", "A driver whom you picked is out"),
                    ("draft_voided", "A draft was declared void"),
                    ("league_changed", "Something changed in a league of yours"),
                    ("for_administrators", "For administrators"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("result_corrected", "A correction changed your points"),
                    ("race_changed", "A race moved, and the lock of a draft with it"),
                    ("driver_out", "A driver whom you picked is out"),
                    ("draft_voided", "A draft was declared void"),
                    ("league_changed", "Something changed in a league of yours"),
                    ("for_administrators", "For administrators"),
                ],
                max_length=20,
            ),
        ),
    ]
