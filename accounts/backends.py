"""Authentication backend: user name or confirmed e-mail address, case-insensitive, rate-limited."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import user_named, user_with_email
from accounts.services import known_device, rate_limits
from core import clock
from core.services.rate_limits import RateLimitRule, consume, refund
from core.web.requests import client_address


class NameOrEmailBackend(AuthenticationBackend):
    """allauth's backend, which takes about the same time whether the user exists or not."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:  # type: ignore[override]
        """Return the user with this name or address and password, else None.

        Raises `RateLimited` after too many attempts for the name or from the client's address, or with a browser in
        which this user has signed in before. Every way to sign in comes through here, and the attempt is counted before
        the password is checked.
        """
        name, password = credentials.get("username"), credentials.get("password")
        if name is None or password is None:
            return None
        tries = _limits(request, name)
        consume(tries, now=clock.now())
        # Pass only `username`: with `email` too, a known one would be hashed twice, and the timing would give it away.
        user = super().authenticate(request, username=name.strip(), password=password)
        if user is None:
            # Do not reveal that the account is inactive, even where the password is right.
            self.unstash_authenticated_user()
            return None
        assert isinstance(user, User), "the only kind there is"
        refund(tries)
        return user

    def _authenticate_by_username(self, username: str, password: str) -> AbstractBaseUser | None:
        """allauth would compare as the database does, and SQLite knows the case of ASCII letters only."""
        return self._check_password(user_named(username), password)

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        """Accept confirmed addresses only: several accounts may claim the same unconfirmed one."""
        return self._check_password(user_with_email(email), password)


def _limits(request: HttpRequest | None, name: str) -> list[RateLimitRule]:
    if request is None:
        return rate_limits.sign_in_limits(name, "")
    return rate_limits.sign_in_limits(name, client_address(request), known_device(request.COOKIES, name))
