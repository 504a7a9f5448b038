"""Template tags for languages: the links to a page's other languages, and the visitor's choice in the footer."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.web.languages import QUERY_PARAMETER, language_choices, language_urls

register = template.Library()


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> SafeString | str:
    """For search engines: the address of this page, and those of the page in each language."""
    request = context.get("request")
    if request is None or request.method not in ("GET", "HEAD"):
        return ""
    urls = language_urls(request)
    own = urls.get(request.GET.get(QUERY_PARAMETER, ""), urls["x-default"])
    others = format_html_join(
        "\n    ", '<link rel="alternate" hreflang="{}" href="{}">', ((_code(name), url) for name, url in urls.items())
    )
    return format_html('<link rel="canonical" href="{}">\n    {}', own, others)


def _code(name: str) -> str:
    """A language for hreflang: our English is for everyone who reads English.

    >>> _code("en-gb"), _code("de"), _code("x-default")
    ('en', 'de', 'x-default')
    """
    return name if name == "x-default" else name.split("-")[0]


@register.inclusion_tag("elements/language_switch.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """A button for each language, which works without JavaScript, for people without an account."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if request is None or query is None:
        return {}
    query.pop(QUERY_PARAMETER, None)
    path = f"{request.path}?{query.urlencode()}" if query else request.path
    return {"languages": language_choices(), "current": get_language(), "path": path}
