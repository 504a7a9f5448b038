"""Pick links: what the holder of a link from a message can do without signing in, and when the link no longer works."""

import re
import time

import pytest
from django.core import mail, signing
from django.test import Client
from django.urls import reverse

from accounts.services import log_out_everywhere, set_pick_links
from constructors.services import name_deputy
from core import clock
from drafts.history import event_lines
from drafts.models import Draft, Pick
from drafts.notification_kinds import EXTENSION_ASKED, LINKS_SWITCHED_OFF, PICKED_BY_LINK
from drafts.pick_links import LIFETIME, SIGNER, pick_link_path, read_pick_link
from drafts.rules import Wish
from drafts.selectors import slot_on_the_clock
from drafts.services import (
    delete_drafts,
    expire_turn,
    extend_turn,
    lock_draft,
    pause_draft,
    pick_by_link,
    pick_for,
    resume_draft,
    set_wishes,
    undo_picks,
)
from drafts.services.pick_links import REQUESTS_PER_MINUTE
from leagues.services import leave_league, transfer_management
from notifications.kinds import EMAIL, IN_APP, PUSH, Priority, Recipient
from notifications.models import Notification
from notifications.services import dispatch_notifications, send_due_deliveries
from races.models import Driver
from tests.support.cast import DRAFTING_AT
from tests.support.factories import UserFactory
from tests.support.stories import MINUTE, deadline, entry, fresh, pick, withdrawn

pytestmark = pytest.mark.django_db


def slot_of(draft):
    """The slot that is on the clock."""
    slot = slot_on_the_clock(fresh(draft))
    assert slot is not None
    return slot


def path_for(user, draft):
    """The path of a link to the turn that is on the clock."""
    slot = slot_of(draft)
    params = {
        "league_id": draft.league_id,
        "race_id": draft.race_id,
        "draft_id": draft.pk,
        "constructor_id": slot.constructor_id,
        "slot": slot.number,
        "round": slot.round,
    }
    return pick_link_path(Recipient(user, params, DRAFTING_AT))


def link_of(path):
    return read_pick_link(path.split("/")[2])


@pytest.fixture
def path(open_draft, alice):
    """The path of Alice's link: she is on the clock."""
    return path_for(alice, open_draft)


def post_pick(client, path, draft, ref):
    return client.post(path, {"entry": entry(draft.race, ref).pk})


def picked(draft):
    return [(row.entry.driver.ref, row.source, row.picked_by) for row in draft.picks.order_by("pk")]


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_turn_without_a_sign_in(client, path, open_draft):
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert all(text in page for text in ("Alpine Friends", open_draft.race.name, "Alice Racing", "It is your turn"))
    assert (len(response.context["choices"].best), len(response.context["choices"].free)) == (3, 22)


def test_the_best_drivers_go_by_the_wish_list_then_by_the_ranking(client, path, open_draft, alice, alices):
    wish, unwanted = (Driver.objects.get(ref=ref).pk for ref in ("driver_9", "driver_1"))
    set_wishes(constructor=alices, by=alice, wishes=[Wish(wish)], unwanted=[unwanted])
    best = [entry.driver_id for entry, _points in client.get(path).context["choices"].best]
    ranking = [driver for driver, _points in open_draft.ranking if driver not in (wish, unwanted)]
    assert best == [wish, *ranking[:2]]


def test_no_cache_search_engine_or_other_site_learns_the_address(client, path):
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_stranger_sees_this_turn_and_nothing_else(client, path, open_draft, charlie):
    client.force_login(charlie)
    page = client.get(path).content.decode()
    assert "Bob Motorsport" not in page
    assert f"/leagues/{open_draft.league_id}/" not in page
    assert client.get(reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id])).status_code == 404


def test_names_are_escaped(client, path, open_draft, alices):
    type(alices).objects.filter(pk=alices.pk).update(name="<b>A & B</b>")
    type(open_draft.league).objects.filter(pk=open_draft.league_id).update(name='"><script>x</script>')
    page = client.get(path).content.decode()
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page
    assert "<script>x" not in page


# -- the pick ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_only_a_post_request_picks(client, path, open_draft, method):
    getattr(client, method)(path, {"entry": entry(open_draft.race, "driver_1").pk})
    assert not open_draft.picks.exists()
    assert fresh(open_draft).last_seq == open_draft.last_seq


