"""The invitation page of a league: what a visitor sees, and signing up or in there to join."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import encrypt
from django.urls import reverse

from accounts.models import User
from constructors.models import Constructor
from leagues.models import League
from leagues.selectors import is_member
from leagues.services import archive_league, change_league, create_league
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SIGN_UP = {
    "sign_up": "1",
    "username": "dora",
    "email": "dora@example.org",
    "password1": PASSWORD,
    "time_zone": "Europe/Berlin",
    "constructor_name": "Dora GP",
}
SIGN_IN = {"sign_in": "1", "login": "emil", "password": PASSWORD, "constructor_name": "Emil GP"}
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


@pytest.fixture
def page(league):
    return reverse("pages:invitation", args=[league.code])


@pytest.fixture
def emil(db):
    return UserFactory.create(username="emil", password=PASSWORD)


def sign_up(client, page, **changes):
    return client.post(page, SIGN_UP | {"invitation": page.split("/")[2]} | changes, follow=True)


class TestWhatAVisitorSees:
    def test_the_league_and_the_game(self, client, league, race, page):
        text = client.get(page.lower()).text
        assert "alice invites you to play" in text
        assert "2 of 11 places taken" in text
        assert "each player drafts 2 drivers in turn" in text
        assert race.name in text
        assert all(name in text for name in ("Alice Racing", "Bob Motorsport"))
        assert 'name="code"' not in text

    def test_the_game_follows_the_settings_of_the_league(self, client, season, alice):
        settings = {"picks_per_race": 1, "scoring": "standard_f1"}
        league = create_league(creator=alice, season=season, name="Two", settings=settings, now=FOUNDED_AT)
        text = client.get(reverse("pages:invitation", args=[league.code])).text
        assert "each player drafts 1 driver in turn" in text
        assert "25 for a win" in text

    def test_an_unknown_code_is_not_found(self, client, league, charlie):
        assert client.get("/join/NOSUCH22/").status_code == 404
        assert client.post("/join/NOSUCH22/", SIGN_UP).status_code == 404

    def test_messengers_get_a_card_that_begins_with_the_address_of_the_site(
        self, client, league, alice, page, settings
    ):
        settings.SITE_URL = "https://f1.example"
        change_league(league=league, by=alice, name='A "b" <c>')
        text = client.get(page, headers={"host": "localhost"}).text
        assert '<meta property="og:title" content="Join “A &quot;b&quot; &lt;c&gt;”">' in text
        assert f'<meta property="og:url" content="https://f1.example{page}">' in text
        assert f'<meta property="og:image" content="https://f1.example{page}card.png?v=2&amp;lang=en-gb">' in text
        assert 'og:description" content="alice invites you to a fantasy Formula 1 league.' in text

    def test_an_open_draft_says_when_it_locks(self, client, open_draft, page):
        assert "Open now, locks in" in client.get(page).text

    def test_a_full_league_says_so_and_has_no_form(self, client, league, alice, page):
        change_league(league=league, by=alice, capacity=2)
        text = client.get(page).text
        assert "This league is full" in text
        assert "password" not in text

    def test_an_archived_league_says_so(self, client, league, alice, page):
        archive_league(league=league, by=alice, now=FOUNDED_AT)
        text = client.get(page).text
        assert "This league is archived." in text
        assert "password" not in text

    def test_the_number_of_queries_does_not_grow_with_members(self, client, league, page, django_assert_num_queries):
        with django_assert_num_queries(6):
            client.get(page)
        for number in range(4):
            sign_up(
                type(client)(), page, username=f"friend{number}", email=f"f{number}@example.org", constructor_name=""
            )
        with django_assert_num_queries(6):
            client.get(page)


class TestSigningUp:
    def test_a_visitor_signs_up_and_is_in(self, client, league, page):
        response = sign_up(client, page)
        assert "Welcome to “Alpine Friends”." in response.text
        dora = User.objects.get(username="dora")
        assert is_member(dora, league)
        assert Constructor.objects.get(owner=dora).name == "Dora GP"
        assert dora.time_zone == "Europe/Berlin"
        assert "join" not in client.session

    def test_a_refused_sign_up_shows_the_page_with_the_reason(self, client, league, page):
        response = sign_up(client, page, username="ALICE")
        assert response.status_code == 422
        taken = "This user name is taken, or looks like one that is."
        assert response.context["sign_up_form"].errors == {"username": [taken]}
        assert "Alpine Friends" in response.text
        assert PASSWORD not in response.text

    def test_the_link_is_the_invitation_where_one_is_needed(self, client, league, page, settings):
        settings.REGISTRATION = "invite"
        code = client.get(page).context["sign_up_form"]["invitation"].value()
        sign_up(client, page, invitation=code)
        assert is_member(User.objects.get(username="dora"), league)

    def test_where_sign_up_is_closed_only_sign_in_is_offered(self, client, league, page, settings):
        settings.REGISTRATION = "closed"
        text = client.get(page).text
        assert "Sign-up is closed at the moment." in text
        assert 'name="sign_up"' not in text
        assert 'name="sign_in"' in text
        assert sign_up(client, page).status_code == 422
        assert not User.objects.filter(username="dora").exists()

    def test_a_league_that_is_full_by_then_says_so_to_the_new_user(self, client, league, page):
        League.objects.update(capacity=2)
        response = sign_up(client, page)
        assert "This league is full: it has room for 2 constructors." in response.text
        assert not is_member(User.objects.get(username="dora"), league)

    def test_a_taken_constructor_name_can_be_changed_without_signing_up_again(self, client, league, page):
        response = sign_up(client, page, constructor_name="Alice Racing")
        assert "Alice Racing" in response.text
        assert response.context["join_form"] is not None
        client.post(page, {"constructor_name": "Dora GP"})
        assert is_member(User.objects.get(username="dora"), league)


class TestSigningIn:
    def test_a_visitor_signs_in_and_is_in(self, client, league, emil, page):
        assert "Welcome to “Alpine Friends”." in client.post(page, SIGN_IN, follow=True).text
        assert Constructor.objects.get(owner=emil).name == "Emil GP"

    def test_a_member_who_signs_in_is_led_to_the_league(self, client, league, bob, page):
        bob.set_password(PASSWORD)
        bob.save()
        response = client.post(page, SIGN_IN | {"login": "bob"}, follow=True)
        assert response.redirect_chain[-1][0] == reverse("pages:league_home", args=[league.pk])

    def test_a_wrong_password_is_reported_in_the_open_form(self, client, league, emil, page):
        response = client.post(page, SIGN_IN | {"password": "wrong"})
        assert response.status_code == 422
        assert response.context["sign_in_form"].non_field_errors()
        assert '<details class="more" open>' in response.text
        assert "join" not in client.session

    def test_too_many_attempts_are_refused(self, client, league, emil, page, settings):
        settings.SIGN_IN_TRIES_PER_NAME = 1
        answers = [client.post(page, SIGN_IN | {"password": "wrong"}) for _ in range(2)]
        assert [response.status_code for response in answers] == [422, 429]
        assert "Retry-After" in answers[1].headers

    def test_with_a_second_factor_the_code_is_asked_for_first(self, client, league, emil, page, monkeypatch):
        monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: 1_800_000_000))
        Authenticator.objects.create(user=emil, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})
        asked = client.post(page, SIGN_IN, follow=True)
        assert asked.redirect_chain[-1][0] == reverse("mfa_authenticate")
        assert not is_member(emil, league)
        code = totp.format_hotp_value(totp.hotp_value(SECRET, 1_800_000_000 // 30))
        response = client.post(reverse("mfa_authenticate"), {"code": code}, follow=True)
        assert "Welcome to “Alpine Friends”." in response.text
        assert Constructor.objects.get(owner=emil).name == "Emil GP"


class TestAUser:
    def test_joins_without_a_code(self, client, league, charlie, page):
        client.force_login(charlie)
        text = client.get(page).text
        assert 'name="code"' not in text
        assert "password" not in text
        assert not is_member(charlie, league)
        assert "Welcome to “Alpine Friends”." in client.post(page, {"constructor_name": ""}, follow=True).text
        assert is_member(charlie, league)

    def test_who_asked_to_join_another_league_does_not_join_this_one(self, client, season, league, bob, emil, page):
        other = create_league(creator=bob, season=season, name="Other", now=FOUNDED_AT)
        client.post(reverse("pages:invitation", args=[other.code]), SIGN_IN)
        client.get(page)
        assert not is_member(emil, league)

    def test_joining_twice_is_refused(self, client, league, bob, page):
        client.force_login(bob)
        response = client.post(page)
        assert response.status_code == 422
        assert "You are already in this league." in response.text

    def test_joining_a_full_league_is_refused(self, client, league, alice, charlie, page):
        change_league(league=league, by=alice, capacity=2)
        client.force_login(charlie)
        response = client.post(page)
        assert response.status_code == 422
        assert "This league is full: it has room for 2 constructors." in response.text


def test_the_league_is_joined_while_its_draft_is_open(client, open_draft, page, at):
    at(DRAFTING_AT)
    assert "Welcome to “Alpine Friends”." in sign_up(client, page).text
