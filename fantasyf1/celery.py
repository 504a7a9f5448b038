"""The Celery application: tasks are found in every app's `tasks.py`, their schedule stands in the settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

app = Celery("fantasyf1")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