def test_a_post_request_needs_the_token_of_the_form(path, open_draft):
    client = Client(enforce_csrf_checks=True)
    assert post_pick(client, path, open_draft, "driver_7").status_code == 403
    client.get(path)
    body = {
        "entry": entry(open_draft.race, "driver_7").pk,
        "csrfmiddlewaretoken": client.cookies["csrftoken"].value,
    }
    assert client.post(path, body).status_code == 302


def test_the_button_picks(client, path, open_draft, alice):
    response = post_pick(client, path, open_draft, "driver_7")
    assert (response.status_code, response.url) == (302, path)
    assert picked(open_draft) == [("driver_7", "player", alice)]
    assert "You can change this pick until the next player picks" in client.get(path).content.decode()


def test_a_deputy_picks_as_the_deputy(client, open_draft, alice, alices, bob):
    name_deputy(constructor=alices, deputy=bob, by=alice, now=DRAFTING_AT)
    post_pick(client, path_for(bob, open_draft), open_draft, "driver_7")
    assert picked(open_draft) == [("driver_7", "deputy", bob)]
    assert bob.notifications.get(kind="picked_by_link").message == "picked_by_link"
    told = alice.notifications.filter(kind__in=("picked_by_link", "commissioner_picked"))
    assert [notification.message for notification in told] == ["deputy_picked"]


def test_the_player_is_told_of_an_autopick_by_their_deputy(client, open_draft, alice, alices, bob):
    name_deputy(constructor=alices, deputy=bob, by=alice, now=DRAFTING_AT)
    client.post(f"{path_for(bob, open_draft)}autodraft/")
    assert alice.notifications.get(kind="picked_by_link").message == "deputy_picked_by_link"


def test_the_same_pick_twice_is_one_pick(client, path, open_draft, alice):
    assert [post_pick(client, path, open_draft, "driver_7").status_code for _ in range(2)] == [302, 302]
    assert open_draft.picks.count() == 1
    assert alice.notifications.filter(kind="picked_by_link").count() == 1


def test_a_second_pick_is_refused_and_not_made_for_the_next_slot(client, open_draft, alice, alices, bobs):
    open_draft.slots.filter(number=2).update(constructor=alices)
    path = path_for(alice, open_draft)
    post_pick(client, path, open_draft, "driver_7")
    response = post_pick(client, path, open_draft, "driver_8")
    assert response.status_code == 422
    assert "You have already picked" in response.content.decode()
    assert open_draft.picks.count() == 1


@pytest.mark.parametrize("entry_id", ["", "x", "0", "999999"])
def test_a_wrong_driver_is_refused(client, path, open_draft, entry_id):
    assert client.post(path, {"entry": entry_id}).status_code == 422
    assert not open_draft.picks.exists()


def test_a_withdrawn_driver_is_refused_with_a_sentence(client, path, open_draft):
    withdrawn(open_draft, "driver_7")
    response = post_pick(client, path, open_draft, "driver_7")
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_the_pick_can_be_changed_with_the_same_link(client, path, open_draft, alice):
    post_pick(client, path, open_draft, "driver_7")
    client.post(f"{path}change/", {"entry": entry(open_draft.race, "driver_8").pk})
    assert picked(open_draft) == [("driver_8", "player", alice)]
    assert alice.notifications.filter(kind="picked_by_link").count() == 2


def test_there_is_nothing_to_change_before_the_pick(client, path, open_draft):
    assert client.post(f"{path}change/", {"entry": entry(open_draft.race, "driver_8").pk}).status_code == 422
    assert not open_draft.picks.exists()


def test_the_player_is_told_at_once(client, path, open_draft, alice):
    post_pick(client, path, open_draft, "driver_7")
    told = alice.notifications.get(kind="picked_by_link")
    assert (told.title, told.priority) == (
        f"Driver 7 was picked with the link from your message: {open_draft.race.name}",
        Priority.URGENT,
    )
    assert PICKED_BY_LINK.kind.defaults == {IN_APP, EMAIL, PUSH}
    assert not PICKED_BY_LINK.kind.is_optional


# -- autodraft and more time -------------------------------------------------------------------------------------------


def test_autodraft_makes_the_autopick_of_this_turn(client, path, open_draft, alice, alices):
    set_wishes(constructor=alices, by=alice, wishes=[Wish(Driver.objects.get(ref="driver_9").pk)])
    assert client.post(f"{path}autodraft/").status_code == 302
    alices.refresh_from_db()
    assert picked(open_draft) == [("driver_9", "wish", alice)]
    assert (alices.autodraft, alice.notifications.filter(kind="picked_by_link").count()) == ("off", 1)
    assert client.get(path).status_code == 200


