"""Encrypt the addresses and the secrets of webhooks, which were stored as text."""

from django.db import migrations, models

from core.encryption import decrypt, encrypt


def encrypt_webhooks(apps, schema_editor):
    for webhook in apps.get_model("leagues", "Webhook").objects.order_by("pk"):
        webhook.url_ending = webhook.encrypted_url[-4:]
        webhook.encrypted_url = encrypt(webhook.encrypted_url)
        webhook.encrypted_secret = encrypt(webhook.encrypted_secret) if webhook.encrypted_secret else ""
        webhook.save(update_fields=["url_ending", "encrypted_url", "encrypted_secret"])


def decrypt_webhooks(apps, schema_editor):
    for webhook in apps.get_model("leagues", "Webhook").objects.order_by("pk"):
        webhook.encrypted_url = decrypt(webhook.encrypted_url)
        webhook.encrypted_secret = decrypt(webhook.encrypted_secret) if webhook.encrypted_secret else ""
        webhook.save(update_fields=["encrypted_url", "encrypted_secret"])


class Migration(migrations.Migration):
    dependencies = [
        ("leagues", "0007_names_without_case_and_skeletons"),
    ]

    operations = [
        migrations.RenameField("webhook", "url", "encrypted_url"),
        migrations.RenameField("webhook", "secret", "encrypted_secret"),
        migrations.AlterField("webhook", "encrypted_url", models.TextField(editable=False, verbose_name="address")),
        migrations.AlterField(
            "webhook",
            "encrypted_secret",
            models.TextField(blank=True, editable=False, help_text="The key of the signatures; empty for chats."),
        ),
        migrations.AddField(
            "webhook",
            "url_ending",
            models.CharField(
                default="",
                editable=False,
                help_text="The last characters of the address, by which managers recognize it.",
                max_length=4,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(encrypt_webhooks, decrypt_webhooks),
    ]
