"""API authentication: the user is the one of the access token's token family."""

from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import Token

from accounts.models import User
from accounts.selectors import active_token_family


class TokenAuthentication(JWTAuthentication):
    """simplejwt's authentication; a token also ends with its family, a change of password and the account."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]  # its type allows no narrowing
        family = active_token_family(validated_token)
        if family is None or not family.has_current_credentials:
            raise AuthenticationFailed(_("This sign-in has ended. Sign in again."), code="token_not_valid")
        return family.user


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """Describes `TokenAuthentication` in the OpenAPI schema."""

    target_class = "accounts.authentication.TokenAuthentication"
