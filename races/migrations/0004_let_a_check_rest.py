from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("races", "0003_keep_checks_quarantine_and_holds"),
    ]

    operations = [
        migrations.RenameField(model_name="resultcheck", old_name="leased_until", new_name="not_before"),
        migrations.AlterField(
            model_name="resultcheck",
            name="not_before",
            field=models.DateTimeField(blank=True, help_text="It is worked on, or rests, until then.", null=True),
        ),
        migrations.AlterField(
            model_name="resultcheck",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often it failed."),
        ),
    ]
