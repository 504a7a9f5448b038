"""Backups: where they go, who can read them, how long they stay, and copies in another place."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from fantasyf1.settings.base import FANTASYF1_HOME
from fantasyf1.settings.env import age_recipients, database_url, http_url, not_negative, read

# Whether the site backs itself up every night, and warns if it did not.
BACKUPS = read("bool", "BACKUPS", True)
BACKUP_DIR = Path(read("str", "BACKUP_DIR", "") or FANTASYF1_HOME / "backups").expanduser().absolute()
# With recipients, backups are encrypted, and contain the keys of the data folder.
BACKUP_AGE_RECIPIENT = read("list", "BACKUP_AGE_RECIPIENT", [], validate=age_recipients)
# PostgreSQL itself, if DATABASE_URL names PgBouncer: pg_dump needs a session of its own.
BACKUP_DATABASE_URL = read("str", "BACKUP_DATABASE_URL", "", validate=database_url)
BACKUP_KEEP_DAILY = read("int", "BACKUP_KEEP_DAILY", 7, validate=not_negative)
BACKUP_KEEP_WEEKLY = read("int", "BACKUP_KEEP_WEEKLY", 4, validate=not_negative)
BACKUP_KEEP_MONTHLY = read("int", "BACKUP_KEEP_MONTHLY", 6, validate=not_negative)

BACKUP_S3_BUCKET = read("str", "BACKUP_S3_BUCKET", "")
BACKUP_S3_ENDPOINT = read("str", "BACKUP_S3_ENDPOINT", "")
BACKUP_S3_REGION = read("str", "BACKUP_S3_REGION", "")
BACKUP_S3_PREFIX = read("str", "BACKUP_S3_PREFIX", "")
BACKUP_S3_ACCESS_KEY_ID = read("str", "BACKUP_S3_ACCESS_KEY_ID", "")
BACKUP_S3_SECRET_ACCESS_KEY = read("str", "BACKUP_S3_SECRET_ACCESS_KEY", "")

if BACKUP_S3_ENDPOINT:
    read("str", "BACKUP_S3_ENDPOINT", "", validate=http_url)
if BACKUP_S3_BUCKET and not (BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY):
    raise ImproperlyConfigured(
        "BACKUP_S3_BUCKET is set without the keys of the store. Set BACKUP_S3_ACCESS_KEY_ID and"
        " BACKUP_S3_SECRET_ACCESS_KEY too."
    )
