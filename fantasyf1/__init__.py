"""Fantasy F1: leagues of friends draft real drivers before every race."""

from fantasyf1.celery import app as celery_app

__all__ = ["celery_app"]
