"""Template context processors."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from core import clock


def server_time(request: HttpRequest) -> dict[str, datetime]:
    """The server's time of the response, from which countdowns in the page and in the browser count."""
    return {"server_now": clock.now()}


def version(request: HttpRequest) -> dict[str, str]:
    """The version of the site, for the footer and the admin."""
    return {"version": settings.VERSION}
