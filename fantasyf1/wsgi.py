"""The WSGI application: pages, API and admin, behind the cached-reads middleware if the cache is Redis.

Around it, reads are repeated if the connection to the database was lost. Each request has an id and a line in the log,
and is measured.
"""

import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

application: Callable[..., Iterable[bytes]] = get_wsgi_application()

from django.conf import settings  # noqa: E402 - Django has been set up above

from core.cache import safe_cache  # noqa: E402 - likewise
from core.web.request_ids import RequestIdWSGI  # noqa: E402 - likewise
from core.web.request_log import RequestLogWSGI  # noqa: E402 - likewise
from core.web.request_metrics import MeasuredWSGI  # noqa: E402 - likewise
from core.web.retries import RetriedReads  # noqa: E402 - likewise

if safe_cache.is_redis():
    from fantasyf1.cached_reads.middleware import CachedReadsMiddleware

    application = CachedReadsMiddleware(application)

application = RequestIdWSGI(RequestLogWSGI(RetriedReads(application)))
if settings.METRICS:
    application = MeasuredWSGI(application)
