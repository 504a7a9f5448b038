"""User names that look alike, or differ in case only, on every database; the names of earlier accounts."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.selectors import has_lookalike, search_users, user_named
from accounts.services import change_display_name, change_profile, change_username
from constructors.models import Constructor
from core.errors import Invalid, Refused
from leagues.models import League, Membership
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

TAKEN = "This user name is taken, or looks like one that is."
MIXED = "A name cannot mix the letters of different scripts"
NAMES = "names_without_case_and_skeletons"
WHOLLY_CYRILLIC = "\u0430\u0435\u0455"  # looks like “aes”


def sign_up(api, username):
    body = {"username": username, "email": "new@example.org", "password": "box-box-4711"}
    return api().post("/api/v1/auth/register", body)


@pytest.mark.parametrize("name", ["Alice", "a1ice", "AL\u0399CE", "aIice", "\uff41lice"])
def test_nobody_can_sign_up_with_a_name_that_looks_like_a_taken_one(api, alice, name):
    assert sign_up(api, name).status_code == 400
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("al\u0456ce", MIXED), ("\u0430lice", MIXED), ("\u1160", "cannot be displayed"), ("...", "letter")],
)
def test_a_name_that_misleads_is_refused(api, alice, name, sentence):
    response = sign_up(api, name)
    assert response.status_code == 400
    assert sentence in response.text


def test_a_wholly_foreign_lookalike_is_refused_without_saying_of_whom(api, client):
    UserFactory.create(username="aes")
    assert TAKEN in sign_up(api, WHOLLY_CYRILLIC).text
    bob = UserFactory.create(username="bob")
    client.force_login(bob)
    response = client.post(reverse("accounts:username"), {"username": WHOLLY_CYRILLIC})
    assert (response.status_code, TAKEN in response.text) == (422, True)


@pytest.mark.parametrize("name", ["Müller", "muller", "Юлия", "李娜", "علي", "Mehmet.Öz"])
def test_names_of_all_scripts_are_free(api, name):
    UserFactory.create(username="Mueller")
    assert sign_up(api, name).status_code == 201


def test_a_name_with_an_accent_is_one_account_whatever_its_case(api, client):
    emile = UserFactory.create(username="Émile", password=PASSWORD)
    assert sign_up(api, "émile").status_code == 400
    response = client.post(reverse("accounts:sign_in"), {"login": "ÉMILE", "password": PASSWORD})
    assert response.status_code == 302
    assert user_named("émile") == emile
    assert list(search_users(UserFactory.create(), name="éMILE")) == [emile]


def test_the_admin_refuses_lookalikes_and_keeps_older_names(client, admin_user, alice):
    client.force_login(admin_user)
    page = client.post(
        reverse("admin:accounts_user_add"),
        {"username": "a1ice", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert TAKEN in page.text
    User.objects.filter(pk=alice.pk).update(username="al\u0456ce")
    form = reverse("admin:accounts_user_change", args=[alice.pk])
    data = {"username": "al\u0456ce", "email": alice.email, "time_zone": "UTC", "is_active": "on", "bio": "Hi\r\nthere"}
    assert client.post(form, data).status_code == 302
    alice.refresh_from_db()
    assert (alice.username, alice.bio) == ("al\u0456ce", "Hi\nthere")
    assert "cannot be displayed" in client.post(form, data | {"bio": "\u202egro"}).text


def test_the_database_holds_it_too(alice, bob):
    for field in ("username_key", "username_skeleton"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=bob.pk).update(**{field: getattr(alice, field)})


@pytest.mark.parametrize("name", ["ch\u0430rlie", "char\u13e2ie", "ch\u0430\u0323rlie"])
def test_a_word_of_a_display_name_is_in_one_script(alice, name):
    with pytest.raises(Invalid, match=MIXED):
        change_display_name(user=alice, display_name=name)


def test_a_display_name_cannot_look_like_the_user_name_of_somebody_else(alice, bob):
    UserFactory.create(username="aes")
    for name in ("B0b", WHOLLY_CYRILLIC):
        with pytest.raises(Refused, match="user name of another player, or looks like it"):
            change_display_name(user=alice, display_name=name)
    change_display_name(user=alice, display_name="A1ice")


def test_members_of_a_league_cannot_look_alike_in_another_script(league, alice, bob):
    change_display_name(user=alice, display_name="Max Hope")
    with pytest.raises(Refused, match="already called"):
        change_display_name(user=bob, display_name="\u041c\u0430\u0445 Hope")
    change_display_name(user=bob, display_name="Иван (Ivan)")


def test_the_bio_keeps_its_lines_and_nothing_invisible(alice, client):
    def change(bio):
        change_profile(user=alice, bio=bio, discoverable=True, found_by_name=True, found_by_email=False)

    change("Fan of  Spa.\r\n<b>Zandvoort</b> too.")
    assert alice.bio == "Fan of Spa.\n<b>Zandvoort</b> too."
    with pytest.raises(Invalid):
        change("hi \u202egro.elpmaxe\u202c\x07\u200b")
    client.force_login(alice)
    page = client.post(reverse("accounts:about_me"), {"bio": "\u202egro"}, follow=True)
    assert "The text contains a character that cannot be displayed." in page.text


class TestEarlierAccounts:
    """Accounts with colliding names from before the constraints."""

    @pytest.fixture
    def pair(self):
        first, second, third = (
            UserFactory.create(username=name, password=PASSWORD) for name in ("Émile", "second", "third")
        )
        for user, name in ((second, "émile"), (third, "Émi1e")):
            User.objects.filter(pk=user.pk).update(username=name)
        migration = importlib.import_module("accounts.migrations.0006_user_name_keys")
        migration.fill_keys(apps, None)
        return [User.objects.get(pk=user.pk) for user in (first, second, third)]

    def test_they_keep_their_names_and_sign_in_with_them(self, pair, client):
        for user in pair:
            client.logout()
            client.post(reverse("accounts:sign_in"), {"login": user.username, "password": PASSWORD})
            assert client.session["_auth_user_id"] == str(user.pk)

    def test_they_can_be_saved(self, pair):
        for user in pair:
            user.save()
            user.save(update_fields=["username"])
            assert User.objects.get(pk=user.pk).username_key == user.username_key
        change_username(user=pair[1], username="emil")
        assert User.objects.get(pk=pair[1].pk).username_key == "emil"

    def test_nobody_else_can_have_their_names(self, pair):
        assert all(has_lookalike(user.username, other_than=User()) for user in pair)

    def test_members_and_constructors_keep_their_names(self, league, alices, bobs, alice, bob):
        Constructor.objects.filter(pk=bobs.pk).update(name="ALICE Racing", folded_name="", name_skeleton="")
        User.objects.filter(pk=bob.pk).update(display_name="A1ice")
        Membership.objects.update(name_skeleton="")
        League.objects.update(folded_name="")
        importlib.import_module(f"constructors.migrations.0004_{NAMES}").fill_keys(apps, None)
        leagues = importlib.import_module(f"leagues.migrations.0007_{NAMES}")
        leagues.fill_folded_names(apps, None)
        leagues.fill_name_skeletons(apps, None)
        bobs.refresh_from_db()
        assert (bobs.name, bobs.folded_name) == ("ALICE Racing", f"alice racing\n{bobs.pk}")
        skeletons = Membership.objects.values_list("name_skeleton", flat=True)
        assert list(skeletons.order_by("pk")) == ["alice", ""]
        assert League.objects.get().folded_name == league.name.casefold()


def test_leagues_are_found_whatever_the_case(api, client, league, alice):
    League.objects.update(visibility="public")
    league.refresh_from_db()
    league.name = "Écurie ÖZ"
    league.save(update_fields=["name"])
    assert api(alice).get("/api/v1/leagues?search=écurie öz").json()["items"]
    assert "Écurie" in client.get(reverse("leagues:public"), {"q": "éCURIE"}).text
