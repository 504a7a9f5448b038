"""Maintenance of the embedded Celery broker: without Redis, messages are stored in a SQLite file."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.conf import settings

BROKER_FILE = "broker.sqlite3"


def delete_delivered_messages(path: Path | None = None) -> int:
    """Delete delivered messages and return their number.

    kombu's SQLAlchemy transport only marks a delivered message as invisible and never deletes it. With a periodic task
    every few seconds, the file would grow by megabytes a day. If the file is locked, the next call deletes them.
    """
    path = path or settings.FANTASYF1_HOME / BROKER_FILE
    if settings.BROKER_URL or not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=5)) as connection, connection:
        try:
            return connection.execute("DELETE FROM kombu_message WHERE NOT visible").rowcount
        except sqlite3.OperationalError:
            return 0
