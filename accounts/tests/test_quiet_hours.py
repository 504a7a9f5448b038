"""Quiet hours: validation, and the form on the profile page."""

from datetime import time

import pytest
from django.urls import reverse

from accounts.rules import check_quiet_hours
from accounts.services import set_quiet_hours
from core.errors import Invalid

PROFILE, QUIET_HOURS = reverse("accounts:profile"), reverse("accounts:quiet_hours")


@pytest.mark.parametrize(("begins", "ends"), [(time(22), time(10)), (time(0), time(12)), (time(9), time(9))])
def test_quiet_hours_can_last_twelve_hours(begins, ends):
    check_quiet_hours(begins, ends)


TOO_LONG = [(time(22), time(10, 30), "12.5"), (time(7), time(6, 59), "24"), (time(9, 0, 30), time(9), "24")]


@pytest.mark.parametrize(("begins", "ends", "says"), TOO_LONG)
def test_longer_quiet_hours_are_refused(begins, ends, says):
    with pytest.raises(Invalid, match=f"at most 12 hours, but these last {says} hours\\.") as refused:
        check_quiet_hours(begins, ends)
    assert refused.value.field == "quiet_until"


@pytest.mark.parametrize(("begins", "ends", "field"), [(None, time(7), "quiet_from"), (time(22), None, "quiet_until")])
def test_a_start_without_an_end_is_refused_and_changes_nothing(alice, begins, ends, field):
    set_quiet_hours(user=alice, begins=time(23), ends=time(6))
    with pytest.raises(Invalid, match="both the start and the end of your quiet hours, or neither") as refused:
        set_quiet_hours(user=alice, begins=begins, ends=ends)
    alice.refresh_from_db()
    assert (refused.value.field, alice.quiet_from, alice.quiet_until) == (field, time(23), time(6))


def test_quiet_hours_are_set_and_removed_on_the_profile(client, alice):
    client.force_login(alice)
    client.post(QUIET_HOURS, {"quiet_from": "22:30", "quiet_until": "06:15"})
    alice.refresh_from_db()
    assert (alice.quiet_from, alice.quiet_until) == (time(22, 30), time(6, 15))
    assert 'value="22:30"' in client.get(PROFILE).text
    client.post(QUIET_HOURS, {"quiet_from": "", "quiet_until": ""})
    alice.refresh_from_db()
    assert (alice.quiet_from, alice.quiet_until) == (None, None)


def test_a_refusal_is_shown_next_to_the_field(client, alice):
    client.force_login(alice)
    response = client.post(QUIET_HOURS, {"quiet_from": "07:00", "quiet_until": "22:00"})
    assert response.status_code == 422
    assert response.context["quiet_form"].errors["quiet_until"] == [
        "Quiet hours can last at most 12 hours, but these last 15 hours."
    ]


def test_quiet_hours_require_signing_in(client):
    assert client.post(QUIET_HOURS).headers["Location"].startswith(reverse("accounts:sign_in"))
