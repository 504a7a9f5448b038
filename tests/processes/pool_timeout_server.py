"""A web process that waits SECONDS for a connection: `python -m tests.processes.pool_timeout_server SECONDS`.

Its pages do not need collected static files.
"""

import sys

from django.conf import settings

from fantasyf1.ops.entrypoints import web

if __name__ == "__main__":
    settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = float(sys.argv[1])
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    web()
