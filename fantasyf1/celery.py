"""The Celery application. Tasks are discovered in each app's `tasks.py`; the settings define the beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

app = Celery("fantasyf1")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_: Any) -> None:
    """Celery would set the level of the root logger and its own format: the settings have configured both."""
