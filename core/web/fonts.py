"""The site's fonts, made from fonts that Python packages contain: reduced to the characters of European names.

A finder of static files makes them when they are first needed, and keeps them in the data directory. A site without the
packages uses the fonts of the reader's system.
"""

import functools
import hashlib
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.templatetags.static import static

logger = logging.getLogger(__name__)


class Face(NamedTuple):
    """A font file, and the fallback that takes as much room until it has arrived.

    `fallback_size` is the average width of its letters as a share of Arial's, which the fallback is scaled by.
    """

    family: str
    weights: str
    package: str
    source: str
    fallback: tuple[str, ...]
    fallback_size: float

    @property
    def file(self) -> str:
        """Its address among the static files.

        >>> FACES[0].file
        'fonts/barlow-regular.woff2'
        """
        return f"fonts/{self.source.lower()}.woff2"


# Liberation Sans has the widths of Arial.
REGULAR, BOLD = ("Arial", "Liberation Sans"), ("Arial Bold", "Liberation Sans Bold")
FACES = (
    Face("Barlow", "100 599", "fontpkg-barlow", "Barlow-Regular", REGULAR, 0.953),
    Face("Barlow", "600 900", "fontpkg-barlow", "Barlow-SemiBold", BOLD, 0.912),
    Face("Barlow Condensed", "100 900", "fontpkg-barlow-condensed", "BarlowCondensed-Bold", BOLD, 0.757),
)
# Of the em, the same in all faces. The line height of the text does not change when the font arrives.
ASCENT, DESCENT = 1.0, 0.2
STYLE_SHEET = "fonts/fonts.css"
FILES = (STYLE_SHEET, *(face.file for face in FACES))
PACKAGES = ("fonttools", "brotli", *sorted({face.package for face in FACES}))
# ASCII, and the letters and quotation marks of the languages of Europe. Fonts of the system have the rest, such as the
# signs of currencies: what hardly ever occurs would be a tenth of the files.
CHARACTERS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xC0, 0xF7), *range(0xF8, 0x100)))) + (
    "\u00a0¡«°·»¿"
    "ĀāĂăĄąĆćĊċČčĎďĐđĒēĖėĘęĚěĞğĠġĢģĦħĪīĮįİıĶķĹĺĻļĽľŁłŃńŅņŇňŌōŐőŒœŔŕŖŗŘřŚśŞşŠšŢţŤťŪūŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚț"
    "‐–—‘’‚“”„…›−"
)


@functools.cache
def are_installed() -> bool:
    """Whether the packages are there that contain the fonts and reduce them."""
    modules = ("fontTools", "brotli", *(face.package.replace("-", "_") for face in FACES))
    return all(importlib.util.find_spec(module) for module in modules)


@functools.cache
def urls() -> tuple[str, ...]:
    """The addresses of the style sheet and of the files, or none: a page without them uses the system's fonts."""
    if not are_installed():
        return ()
    try:
        return tuple(static(name) for name in FILES)
    except ValueError:  # They could not be made when the static files were collected.
        return ()


class FontFinder(BaseFinder):
    """Finds the fonts and their style sheet among the static files, and makes them if they are not there yet."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        folder = made() if path in FILES else None
        found = [str(folder / path)] if folder else []
        return found[0] if found and not find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        if folder := made():
            storage = FileSystemStorage(location=folder)
            for name in FILES:
                yield name, storage


@functools.cache
def made() -> Path | None:
    """The folder with the fonts of this version; None, with a line in the log, if they cannot be made."""
    if not are_installed():
        logger.warning("The packages with the fonts are not installed: pages use the fonts of the reader's system.")
        return None
    folder = Path(settings.FANTASYF1_HOME) / "fonts" / _version()
    try:
        if not folder.exists():
            _make(folder)
    except Exception:
        logger.exception("The fonts could not be made: pages use the fonts of the reader's system.")
        return None
    return folder


def _version() -> str:
    """Changes with whatever the files are made from."""
    parts = [Path(__file__).read_bytes(), *(metadata.version(package).encode() for package in PACKAGES)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _make(folder: Path) -> None:
    """Write all files next to the folder first: other processes find all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    try:
        (draft / "fonts").mkdir()
        for face in FACES:
            (draft / face.file).write_bytes(reduced(face))
        (draft / STYLE_SHEET).write_text(style_sheet())
        os.rename(draft, folder)
    except OSError:
        if not folder.exists():  # Another process was faster.
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def reduced(face: Face) -> bytes:
    """The font with the characters of this site only, as WOFF2. Its figures are all of one width."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        layout_features=["kern"],
        hinting=False,
        drop_tables=[*subset.Options().drop_tables, "GDEF", "GSUB"],
        name_IDs=[0, 1, 2, 13, 14],
        notdef_outline=False,
    )
    spec = importlib.util.find_spec(face.package.replace("-", "_"))
    assert spec is not None
    assert spec.origin is not None
    written = BytesIO()
    with subset.load_font(Path(spec.origin).parent / "files" / f"{face.source}.ttf", options) as font:
        _use_tabular_figures(font)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=CHARACTERS)
        subsetter.subset(font)
        subset.save_font(font, written, options)
    return written.getvalue()


def _use_tabular_figures(font: Any) -> None:
    """Let the characters of the figures be the glyphs of the feature `tnum`, which is larger than the figures."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for index in record.Feature.LookupListIndex
    }
    tabular = {}
    for index in lookups:
        for subtable in table.LookupList.Lookup[index].SubTable:
            tabular.update(getattr(subtable, "ExtSubTable", subtable).mapping)
    for encoding in font["cmap"].tables:
        encoding.cmap = {code: tabular.get(glyph, glyph) for code, glyph in encoding.cmap.items()}


def style_sheet() -> str:
    """The faces, each with a fallback of the same measures, so that nothing moves when the font arrives.

    >>> print(style_sheet()[:110])
    @font-face {
      font-family: "Barlow";
      font-weight: 100 599;
      font-display: swap;
      src: url("barlow-regular
    """
    return "".join(_rules(face) for face in FACES)


def _rules(face: Face) -> str:
    scale = face.fallback_size
    local = ", ".join(f'local("{name}")' for name in face.fallback)
    return f"""@font-face {{
  font-family: "{face.family}";
  font-weight: {face.weights};
  font-display: swap;
  src: url("{Path(face.file).name}") format("woff2");
}}

@font-face {{
  font-family: "{face.family} Fallback";
  font-weight: {face.weights};
  src: {local};
  size-adjust: {scale:.1%};
  ascent-override: {ASCENT / scale:.1%};
  descent-override: {DESCENT / scale:.1%};
  line-gap-override: 0%;
}}

"""
