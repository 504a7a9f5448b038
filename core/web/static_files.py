"""The storage of static files in production: smaller than their sources, under names that change with their content.

Comments and indentation of the project's style sheets and scripts stay in the repository, and a style sheet contains
those that it imports: one request instead of one for each.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_FOLDERS = ("css", "js", "fonts")
IMPORT = re.compile(r'^@import "([\w-]+\.css)"( print)?;$', re.MULTILINE)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Only whole lines: two slashes after code may be in a text.
JS_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
LINE_BREAK = re.compile(r"\s*\n\s*")
# The best quality of Brotli takes half a minute for the scripts of packages. The second best takes half of its time for
# files that are 2 % larger, and the fast one is faster than gzip.
LARGEST_FOR_GOOD_QUALITY = 100_000
GOOD_QUALITY, FAST_QUALITY = 10, 5

# Source maps, which only the tools of developers load, are half of what packages contain.
NOT_COMPRESSED = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")


class StaticFilesCompressor(Compressor):
    """Compresses with Brotli and gzip; large files with a fast quality."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        quality = GOOD_QUALITY if len(data) <= LARGEST_FOR_GOOD_QUALITY else FAST_QUALITY
        return bytes(brotli.compress(data, quality=quality))  # type: ignore[no-untyped-call]


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Collects static files: reduced, with a hash in their names, compressed."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            paths = paths | dict(self._reduce(paths))
        yield from super().post_process(paths, dry_run=dry_run, **options)  # type: ignore[no-untyped-call]

    def _reduce(self, paths: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Replace collected files by what browsers need of them; gives where to find them from now on."""
        for name, (storage, path) in paths.items():
            if is_reduced(name):
                Path(self.path(name)).write_text(reduced(Path(storage.path(path))), encoding="utf-8")
                yield name, (self, name)

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return StaticFilesCompressor(**kwargs | {"extensions": NOT_COMPRESSED})  # type: ignore[no-untyped-call]


def is_reduced(name: str) -> bool:
    """Whether a file is a style sheet or a script of the project.

    >>> is_reduced("css/base.css"), is_reduced("admin/css/base.css"), is_reduced("img/flags.svg")
    (True, False, False)
    """
    return posixpath.dirname(name) in OWN_FOLDERS and name.endswith((".css", ".js"))


def reduced(source: Path) -> str:
    """The text of a style sheet or script as browsers get it."""
    text = source.read_text(encoding="utf-8")
    if source.suffix == ".js":
        return without_space(JS_COMMENT.sub("", text))
    return without_space(CSS_COMMENT.sub("", with_imports(text, source.parent)))


def with_imports(text: str, folder: Path) -> str:
    """A style sheet with the content of those that it imports; what is for printing, in a media query."""

    def content(match: re.Match[str]) -> str:
        imported = (folder / match[1]).read_text(encoding="utf-8")
        return f"@media print {{\n{imported}}}" if match[2] else imported

    return IMPORT.sub(content, text)


def without_space(text: str) -> str:
    r"""Without indentation and empty lines. Line breaks stay, since they may end statements of scripts.

    >>> without_space("p {\n  margin: 0 auto;\n}\n\n")
    'p {\nmargin: 0 auto;\n}\n'
    """
    return LINE_BREAK.sub("\n", text).strip() + "\n"