def test_autodraft_says_that_there_is_no_driver(client, path, open_draft):
    type(open_draft.settings).objects.filter(pk=open_draft.settings_id).update(autopicks=False)
    response = client.post(f"{path}autodraft/")
    assert response.status_code == 422
    assert not open_draft.picks.exists()


def test_the_managers_are_asked_for_more_time_once(client, open_draft, alices, bob, alice):
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    path = path_for(bob, open_draft)
    assert client.post(f"{path}time/").status_code == 302
    assert client.post(f"{path}time/").status_code == 422
    asked = alice.notifications.get(kind="extension_asked")
    assert asked.title == f"Bob Motorsport asks for 2 more hours: {open_draft.race.name}"
    assert asked.url == reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id])
    assert "has been asked for 2 more hours" in client.get(path).content.decode()
    assert event_lines(open_draft)[0].sentence == "Bob Motorsport asked for 2 more hours."


def test_the_room_says_that_a_player_has_asked_for_more_time(client, open_draft, alices, bob, alice):
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    client.post(f"{path_for(bob, open_draft)}time/")
    live = reverse("drafts:live_partial", args=[open_draft.league_id, open_draft.race_id])
    sentences = ((alice, "Bob Motorsport has asked the managers"), (bob, "The managers have been asked"))

    def said():
        for user, sentence in sentences:
            client.force_login(user)
            yield sentence in client.get(live).text

    assert list(said()) == [True, True]
    extend_turn(draft=fresh(open_draft), by=alice, minutes=60, now=DRAFTING_AT)
    assert list(said()) == [False, False]


def test_the_question_for_more_time_is_stale_after_the_pick(client, open_draft, alice, alices, bob, bobs):
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    client.post(f"{path_for(bob, open_draft)}time/")
    recipient = Recipient(alice, alice.notifications.get(kind="extension_asked").params, DRAFTING_AT)
    assert EXTENSION_ASKED.is_current(recipient)
    pick(open_draft, bobs, "driver_2")
    assert not EXTENSION_ASKED.is_current(recipient)


def test_the_only_manager_has_nobody_to_ask(client, path, open_draft):
    assert "two more hours" not in client.get(path).content.decode()
    assert client.post(f"{path}time/").status_code == 422


# -- dead links --------------------------------------------------------------------------------------------------------


def undo(draft, alice, alices, bobs):
    pick(draft, alices, "driver_1")
    undo_picks(draft=draft, by=alice, count=1, now=DRAFTING_AT + MINUTE)


def next_pick(draft, alice, alices, bobs):
    pick_by_link(link=link_of(path_for(alice, draft)), entry=entry(draft.race, "driver_1"), now=DRAFTING_AT)
    pick(draft, bobs, "driver_2")


def leave(draft, alice, alices, bobs):
    transfer_management(league=draft.league, by=alice, to=bobs.owner)
    leave_league(user=alice, league=draft.league, now=DRAFTING_AT)


def deactivate(draft, alice, alices, bobs):
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)


def pick_by_an_administrator(draft, alice, alices, bobs):
    root = UserFactory.create(username="root", is_superuser=True)
    pick_for(draft=draft, constructor=alices, entry=entry(draft.race, "driver_1"), by=root, now=DRAFTING_AT)


def new_password(draft, alice, alices, bobs):
    alice.set_password("another one 4711")
    alice.save()


