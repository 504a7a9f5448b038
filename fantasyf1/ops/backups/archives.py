"""The file of a backup: a compressed tar archive, encrypted with age if there are recipients, and its checksum.

Members: `manifest.json`, then `database.dump` (custom format of pg_dump) or `database.sqlite3`, then the key files of
the data folder below `keys/`. Beside the archive is a file with its SHA-256 checksum, in the format of `sha256sum`.
"""

import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyrage

from fantasyf1.ops.backups.errors import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
DUMPS = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
KEYS_FOLDER = "keys"
# The secrets that the data folder may have. Without them, sessions and tokens end and second factors stop working.
KEY_FILES = ("secret-key", "jwt-signing-key", "encryption-key", "vapid-private-key")
NAME = re.compile(r"fantasyf1-(\d{8}T\d{6}Z)\.tar\.gz(?:\.age)?")
TIME_FORMAT = "%Y%m%dT%H%M%SZ"
CHUNK_SIZE = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. `database` is "postgresql" or "sqlite", `rows` the number of rows by table, `migrations` the
    applied ones, such as "leagues.0001_initial", and `keys` the names of the key files.
    """

    created_at: str
    version: str
    database: str
    server: str
    migrations: list[str]
    rows: dict[str, int]
    keys: list[str] = field(default_factory=list)
    format: int = FORMAT

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises `BackupError` for a manifest of another format."""
        try:
            values = json.loads(text)
            if values["format"] == FORMAT:
                return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError("The manifest of this backup cannot be read.") from error
        raise BackupError(
            f"This backup has the format {values['format']}, and this version reads {FORMAT}. Restore it with the"
            " version that made it, or a newer one."
        )


@dataclass(frozen=True)
class OpenedArchive:
    """The content of an archive, in a temporary folder."""

    manifest: Manifest
    dump: Path
    keys: Path


# -- names and checksums ----------------------------------------------------------------------------------------------


def archive_name(now: datetime, *, is_encrypted: bool) -> str:
    return f"fantasyf1-{now.astimezone(UTC).strftime(TIME_FORMAT)}.tar.gz{'.age' if is_encrypted else ''}"


def created_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None if it is another file."""
    found = NAME.fullmatch(path.name)
    return datetime.strptime(found[1], TIME_FORMAT).replace(tzinfo=UTC) if found else None


def complete_archives(folder: Path) -> list[Path]:
    """The archives in a folder that have a checksum, the newest first."""
    found = [path for path in folder.glob("fantasyf1-*") if created_at(path) and checksum_path(path).exists()]
    return sorted(found, key=lambda path: path.name, reverse=True)


def checksum_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_checksum(path: Path) -> None:
    """Raise `BackupError` if the archive is not what was written."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    try:
        stored = checksum_path(path).read_text().split()[0]
    except (OSError, IndexError) as error:
        raise BackupError(
            f"The checksum of this backup is missing: {checksum_path(path)}. Without it, nobody can tell whether the"
            " backup is complete. Put it beside the backup."
        ) from error
    if sha256_of(path) != stored:
        raise BackupError(f"{path.name} is damaged: it does not match its checksum. Use another backup.")


# -- writing ----------------------------------------------------------------------------------------------------------


def write_archive(
    path: Path, *, manifest: Manifest, dump: Path, keys: Mapping[str, Path], recipients: Sequence[str], work: Path
) -> None:
    """Write an archive and its checksum. A file with the name of an archive is always complete.

    `work` is a private folder on the same machine: what is not encrypted yet is written only there.
    """
    plain = work / "archive.tar.gz"
    with tarfile.open(plain, "w:gz", compresslevel=6) as tar:
        manifest_file = work / MANIFEST
        manifest_file.write_text(manifest.as_json())
        tar.add(manifest_file, MANIFEST)
        tar.add(dump, DUMPS[manifest.database])
        for name, key in keys.items():
            tar.add(key, f"{KEYS_FOLDER}/{name}")
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with plain.open("rb") as source, temporary.open("wb") as target:
            _copy(source, target, recipients)
            _sync(target)
        digest = sha256_of(temporary)
        _write_synced(checksum_path(path), f"{digest}  {path.name}\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        plain.unlink(missing_ok=True)
    sync_folder(path.parent)


def _copy(source: IO[bytes], target: IO[bytes], recipients: Sequence[str]) -> None:
    if recipients:
        pyrage.encrypt_io(source, target, [parse_recipient(text) for text in recipients])
    else:
        shutil.copyfileobj(source, target, CHUNK_SIZE)


def parse_recipient(text: str) -> Any:
    """A recipient of age: `age1...`, or a public SSH key. Raises `BackupError` for anything else."""
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError(
            "BACKUP_AGE_RECIPIENT is invalid: it must be like age1..., as age-keygen prints it."
        ) from error


def _write_synced(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    with temporary.open("w") as file:
        file.write(text)
        _sync(file)
    temporary.replace(path)


def _sync(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder outlast a power failure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- reading ----------------------------------------------------------------------------------------------------------


def is_encrypted(path: Path) -> bool:
    return path.suffix == ".age"


@contextmanager
def opened(path: Path, *, identity: Path | None, work: Path) -> Iterator[OpenedArchive]:
    """Verify the checksum of an archive, decrypt it and unpack it in `work`. Raises `BackupError`."""
    verify_checksum(path)
    plain = path
    if is_encrypted(path):
        plain = work / "decrypted.tar.gz"
        _decrypt(path, plain, identity)
    folder = work / "content"
    folder.mkdir()
    try:
        with tarfile.open(plain, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        manifest = Manifest.from_json((folder / MANIFEST).read_text())
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupError(f"{path.name} cannot be unpacked: {error}.") from error
    yield OpenedArchive(manifest, folder / DUMPS[manifest.database], folder / KEYS_FOLDER)


def _decrypt(path: Path, target: Path, identity: Path | None) -> None:
    if identity is None:
        raise BackupError("This backup is encrypted. Name the file with the identity of age: --identity FILE.")
    try:
        identities = [_parse_identity(identity.read_text())]
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"The identity cannot be read: {identity}.") from error
    try:
        with path.open("rb") as source, target.open("wb") as plain:
            pyrage.decrypt_io(source, plain, identities)
    except pyrage.DecryptError as error:
        raise BackupError(f"This identity does not decrypt {path.name}.") from error


def _parse_identity(text: str) -> Any:
    lines = [line.strip() for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-")]
    try:
        return pyrage.x25519.Identity.from_str(lines[0]) if lines else pyrage.ssh.Identity.from_buffer(text.encode())
    except pyrage.IdentityError as error:
        raise BackupError("This file contains no identity of age: a line that begins with AGE-SECRET-KEY-.") from error
