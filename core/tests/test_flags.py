"""Flags: every country that results name since 2018 has one, drawn in the sprite that pages use."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from core.formatting import flags
from core.formatting.countries import WORDS, country_code

from .test_elements import render

ROOT = Path(settings.BASE_DIR)
PACKS = [json.loads(path.read_text()) for path in sorted((ROOT / "races/sources/packs").glob("*.json"))]
# Those of 2018 to 2024 that the packs lack, as Jolpica writes them.
EARLIER = ["Belgian", "Swedish", "Danish", "Russian", "Polish", "Chinese", "American", "Indian", "Swiss", "Argentinian"]
EARLIER_RACES = ["UK", "USA", "UAE", "France", "Germany", "Russia", "Portugal", "Turkey"]


def test_the_sprite_is_what_the_module_draws():
    assert (ROOT / "static/img/flags.svg").read_text() == flags.sprite()


def test_every_known_country_has_a_flag():
    assert set(WORDS) == set(flags.FLAGS)


def test_every_country_in_the_results_has_a_flag():
    words = {team[2] for pack in PACKS for team in pack["teams"]} | {
        driver[5] for pack in PACKS for driver in pack["drivers"]
    }
    words |= {circuit[3] for pack in PACKS for circuit in pack["circuits"]}
    assert {word for word in (*words, *EARLIER, *EARLIER_RACES) if not country_code(word)} == set()


@pytest.mark.parametrize(("word", "code"), [("Dutch", "nl"), ("monégasque", "mc"), ("Ruritanian", "xx"), ("", "xx")])
def test_a_flag_is_found_by_nationality_or_name(word, code):
    assert f'flags.svg#{code}"' in render("{% flag word %}", word=word)


def test_a_flag_is_decoration_unless_it_stands_alone():
    assert 'aria-hidden="true"' in render("{% flag 'Dutch' %}")
    named = render("{% flag 'Dutch' named=True %}")
    assert 'role="img" aria-label="Netherlands"' in named
    assert "aria-hidden" not in named
