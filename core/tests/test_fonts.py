"""The fonts: made from packages, small, and never a reason for a page to fail."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from fontTools.ttLib import TTFont

from core.web import fonts

# What all faces together may weigh, without the headers of their responses, which are almost a kilobyte each.
MOST_BYTES = 37_000
NAMES = "Hülkenberg Pérez Zhō Łukasz Çağrı Iñaki Đorđe Ștefan Ġorġ Ýmir Groß – …"


@pytest.fixture(autouse=True)
def forgotten():
    caches = (fonts.are_installed, fonts.urls, fonts.made)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def files():
    return {name: finders.find(name) for name in fonts.FILES}


def page_links() -> str:
    return engines["django"].from_string("{% fonts %}").render({})


def test_all_faces_together_are_small(files):
    sizes = {name: Path(path).stat().st_size for name, path in files.items() if name != fonts.STYLE_SHEET}
    assert len(sizes) == len(fonts.FACES)
    assert sum(sizes.values()) <= MOST_BYTES


def test_every_face_has_the_letters_of_european_names_and_figures_of_one_width(files):
    for face in fonts.FACES:
        with TTFont(files[face.file]) as font:
            glyphs = font.getBestCmap()
            assert {ord(letter) for letter in NAMES} <= set(glyphs)
            assert len({font["hmtx"][glyphs[ord(figure)]][0] for figure in "0123456789"}) == 1


def test_the_style_sheet_names_the_files_and_a_fallback_of_the_same_measures(files):
    style_sheet = Path(files[fonts.STYLE_SHEET]).read_text()
    for face in fonts.FACES:
        assert face.file.removeprefix("fonts/") in style_sheet
    assert style_sheet.count("font-display: swap") == style_sheet.count("size-adjust") == len(fonts.FACES)


def test_pages_load_them_early():
    links = page_links()
    assert links.count('rel="preload" as="font"') == len(fonts.FACES)
    assert "/static/fonts/fonts.css" in links


def test_a_site_without_the_packages_uses_the_fonts_of_the_system(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert page_links().strip() == ""
    assert list(fonts.FontFinder().list([])) == []


def test_a_font_that_cannot_be_read_is_logged_and_left_out(monkeypatch, settings, tmp_path, caplog):
    settings.FANTASYF1_HOME = tmp_path
    monkeypatch.setattr(fonts, "FACES", (fonts.FACES[0]._replace(source="Missing"),))
    assert list(fonts.FontFinder().list([])) == []
    assert "could not be made" in caplog.text
    assert list((tmp_path / "fonts").iterdir()) == []
