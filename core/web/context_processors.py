"""Template context processors."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from core import clock
from core.web.appearance import Appearance, chosen_appearance


def server_time(request: HttpRequest) -> dict[str, datetime]:
    """The server's time of the response, from which countdowns in the page and in the browser count."""
    return {"server_now": clock.now()}


def version(request: HttpRequest) -> dict[str, str]:
    """The version of the site, for the footer and the admin."""
    return {"version": settings.VERSION}


def appearance(request: HttpRequest) -> dict[str, Appearance]:
    """The theme and contrast that the reader has chosen."""
    return {"appearance": chosen_appearance(request)}
