"""The data directory: the generated secrets and, in embedded mode, the database, broker and cache."""

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

PRIVATE_UMASK = 0o077


def protect(folder: Path) -> None:
    """Make the data directory, and what this process writes from now on, accessible only to the owner.

    The directory is created if it is missing. If it exists, it gets mode 0700, as do the directories in it, and the
    files in it get 0600. Raises `PermissionError` if that is impossible, because it belongs to another user, is shared
    like /tmp, or is on a file system without modes.
    """
    os.umask(PRIVATE_UMASK)
    folder.mkdir(parents=True, exist_ok=True)
    mode = folder.stat().st_mode
    if mode & stat.S_ISVTX:
        raise PermissionError(errno.EPERM, "it is shared by all users")
    _make_private(folder, mode)
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # a temporary file of another process
            _make_private(path, path.lstat().st_mode)


def _make_private(path: Path, mode: int) -> None:
    if mode & PRIVATE_UMASK == 0 or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return
    path.chmod(stat.S_IMODE(mode) & ~PRIVATE_UMASK)
    if path.stat().st_mode & PRIVATE_UMASK:
        raise PermissionError(errno.EPERM, "its file system does not keep modes")


def read_or_create_secret(folder: Path, name: str, *, length: int = 50) -> str:
    """Return the secret in the file `folder/name`, generated on first use and readable only by its owner.

    Web, worker and beat start at the same time, so the file is created atomically: it is written under a temporary name
    and then linked into place, which fails for all processes but the first.
    """
    path = folder / name
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
