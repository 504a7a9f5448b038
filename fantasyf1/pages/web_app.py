"""Files that clients look for at the top of the site: those of an app on the home screen that receives push, the icon,
the rules for crawlers, and what is shown offline.
"""

from functools import cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.web.site import absolute_url

# The size and the purpose of each icon (https://www.w3.org/TR/appmanifest/#purpose-member).
ICONS = {
    "icon-192.png": (192, "any"),
    "icon-512.png": (512, "any"),
    "icon-maskable-192.png": (192, "maskable"),
    "icon-maskable-512.png": (512, "maskable"),
    "icon-monochrome-512.png": (512, "monochrome"),
}
THEME_COLOR = "#14181e"
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
    app = {
        "id": "/",
        "name": "Fantasy F1",
        "short_name": "Fantasy F1",
        "description": _("Draft drivers with friends before every Formula 1 race."),
        "lang": get_language(),
        "categories": ["games", "sports"],
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "display_override": ["standalone", "minimal-ui"],
        # A shortcut or a pushed message shows its page in the window that is open.
        "launch_handler": {"client_mode": ["navigate-existing", "auto"]},
        "background_color": THEME_COLOR,
        "theme_color": THEME_COLOR,
        "icons": [_icon_entry(name, size, purpose) for name, (size, purpose) in ICONS.items()],
        "shortcuts": [
            _shortcut(_("Your turn"), "pages:next_turn", "turn"),
            _shortcut(_("Calendar"), "races:calendar", "calendar"),
            _shortcut(_("News"), "notifications:list", "news"),
        ],
    }
    return JsonResponse(app, content_type="application/manifest+json")


def _icon_entry(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    return {"src": static(f"img/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


def _shortcut(name: str, route: str, icon: str) -> dict[str, object]:
    """An entry of the menu of the app's icon."""
    return {"name": name, "url": reverse(route), "icons": [_icon_entry(f"shortcut-{icon}-96.png", 96)]}


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that receives push and shows pages offline. At the top of the site, because it may only control pages
    below its address.

    Browsers compare it with the one that they have, so it names the version of the site and of its static files.
    """
    context = {
        "worker_version": f"{settings.VERSION}-{getattr(staticfiles_storage, 'manifest_hash', '')}",
        "offline_pages": settings.OFFLINE_PAGES,
        "kept_seconds": settings.SESSION_COOKIE_AGE,
    }
    response = render(request, "service_worker.js", context, content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows when the site cannot be reached and there is no copy of a page."""
    return render(request, "pages/offline.html", {"kept_seconds": settings.SESSION_COOKIE_AGE})


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
