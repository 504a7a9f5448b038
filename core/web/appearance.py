"""How the site looks to a reader who does not want the system's choice: the theme, and more contrast.

Users have their choice in the account, visitors in cookies of the browser. The server writes it into the page, so that
it never flashes in the other theme. The browsers of users get the cookies too: for pages from memory or without a
connection, which static/js/app.js brings up to date, and for when the user has signed out.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEMES = ("light", "dark")
CONTRASTS = ("more",)
# By the name of the cookie, and of the field of the account. Any other value means the system's choice.
CHOICES = {"theme": THEMES, "contrast": CONTRASTS}
MAX_AGE = 365 * 24 * 60 * 60


class Appearance(NamedTuple):
    """The reader's choices; empty where the system decides."""

    theme: str
    contrast: str


def chosen_appearance(request: HttpRequest) -> Appearance:
    """What the user has chosen for the account, or else what the cookies of the request say."""
    # Neither visitors nor pages about a fault, which come before the middleware, have an account.
    account = getattr(request, "user", None)
    values = {name: getattr(account, name, "") or request.COOKIES.get(name, "") for name in CHOICES}
    return Appearance(**{name: value if value in CHOICES[name] else "" for name, value in values.items()})


def remember(response: HttpResponse, appearance: Appearance) -> None:
    """Set the cookies, which static/js/app.js sets too, or delete them where the system decides."""
    for name, value in appearance._asdict().items():
        if value:
            response.set_cookie(name, value, max_age=MAX_AGE, secure=settings.HTTPS, samesite="Lax")
        else:
            response.delete_cookie(name, samesite="Lax")


class AppearanceMiddleware:
    """Give the browser of a user the cookies of their choice, which they may have made on another device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and "public" not in response.get("Cache-Control", "") and request.user.is_authenticated:
            chosen = chosen_appearance(request)
            if any(value != request.COOKIES.get(name, "") for name, value in chosen._asdict().items()):
                remember(response, chosen)
        return response
