"""How the site looks to a reader who does not want the system's choice: the theme, and more contrast. Kept in cookies.

The server writes the choice into the page, so that it never flashes in the other theme.
"""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse

THEMES = ("light", "dark")
CONTRASTS = ("more",)
# By the name of the cookie. Any other value means the system's choice.
CHOICES = {"theme": THEMES, "contrast": CONTRASTS}
MAX_AGE = 365 * 24 * 60 * 60


class Appearance(NamedTuple):
    """The reader's choices; empty where the system decides."""

    theme: str
    contrast: str


def chosen_appearance(request: HttpRequest) -> Appearance:
    """What the cookies of the request say."""
    values = {name: request.COOKIES.get(name, "") for name in CHOICES}
    return Appearance(**{name: value if value in CHOICES[name] else "" for name, value in values.items()})


def remember(response: HttpResponse, appearance: Appearance) -> None:
    """Set the cookies, which static/js/app.js sets too, or delete them where the system decides."""
    for name, value in appearance._asdict().items():
        if value:
            response.set_cookie(name, value, max_age=MAX_AGE, secure=settings.HTTPS, samesite="Lax")
        else:
            response.delete_cookie(name, samesite="Lax")
