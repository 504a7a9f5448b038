"""An address that only takes forms shows a page with a way on to a browser that requests it."""

import pytest

from core.web.form_addresses import page_above

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/leagues/1/lobby/ready/", "/leagues/1/lobby/"),
        ("/leagues/1/drafts/2/pick/", "/leagues/1/drafts/2/"),
        ("/leagues/1/members/5/remove/", "/leagues/1/members/"),
        ("/accounts/profile/quiet-hours/", "/accounts/profile/"),
        ("/accounts/sign-out/", "/"),
        ("//example.org/x/", "/"),
        ("/", "/"),
    ],
)
def test_the_page_above_is_the_nearest_that_exists(path, above):
    assert page_above(path) == above


def test_it_leads_on_after_signing_in_again(client, alice):
    """A form that was sent by somebody whose session had ended."""
    sign_in = client.post("/leagues/1/lobby/ready/")
    client.force_login(alice)
    page = client.get(sign_in["Location"].partition("next=")[2])
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "This address only takes forms" in page.content.decode()
    assert 'href="/leagues/1/lobby/"' in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"


def test_other_methods_get_no_page(client):
    response = client.put("/accounts/sign-out/")
    assert (response.status_code, response.content) == (405, b"")


def test_the_api_keeps_its_format(client):
    response = client.get("/api/v1/auth/login")
    assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")
