"""What the account pages do, in the API: profile, e-mail address, MFA, where you are signed in, account deletion."""

from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal import auth as totp
from django.core import signing
from django.test import Client
from django.urls import reverse

from accounts.models import BrowserSession, TokenFamily, User
from accounts.selectors import has_mfa
from accounts.services import issue_tokens
from core import clock
from core.models import IdempotencyKey
from notifications.models import OutgoingEmail
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ME, EMAIL, MFA, SIGN_INS = (f"/api/v1/auth/{name}" for name in ("me", "email", "mfa", "sign-ins"))
OWN_PASSWORD = {"password": PASSWORD}
MOMENT = 1_800_000_000


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email="dora@example.org", password=PASSWORD)


@pytest.fixture
def as_dora(api, dora):
    return api(dora)


def error_of(response):
    error = response.json()["error"]
    return response.status_code, error["code"]


def fields_of(response):
    return response.status_code, list(response.json()["error"]["fields"])


class TestProfile:
    def test_quiet_hours_are_set_and_turned_off(self, as_dora):
        quiet = {"quiet_from": "22:30", "quiet_until": "07:00"}
        assert quiet.items() <= as_dora.patch(ME, quiet).json().items()
        later = as_dora.patch(ME, {"quiet_until": "08:00"}).json()
        assert (later["quiet_from"], later["quiet_until"]) == ("22:30", "08:00")
        off = {"quiet_from": None, "quiet_until": None}
        assert off.items() <= as_dora.patch(ME, off).json().items()

    def test_quiet_hours_that_are_too_long_change_nothing(self, as_dora, dora):
        body = {"time_zone": "Asia/Tokyo", "bio": "Fast", "quiet_from": "07:00", "quiet_until": "22:00"}
        assert fields_of(as_dora.patch(ME, body)) == (400, ["quiet_until"])
        dora.refresh_from_db()
        assert (dora.time_zone, dora.bio, dora.quiet_from) == ("UTC", "", None)

    @pytest.mark.parametrize("text", ["22:30:00", "22:30Z", "7:5", "24:00", "", "soon", 7, "２２:30"])
    def test_a_time_of_day_has_hours_and_minutes(self, as_dora, text):
        assert fields_of(as_dora.patch(ME, {"quiet_from": text, "quiet_until": "07:00"})) == (400, ["quiet_from"])

    def test_quiet_hours_need_a_start_and_an_end(self, as_dora):
        assert fields_of(as_dora.patch(ME, {"quiet_from": "22:30"})) == (400, ["quiet_until"])

    def test_one_field_of_the_profile_is_changed_alone(self, as_dora):
        as_dora.patch(ME, {"found_by_email": True})
        profile = as_dora.patch(ME, {"bio": "  I pick   last. ", "discoverable": False}).json()
        names = ("bio", "discoverable", "found_by_name", "found_by_email")
        assert [profile[name] for name in names] == ["I pick last.", False, True, True]


class TestDeletion:
    def test_the_account_is_deleted_with_its_password(self, as_dora):
        assert error_of(as_dora.post(f"{ME}/delete", {"password": "wrong"})) == (400, "wrong_password")
        assert as_dora.post(f"{ME}/delete", OWN_PASSWORD).status_code == 204
        assert not User.objects.filter(username="dora").exists()
        assert as_dora.get(ME).status_code == 401

    def test_an_idempotency_key_does_not_prevent_it(self, as_dora):
        assert as_dora.post(f"{ME}/delete", OWN_PASSWORD, headers={"Idempotency-Key": "k1"}).status_code == 204

    def test_the_only_administrator_stays(self, api):
        root = UserFactory.create(username="root", password=PASSWORD, is_superuser=True)
        assert error_of(api(root).post(f"{ME}/delete", OWN_PASSWORD)) == (409, "last_administrator")


