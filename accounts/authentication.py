"""Who sends a request to the API: the user of the family of tokens that its access token is of."""

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import Token

from accounts.models import User
from accounts.selectors import family_of


class TokenAuthentication(JWTAuthentication):
    """simplejwt's own, but a token ends with its family, its user's password and his account."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]  # its type allows no narrowing
        family = family_of(validated_token)
        if family is None or not family.is_good:
            raise AuthenticationFailed("This sign-in is over. Sign in again.", code="token_not_valid")
        return family.user


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """The same in the description of the API."""

    target_class = "accounts.authentication.TokenAuthentication"
