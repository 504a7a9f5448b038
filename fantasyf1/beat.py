"""Beat's schedules: rows that an administrator sees and changes. The settings only fill in what is missing."""

import logging
from collections.abc import Mapping
from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)


class Schedules(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """The scheduler of django-celery-beat, which would write the settings' schedules over the rows at every start."""

    def setup_schedule(self) -> None:
        self.forget_what_is_gone()
        super().setup_schedule()

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Make a row for each entry that has none: what an administrator has changed stays."""
        there = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in there})

    def forget_what_is_gone(self) -> None:
        """Delete the rows whose task an earlier version had: no worker knows it any more."""
        gone = PeriodicTask.objects.exclude(task__in=self.app.tasks)
        for row in gone:
            logger.warning("The schedule “%s” is deleted: there is no task %s any more.", row.name, row.task)
        gone.delete()
