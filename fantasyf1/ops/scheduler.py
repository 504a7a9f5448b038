"""The Celery beat scheduler. Schedules are rows that an administrator can edit; the settings only add missing ones."""

import logging
from collections.abc import Mapping
from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)


class SeedingDatabaseScheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """django-celery-beat's scheduler, except that it does not overwrite rows with the settings at every start."""

    def setup_schedule(self) -> None:
        self.delete_unknown_tasks()
        super().setup_schedule()

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Create a row for each entry without one. Existing rows keep the administrator's changes."""
        existing = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in existing})

    def delete_unknown_tasks(self) -> None:
        """Delete the rows of tasks that no longer exist: no worker can run them."""
        obsolete = PeriodicTask.objects.exclude(task__in=self.app.tasks)
        for row in obsolete:
            logger.warning("Deleted the schedule “%s”: its task %s no longer exists.", row.name, row.task)
        obsolete.delete()
