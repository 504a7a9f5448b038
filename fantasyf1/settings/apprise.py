"""The operator's own services that get what administrators are told, by Apprise, which is an optional package."""

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

from fantasyf1.settings.env import read

APPRISE_URLS: list[str] = read("list", "APPRISE_URLS", [])
if APPRISE_URLS and find_spec("apprise") is None:
    raise ImproperlyConfigured('APPRISE_URLS needs the package apprise: run pip install "apprise>=1.9".')
