"""What every page is given."""

from datetime import datetime

from django.http import HttpRequest

from fantasyf1.kit import clock


def server_time(request: HttpRequest) -> dict[str, datetime]:
    """The moment of the answer, from which countdowns count, in the page and in the browser."""
    return {"server_now": clock.now()}
