"""Every page follows the design rules: templates compile, nothing is inline, and text is readable in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from core.charts.lines import COLOURS
from core.formatting.avatars import TINTS

ROOT = Path(settings.BASE_DIR)
TEMPLATES = {
    str(path.relative_to(folder)): path
    for folder in [ROOT / "templates", *sorted(ROOT.glob("*/templates"))]
    for path in sorted(folder.rglob("*.html"))
}
CSS = {path.name: path.read_text() for path in (ROOT / "static/css").glob("*.css")}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    assert str(getattr(get_template(name), "origin", "")) == str(TEMPLATES[name])


# Mail programs load no style sheet.
PAGES = [name for name in TEMPLATES if "/emails/" not in name]


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_inline_styles_or_scripts(name):
    text = TEMPLATES[name].read_text()
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|https?://[^\"' ]+\.(css|js)", text
    )


def test_every_class_of_an_element_is_styled():
    written = {
        word
        for folder in ("elements", "charts")
        for path in (ROOT / "templates" / folder).glob("*.html")
        for classes in re.findall(r'class="([^"]*)"', path.read_text())
        for word in re.sub(r"{%.*?%}|{{.*?}}", " ", classes).split()
        if not word.endswith("-")
    }
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(CSS.values())))
    assert written - styled == set()


def test_every_value_in_the_styles_is_a_token():
    used = set(re.findall(r"var\((--[\w-]+)\)", "".join(CSS.values())))
    assert used - set(re.findall(r"(--[\w-]+):", CSS["tokens.css"])) == set()


def theme(name: str) -> dict[str, str]:
    light, _, rest = CSS["tokens.css"].partition("@media screen and (prefers-color-scheme: dark)")
    dark = rest.partition("@media")[0] if name == "dark" else ""
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6})", light + dark))


def luminance(colour: str) -> float:
    """Return the relative luminance as defined in WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "quiet") for ground in ("ground", "surface", "sunken", "info-ground")),
    *((text, "surface") for text in ("good", "warn", "bad", "info", "best")),
    *((text, f"{text}-ground") for text in ("good", "warn", "bad", "info", "best")),
    *(("ink", f"{tone}-ground") for tone in ("good", "warn", "bad", "best")),
    *((text, ground) for text in ("pit-ink", "pit-quiet") for ground in ("pit", "pit-raised", "block")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    *(("on-who", f"who-{number}") for number in range(1, TINTS + 1)),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_has_enough_contrast(scheme, text, ground):
    colours = theme(scheme)
    assert contrast(colours[f"--{text}"], colours[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_of_charts_have_enough_contrast(scheme):
    lines = re.findall(r"--(?:series-\d|accent-line): light-dark\((#\w{6}), (#\w{6})\)", CSS["tokens.css"])
    surface = theme(scheme)["--surface"]
    assert [colour for colours in lines if contrast(colour := colours[scheme == "dark"], surface) < 4.5] == []
    assert len(lines) == COLOURS + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["edge", "focus"])
def test_edges_of_controls_have_enough_contrast(scheme, mark):
    colours = theme(scheme)
    assert contrast(colours[f"--{mark}"], colours["--surface"]) >= 3
    assert contrast(colours[f"--{mark}"], colours["--ground"]) >= 3
