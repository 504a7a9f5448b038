"""Sessions and app sign-ins of a user, and who may sign up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import BrowserSession, User
from accounts.services import signed_links
from core import clock
from core.errors import Refused
from tests.support.cast import access_token
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SECURITY, SIGN_UP = reverse("accounts:security"), reverse("accounts:sign_up")
NEW_PASSWORD = "dry line at Silverstone"
EMIL = {"username": "emil", "email": "emil@example.org", "password": PASSWORD, "time_zone": "UTC"}
EMILS_FORM = EMIL | {"password1": PASSWORD}


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD)


def browser(name):
    """A client with this user agent, signed in as Dora."""
    client = Client(headers={"User-Agent": name})
    data = {"login": "dora", "password": PASSWORD}
    assert client.post(reverse("accounts:sign_in"), data).status_code == 302
    return client


def is_signed_in(client):
    return client.get(SECURITY).status_code == 200


def test_every_browser_and_app_is_listed(dora, api):
    phone, desk = browser("Phone 7"), browser("Desk <b>")
    api().post("/api/v1/auth/login", {"username": "dora", "password": PASSWORD}, headers={"User-Agent": "Pit Wall"})
    page = desk.get(SECURITY).text
    assert all(name in page for name in ("Phone 7", "Desk &lt;b&gt;", "Pit Wall"))
    assert page.count("This browser") == 1
    assert is_signed_in(phone)


def test_a_browser_is_signed_out_from_another(dora):
    phone, desk = browser("Phone 7"), browser("Desk")
    session = BrowserSession.objects.get(device="Phone 7")
    assert desk.post(reverse("accounts:end_browser", args=[session.pk])).status_code == 302
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)


def test_an_app_is_signed_out_from_a_browser(dora, api):
    client, desk = api(dora), browser("Desk")
    family = dora.token_families.get()
    assert desk.post(reverse("accounts:end_app", args=[family.pk])).status_code == 302
    assert client.get("/api/v1/auth/me").status_code == 401


def test_sessions_of_others_are_not_found(client, alice, dora):
    browser("Desk")
    access_token(dora)
    client.force_login(alice)
    ends = [("end_browser", BrowserSession.objects.get(user=dora).pk), ("end_app", dora.token_families.get().pk)]
    assert [client.post(reverse(f"accounts:{name}", args=[pk])).status_code for name, pk in ends] == [404, 404]
    assert dora.token_families.get().revoked_at is None


def test_signing_out_everywhere_keeps_this_browser(dora):
    phone, desk = browser("Phone 7"), browser("Desk")
    desk.post(reverse("accounts:sign_out_everywhere"))
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)
    assert list(BrowserSession.objects.values_list("device", flat=True)) == ["Desk"]


def test_a_changed_password_signs_the_others_out(dora):
    phone, desk = browser("Phone 7"), browser("Desk")
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    assert desk.post(SECURITY, data).status_code == 302
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)


@pytest.mark.parametrize("data", [{"oldpassword": "wrong"}, {"password1": "1234"}, {"password1": ""}])
def test_a_refused_change_says_why(dora, data):
    desk = browser("Desk")
    response = desk.post(SECURITY, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, **data})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [next(iter(data))])


def test_the_second_of_two_concurrent_password_changes_is_refused(dora):
    same = User.objects.get(pk=dora.pk)
    services.set_password(user=dora, password=NEW_PASSWORD, now=clock.now())
    with pytest.raises(Refused, match="at the same moment"):
        services.set_password(user=same, password="another one", now=clock.now())


def test_guessing_the_password_from_an_open_session_is_rate_limited(dora, settings):
    settings.SIGN_IN_TRIES_PER_NAME = 2
    desk = browser("Desk")
    data = {"oldpassword": "wrong", "password1": NEW_PASSWORD}
    assert [desk.post(SECURITY, data).status_code for _ in range(3)] == [422, 422, 429]
    assert desk.post(SECURITY, data | {"oldpassword": PASSWORD}).status_code == 429


@pytest.mark.parametrize("name", ["dora", "mallory"])
def test_signing_in_at_the_api_records_nothing_for_the_browser_whose_cookie_comes_along(dora, name):
    UserFactory.create(username="mallory", password=PASSWORD)
    desk = browser("Desk")
    before = BrowserSession.objects.values().get()
    data = {"username": name, "password": PASSWORD}
    response = desk.post("/api/v1/auth/login", data, "application/json", headers={"User-Agent": "Pit Wall"})
    assert (response.status_code, response.cookies) == (200, {})
    assert BrowserSession.objects.values().get() == before
    assert is_signed_in(desk)
    assert User.objects.get(username=name).last_login


def test_a_recorded_session_keeps_its_user(dora):
    emil = UserFactory.create(username="emil")
    browser("Desk")
    session = BrowserSession.objects.get()
    services.record_sign_in(user=emil, session_key=session.session_id, device="Phone", now=clock.now())
    kept = BrowserSession.objects.get()
    assert (kept.user, kept.device, kept.signed_in_at) == (dora, "Desk", session.signed_in_at)


def test_ended_sessions_are_deleted(dora):
    browser("Desk")
    assert services.delete_expired_sessions() == 0
    BrowserSession.objects.get().session.__class__.objects.update(expire_date=clock.now() - timedelta(days=1))
    services.delete_expired_sessions()
    assert not BrowserSession.objects.exists()


# -- who may sign up -------------------------------------------------------------------------------------------------


def test_closed_registration_refuses_everyone(client, api, settings):
    settings.REGISTRATION = "closed"
    assert "Sign-up is closed" in client.get(SIGN_UP).text
    assert client.post(SIGN_UP, EMILS_FORM).status_code == 422
    assert api().post("/api/v1/auth/register", EMIL).status_code == 409
    assert not User.objects.exists()


@pytest.mark.parametrize("code", ["", "nonsense", "a:b:c"])
def test_registration_by_invitation_refuses_an_invalid_code(client, api, settings, code):
    settings.REGISTRATION = "invite"
    response = client.post(SIGN_UP, EMILS_FORM | {"invitation": code})
    assert (response.status_code, "need a valid invitation" in response.text) == (422, True)
    refused = api().post("/api/v1/auth/register", EMIL | {"invitation": code})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["invitation"])


def test_an_invitation_works_for_one_account(client, dora, settings):
    settings.REGISTRATION = "invite"
    invitation = services.invite(by=dora, email="", now=clock.now())
    link = f"{SIGN_UP}?invitation={signed_links.invitation_token(invitation)}"
    code = client.get(link).context["form"]["invitation"].value()
    assert client.post(SIGN_UP, EMILS_FORM | {"invitation": code}).status_code == 302
    again = Client().post(SIGN_UP, EMILS_FORM | {"invitation": code, "username": "fritz"})
    assert (again.status_code, User.objects.filter(username="fritz").exists()) == (422, False)


def test_a_taken_name_does_not_use_up_the_invitation(client, dora, settings):
    settings.REGISTRATION = "invite"
    invitation = services.invite(by=dora, email="", now=clock.now())
    data = EMILS_FORM | {"invitation": signed_links.invitation_token(invitation)}
    assert client.post(SIGN_UP, data | {"username": "dora"}).status_code == 422
    assert client.post(SIGN_UP, data).status_code == 302


def test_an_invitation_link_of_a_league_is_accepted_too(client, league, settings):
    settings.REGISTRATION = "invite"
    link = reverse("pages:invitation", args=[league.code])
    code = client.get(SIGN_UP, {"next": link}).context["form"]["invitation"].value()
    assert client.post(SIGN_UP, EMILS_FORM | {"invitation": code, "next": link}).headers["Location"] == link
