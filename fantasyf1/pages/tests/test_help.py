"""Help, the texts about the site, which operators can replace, and the map for search engines."""

import pytest
from django.template import engines
from django.urls import reverse

from fantasyf1.pages.help import help_topics
from leagues.models import SettingsVersion
from races.services import load_pack
from races.sources.fixtures import read_pack
from races.tests.test_fixtures import LATER

pytestmark = pytest.mark.django_db

HELP = reverse("pages:help")


def answers():
    return {question.anchor: question.answer for topic in help_topics() for question in topic.questions}


def test_the_answers_about_the_game_are_the_rules():
    given = [sentence for answer in answers().values() for sentence in answer]
    for _title, sentences in SettingsVersion().in_full:
        assert set(sentences) <= set(given)


def test_other_settings_are_answered_with_what_differs():
    assert any(text.startswith("Without a clock: There is no pick clock") for text in answers()["clock"])
    assert any("25 18 15 12 10 8 6 4 2 1" in text for text in answers()["points"])


def test_each_question_has_an_address_of_its_own(client):
    page = client.get(HELP).text
    anchors = [question.anchor for topic in help_topics() for question in topic.questions]
    assert len(set(anchors)) == len(anchors)
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_the_search_finds_all_words_in_any_case(client):
    page = client.get(HELP, {"q": "TIE wins"})
    assert [question.anchor for topic in page.context["topics"] for question in topic.questions] == ["ties"]


def test_a_search_without_an_answer_says_so(client):
    page = client.get(HELP, {"q": "<xyzzy>"}).text
    assert "No answer contains all of these words" in page
    assert "<xyzzy>" not in page


@pytest.mark.parametrize("name", ["about", "privacy", "terms"])
def test_the_texts_about_the_site_are_for_everyone_and_linked_from_every_page(client, name):
    address = reverse(f"pages:{name}")
    assert client.get(address).status_code == 200
    assert f'href="{address}"' in client.get("/races/").text


def test_an_operator_replaces_a_text(client, settings, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "privacy.html").write_text("<p>{{ host }} is run by Ada Lovelace.</p>")
    own = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**own, "DIRS": [tmp_path, *own["DIRS"][1:]]}]
    assert "testserver is run by Ada Lovelace" in client.get(reverse("pages:privacy")).text


def test_the_first_folder_for_templates_is_the_operators(settings):
    assert engines["django"].dirs[0] == settings.FANTASYF1_HOME / "templates"


def test_the_map_has_races_and_drivers_and_crawlers_find_it(client, django_assert_max_num_queries):
    season = load_pack(pack=read_pack(2025), now=LATER)
    with django_assert_max_num_queries(3):
        page = client.get("/sitemap.xml")
    assert page["Content-Type"] == "application/xml; charset=utf-8"
    for path in ("/", HELP, f"/races/{season.races.all()[0].pk}/", "/drivers/norris/"):
        assert f"<loc>http://testserver{path}</loc>" in page.text
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").text
