"""The notifications of the project package: backups, for administrators."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import FOR_ADMINISTRATORS, Message, Params


def _overview(_: Params) -> str:
    return reverse("admin:index")


BACKUP_FAILED = Message(
    FOR_ADMINISTRATORS,
    "backup_failed",
    title=_("The backup has failed"),
    body=_("%(error)s\nRun manage.py backup to try again."),
    link=_overview,
)
BACKUP_OLD = Message(
    FOR_ADMINISTRATORS,
    "backup_old",
    title=_("There has been no backup for two days"),
    body=_("Check that beat and worker run, then run manage.py backup."),
    link=_overview,
)

MESSAGES = (BACKUP_FAILED, BACKUP_OLD)
