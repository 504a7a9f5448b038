"""The images that messengers show for public leagues and invitations."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from core.web.social_cards import SIZE, CardRow, SocialCard, draw
from fantasyf1.pages import social_cards
from leagues.models import League

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(monkeypatch):
    """The cards that were drawn, in order."""
    cards = []

    def draw_and_note(card):
        cards.append(card)
        return draw(card)

    monkeypatch.setattr(social_cards, "draw", draw_and_note)
    return cards


@pytest.fixture
def public_league(league):
    league.visibility = League.Visibility.PUBLIC
    league.save(update_fields=["visibility"])
    return league


def card_of(league):
    return reverse("pages:league_card", args=[league.pk])


def invitation_card(league):
    return reverse("pages:invitation_card", args=[league.code])


@pytest.mark.parametrize("name", ["Alpine Friends", "Клуб любителей", "🏎️🏎️", "車隊", "x" * 60, "\u202eevil"])
def test_any_name_gives_an_image_of_the_right_size(name):
    card = SocialCard("Season 2025", name, "A league of friends", (CardRow("1", name, "9 points"),), name)
    assert Image.open(io.BytesIO(draw(card))).size == SIZE


def test_the_card_of_a_public_league_shows_its_players_until_there_are_points(client, public_league, drawn):
    response = client.get(card_of(public_league))
    assert (response.headers["Content-Type"], response.content[:4]) == ("image/png", b"\x89PNG")
    assert "public" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert drawn[0].title == "Alpine Friends"
    assert [row.name for row in drawn[0].rows] == ["Alice Racing", "Bob Motorsport"]


def test_a_card_is_in_the_language_of_its_url_because_caches_keep_it(client, public_league, drawn):
    client.get(f"{card_of(public_league)}?lang=de", headers={"Accept-Language": "en"})
    client.get(card_of(public_league), headers={"Accept-Language": "de"})
    assert [card.kicker for card in drawn] == ["Fantasy-Liga, Saison 2025", "Fantasy league, season 2025"]


def test_a_private_league_has_no_card_not_even_for_its_members(client, league, alice):
    client.force_login(alice)
    assert client.get(card_of(league)).status_code == 404


def test_the_card_of_an_invitation_shows_what_its_page_shows(client, league, drawn):
    assert client.get(invitation_card(league)).status_code == 200
    page = client.get(reverse("pages:invitation", args=[league.code])).text
    assert f"/join/{league.code}/card.png?v=2" in page
    (card,) = drawn
    assert card.kicker in page
    assert all(row.name in page and row.note in page for row in card.rows)
    assert card.footer.startswith("2 of ")


def test_a_card_is_drawn_again_only_when_it_says_something_else(client, public_league, drawn):
    for name in ("Alpine Friends", "Alpine Friends", "Alpine Rivals"):
        public_league.name = name
        public_league.save(update_fields=["name"])
        client.get(card_of(public_league))
    assert [card.title for card in drawn] == ["Alpine Friends", "Alpine Rivals"]


def test_drawing_is_limited(client, public_league, drawn, monkeypatch):
    monkeypatch.setitem(social_cards.MOST_DRAWINGS, "league", 1)
    client.get(card_of(public_league))
    public_league.name = "Another name"
    public_league.save(update_fields=["name"])
    assert client.get(card_of(public_league)).url == "/static/img/card.png"
    assert len(drawn) == 1


def test_a_shared_link_of_a_public_league_has_the_card(client, public_league, alice):
    tag = f'<meta property="og:image" content="http://testserver{card_of(public_league)}?v='
    page = reverse("pages:league_home", args=[public_league.pk])
    assert tag in client.get(page).text
    public_league.visibility = League.Visibility.PRIVATE
    public_league.save(update_fields=["visibility"])
    client.force_login(alice)
    assert "og:image" not in client.get(page).text
