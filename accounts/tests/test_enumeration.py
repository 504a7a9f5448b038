"""Nobody can tell whether an address has an account: not by what the site says, and not by how much work it does."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services
from accounts.models import User
from core import clock
from notifications.models import OutgoingEmail
from notifications.services import send_due_emails
from notifications.signals import email_enqueued
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
KNOWN, UNKNOWN = "dora@example.org", "elsa@example.org"
# Of the people who sign up with these addresses, with the same initials.
NAMES = {KNOWN: "newone", UNKNOWN: "newtwo"}
SIGN_UP, SIGN_IN, FORGOT, CHANGE, PROFILE = (
    reverse(f"accounts:{name}") for name in ("sign_up", "sign_in", "forgot_password", "change_email", "profile")
)


@pytest.fixture(autouse=True)
def dora():
    return UserFactory.create(username="dora", email=KNOWN, password=PASSWORD)


@pytest.fixture
def no_mail(settings):
    settings.CONFIRM_EMAIL = settings.HAS_MAIL_SERVER = False


def work_of(act, address):
    """The statements of a request, without their values, and the tasks that it enqueues."""
    tasks = []

    def on_email_enqueued(**_):
        tasks.append("send")

    email_enqueued.connect(on_email_enqueued)
    try:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            act(address)
    finally:
        email_enqueued.disconnect(on_email_enqueued)
    return [statement_of(query["sql"]) for query in queries], tasks


def statement_of(sql):
    """A statement without values, which differ from one request to the next."""
    return re.sub(r"""'(?:[^']|'')*'|\b\d+\b|\bNULL\b|"s\d+_x\d+\"""", "?", sql)


def register(address):
    data = {"username": NAMES[address], "email": address, "password": PASSWORD}
    return Client().post(f"{AUTH}/register", data, "application/json")


def sign_up(address):
    client = Client()
    data = {"username": NAMES[address], "email": address, "password1": PASSWORD, "time_zone": "UTC"}
    assert client.post(SIGN_UP, data).status_code == 302
    return client


def change(address):
    client, user = Client(), UserFactory.create(username=NAMES[address], email="", password=PASSWORD)
    client.force_login(user)
    assert client.post(CHANGE, {"email": address, "password": PASSWORD, "action_add": ""}).status_code == 302


class TestWithoutEmail:
    pytestmark = pytest.mark.usefixtures("no_mail")

    def shown(self, text, address):
        """What a page says, with what differs between any two people replaced."""
        text = text.partition("<main")[2].replace(address, "ADDRESS").replace(NAMES[address], "NAME")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|calendar/(?:[^"<]|<wbr>)*|avatar-\d', "", text)

    @pytest.mark.parametrize("page", [PROFILE, CHANGE])
    def test_the_pages_look_the_same_after_signing_up(self, page, at):
        at(FOUNDED_AT)
        known, unknown = (self.shown(sign_up(address).get(page).text, address) for address in (KNOWN, UNKNOWN))
        assert known == unknown
        assert "Not confirmed" not in known

    def test_the_api_responds_with_the_same(self, api):
        seen = []
        for address in (KNOWN, UNKNOWN):
            registered = register(address).json()
            headers = {"Authorization": f"Bearer {registered['access']}"}
            data = api().get(f"{AUTH}/me/data", headers=headers).json()
            own = api().get(f"{AUTH}/email", headers=headers).json()
            seen.append((registered["user"]["email"] == address, data["addresses"][0]["verified"], own["email"]))
            assert own["new_email"] == data["addresses"][0]["email"] == address
        assert seen == [(True, False, "")] * 2

    @pytest.mark.parametrize("address", [KNOWN, UNKNOWN])
    def test_the_address_does_not_sign_in(self, address):
        sign_up(address)
        response = Client().post(SIGN_IN, {"login": address, "password": "not Dora's"})
        assert response.status_code == 422
        User.objects.filter(username="dora").update(password="!")
        assert Client().post(SIGN_IN, {"login": address, "password": PASSWORD}).status_code == 422

    def test_changing_the_address_looks_the_same(self, api):
        emil, fritz = (UserFactory.create(username=name, email="", password=PASSWORD) for name in ("emil", "fritz"))
        answers = [
            api(user).put(f"{AUTH}/email", {"email": address, "password": PASSWORD}).json()
            for user, address in ((emil, KNOWN), (fritz, UNKNOWN))
        ]
        assert answers == [{"email": "", "new_email": KNOWN}, {"email": "", "new_email": UNKNOWN}]

    def test_nothing_is_sent_and_nobody_says_that_it_was(self, api):
        client = sign_up(UNKNOWN)
        page = client.post(CHANGE, {"email": UNKNOWN, "action_send": ""}, follow=True).text
        assert ("This site cannot send e-mail." in page, "We sent" in page) == (True, False)
        refused = api(User.objects.get(username=NAMES[UNKNOWN])).post(f"{AUTH}/email/resend")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_mail_server")
        assert not OutgoingEmail.objects.exists()

    def test_an_address_that_an_administrator_sets_signs_in(self):
        assert Client().post(SIGN_IN, {"login": KNOWN, "password": PASSWORD}).status_code == 302


class TestWork:
    def ask_page(self, address):
        assert Client().post(FORGOT, {"email": address}).status_code == 302

    def ask_api(self, address):
        assert Client().post(f"{AUTH}/password-reset", {"email": address}, "application/json").status_code == 202

    @pytest.mark.parametrize("ask", ["ask_page", "ask_api"])
    @pytest.mark.parametrize("is_active", [True, False])
    def test_a_reset_is_the_same_work_for_known_and_unknown_addresses(self, settings, dora, ask, is_active):
        settings.CONFIRM_EMAIL = settings.HAS_MAIL_SERVER = True
        User.objects.filter(pk=dora.pk).update(is_active=is_active)
        known, unknown = (work_of(getattr(self, ask), address) for address in (KNOWN, UNKNOWN))
        assert known == unknown
        assert known[1] == ["send"]

    def test_an_email_for_nobody_is_dropped(self, settings, mailoutbox):
        settings.CONFIRM_EMAIL = settings.HAS_MAIL_SERVER = True
        services.request_reset_link(address=UNKNOWN, now=clock.now())
        assert send_due_emails(now=clock.now()) == 0
        assert OutgoingEmail.objects.get().state == "dropped"

    @pytest.mark.parametrize("act", [register, sign_up, change])
    @pytest.mark.parametrize("has_mail", [True, False])
    def test_giving_an_address_is_the_same_work_whether_it_is_known_or_not(self, settings, act, has_mail):
        settings.CONFIRM_EMAIL = settings.HAS_MAIL_SERVER = has_mail
        known, unknown = (work_of(act, address) for address in (KNOWN, UNKNOWN))
        assert known == unknown
