"""Names that look alike, with real names: which of them are taken for the same."""

import hashlib
import json

import pytest

from core.confusables import confusables, folded, mixes_scripts, skeleton
from core.errors import Invalid
from core.validators import clean_name, clean_text


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("alice", "al\u0456ce"),  # a Cyrillic letter
        ("alice", "\u0430lice"),  # a Cyrillic letter
        ("admin", "adm\u0131n"),  # dotless i
        ("Max", "\u041c\u0430\u0445"),  # wholly Cyrillic
        ("bob", "\u0412\u041e\u0412"),  # wholly Cyrillic, in capitals
        ("lewis", "Iewis"),
        ("max1", "maxl"),
        ("bob0", "bobo"),
        ("bob", "bob\ufe0f"),
        ("Max M", "\uff2d\uff41\uff58\u3000\uff2d"),
        ("Anna Bell", "ANNA  BELl"),
        ("Norman", "Norrnan"),
    ],
)
def test_these_look_alike(name, other):
    assert skeleton(name) == skeleton(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Müller", "Muller"),
        ("Müller", "Mueller"),
        ("Muñoz", "Munoz"),
        ("Łukasz", "Lukasz"),
        ("Đặng", "Dang"),
        ("Ana", "Anna"),
        ("Jon", "John"),
        ("Lars", "Lara"),
        ("Vettel", "Vettell"),
        ("max33", "max3"),
        ("王伟", "王玮"),
        ("Юлия", "Юлий"),
    ],
)
def test_these_do_not(name, other):
    assert skeleton(name) != skeleton(other)


@pytest.mark.parametrize(("name", "other"), [("Horner", "Homer"), ("Erna", "Ema"), ("Ian", "Lan")])
def test_a_few_real_names_look_alike(name, other):
    """The price of Unicode's table, as docs/decisions/0018 says."""
    assert skeleton(name) == skeleton(other)


@pytest.mark.parametrize(("name", "other"), [("Émile", "émile"), ("ÖZGÜR", "özgür"), ("Straße", "STRASSE")])
def test_case_does_not_count_beyond_ascii(name, other):
    assert folded(name) == folded(other)


@pytest.mark.parametrize(
    "word", ["Élodie", "max.33", "Łukasz_1", "Иван", "علي", "東京タワー", "Tokyo東京", "김민준", "Κώστας"]
)
def test_words_of_one_language_are_in_one_script(word):
    assert not mixes_scripts(word)


@pytest.mark.parametrize("word", ["al\u0456ce", "\u0430lice", "B\u03bfb", "p\u0430yp\u0430l", "김ひ"])
def test_a_word_of_two_languages_mixes_scripts(word):
    assert mixes_scripts(word)


def test_the_table_is_that_of_the_stored_skeletons():
    """If another version of the package changes the table: add a migration that fills the skeletons again."""
    table = json.dumps(confusables(), sort_keys=True).encode()
    assert hashlib.sha256(table).hexdigest()[:16] == "2b144f8f5cfe4c35"


@pytest.mark.parametrize(
    "name",
    [
        "\u3164", "\u2800", "\u115f", "\u1160", "\uffa0",  # blank letters and symbols
        "\u0301", "\ufe0f", "\u200d", "\u034f",  # marks and selectors alone
        "Bob\u3164", "Bob\u2800Racing", "Bob\u202e", "Bob\u200b", "Bob\x07", "\u0301Bob", "Bob\ud800",
        "B" + "\u0301" * 5 + "ob",
        "...", "🏎️", "- -",
    ],
)  # fmt: skip
def test_a_name_that_shows_nothing_or_too_much_is_refused(name):
    with pytest.raises(Invalid):
        clean_name(name, longest=60, field="name")


@pytest.mark.parametrize(
    "name", ["Team 🏎️", "Nguyễn Đặng", "שָׁלוֹם", "हिन्दी", "ทีมแข่ง", "O'Brien & Söhne", "33", "É" + "\u0301" * 2]
)
def test_a_name_of_any_language_is_kept(name):
    assert clean_name(name, longest=60, field="name") == name


def test_a_text_keeps_its_lines():
    assert (
        clean_text(" One \r\n\n\n two\u2028three\t", longest=50, field="bio", keeps_lines=True) == "One\n\ntwo\nthree"
    )
    assert clean_text("One\ntwo", longest=50, field="reason") == "One two"


@pytest.mark.parametrize("text", ["hi \u202egro.elpmaxe\u202c", "a\x07b", "a\u200bb", "Z" + "\u0334" * 9, "\u2800"])
def test_a_text_with_invisible_characters_is_refused(text):
    with pytest.raises(Invalid, match="cannot be displayed"):
        clean_text(text, longest=280, field="bio", keeps_lines=True)


@pytest.mark.parametrize("text", ["", "👨\u200d👩\u200d👧 ❤\ufe0f", "می\u200cخواهم", "नमस्ते"])
def test_a_text_keeps_emojis_and_joiners(text):
    assert clean_text(text, longest=280, field="bio") == text
