"""The embedded broker's housekeeping: Celery's messages in a SQLite file of their own, where there is no Redis."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings

BROKER_FILE = "broker.sqlite3"


def tidy_broker(path: Path | None = None) -> int:
    """Delete the messages that were delivered and return how many that were.

    kombu's SQLAlchemy transport only marks a delivered message as invisible and never looks at it again, so that with
    a tick every few seconds the file would grow by megabytes a day. A broker that is busy is left for the next time.
    """
    path = path or settings.FANTASYF1_HOME / BROKER_FILE
    if settings.REDIS_URL or not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
        try:
            return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
        except sqlite3.OperationalError:
            return 0
