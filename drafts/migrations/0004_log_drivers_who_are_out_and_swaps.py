from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("drafts", "0003_clocks_wishes_and_desk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="draftevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("order_set", "Order set by the manager"),
                    ("slots_added", "A newcomer got slots"),
                    ("slots_released", "Slots of someone who left were released"),
                    ("picked", "Picked"),
                    ("pick_changed", "Pick changed"),
                    ("driver_out", "A picked driver is out"),
                    ("swapped", "Another driver taken for one who is out"),
                    ("passed", "Time ran out, no pick"),
                    ("undone", "Picks undone by the manager"),
                    ("paused", "Paused by the manager"),
                    ("resumed", "Resumed by the manager"),
                    ("extended", "Clock extended by the manager"),
                    ("grace", "The clock resumes after an outage"),
                    ("completed", "Every pick made"),
                    ("lock_moved", "The lock moved with the race"),
                    ("locked", "Locked"),
                    ("scored", "Scored"),
                    ("voided", "Void"),
                ],
                max_length=14,
            ),
        ),
    ]
