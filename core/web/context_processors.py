"""Template context processors."""

from datetime import datetime

from django.http import HttpRequest

from core import clock


def server_time(request: HttpRequest) -> dict[str, datetime]:
    """The server's time of the response, from which countdowns in the page and in the browser count."""
    return {"server_now": clock.now()}
