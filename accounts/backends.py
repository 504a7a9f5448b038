"""Signing in by user name or by confirmed e-mail address, in any case, a limited number of times."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import user_with_email
from accounts.services import limits
from fantasyf1.kit import clock
from fantasyf1.kit.web import client_address


class NameOrEmailBackend(AuthenticationBackend):
    """allauth's own, which takes about the same time whether somebody has the name or not."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # type: ignore[override]
        """The user whose name or address and password these are, else None.

        Raises `TooMany` when this name, or whoever sends the request, has tried too often: whatever the door is, the
        try is counted here, before the password is looked at.
        """
        name, password = credentials.get("username"), credentials.get("password")
        if name is None or password is None:
            return None
        tries = limits.sign_in_limits(name, client_address(request) if request else "")
        limits.use_up(tries, now=clock.now())
        # The name alone: given as an address besides, a known one would be hashed twice and tell itself by the time.
        user = super().authenticate(request, username=name.strip(), password=password)
        if user is None:
            # Of a closed account nobody is told, not even whoever knows its password.
            self.unstash_authenticated_user()
            return None
        assert isinstance(user, User), "the only kind there is"
        limits.give_back(tries)
        return user

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """By a confirmed address only: of any other, several may say that it is theirs."""
        return self._check_password(user_with_email(email), password)
