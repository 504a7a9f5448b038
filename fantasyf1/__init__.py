"""Fantasy F1: leagues of friends draft real drivers before every race."""

import gc

# Nearly all of what a process imports stays, and looking for garbage in it takes a fifth of the time that it needs to
# start. `fantasyf1.apps.ProjectConfig` turns the collection on again.
gc.disable()

from fantasyf1.celery import app as celery_app  # noqa: E402 - after the line above

__all__ = ["celery_app"]
