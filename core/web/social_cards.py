"""Draws the image with which messengers preview a link: a PNG of 1200 by 630 pixels (https://ogp.me/#structured).

Messengers accept no SVG. Names that people chose may be in any script: characters that neither font has are left out.
"""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN, KERB = 72, 32
GROUND, RAISED, INK, QUIET, RED = "#14181e", "#252b33", "#f4f6f8", "#b4bdc8", "#d3172f"
# The face of the site's headings, and one for the scripts that it lacks.
FACES = (("fontpkg_barlow_condensed", "BarlowCondensed-Bold.ttf"), ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"))
ELLIPSIS = "…"
MOST_ROWS = 3
# Marks and joiners that scripts need in the middle of words. Other invisible characters only change how others look.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class CardRow:
    """A line of the card's table, such as "1", "Alice Racing" and "42 points"."""

    place: str
    name: str
    note: str


@dataclass(frozen=True)
class SocialCard:
    """What a card says. A title of which too little can be drawn is replaced by `fallback_title`."""

    kicker: str
    title: str
    fallback_title: str
    rows: tuple[CardRow, ...]
    footer: str


def draw(card: SocialCard) -> bytes:
    """The card as a PNG."""
    image = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(image)
    _flag(pen)
    inside = WIDTH - 2 * MARGIN
    _text(pen, (MARGIN, 92), card.kicker, 38, QUIET, inside - 120)
    title = printable(card.title)
    is_readable = len(title) * 2 >= len(card.title.strip())
    _text(pen, (MARGIN, 184), title if is_readable else card.fallback_title, 92, INK, inside)
    for number, row in enumerate(card.rows[:MOST_ROWS]):
        _row(pen, row, top=252 + number * 84)
    _text(pen, (MARGIN, 556), card.footer, 34, QUIET, inside - 240)
    _text(pen, (WIDTH - MARGIN, 556), "FANTASY F1", 40, INK, 230, at_end=True)
    _kerb(pen)
    written = io.BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def printable(text: str) -> str:
    """The text without the characters that no font has, and without invisible ones.

    >>> printable("Schöne Kurven 🏎️ GmbH"), printable("Клуб"), printable("車")
    ('Schöne Kurven GmbH', 'Клуб', '')
    """
    kept = (letter for letter in unicodedata.normalize("NFC", text) if _face_of(letter) is not None)
    return " ".join("".join(kept).split())


def _face_of(letter: str) -> int | None:
    """The number of the first face that has the letter."""
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs") and letter not in JOINERS:
        return None
    if letter.isspace():
        return 0
    return next((face for face in range(len(FACES)) if ord(letter) in _letters(face)), None)


@cache
def _letters(face: int) -> frozenset[int]:
    package, name = FACES[face]
    with (files(package) / "files" / name).open("rb") as file, TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _font(face: int, size: int) -> ImageFont.FreeTypeFont:
    package, name = FACES[face]
    font = ImageFont.truetype(io.BytesIO((files(package) / "files" / name).read_bytes()), size)
    if "[" in name:
        font.set_variation_by_axes([700, 80])
    return font


def _runs(text: str, size: int) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """The parts of a printable text, each with the font that has its letters."""
    for face, letters in groupby(text, key=_face_of):
        yield "".join(letters), _font(face or 0, size)


def _width(text: str, size: int) -> float:
    return sum(font.getlength(part) for part, font in _runs(text, size))


def _fitted(text: str, size: int, width: float) -> tuple[str, int]:
    """The text and its size: as small as two thirds of the wanted one, then with an ellipsis."""
    smallest = size * 2 // 3
    while _width(text, size) > width and size > smallest:
        size -= 2
    if _width(text, size) <= width:
        return text, size
    while text and _width(f"{text}{ELLIPSIS}", size) > width:
        text = text[:-1].rstrip()
    return f"{text}{ELLIPSIS}", size


def _text(
    pen: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: int,
    colour: str,
    width: float,
    *,
    at_end: bool = False,
) -> float:
    """Write a line in the middle of whose height `place` is; returns its width. With `at_end`, it ends there."""
    text, size = _fitted(printable(text), size, width)
    length = _width(text, size)
    x, y = place
    x -= length if at_end else 0
    for part, font in _runs(text, size):
        pen.text((x, y + size * 0.35), part, colour, font, anchor="ls")
        x += font.getlength(part)
    return length


def _row(pen: ImageDraw.ImageDraw, row: CardRow, *, top: int) -> None:
    pen.rectangle((MARGIN, top, WIDTH - MARGIN, top + 72), RAISED)
    pen.rectangle((MARGIN, top, MARGIN + 8, top + 72), RED)
    middle = top + 36
    note = _text(pen, (WIDTH - MARGIN - 28, middle), row.note, 38, QUIET, 380, at_end=True)
    left = MARGIN + 36
    if row.place:
        _text(pen, (left, middle), row.place, 46, INK, 60)
        left += 64
    _text(pen, (left, middle), row.name, 46, INK, WIDTH - MARGIN - 60 - note - left)


def _flag(pen: ImageDraw.ImageDraw) -> None:
    side = 16
    for column in range(6):
        for line in range(4):
            if (column + line) % 2 == 0:
                x, y = WIDTH - MARGIN - (6 - column) * side, 60 + line * side
                pen.rectangle((x, y, x + side - 1, y + side - 1), INK)


def _kerb(pen: ImageDraw.ImageDraw) -> None:
    top, step = HEIGHT - KERB, 80
    for number, x in enumerate(range(-step, WIDTH + step, step)):
        shape = [(x + 16, top), (x + step + 16, top), (x + step, HEIGHT), (x, HEIGHT)]
        pen.polygon(shape, RED if number % 2 else INK)
