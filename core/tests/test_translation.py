"""Sentences of the rules are translated as Django's are."""

from django.utils import translation as django_translation

from core import translation


def test_a_sentence_is_translated_with_the_catalogues_of_django():
    with django_translation.override("de"):
        assert translation.gettext("Yes") == django_translation.gettext("Yes") == "Ja"


def test_a_plural_is_translated_with_the_catalogues_of_django():
    with django_translation.override("de"):
        assert translation.ngettext("%(num)d day", "%(num)d days", 2) % {"num": 2} in ("2 Tage", "2\xa0Tage")
