"""The data directory: the generated secrets and, in embedded mode, the database, broker and cache."""

import os
import secrets
from pathlib import Path


def ensure_data_dir(folder: Path) -> Path:
    """Create the data directory, accessible only to its owner, and return it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def read_or_create_secret(folder: Path, name: str, *, length: int = 50) -> str:
    """Return the secret in the file `folder/name`, generated on first use and readable only by its owner.

    Web, worker and beat start at the same time, so the file is created atomically: it is written under a temporary name
    and then linked into place, which fails for all processes but the first.
    """
    path = ensure_data_dir(folder) / name
    if not path.exists():
        temporary = folder / f".{name}.{os.getpid()}"
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(length))
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()
