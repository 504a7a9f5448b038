"""What the header of every page is given."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest

from accounts.selectors import unread_count

# From here on the header says "99+".
COUNTED = 100


def unread_news(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """How much the person has not read: asked once, and only by a template that shows it, which a fragment does not."""
    user = request.user
    return {"unread_news": cache(lambda: unread_count(user, COUNTED) if user.is_authenticated else 0)}
