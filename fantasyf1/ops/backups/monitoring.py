"""Run the nightly backup, and notify administrators of one that failed or is missing."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from fantasyf1.notification_kinds import BACKUP_FAILED, BACKUP_OLD
from fantasyf1.ops.backups.creation import back_up, is_backup_due
from fantasyf1.ops.backups.errors import BackupError, BackupIsRunningError
from fantasyf1.ops.backups.records import Record, read_record
from leagues.selectors import first_league_created_at
from notifications.kinds import Message
from notifications.services import notify

logger = logging.getLogger(__name__)

MAX_ERROR_LENGTH = 500


def back_up_when_due(*, now: datetime) -> bool:
    """Make the nightly backup if it is missing; returns whether one was made. Notifies administrators of trouble."""
    if not settings.BACKUPS:
        return False
    made = is_backup_due(now) and _try_to_back_up(now)
    _notify_of_trouble(read_record(settings.BACKUP_DIR), now)
    return made


def _try_to_back_up(now: datetime) -> bool:
    try:
        backup = back_up(now=now)
    except BackupIsRunningError:
        return False
    except BackupError as error:
        logger.error("The nightly backup has failed and is tried again in an hour: %s", error)
        return False
    logger.info("Backed up to %s", backup.path)
    return True


def _notify_of_trouble(record: Record, now: datetime) -> None:
    """Tell administrators once a day what is wrong."""
    if record.error:
        _tell(BACKUP_FAILED, f"backup-failed:{now.date()}", {"error": record.error[:MAX_ERROR_LENGTH]}, now)
    elif record.is_old(now, in_use_since=first_league_created_at()):
        _tell(BACKUP_OLD, f"backup-old:{now.date()}", {}, now)


def _tell(message: Message, key: str, params: dict[str, str], now: datetime) -> None:
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    notify(users=administrators, message=message, key=key, params=params, expires_at=now + timedelta(days=2), now=now)
