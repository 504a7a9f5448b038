"""The style guide: every token and every element in all its states, for those who build pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


def styleguide(request: HttpRequest) -> HttpResponse:
    """For administrators, and for everyone where DEBUG is on."""
    if not (settings.DEBUG or (request.user.is_authenticated and request.user.is_superuser)):
        raise Http404
    return render(request, "pages/styleguide.html")
