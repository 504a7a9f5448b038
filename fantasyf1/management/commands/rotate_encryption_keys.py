"""Encrypt all secrets in the database with the first of ENCRYPTION_KEYS: manage.py rotate_encryption_keys"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import encrypt_mfa_secrets_again
from core.encryption import DecryptionError
from core.transactions import atomic
from leagues.services import encrypt_webhook_secrets_again


class Command(BaseCommand):
    help = "Encrypt all secrets in the database with the first of ENCRYPTION_KEYS, so that you can remove the others."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = _encrypt_again()
        except DecryptionError as error:
            raise CommandError(
                "Nothing was changed. A secret was encrypted with a key that ENCRYPTION_KEYS does not have: add it."
            ) from error
        self.stdout.write(f"Secrets encrypted with the first key: {count}.")


@atomic
def _encrypt_again() -> int:
    """Encrypt everything again, or nothing if a key is missing."""
    return encrypt_mfa_secrets_again() + encrypt_webhook_secrets_again()
