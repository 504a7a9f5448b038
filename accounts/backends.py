"""Signing in by user name or by e-mail address, in any case."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import user_named, user_with_email


class NameOrEmailBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user whose name or address and password these are, else None, after about the same time."""
        if username is None or password is None:
            return None
        user = user_named(username.strip()) or user_with_email(username.strip())
        if user is None:
            # Hash all the same: a quick answer would tell which accounts exist (Django #20760).
            User().set_password(password)
            return None
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None