class TestEmail:
    @pytest.fixture(autouse=True)
    def addresses_need_confirming(self, settings):
        settings.CONFIRM_EMAIL = True

    def test_a_new_address_replaces_the_old_one_once_it_is_confirmed(self, api, as_dora):
        changed = as_dora.put(EMAIL, {"email": "New@example.org", "password": PASSWORD})
        assert changed.json() == {"email": "dora@example.org", "new_email": "new@example.org"}
        assert OutgoingEmail.objects.get().address == "new@example.org"
        token = EmailConfirmationHMAC(EmailAddress.objects.get(verified=False)).key
        assert api().post(f"{EMAIL}/confirm", {"token": token}).status_code == 204
        assert as_dora.get(EMAIL).json() == {"email": "new@example.org", "new_email": None}
        assert error_of(api().post(f"{EMAIL}/confirm", {"token": token})) == (400, "bad_link")

    def test_a_new_address_takes_the_password(self, as_dora):
        assert fields_of(as_dora.put(EMAIL, {"email": "new@example.org"})) == (400, ["password"])
        wrong = as_dora.put(EMAIL, {"email": "new@example.org", "password": "wrong"})
        assert error_of(wrong) == (400, "wrong_password")
        assert as_dora.get(EMAIL).json()["new_email"] is None

    def test_the_change_is_cancelled(self, as_dora):
        as_dora.put(EMAIL, {"email": "new@example.org", "password": PASSWORD})
        assert as_dora.delete(f"{EMAIL}/new").status_code == 204
        assert as_dora.get(EMAIL).json() == {"email": "dora@example.org", "new_email": None}
        assert error_of(as_dora.delete(f"{EMAIL}/new")) == (409, "no_new_email")

    def test_the_confirmation_is_sent_again_but_not_often(self, as_dora):
        assert error_of(as_dora.post(f"{EMAIL}/resend")) == (409, "no_new_email")
        as_dora.put(EMAIL, {"email": "new@example.org", "password": PASSWORD})
        assert [as_dora.post(f"{EMAIL}/resend").status_code for _ in range(3)] == [202, 202, 429]
        assert OutgoingEmail.objects.filter(address="new@example.org").count() == 3

    def test_the_own_address_is_refused(self, as_dora):
        assert fields_of(as_dora.put(EMAIL, {"email": "DORA@example.org", "password": PASSWORD})) == (400, ["email"])

    def test_a_taken_address_is_not_revealed(self, as_dora):
        UserFactory.create(username="emil", email="emil@example.org")
        changed = as_dora.put(EMAIL, {"email": "emil@example.org", "password": PASSWORD})
        assert changed.json()["new_email"] == "emil@example.org"

    @pytest.mark.parametrize("token", ["nonsense", "1:2:3", "é"])
    def test_a_wrong_token_confirms_nothing(self, api, db, token):
        assert error_of(api().post(f"{EMAIL}/confirm", {"token": token})) == (400, "bad_link")


