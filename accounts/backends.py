"""Signing in by user name or by e-mail address, in any case, a limited number of times."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import user_named, user_with_email
from accounts.services import limits
from accounts.services.second_factor import check_factor
from fantasyf1.kit import clock
from fantasyf1.kit.web import client_address


class NameOrEmailBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user whose name or address and password these are, else None, after about the same time.

        Raises `TooMany` when this name, or whoever sends the request, has tried too often: whatever the door is, the
        try is counted here, before the password is looked at. Raises `CodeNeeded` when the password is right and the
        code of his authenticator app (`code`) is missing or wrong.
        """
        if username is None or password is None:
            return None
        tries = limits.sign_in_limits(username, client_address(request) if request else "")
        limits.use_up(tries, now=clock.now())
        user = _user_with(username.strip(), password)
        if user is None or not self.user_can_authenticate(user):
            return None
        # Before the try is given back: codes are guessed no more often than passwords.
        check_factor(user, str(kwargs.get("code", "")))
        limits.give_back(tries)
        return user


def _user_with(name: str, password: str) -> User | None:
    user = user_named(name) or user_with_email(name)
    if user is None:
        # Hash all the same: a quick answer would tell which accounts exist (Django #20760).
        User().set_password(password)
        return None
    return user if user.check_password(password) else None
