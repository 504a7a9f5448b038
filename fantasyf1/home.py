"""The data folder: the database, broker, cache and secrets of an installation that brings no services of its own."""

import os
import secrets
from pathlib import Path


def make_home(folder: Path) -> Path:
    """Create the data folder for its owner alone and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret(folder: Path, name: str, *, length: int = 50) -> str:
    """Return the secret kept in `folder/name`, made on first use and readable by its owner alone.

    Web, worker and beat start together, so the file appears whole or not at all: it is written under a name of its
    own and then linked into place, which fails for all but the first.
    """
    path = make_home(folder) / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(length))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
