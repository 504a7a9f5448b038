"""API authentication: the user is the one of the access token's token family."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import Token

from accounts.models import User
from accounts.selectors import active_token_family


class TokenNotValid(exceptions.AuthenticationFailed):
    """The one error for every token that does not work: malformed, of another kind, expired or revoked."""

    default_detail = gettext_lazy("This token is not valid or has expired.")
    default_code = "token_not_valid"


class TokenAuthentication(JWTAuthentication):
    """simplejwt's authentication; a token also ends with its family, a change of password and the account."""

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        """simplejwt has a code and a sentence of its own for each way in which a token can be wrong."""
        try:
            return super().authenticate(request)
        except AuthenticationFailed as error:
            raise TokenNotValid from error

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]  # its type allows no narrowing
        family = active_token_family(validated_token)
        if family is None or not family.has_current_credentials:
            raise TokenNotValid(_("This sign-in has ended. Sign in again."))
        return family.user


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """Describes `TokenAuthentication` in the OpenAPI schema."""

    target_class = "accounts.authentication.TokenAuthentication"
