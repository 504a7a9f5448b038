"""When the last backup was made, and what went wrong with the last attempt: a file beside the backups.

The admin reads it, so it needs neither Django nor the rest of the package. It is not in the database, because a restore
would take it back to the state of the backup.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

FILE = "last-backup.json"
# The nightly backup and one more have been missed.
MAX_AGE = timedelta(hours=48)


@dataclass(frozen=True)
class Record:
    """`error` is the sentence of the last attempt, empty if it succeeded. `file` is the name of the last good one."""

    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    file: str = ""
    error: str = ""

    def is_old(self, now: datetime, *, in_use_since: datetime | None) -> bool:
        """Whether the last good backup is too old. A site that nobody uses needs none."""
        if in_use_since is None:
            return False
        return now - max(self.succeeded_at or in_use_since, in_use_since) > MAX_AGE


def read_record(folder: Path) -> Record:
    """The record in this folder; an empty one if there is none, or if it cannot be read."""
    try:
        values = json.loads((folder / FILE).read_text())
        return Record(_time(values["attempted_at"]), _time(values["succeeded_at"]), values["file"], values["error"])
    except (OSError, ValueError, LookupError, TypeError):
        return Record()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def record_success(folder: Path, *, file: str, now: datetime) -> None:
    _write(folder, Record(now, now, file))


def record_failure(folder: Path, *, error: str, now: datetime) -> None:
    _write(folder, replace(read_record(folder), attempted_at=now, error=error))


def _write(folder: Path, record: Record) -> None:
    temporary = folder / f".{FILE}.partial"
    temporary.write_text(json.dumps(asdict(record), default=datetime.isoformat))
    temporary.replace(folder / FILE)
