"""API tokens: single-use refresh tokens, and revocation by signing out, replay, password change or deactivation."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts import services
from accounts.models import TokenFamily, User
from accounts.services.api_tokens import REUSE_GRACE
from core import clock
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
LATER = REUSE_GRACE + timedelta(seconds=1)
NEW_PASSWORD = "dry line at Silverstone"


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD)


@pytest.fixture
def tokens(api, dora):
    return api().post(f"{AUTH}/login", {"username": "dora", "password": PASSWORD}).json()


@pytest.fixture
def post(api):
    def post(name, body=None, *, access=None):
        client = api()
        if access:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client.post(f"{AUTH}/{name}", body)

    return post


@pytest.fixture
def status_of(api):
    """The status codes for an access token and for its refresh token, sent in this order."""

    def status_of(tokens):
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
        me = client.get(f"{AUTH}/me")
        return me.status_code, api().post(f"{AUTH}/refresh", {"refresh": tokens["refresh"]}).status_code

    return status_of


def revocation_reasons():
    return list(TokenFamily.objects.values_list("reason", flat=True))


# -- single use ------------------------------------------------------------------------------------------------------


def test_a_refresh_token_gives_a_pair_that_works(post, tokens, status_of):
    renewed = post("refresh", {"refresh": tokens["refresh"]}).json()
    assert set(renewed) == {"access", "expires_in", "refresh"}
    assert renewed["refresh"] != tokens["refresh"]
    assert status_of(renewed) == (200, 200)


def test_a_sign_in_stays_alive_while_it_is_refreshed(dora, at):
    at(FOUNDED_AT)
    refresh = services.issue_tokens(user=dora, now=FOUNDED_AT)["refresh"]
    services.refresh_tokens(refresh=refresh, now=FOUNDED_AT + timedelta(days=29))
    assert services.delete_expired_token_families(now=FOUNDED_AT + timedelta(days=31)) == 0
    assert services.delete_expired_token_families(now=FOUNDED_AT + timedelta(days=60)) == 1


def test_a_concurrent_second_refresh_is_refused_but_keeps_the_sign_in(post, tokens, status_of):
    renewed = post("refresh", {"refresh": tokens["refresh"]}).json()
    second = post("refresh", {"refresh": tokens["refresh"]})
    assert second.status_code == 401
    assert "a moment ago" in second.json()["error"]["message"]
    assert status_of(renewed) == (200, 200)


def test_a_later_reuse_of_a_refresh_token_ends_the_sign_in(post, tokens, status_of, monkeypatch):
    renewed = post("refresh", {"refresh": tokens["refresh"]}).json()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + LATER)
    assert post("refresh", {"refresh": tokens["refresh"]}).status_code == 401
    assert status_of(renewed) == (401, 401)
    assert revocation_reasons() == [TokenFamily.RevocationReason.REPLAY]


def test_reusing_a_token_older_than_the_last_one_ends_the_sign_in_at_once(post, tokens, status_of):
    second = post("refresh", {"refresh": tokens["refresh"]}).json()
    third = post("refresh", {"refresh": second["refresh"]}).json()
    assert post("refresh", {"refresh": tokens["refresh"]}).status_code == 401
    assert status_of(third) == (401, 401)


def test_a_replay_leaves_other_sign_ins_alone(post, dora, tokens, status_of):
    other = services.issue_tokens(user=dora, now=clock.now())
    renewed = post("refresh", {"refresh": tokens["refresh"]}).json()
    post("refresh", {"refresh": renewed["refresh"]})
    post("refresh", {"refresh": tokens["refresh"]})
    assert status_of(other) == (200, 200)


def test_token_ids_are_not_stored(tokens):
    family = TokenFamily.objects.get()
    assert len(family.current) == 64
    assert family.current not in tokens["refresh"]


# -- every way to end a sign-in --------------------------------------------------------------------------------------


def change_password(user):
    services.set_password(user=user, password=NEW_PASSWORD, now=clock.now())


def set_password_elsewhere(user):
    """Like `manage.py changepassword` and the admin."""
    user.set_password(NEW_PASSWORD)
    user.save()


def log_out_everywhere(user):
    services.log_out_everywhere(user=user, now=clock.now())


def deactivate(user):
    services.deactivate(user=user, now=clock.now())


def deactivate_elsewhere(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def delete(user):
    user.delete()


ENDS = [change_password, set_password_elsewhere, log_out_everywhere, deactivate, deactivate_elsewhere, delete]


@pytest.fixture(params=ENDS, ids=[end.__name__ for end in ENDS])
def end(request):
    return request.param


def test_no_token_survives(dora, tokens, status_of, end):
    end(dora)
    assert status_of(tokens) == (401, 401)


def test_no_session_survives(client, dora, end):
    client.force_login(dora)
    end(dora)
    profile = reverse("accounts:profile")
    assert client.get(profile).headers["Location"] == f"{reverse('accounts:sign_in')}?next={profile}"


def test_a_refresh_from_before_yields_no_token_that_still_works(dora, tokens, status_of, end):
    renewed = services.refresh_tokens(refresh=tokens["refresh"], now=clock.now())
    end(dora)
    assert status_of(renewed) == (401, 401)


def test_reactivating_an_account_does_not_revive_old_sign_ins(client, dora, tokens, status_of):
    client.force_login(dora)
    deactivate(dora)
    User.objects.update(is_active=True)
    assert status_of(tokens) == (401, 401)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_deactivating_an_account_in_the_admin_ends_its_sign_ins(client, admin_user, dora, tokens):
    client.force_login(admin_user)
    client.post(reverse("account_reauthenticate"), {"password": "password"})
    address = reverse("admin:accounts_user_change", args=[dora.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in ("username", "email", "time_zone")}
    data |= {"date_joined_0": "2025-03-01", "date_joined_1": "12:00:00"}
    assert client.post(address, data).status_code == 302
    dora.refresh_from_db()
    assert (dora.is_active, dora.credentials_version, revocation_reasons()) == (
        False,
        1,
        [TokenFamily.RevocationReason.CREDENTIALS],
    )


# -- endpoints -------------------------------------------------------------------------------------------------------


def test_signing_out_ends_one_sign_in_at_once(post, dora, tokens, status_of):
    other = services.issue_tokens(user=dora, now=clock.now())
    assert post("logout", {"refresh": tokens["refresh"]}).status_code == 204
    assert status_of(tokens) == (401, 401)
    assert status_of(other) == (200, 200)


def test_signing_out_twice_is_not_an_error(post, tokens):
    assert [post("logout", {"refresh": tokens["refresh"]}).status_code for _ in range(2)] == [204, 204]


@pytest.mark.parametrize("refresh", ["nonsense", "a.b.c"])
def test_signing_out_requires_a_token(post, refresh):
    assert post("logout", {"refresh": refresh}).status_code == 401


def test_signing_out_everywhere_ends_apps_and_browsers(client, post, dora, tokens, status_of):
    client.force_login(dora)
    assert post("logout-all", access=tokens["access"]).status_code == 204
    assert status_of(tokens) == (401, 401)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_after_a_password_change_only_the_new_password_works(post, tokens, status_of):
    data = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert post("password", data, access=tokens["access"]).status_code == 204
    assert status_of(tokens) == (401, 401)
    statuses = [
        post("login", {"username": "dora", "password": password}).status_code for password in (PASSWORD, NEW_PASSWORD)
    ]
    assert statuses == [401, 200]


@pytest.mark.parametrize(
    ("data", "field"),
    [({"current_password": "wrong"}, "current_password"), ({"new_password": "12345678"}, "new_password")],
)
def test_a_failed_password_change_ends_no_sign_in(post, tokens, status_of, data, field):
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, **data}
    response = post("password", body, access=tokens["access"])
    assert (response.status_code, list(response.json()["error"]["fields"])) == (400, [field])
    assert status_of(tokens) == (200, 200)


@pytest.mark.parametrize("name", ["logout-all", "password"])
def test_signing_out_everywhere_requires_authentication(post, name):
    assert post(name, {}).status_code == 401


def test_authenticating_a_token_takes_one_query(api, dora, django_assert_num_queries):
    client = api(dora)
    with django_assert_num_queries(1):
        assert client.get(f"{AUTH}/me").status_code == 200


def test_the_changepassword_command_ends_sign_ins_too(dora, tokens, status_of, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda **_: NEW_PASSWORD)
    call_command("changepassword", "dora", verbosity=0)
    assert status_of(tokens) == (401, 401)
