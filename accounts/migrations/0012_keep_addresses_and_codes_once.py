from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_hand_addresses_and_codes_to_allauth")]

    operations = [
        migrations.RemoveField(model_name="user", name="pending_email"),
        migrations.DeleteModel(name="SecondFactor"),
    ]
