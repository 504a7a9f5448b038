"""Finding people by what they type, and by the tokens that their apps send."""

from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from rest_framework_simplejwt.tokens import Token

from accounts.models import TokenFamily, User


def user_named(name: str) -> User | None:
    """The user of that name in any case. `Lower` on both sides, so that the database's unique index answers."""
    return User.objects.filter(Exact(Lower("username"), Lower(Value(name)))).first()


def user_with_email(address: str) -> User | None:
    """The user with that e-mail address in any case."""
    if not address:
        return None
    return User.objects.filter(Exact(Lower("email"), Lower(Value(address)))).first()


def family_of(token: Token) -> TokenFamily | None:
    """The family of a token with its user in one query, unless it has ended or he may not sign in."""
    return TokenFamily.objects.alive().select_related("user").filter(pk=token.get("family")).first()
