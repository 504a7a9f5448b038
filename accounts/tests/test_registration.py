"""Sign-up, through the form that pages and API share."""

from datetime import UTC, datetime

import pytest
from allauth.core.context import request_context
from django.test import RequestFactory

from accounts import services
from accounts.api import auth_flows
from accounts.models import User
from core.errors import Invalid

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def visit(at):
    """A visitor's request, set as allauth's current request."""
    at(NOW)
    request = RequestFactory().post("/")
    with request_context(request):
        yield request


@pytest.fixture
def sign_up(visit):
    def sign_up(**changes):
        fields = {"username": "alice", "email": "alice@example.org", "password": "box-box-4711"} | changes
        return auth_flows.sign_up(visit, **fields)

    return sign_up


@pytest.fixture
def refusal(sign_up):
    def refusal(**changes) -> Invalid:
        with pytest.raises(Invalid) as caught:
            sign_up(**changes)
        return caught.value

    return refusal


def test_a_new_player_has_a_hashed_password_and_a_time_zone(sign_up):
    user = sign_up(time_zone="Europe/Berlin")
    user.refresh_from_db()
    assert user.check_password("box-box-4711")
    assert "box-box" not in user.password
    assert (user.time_zone, user.date_joined) == ("Europe/Berlin", NOW)


@pytest.mark.parametrize("name", ["alice", "ALICE", " Alice "])
def test_a_user_name_taken_in_any_case_is_refused(sign_up, refusal, name):
    sign_up()
    taken = refusal(username=name, email="other@example.org")
    assert (taken.sentence, taken.field, taken.code) == (
        "This user name is taken, or looks like one that is.",
        "username",
        "taken",
    )
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "bob@example.org", "bob smith", "bob\n", "<b>", "x" * 151])
def test_an_invalid_user_name_is_refused(refusal, name):
    assert refusal(username=name if name != "bob\n" else "b\nob").field == "username"


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c.org", "a b@c.org"])
def test_an_invalid_email_address_is_refused(refusal, address):
    assert refusal(email=address).field == "email"


@pytest.mark.parametrize("password", ["", "short", "12345678901", "password123", "alice@example.org"])
def test_a_common_password_is_refused(refusal, password):
    assert refusal(password=password).field == "password"
    assert not User.objects.exists()


def test_a_nonexistent_time_zone_is_refused(refusal):
    wrong = refusal(time_zone="Mars/Olympus")
    assert wrong.field == "time_zone"
    assert "Mars/Olympus" in wrong.sentence


def test_a_changed_time_zone_is_saved(sign_up):
    user = sign_up()
    services.change_time_zone(user=user, time_zone="Asia/Tokyo")
    user.refresh_from_db()
    assert user.time_zone == "Asia/Tokyo"
