"""Context processors for the header of every page."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from .selectors import unread_count

# From this count on, the header shows "99+".
MAX_COUNT = 100


def unread_notifications(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """The number of unread notifications, lazy and cached: templates without the header run no query."""
    user = request.user
    return {"unread_notifications": cache(lambda: unread_count(user, MAX_COUNT) if user.is_authenticated else 0)}
