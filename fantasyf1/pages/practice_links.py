"""Signed links to the race of a practice draft. They carry the draft itself: nothing is stored, and nobody is named."""

from dataclasses import fields, replace

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from drafts.rules.practice import PracticeBoard, finished_board_from_json, to_json

from . import practice_cookie

SALT = "pages.practice_race"
# Ten players with two picks each need about 200 characters.
MAX_LENGTH = 500
FIELDS = tuple(item.name for item in fields(PracticeBoard))


def token_of(board: PracticeBoard) -> str:
    return _signer().sign_object(list(to_json(board).values()), compress=True)


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT)


def path_of(board: PracticeBoard) -> str:
    """The path of the page that shows how the race went for the picks of a finished draft."""
    return reverse("pages:practice_race", args=[token_of(board)])


def read(token: str) -> PracticeBoard | None:
    """The draft of a link; None for one that the site has not issued, or that no longer fits the game."""
    if len(token) > MAX_LENGTH:
        return None
    try:
        values = _signer().unsign_object(token)
    except signing.BadSignature:
        return None
    return finished_board_from_json(dict(zip(FIELDS, values, strict=False)))


def is_own(request: HttpRequest, board: PracticeBoard) -> bool:
    """Whether these are the picks of the practice draft of this browser, under whatever scoring."""
    own = practice_cookie.finished_board_of(request)
    return own is not None and replace(own, scoring=board.scoring, sprints=board.sprints) == board
