"""Pages about the site, whose texts operators can replace: about, privacy, terms. And its map for search engines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.web.site import absolute_url, site_host
from races.models import Driver, Race
from races.selectors import real_seasons

# The pages for everyone that are not about one race or driver.
PAGES = (
    "home",
    "races:calendar",
    "formula1:drivers",
    "scoring:rankings",
    "leagues:public",
    "pages:practice",
    "pages:help",
    "pages:about",
    "pages:privacy",
    "pages:terms",
)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return _text(request, _("About this site"), "site/about.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _text(request, _("Privacy"), "site/privacy.html")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return _text(request, _("Terms of use"), "site/terms.html")


def _text(request: HttpRequest, title: str, template: str) -> HttpResponse:
    return render(request, "pages/text.html", {"title": title, "text": template, "host": site_host()})


@require_safe
@cache_control(max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages that search engines should know (https://www.sitemaps.org/protocol.html)."""
    races = Race.objects.filter(season__in=real_seasons()).order_by("-race_date").values_list("pk", flat=True)
    drivers = Driver.objects.filter(entries__race__season__in=real_seasons()).distinct().order_by("ref")
    paths = [
        *(reverse(name) for name in PAGES),
        *(reverse("races:race", args=[pk]) for pk in races),
        *(reverse("formula1:driver", args=[ref]) for ref in drivers.values_list("ref", flat=True)),
    ]
    context = {"addresses": [absolute_url(path) for path in paths]}
    return render(request, "sitemap.xml", context, content_type="application/xml; charset=utf-8")
