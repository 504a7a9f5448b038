"""Files that clients look for at the top of the site: those of an app on the home screen that receives push, the icon,
the rules for crawlers, and what is shown offline.
"""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.web.site import absolute_url

ICON_SIZES = (192, 512)
# Pages that are of use to one person only, or whose address is a secret. League invitations are missing, because
# programs that preview them in a chat follow these rules.
ROBOTS = """\
User-agent: *
Disallow: /accounts/
Disallow: /admin/
Disallow: /calendar/
Disallow: /invitations/
Disallow: /live/
Disallow: /pick/
Disallow: /watch/
"""


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest (https://www.w3.org/TR/appmanifest/)."""
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in ICON_SIZES
    ]
    icons.append({"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"})
    app = {
        "id": "/",
        "name": "Fantasy F1",
        "description": _("Draft drivers with friends before every Formula 1 race."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#14181e",
        "theme_color": "#14181e",
        "icons": icons,
    }
    return JsonResponse(app, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that receives push. At the top of the site, because it may only control pages below its address."""
    response = render(request, "service_worker.js", content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
@cache_control(max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon for programs that do not read the page, drawn like static/img/favicon.svg."""
    return HttpResponse(_icon(), content_type="image/x-icon")


@cache
def _icon() -> bytes:
    return (settings.BASE_DIR / "static" / "img" / "favicon.ico").read_bytes()


@require_safe
@cache_control(max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """The rules for crawlers (RFC 9309)."""
    text = f"{ROBOTS}Sitemap: {absolute_url(reverse('sitemap'))}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    """The page that a browser shows in place of others when it is offline. The same for everyone."""
    return HttpResponse(render_to_string("offline.html"))
