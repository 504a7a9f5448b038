"""The WSGI application: pages, API and admin, behind the cached-reads middleware if the cache is Redis."""

import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

application: Callable[..., Iterable[bytes]] = get_wsgi_application()

from core.cache import safe_cache  # noqa: E402 - it needs Django, which has been set up above

if safe_cache.is_redis():
    from fantasyf1.cached_reads.middleware import CachedReadsMiddleware

    application = CachedReadsMiddleware(application)
