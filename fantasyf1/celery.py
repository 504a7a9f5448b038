"""The Celery application. Tasks are discovered in each app's `tasks.py`; the settings define the beat schedule."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

app = Celery("fantasyf1")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
