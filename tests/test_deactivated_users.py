"""A deactivated user has no way in and hears nothing. What they left behind goes on, and activation revives no key."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import EmailChange, User
from accounts.services import calendar_token, deactivate, issue_tokens
from accounts.services.signed_links import (
    email_confirmation_path,
    password_reset_path,
    password_reset_token,
    undo_path,
    undo_token,
)
from constructors.models import Constructor
from drafts.models import Draft, Pick
from drafts.pick_links import pick_link_path
from drafts.services import expire_due_turns
from fantasyf1.person_stream import PATH, PersonRegistry, PersonTopic
from notifications import unsubscribing
from notifications.kinds import Recipient, optional_kinds
from notifications.models import Delivery, OutgoingEmail, PushSubscription
from notifications.services import dispatch_notifications, send_due_deliveries, send_due_emails
from tests.support.cast import DRAFTING_AT
from tests.support.factories import PASSWORD
from tests.support.notifications import notified
from tests.support.sse_client import FAST_POLLING, AsgiStreamClient, running_registry
from tests.support.stories import entry, fresh

NOW = DRAFTING_AT
PRIVATE_PAGES = [
    reverse(name)
    for name in ("pages:my_leagues", "notifications:list", "accounts:profile", "accounts:own_data", "admin:index")
]


@pytest.fixture
def draft(at, open_draft):
    """Alice, who runs the league, is on the clock."""
    at(NOW)
    return open_draft


@pytest.fixture
def keys(draft, league, alice, alices, client):
    """Everything that lets Alice in or does something in her name."""
    alice.set_password(PASSWORD)
    alice.save()
    client.force_login(alice)
    tokens = issue_tokens(user=alice, now=NOW)
    change = EmailChange.objects.create(user=alice, old_email="old@example.org", changed_at=NOW)
    draft_params = {"league_id": league.pk, "race_id": draft.race_id, "draft_id": draft.pk}
    params = {**draft_params, "constructor_id": alices.pk, "slot": 1, "round": 1}
    unconfirmed = EmailAddress.objects.create(user=alice, email="new@example.org")
    return SimpleNamespace(
        browser=client,
        access=tokens["access"],
        refresh=tokens["refresh"],
        calendar=reverse("drafts:calendar", args=[calendar_token(alice)]),
        pick=pick_link_path(Recipient(alice, params, NOW)),
        unsubscribe=unsubscribing.path_of(alice, [optional_kinds()[0].name]),
        reset=password_reset_path(alice),
        reset_token=password_reset_token(alice),
        undo=undo_path(change),
        undo_token=undo_token(change),
        confirm=email_confirmation_path(unconfirmed),
    )


def deactivated(user):
    deactivate(user=User.objects.get(pk=user.pk), now=NOW)


def activated(user):
    User.objects.filter(pk=user.pk).update(is_active=True)


def bearer(api, keys):
    app = api()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.access}")
    return app


def check_signed_out(api, keys, draft, alice):
    """No session, token or link of before lets anybody in, reads anything, or acts in Alice's name."""
    for page in PRIVATE_PAGES:
        assert keys.browser.get(page).status_code in (302, 403), page
    app = bearer(api, keys)
    for path in ("/api/v1/auth/me", "/api/v1/leagues", "/api/v1/auth/me/data", f"/api/v1/drafts/{draft.pk}"):
        assert app.get(path).status_code == 401, path
    constructor = Constructor.objects.get(owner=alice).pk
    picked = app.post(f"/api/v1/constructors/{constructor}/drafts", {"race": draft.race_id, "driver": 1})
    assert picked.status_code == 401
    assert api().post("/api/v1/auth/refresh", {"refresh": keys.refresh}).status_code == 401
    visitor = Client()
    assert visitor.get(keys.calendar).status_code == 404
    assert visitor.get(keys.pick).status_code == 410
    some_entry = entry(draft.race, "driver_1").pk
    assert visitor.post(keys.pick, {"entry": some_entry}).status_code == 410
    assert 'name="password1"' not in visitor.get(keys.reset, follow=True).text
    reset = api().post("/api/v1/auth/password-reset/confirm", {"token": keys.reset_token, "new_password": "box-box-47"})
    assert reset.status_code == 400
    assert not Pick.objects.exists()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)


