"""Token generator for password reset links."""

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetTokenGenerator(PasswordResetTokenGenerator):
    """Django's tokens, which stop working when the password or e-mail address changes. These also stop working when the
    account is deactivated and on signing out everywhere. They expire after PASSWORD_RESET_TIMEOUT."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}:{user.credentials_digest}:{user.is_active}"
