"""The cache: Redis by `REDIS_URL`, else files in the data directory."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.backoff import NoBackoff
from redis.retry import Retry

from fantasyf1.settings.base import FANTASYF1_HOME, REDIS_URL


def redis_database(url: str, number: int) -> str:
    """The URL with another database number, so that cache and broker are separate on the same Redis too."""
    parts = urlsplit(url)
    return str(urlunsplit(parts._replace(path=f"/{number}")))


if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": redis_database(REDIS_URL, 1),
            "KEY_PREFIX": "fantasyf1",
            "OPTIONS": {
                "SOCKET_CONNECT_TIMEOUT": 0.3,
                "SOCKET_TIMEOUT": 0.3,
                # The client's default retries would delay a page for seconds when Redis is down.
                "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 0)},
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": FANTASYF1_HOME / "cache",
            "KEY_PREFIX": "fantasyf1",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
