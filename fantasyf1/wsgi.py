"""The pages, the API and the admin as a WSGI application: what a production server for pages runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

application = get_wsgi_application()
