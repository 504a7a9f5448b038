"""The address of the site, with which all links begin that leave it: in e-mails, invitations, calendars and the API.

It is a setting, never taken from a request, whose `Host` header the client chooses.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


def absolute_url(path: str) -> str:
    """The URL of a path of this site, such as https://f1.example.org/leagues/7/."""
    return f"{settings.SITE_URL}{path}"


def site_host() -> str:
    """The host of the site, with its port if it is not the usual one."""
    return urlsplit(settings.SITE_URL).netloc


@register()
def check_site_url(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start in production without the address of the site."""
    if settings.SITE_URL:
        return []
    sentence = "SITE_URL is not set. Set it to the address of the site, such as https://f1.example.org."
    return [Error(sentence, hint="All links in e-mails, invitations and calendars begin with it.", id="core.E001")]