class TestMfa:
    @pytest.fixture(autouse=True)
    def moment(self, monkeypatch):
        monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: MOMENT))

    @pytest.fixture
    def turned_on(self, as_dora):
        begun = as_dora.post(f"{MFA}/set-up", OWN_PASSWORD).json()
        return as_dora.post(f"{MFA}/confirm", {"token": begun["token"], "code": self.code_for(begun["secret"])})

    def code_for(self, secret):
        return totp.format_hotp_value(totp.hotp_value(secret, MOMENT // 30))

    def test_it_is_turned_on_with_a_first_code(self, as_dora, dora):
        begun = as_dora.post(f"{MFA}/set-up", OWN_PASSWORD).json()
        assert begun["secret"] in begun["url"]
        wrong = as_dora.post(f"{MFA}/confirm", {"token": begun["token"], "code": "000000"})
        assert (error_of(wrong), has_mfa(dora)) == ((400, "wrong_code"), False)
        done = as_dora.post(f"{MFA}/confirm", {"token": begun["token"], "code": self.code_for(begun["secret"])})
        assert (done.status_code, len(done.json()["recovery_codes"])) == (201, 10)
        assert as_dora.get(MFA).json() == {"is_on": True, "recovery_codes_left": 10}

    def test_a_sign_in_then_needs_a_code(self, api, dora, turned_on):
        login = {"username": "dora", "password": PASSWORD}
        assert error_of(api().post("/api/v1/auth/login", login)) == (401, "code_needed")
        recovery_code = turned_on.json()["recovery_codes"][0]
        assert api().post("/api/v1/auth/login", {**login, "code": recovery_code}).status_code == 200

    def test_it_is_turned_on_once(self, as_dora, turned_on):
        assert error_of(as_dora.post(f"{MFA}/set-up", OWN_PASSWORD)) == (409, "mfa_on")

    def test_the_secret_of_somebody_else_is_refused(self, api, as_dora):
        emil = api(UserFactory.create(username="emil", password=PASSWORD))
        begun = emil.post(f"{MFA}/set-up", OWN_PASSWORD).json()
        body = {"token": begun["token"], "code": self.code_for(begun["secret"])}
        assert fields_of(as_dora.post(f"{MFA}/confirm", body)) == (400, ["token"])

    def test_an_old_secret_is_refused(self, as_dora, monkeypatch):
        begun = as_dora.post(f"{MFA}/set-up", OWN_PASSWORD).json()
        later = signing.time.time() + 11 * 60  # type: ignore[attr-defined]
        monkeypatch.setattr(signing, "time", SimpleNamespace(time=lambda: later))
        body = {"token": begun["token"], "code": self.code_for(begun["secret"])}
        assert fields_of(as_dora.post(f"{MFA}/confirm", body)) == (400, ["token"])

    def test_it_is_turned_off(self, as_dora, dora, turned_on):
        assert as_dora.post(f"{MFA}/turn-off", OWN_PASSWORD).status_code == 204
        assert as_dora.get(MFA).json() == {"is_on": False, "recovery_codes_left": 0}
        for action in ("turn-off", "recovery-codes", "recovery-codes/new"):
            assert error_of(as_dora.post(f"{MFA}/{action}", OWN_PASSWORD)) == (409, "mfa_off")

    def test_recovery_codes_are_shown_and_replaced(self, as_dora, turned_on):
        codes = turned_on.json()["recovery_codes"]
        assert as_dora.post(f"{MFA}/recovery-codes", OWN_PASSWORD).json()["recovery_codes"] == codes
        new = as_dora.post(f"{MFA}/recovery-codes/new", OWN_PASSWORD).json()["recovery_codes"]
        assert not set(codes) & set(new)
        assert as_dora.post(f"{MFA}/recovery-codes", OWN_PASSWORD).json()["recovery_codes"] == new

    @pytest.mark.parametrize("action", ["set-up", "turn-off", "recovery-codes", "recovery-codes/new"])
    def test_every_step_needs_the_password(self, as_dora, turned_on, action):
        assert error_of(as_dora.post(f"{MFA}/{action}", {"password": "wrong"})) == (400, "wrong_password")

    def test_no_secret_is_stored_for_an_idempotency_key(self, as_dora):
        headers = {"Idempotency-Key": "k1"}
        assert as_dora.post(f"{MFA}/set-up", OWN_PASSWORD, headers=headers).status_code == 200
        assert not IdempotencyKey.objects.exists()


class TestSignIns:
    def test_they_are_listed_and_ended_one_by_one(self, api, dora):
        client, other = api(dora), issue_tokens(user=dora, now=clock.now(), device="Pit Wall 2.1")
        Client(headers={"User-Agent": "Firefox/1 Linux"}).force_login(dora)
        BrowserSession.objects.update(device="Firefox/140.0 Linux")
        listed = client.get(SIGN_INS).json()
        assert [browser["device"] for browser in listed["browsers"]] == ["Firefox on Linux"]
        assert {(app["device"], app["is_current"]) for app in listed["apps"]} == {("", True), ("Pit Wall 2.1", False)}
        (app,) = (app for app in listed["apps"] if not app["is_current"])
        assert client.delete(f"{SIGN_INS}/apps/{app['id']}").status_code == 204
        assert client.delete(f"{SIGN_INS}/browsers/{listed['browsers'][0]['id']}").status_code == 204
        left = client.get(SIGN_INS).json()
        assert (left["browsers"], [app["is_current"] for app in left["apps"]]) == ([], [True])
        assert api().post("/api/v1/auth/refresh", {"refresh": other["refresh"]}).status_code == 401

    def test_all_others_are_ended(self, api, dora):
        client, other = api(dora), issue_tokens(user=dora, now=clock.now())
        browser = Client()
        browser.force_login(dora)
        assert client.post(f"{SIGN_INS}/end-others").status_code == 204
        assert api().post("/api/v1/auth/refresh", {"refresh": other["refresh"]}).status_code == 401
        assert browser.get(reverse("accounts:profile")).status_code == 302
        assert client.get(ME).status_code == 200

    def test_those_of_others_are_not_found(self, api, as_dora):
        emil = UserFactory.create(username="emil")
        issue_tokens(user=emil, now=clock.now())
        Client().force_login(emil)
        family, session = TokenFamily.objects.get(user=emil), BrowserSession.objects.get(user=emil)
        addresses = (f"{SIGN_INS}/apps/{family.pk}", f"{SIGN_INS}/browsers/{session.pk}")
        assert [as_dora.delete(address).status_code for address in addresses] == [404, 404]
        family.refresh_from_db()
        assert family.revoked_at is None
