"""The pages, the API and the admin as a WSGI application: what a production server for pages runs."""

import os
from collections.abc import Callable, Iterable

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

application: Callable[..., Iterable[bytes]] = get_wsgi_application()

from fantasyf1.kit import cache  # noqa: E402 - it needs Django set up, which was done just now

if cache.is_redis():
    from fantasyf1.fast_lane import FastLane

    application = FastLane(application)
