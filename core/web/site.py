"""The address of the site, with which all links begin that leave it: in e-mails, invitations, calendars and the API.

It is a setting, never taken from a request, whose `Host` header the client chooses.
"""

from urllib.parse import urlsplit

from django.conf import settings


def absolute_url(path: str) -> str:
    """The URL of a path of this site, such as https://f1.example.org/leagues/7/."""
    return f"{settings.SITE_URL}{path}"


def site_host() -> str:
    """The host of the site, with its port if it is not the usual one."""
    return urlsplit(settings.SITE_URL).netloc


def mail_domain() -> str:
    """The host of the site without a port, for the headers of e-mails."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"
