"""Compiles the translations in locale/*/LC_MESSAGES/*.po for gettext, with Babel: the gettext tools are not needed.

Git has only the .po files. The compiled ones are in a folder whose name is a digest of the .po files. So every process
uses those of its version, and a start of a version that has been compiled compiles nothing.
"""

import hashlib
import logging
import os
import tempfile
from io import BytesIO
from pathlib import Path

logger = logging.getLogger(__name__)


def compiled_folder(sources: Path, *, preferred: Path, fallback: Path) -> Path:
    """The folder for the compiled catalogues of the .po files in `sources`.

    It is in `preferred`, beside the code, if it is there already, as in a container image, or if it can be made there.
    """
    digest = hashlib.sha256()
    for source in _po_files(sources):
        digest.update(source.relative_to(sources).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    name = digest.hexdigest()[:16]
    existing = next(folder for folder in (preferred, *preferred.parents) if folder.exists())
    is_usable = (preferred / name).exists() or os.access(existing, os.W_OK)
    return (preferred if is_usable else fallback) / name


def compile_missing(sources: Path, folder: Path) -> None:
    """Compile what is not in the folder yet. A failure is logged: the site is then in English."""
    for source in _po_files(sources):
        target = folder / source.relative_to(sources).with_suffix(".mo")
        if not target.exists():
            try:
                _write(target, _compiled(source))
            except Exception:
                # Whatever is wrong with a translation must not keep the site from starting.
                logger.exception("%s could not be compiled, so its language is missing.", source)


def _po_files(sources: Path) -> list[Path]:
    return sorted(sources.glob("*/LC_MESSAGES/*.po"))


def _compiled(source: Path) -> bytes:
    # Babel takes a while to import, and is needed once for each version.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as text:
        write_mo(compiled, read_po(text, abort_invalid=True))
    return compiled.getvalue()


def _write(target: Path, content: bytes) -> None:
    """Several processes may do this at once, and none must read half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, target)
