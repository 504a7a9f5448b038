"""The keys in links that set a new password."""

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetKeys(PasswordResetTokenGenerator):
    """Django's own, which end with the password and the address; here also with the account and after signing out
    everywhere. Django's setting PASSWORD_RESET_TIMEOUT says for how long they are good."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}:{user.credentials_digest}:{user.is_active}"
