"""Encrypt the secrets of authenticator apps, and the seeds of recovery codes, which were stored as text."""

from collections.abc import Callable
from typing import Any

from django.db import migrations

from core.encryption import decrypt, encrypt

ENCRYPTED_FIELDS = ("secret", "seed")


def _change_secrets(apps: Any, change: Callable[[str], str]) -> None:
    for authenticator in apps.get_model("mfa", "Authenticator").objects.order_by("pk"):
        data = authenticator.data
        authenticator.data = data | {name: change(data[name]) for name in ENCRYPTED_FIELDS if name in data}
        authenticator.save(update_fields=["data"])


def encrypt_secrets(apps: Any, schema_editor: Any) -> None:
    _change_secrets(apps, encrypt)


def decrypt_secrets(apps: Any, schema_editor: Any) -> None:
    _change_secrets(apps, decrypt)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_emailchange"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt_secrets, decrypt_secrets)]
