"""The tokens that the API hands out and takes back."""

from typing import TypedDict

from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User


class Tokens(TypedDict):
    access: str
    refresh: str


def tokens_for(user: User) -> Tokens:
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renewed_tokens(refresh: str) -> Tokens:
    """New tokens for a refresh token. Raises `InvalidToken` when it is not one, or its user is gone or shut out."""
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type]  # its stub knows tokens only, it reads text
    except TokenError as error:
        raise InvalidToken(str(error)) from error
    user = User.objects.filter(pk=token["user_id"], is_active=True).first()
    if user is None:
        raise InvalidToken("This account is closed.")
    return tokens_for(user)
