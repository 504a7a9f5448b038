"""Every page follows the design rules: templates compile, nothing is inline, and text is readable in both themes."""

import re
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

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
        for path in (ROOT / "templates/elements").glob("*.html")
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
@pytest.mark.parametrize("mark", ["edge", "focus"])
def test_edges_of_controls_have_enough_contrast(scheme, mark):
    colours = theme(scheme)
    assert contrast(colours[f"--{mark}"], colours["--surface"]) >= 3
    assert contrast(colours[f"--{mark}"], colours["--ground"]) >= 3


# -- marks of the teams ------------------------------------------------------------------------------------------------

# Who raced in which season (F1 API).
SINCE_2018 = "ferrari mclaren mercedes red_bull williams haas"
SEASONS = {
    2018: f"{SINCE_2018} renault sauber toro_rosso force_india racing_point",
    2019: f"{SINCE_2018} renault alfa toro_rosso racing_point",
    2020: f"{SINCE_2018} renault alfa alphatauri racing_point",
    2022: f"{SINCE_2018} alpine alfa alphatauri aston_martin",
    2024: f"{SINCE_2018} alpine sauber rb aston_martin",
    2026: f"{SINCE_2018} alpine audi rb aston_martin cadillac",
}


def team_marks() -> dict[str, dict[str, str]]:
    """The values of each team in teams.css: two colours and a pattern."""
    marks: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"((?:\.team-\w+,?\s*)+)\{([^}]*)\}", CSS["teams.css"]):
        for team in re.findall(r"\.team-(\w+)", selectors):
            marks.setdefault(team, {}).update(re.findall(r"(--team[\w-]*): ([^;]+);", body))
    return marks


MARKS = team_marks()
# How colours look to people who see no difference between red and green (Viénot, Brettel and Mollon, 1999), for
# protanopia and deuteranopia, in linear RGB.
COLOUR_BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.112, 0.888, 0), (0.112, 0.888, 0), (0.004, -0.004, 1)),
    "deuteranopia": ((0.292, 0.708, 0), (0.292, 0.708, 0), (-0.022, 0.022, 1)),
}


def lab(colour: str, matrix) -> tuple[float, ...]:
    """The colour in OKLab, as seen through the matrix."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (max(0, sum(a * b for a, b in zip(row, linear, strict=True))) for row in matrix)
    long = (0.4122 * red + 0.5363 * green + 0.0514 * blue) ** (1 / 3)
    middle = (0.2119 * red + 0.6807 * green + 0.1074 * blue) ** (1 / 3)
    short = (0.0883 * red + 0.2817 * green + 0.63 * blue) ** (1 / 3)
    return (
        0.2105 * long + 0.7936 * middle - 0.0041 * short,
        1.978 * long - 2.4286 * middle + 0.4506 * short,
        0.0259 * long + 0.7828 * middle - 0.8087 * short,
    )


@pytest.mark.parametrize("team", sorted({team for teams in SEASONS.values() for team in teams.split()}))
def test_a_teams_mark_can_be_seen_in_both_themes(team):
    mark = MARKS[team]
    assert contrast(mark["--team"], mark["--team-2"]) >= 1.9, "the pattern cannot be seen"
    for scheme in ("light", "dark"):
        surface = theme(scheme)["--surface"]
        assert max(contrast(mark[colour], surface) for colour in ("--team", "--team-2")) >= 3


@pytest.mark.parametrize("vision", COLOUR_BLINDNESS)
@pytest.mark.parametrize("year", SEASONS)
def test_the_teams_of_a_season_are_told_apart_also_without_colours(year, vision):
    for one, other in combinations(SEASONS[year].split(), 2):
        same_pattern = MARKS[one]["--team-pattern"] == MARKS[other]["--team-pattern"]
        if same_pattern and {one, other} != {"force_india", "racing_point"}:  # The same team, renamed in August 2018.
            matrix = COLOUR_BLINDNESS[vision]
            pairs = [(lab(MARKS[team][name], matrix) for team in (one, other)) for name in ("--team", "--team-2")]
            assert max(dist(*pair) for pair in pairs) >= 0.2, (one, other)