ENDS = {
    "a pick by an administrator": pick_by_an_administrator,
    "an autopick": lambda draft, alice, alices, bobs: expire_turn(draft=draft, now=deadline(draft)),
    "the time of the turn": lambda draft, alice, alices, bobs: Draft.objects.filter(pk=draft.pk).update(
        turn_ends_at=DRAFTING_AT
    ),
    "the next pick": next_pick,
    "an undo": undo,
    "the lock": lambda draft, alice, alices, bobs: lock_draft(draft=draft, now=draft.locks_at),
    "a lock that is due": lambda draft, alice, alices, bobs: Draft.objects.filter(pk=draft.pk).update(
        locks_at=DRAFTING_AT
    ),
    "a void draft": lambda draft, alice, alices, bobs: Draft.objects.filter(pk=draft.pk).update(state="void"),
    "a pause": lambda draft, alice, alices, bobs: pause_draft(draft=draft, by=alice, now=DRAFTING_AT),
    "leaving": leave,
    "an inactive account": deactivate,
    "a new password": new_password,
    "signing out everywhere": lambda draft, alice, alices, bobs: log_out_everywhere(user=alice, now=DRAFTING_AT),
    "switching links off": lambda draft, alice, alices, bobs: set_pick_links(user=alice, is_on=False),
    "a deleted league": lambda draft, alice, alices, bobs: delete_drafts(league=draft.league),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_link_says_so_and_picks_nothing(client, path, open_draft, alice, alices, bobs, end):
    ENDS[end](open_draft, alice, alices, bobs)
    before = list(Pick.objects.values_list("pk", "entry"))
    response = client.get(path)
    assert response.status_code == 410
    assert "Bob Motorsport" not in response.content.decode()
    for act in ("", "change/", "autodraft/", "time/", "off/"):
        assert client.post(f"{path}{act}", {"entry": entry(open_draft.race, "driver_9").pk}).status_code == 410
    assert list(Pick.objects.values_list("pk", "entry")) == before


def test_a_dead_link_leads_to_the_room(client, path, open_draft, alice, alices, bobs):
    undo(open_draft, alice, alices, bobs)
    room = reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id])
    assert f'href="{reverse("accounts:sign_in", query={"next": room})}"' in client.get(path).content.decode()
    client.force_login(alice)
    assert f'href="{room}"' in client.get(path).content.decode()


def test_after_an_undo_a_new_link_works_and_the_old_one_does_not(client, path, open_draft, alice, alices, bobs):
    undo(open_draft, alice, alices, bobs)
    new = path_for(alice, fresh(open_draft))
    assert [client.get(address).status_code for address in (path, new)] == [410, 200]
    post_pick(client, new, open_draft, "driver_3")
    assert [client.get(address).status_code for address in (path, new)] == [410, 200]


def test_a_link_works_again_after_a_pause(client, path, open_draft, alice):
    pause_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
    resume_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
    assert client.get(path).status_code == 200


def test_a_link_still_makes_a_pick_whose_turn_has_passed(client, path, open_draft, alice):
    type(open_draft.settings).objects.filter(pk=open_draft.settings_id).update(autopicks=False)
    expire_turn(draft=open_draft, now=deadline(open_draft))
    post_pick(client, path, open_draft, "driver_7")
    assert picked(open_draft) == [("driver_7", "player", alice)]


@pytest.mark.parametrize("change", ["slot", "constructor", "user", "letter", "salt"])
def test_a_forged_link_is_not_found(client, path, open_draft, bob, change):
    link, token = link_of(path), path.split("/")[2]
    changed = {"slot": {"slot_id": link.slot_id + 1}, "constructor": {"constructor_id": 9}, "user": {"user_id": bob.pk}}
    forged = f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}"
    if change in changed:
        body = SIGNER.sign_object(list(link._replace(**changed[change]))).split(".")
        forged = ".".join([body[0], *token.split(".")[1:]])
    elif change == "salt":
        forged = signing.TimestampSigner(salt="another", sep=".").sign_object(list(link))
    assert client.get(f"/pick/{forged}/").status_code == 404


def test_a_link_to_one_slot_does_not_pick_for_another(client, open_draft, alice, alices, bobs):
    path = path_for(alice, open_draft)
    pick_by_link(link=link_of(path), entry=entry(open_draft.race, "driver_1"), now=DRAFTING_AT)
    pick(open_draft, bobs, "driver_2")
    assert slot_of(open_draft).constructor == alices
    assert post_pick(client, path, open_draft, "driver_3").status_code == 410
    assert open_draft.picks.count() == 2


def test_an_old_link_has_expired(client, path, monkeypatch):
    later = time.time() + LIFETIME.total_seconds() + 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get(path).status_code == 410


def test_too_many_requests_from_one_address_are_refused(client, path):
    responses = [client.get(path) for _ in range(REQUESTS_PER_MINUTE + 1)]
    assert [response.status_code for response in responses[-2:]] == [200, 429]
    assert "Retry-After" in responses[-1]


# -- making links, and switching them off ------------------------------------------------------------------------------


def test_a_message_links_to_the_pick_where_the_recipient_can_pick(open_draft, alice, bob, alices, bobs):
    assert path_for(alice, open_draft).startswith("/pick/")
    assert path_for(bob, open_draft) == ""
    set_pick_links(user=alice, is_on=False)
    assert path_for(alice, open_draft) == ""


