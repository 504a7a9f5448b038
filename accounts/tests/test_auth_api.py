"""API sign-up and sign-in, validity of tokens, and the current user."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from accounts.services import issue_tokens
from core import clock
from tests.support.cast import access_token
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

REGISTER, LOGIN, REFRESH, ME = (f"/api/v1/auth/{name}" for name in ("register", "login", "refresh", "me"))
DORA = {"username": "dora", "email": "dora@example.org", "password": PASSWORD, "time_zone": "Europe/Berlin"}


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email="dora@example.org", password=PASSWORD)


def fields_of(response):
    return list(response.json()["error"]["fields"])


def error_of(response):
    error = response.json()["error"]
    return response.status_code, error["code"], error["message"]


def test_registering_signs_in(api):
    response = api().post(REGISTER, DORA)
    assert response.status_code == 201
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {response.json()['access']}")
    assert client.get(ME).json() == response.json()["user"]


def test_tokens_say_how_long_they_are_valid(api):
    registered = api().post(REGISTER, DORA).json()
    signed_in = api().post(LOGIN, {"username": "dora", "password": PASSWORD}).json()
    refreshed = api().post(REFRESH, {"refresh": signed_in["refresh"]}).json()
    for tokens in (registered, signed_in, refreshed):
        payload = AccessToken(tokens["access"].encode()).payload
        assert tokens["expires_in"] == payload["exp"] - payload["iat"]


def test_registering_by_the_api_creates_no_session(api, dora):
    client = api()
    client.post(REGISTER, {**DORA, "username": "emil", "email": "emil@example.org"})
    client.post(LOGIN, {"username": "dora", "password": PASSWORD})
    client.post("/api/v1/auth/password-reset", {"email": "dora@example.org"})
    assert not client.cookies


def test_the_time_zone_is_optional(api):
    response = api().post(REGISTER, {name: DORA[name] for name in ("username", "email", "password")})
    assert response.json()["user"]["time_zone"] == "UTC"


def test_no_response_contains_the_password(api):
    response = api().post(REGISTER, DORA)
    assert "password" not in response.json()["user"]
    assert PASSWORD not in response.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "DORA", "email": "other@example.org"}, "username"),
        ({"username": "do ra"}, "username"),
        ({"username": "dora@example.org"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": ["dora"]}, "username"),
        ({"username": None}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"email": ""}, "email"),
        ({"password": "1234"}, "password"),
        ({"password": "x" * 5000}, "password"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ],
)
def test_a_refused_registration_names_the_field(api, dora, change, field):
    response = api().post(REGISTER, {**DORA, "username": "emil", "email": "emil@example.org", **change})
    assert response.status_code == 400
    assert fields_of(response) == [field]
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["dora", "DORA", "Dora@example.org"])
def test_users_sign_in_by_name_or_address(api, dora, name):
    response = api().post(LOGIN, {"username": name, "password": PASSWORD})
    assert response.status_code == 200
    assert set(response.json()) == {"access", "expires_in", "refresh"}


@pytest.mark.parametrize("who", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_credentials_do_not_reveal_which_part_is_wrong(api, dora, who):
    response = api().post(LOGIN, {"username": "dora", "password": PASSWORD, **who})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["error"]["message"] == "The user name, e-mail address or password is wrong."


def test_a_deactivated_account_cannot_sign_in(api, dora):
    User.objects.update(is_active=False)
    assert api().post(LOGIN, {"username": "dora", "password": PASSWORD}).status_code == 401


def test_signing_in_sets_last_login(api, dora):
    api().post(LOGIN, {"username": "dora", "password": PASSWORD})
    dora.refresh_from_db()
    assert dora.last_login is not None


def test_a_stale_token_in_the_request_does_not_prevent_signing_in(api, dora):
    client = api()
    client.credentials(HTTP_AUTHORIZATION="Bearer stale")
    assert client.post(LOGIN, {"username": "dora", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("end", [lambda user: user.delete(), lambda user: User.objects.update(is_active=False)])
def test_a_deleted_or_deactivated_user_gets_no_new_tokens(api, alice, end):
    refresh, client = issue_tokens(user=alice, now=clock.now())["refresh"], api(alice)
    end(alice)
    assert api().post(REFRESH, {"refresh": refresh}).status_code == 401
    assert client.get(ME).status_code == 401


def forged(alice, **claims):
    key = claims.pop("key", settings.JWT_SIGNING_KEY)
    good = AccessToken(access_token(alice).encode())  # type: ignore[arg-type]
    return jwt.encode({**good.payload, **claims}, key)


def test_the_forging_helper_can_write_a_valid_token(api, alice):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {forged(alice)}")
    assert client.get(ME).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "elsewhere"},
        {"iss": "somebody"},
        {"key": settings.SECRET_KEY},
        {"exp": 0},
        {"token_type": "refresh"},
    ],
)
def test_a_token_with_a_foreign_claim_or_key_is_refused(api, alice, claims):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {forged(alice, **claims)}")
    assert error_of(client.get(ME)) == (401, "token_not_valid", "This token is not valid or has expired.")


def test_a_request_without_a_token_is_told_to_sign_in(api, db):
    assert error_of(api().get(ME)) == (401, "not_authenticated", "Sign in first.")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer \xff", "Bearer .."])
def test_an_authorization_header_without_a_valid_token_is_refused(api, header):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert error_of(client.get(ME)) == (401, "token_not_valid", "This token is not valid or has expired.")


@pytest.mark.parametrize("header", ["Basic YTpi", "nonsense", ""])
def test_an_authorization_header_of_another_scheme_holds_no_token(api, header):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert error_of(client.get(ME))[:2] == (401, "not_authenticated")


@pytest.mark.parametrize("refresh", ["", "nonsense", "a.b.c", None, 7, ["x"], "é.é.é"])
def test_an_invalid_refresh_token_is_refused(api, db, refresh):
    assert api().post(REFRESH, {"refresh": refresh}).status_code in (400, 401)


def test_an_access_token_is_not_accepted_as_a_refresh_token(api, alice):
    sentence = "This refresh token is not valid or has expired. Sign in again."
    assert error_of(api().post(REFRESH, {"refresh": access_token(alice)})) == (401, "token_not_valid", sentence)


def test_an_expired_refresh_token_is_refused(api, alice):
    refresh = RefreshToken(issue_tokens(user=alice, now=clock.now())["refresh"])  # type: ignore[arg-type]
    refresh.set_exp(lifetime=-timedelta(seconds=1))
    assert api().post(REFRESH, {"refresh": str(refresh)}).status_code == 401


def test_a_token_without_a_sign_in_is_refused(api, alice):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(alice)}")
    assert client.get(ME).status_code == 401
    assert api().post(REFRESH, {"refresh": str(RefreshToken.for_user(alice))}).status_code == 401


def test_a_page_session_does_not_authenticate_api_requests(client, alice):
    client.force_login(alice)
    assert client.get(ME).status_code == 401


def test_times_are_in_utc_in_every_time_zone(api, alice, client):
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")
    client.force_login(User.objects.get(pk=alice.pk))
    me = client.get(ME, headers={"Authorization": f"Bearer {access_token(alice)}"}).json()
    assert me["date_joined"].endswith("Z")


def test_a_user_changes_their_time_zone(api, alice):
    assert api(alice).patch(ME, {"time_zone": "Asia/Tokyo"}).json()["time_zone"] == "Asia/Tokyo"
    assert api(alice).get(ME).json()["time_zone"] == "Asia/Tokyo"


def test_an_empty_patch_changes_nothing(api, alice):
    assert api(alice).patch(ME, {}).status_code == 200


def test_a_zone_that_does_not_exist_is_refused(api, alice):
    response = api(alice).patch(ME, {"time_zone": "Mars/Olympus"})
    assert response.status_code == 400
    assert fields_of(response) == ["time_zone"]