def sign_in(api):
    body = {"username": "alice", "password": PASSWORD}
    page = Client().post(reverse("accounts:sign_in"), {"login": "alice", "password": PASSWORD})
    return page.status_code, api().post("/api/v1/auth/login", body).status_code


@pytest.mark.django_db
def test_nothing_of_before_works(api, keys, draft, alice):
    deactivated(alice)
    check_signed_out(api, keys, draft, alice)
    assert sign_in(api) == (422, 401)
    visitor = Client()
    assert visitor.post(keys.unsubscribe).status_code == 404
    assert visitor.post(keys.undo).status_code in (404, 410)
    assert api().post("/api/v1/auth/email/undo", {"token": keys.undo_token}).status_code in (400, 404, 410)
    visitor.post(keys.confirm)
    assert not EmailAddress.objects.get(email="new@example.org").verified


@pytest.mark.django_db
def test_everything_works_before(api, keys, draft):
    """Otherwise the other tests would prove nothing."""
    assert [keys.browser.get(page).status_code for page in PRIVATE_PAGES] == [200] * len(PRIVATE_PAGES)
    assert bearer(api, keys).get("/api/v1/auth/me").status_code == 200
    visitor = Client()
    assert [visitor.get(link).status_code for link in (keys.calendar, keys.pick, keys.unsubscribe)] == [200] * 3
    assert 'name="password1"' in visitor.get(keys.reset, follow=True).text


@pytest.mark.django_db
def test_activation_revives_no_key_and_the_password_works(api, keys, draft, alice):
    deactivated(alice)
    activated(alice)
    check_signed_out(api, keys, draft, alice)
    assert sign_in(api) == (302, 200)


@pytest.mark.django_db
def test_no_reset_is_sent_and_nobody_finds_them(api, keys, draft, alice, bob, mailoutbox):
    deactivated(alice)
    OutgoingEmail.objects.all().delete()
    assert api().post("/api/v1/auth/password-reset", {"email": alice.email}).status_code == 202
    send_due_emails(now=NOW)
    assert not [mail for mail in mailoutbox if "forgotten" in mail.body]
    found = api(bob).get("/api/v1/users", {"name": "alice"}).json()["items"]
    assert (found, api(bob).get(f"/api/v1/users/{alice.pk}").status_code) == ([], 404)


@pytest.mark.django_db
def test_nothing_is_delivered_to_them(keys, alice):
    values = {"kind": "web", "endpoint": "https://push.example.org/x", "endpoint_hash": "h", "created_at": NOW}
    PushSubscription.objects.create(user=alice, **values)
    deactivated(alice)
    Delivery.objects.all().delete()
    notified(alice, kind="league_changed", key="k", title="Hello", now=NOW)
    dispatch_notifications(now=NOW)
    send_due_deliveries(now=NOW + timedelta(days=1))
    assert not Delivery.objects.filter(notification__key="k").exists()


@pytest.mark.django_db
def test_their_draft_goes_on_with_autopicks(draft, alice, alices, bobs):
    deactivated(alice)
    while ends_at := fresh(draft).turn_ends_at:
        # After hours without a sweep, the first one extends the turn.
        expire_due_turns(now=ends_at)
    assert fresh(draft).state == Draft.State.COMPLETE
    assert set(draft.picks.filter(slot__constructor=alices).values_list("source", flat=True)) == {"autopick"}


@pytest.mark.django_db
def test_an_administrator_who_is_deactivated_has_no_admin(client, alice, api):
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    alice.refresh_from_db()
    client.force_login(alice)
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
    deactivated(alice)
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("serialized_sqlite")
@pytest.mark.parametrize("is_active_again", [False, True])
@pytest.mark.parametrize("path", ["", PATH])
def test_no_stream_opens_with_what_was_valid_before(keys, draft, alice, path, is_active_again):
    session = {"cookie": f"sessionid={keys.browser.cookies['sessionid'].value}"}
    token = {"authorization": f"Bearer {keys.access}"}
    deactivated(alice)
    if is_active_again:
        activated(alice)

    async def ask(headers):
        persons = PersonRegistry(PersonTopic(), FAST_POLLING) if path else None
        async with running_registry(registry=persons) as registry:
            stream = AsgiStreamClient(registry, draft.pk, headers, path=path)
            await stream.wait_until(stream.task.done)
            return stream.status

    assert [asyncio.run(ask(headers)) for headers in (session, token)] == [401 if path else 404, 401]