def test_the_email_about_a_turn_has_the_link(client, open_draft, settings):
    settings.HAS_MAIL_SERVER = True
    dispatch_notifications(now=DRAFTING_AT)
    send_due_deliveries(now=DRAFTING_AT)
    (address,) = (found for email in mail.outbox for found in re.findall(r"(/pick/\S+)", str(email.body)))
    assert client.get(address).status_code == 200


def test_the_holder_can_switch_links_off(client, path, alice):
    assert client.post(f"{path}off/").status_code == 200
    alice.refresh_from_db()
    assert not alice.pick_links
    assert client.get(path).status_code == 410


def test_the_player_is_told_at_once_that_links_were_switched_off(client, path, alice, settings):
    settings.HAS_MAIL_SERVER = True
    Notification.objects.update(dispatched_at=DRAFTING_AT)
    client.post(f"{path}off/")
    told = alice.notifications.get(message="links_switched_off")
    assert (told.priority, told.url) == (Priority.URGENT, reverse("notifications:preferences"))
    dispatch_notifications(now=clock.now())
    send_due_deliveries(now=clock.now())
    assert [email.subject for email in mail.outbox] == ["Links that pick without signing in were switched off"]


def test_nothing_is_sent_about_links_that_are_on_again(client, path, alice):
    client.post(f"{path}off/")
    alice.refresh_from_db()
    params = alice.notifications.get(message="links_switched_off").params
    assert LINKS_SWITCHED_OFF.is_current(Recipient(alice, params, DRAFTING_AT))
    set_pick_links(user=alice, is_on=True)
    assert not LINKS_SWITCHED_OFF.is_current(Recipient(alice, params, DRAFTING_AT))


def test_links_that_were_sent_stay_dead_after_switching_on_again(client, path, open_draft, alice):
    client.force_login(alice)
    client.post(reverse("accounts:pick_links"), {})
    client.post(reverse("accounts:pick_links"), {"pick_links": "on"})
    alice.refresh_from_db()
    assert client.get(path).status_code == 410
    assert client.get(path_for(alice, open_draft)).status_code == 200


def test_the_page_of_notifications_has_the_switch(client, alice):
    client.force_login(alice)
    page = client.get(reverse("notifications:preferences")).content.decode()
    assert '<input type="checkbox" name="pick_links" checked>' in page


# -- the API -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def api_url(path):
    return f"/api/v1/pick-links/{path.split('/')[2]}"


def test_an_app_gets_the_turn_without_a_sign_in(api, api_url, open_draft):
    response = api().get(api_url)
    turn = response.json()
    assert (turn["league"], turn["constructor"], turn["slot"], turn["pick"]) == (
        "Alpine Friends",
        "Alice Racing",
        1,
        None,
    )
    assert (len(turn["best_drivers"]), len(turn["free_drivers"])) == (3, 22)
    assert turn["autopick_driver_id"] == turn["best_drivers"][0]["id"]
    assert "no-store" in response["Cache-Control"]
    assert "Bob Motorsport" not in response.content.decode()


def test_an_app_picks_and_changes_the_pick(api, api_url, open_draft, alice):
    made = api().post(f"{api_url}/pick", {"driver_id": "driver_7"})
    changed = api().patch(f"{api_url}/pick", {"driver_id": "driver_8"})
    assert [(answer.status_code, answer.json()["pick"]["driver_id"]) for answer in (made, changed)] == [
        (201, "driver_7"),
        (200, "driver_8"),
    ]
    assert picked(open_draft) == [("driver_8", "player", alice)]


def test_an_app_autodrafts(api, api_url, open_draft):
    assert api().post(f"{api_url}/autodraft").json()["pick"]["source"] == "autopick"
    assert api().post(f"{api_url}/autodraft").json()["error"]["code"] == "already_picked"


def test_an_app_learns_why_a_link_is_dead(api, api_url, open_draft, alice):
    pause_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
    response = api().post(f"{api_url}/pick", {"driver_id": "driver_7"})
    assert (response.status_code, response.json()["error"]["code"]) == (410, "gone")
    assert api().get("/api/v1/pick-links/nothing").status_code == 404


def test_an_app_switches_links_off(api, alice, path, client):
    assert api(alice).get("/api/v1/auth/me").json()["pick_links"] is True
    assert api(alice).patch("/api/v1/auth/me", {"pick_links": False}).json()["pick_links"] is False
    assert client.get(path).status_code == 410
