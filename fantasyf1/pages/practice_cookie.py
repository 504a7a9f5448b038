"""The practice draft of a browser, in a signed cookie: visitors can practise too, and the site stores nothing."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from drafts.rules.practice import Practice, PracticeBoard, finished_board_from_json, from_json, to_json

NAME = "practice"
SALT = "pages.practice"
LIFETIME = timedelta(days=14)


def remember(response: HttpResponse, practice: Practice) -> None:
    """Set the cookie. Browsers send it with the pages of practice drafts only."""
    response.set_cookie(
        NAME,
        signing.dumps(to_json(practice), salt=SALT, compress=True),
        max_age=LIFETIME,
        path=reverse("pages:practice"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def practice_of(request: HttpRequest) -> Practice | None:
    """The practice draft of this browser, under way or finished. None without one that can be read."""
    return from_json(_read(request))


def finished_board_of(request: HttpRequest) -> PracticeBoard | None:
    """The practice draft of this browser if every pick has been made."""
    return finished_board_from_json(_read(request))


def _read(request: HttpRequest) -> object:
    """What the site has signed; None if the cookie is missing, forged or expired."""
    try:
        return signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
