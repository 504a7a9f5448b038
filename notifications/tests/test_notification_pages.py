"""Notifications on the page, in the header and in the API; muting kinds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from notifications.kinds import CHANNELS, optional_kinds
from notifications.models import Notification
from notifications.selectors import notification_preferences, notifications_of, unread_count
from notifications.services import delete_old_notifications, mark_all_read, mark_read, set_notification_preferences
from tests.support.notifications import notified as notified_at
from tests.support.notifications import notify_plainly

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
NEWS = reverse("notifications:list")
PREFERENCES = reverse("notifications:preferences")


def every_channel(is_on):
    return dict.fromkeys(CHANNELS, is_on)


def notified(user, number=1, **fields):
    fields = {"kind": "race_changed", "key": f"race:{number}", "title": f"Race {number} was moved"} | fields
    return notified_at(user, **fields, now=NOW + timedelta(minutes=number))


@pytest.fixture
def alices_page(client, alice, at):
    at(NOW + timedelta(hours=2))
    client.force_login(alice)
    return client


def test_a_muted_kind_is_not_notified(alice, bob):
    set_notification_preferences(user=alice, preferences={"race_changed": every_channel(False)})
    assert notify_plainly(users=[alice, bob], kind="race_changed", key="race:7", title="Moved", now=NOW) == 1
    assert notify_plainly(users=[alice], kind="draft_voided", key="draft:7", title="Void", now=NOW) == 1


def test_a_kind_can_be_unmuted(alice):
    set_notification_preferences(
        user=alice, preferences={"race_changed": every_channel(False), "draft_voided": every_channel(False)}
    )
    set_notification_preferences(user=alice, preferences={"race_changed": every_channel(True)})
    set_notification_preferences(user=alice, preferences={"draft_voided": every_channel(False)})
    assert [kind for kind, on in notification_preferences(alice).items() if not any(on.values())] == ["draft_voided"]


def test_kinds_for_administrators_cannot_be_muted(alice):
    set_notification_preferences(user=alice, preferences={"for_administrators": every_channel(False)})
    assert notify_plainly(users=[alice], kind="for_administrators", key="case:1", title="Quarantined", now=NOW) == 1


def test_notifications_newer_than_the_page_stay_unread(alice, bob):
    seen, _, bobs = notified(alice, 1), notified(alice, 2), notified(bob)
    assert mark_all_read(user=alice, up_to=seen.pk, now=NOW) == 1
    assert mark_all_read(user=alice, now=NOW) == 1
    bobs.refresh_from_db()
    assert bobs.read_at is None


def test_old_read_notifications_are_deleted(alice):
    for number, read_at in enumerate([NOW - timedelta(days=91), NOW - timedelta(days=89), None]):
        notification = notified(alice, number)
        if read_at:
            mark_read(notification=notification, now=read_at)
    assert delete_old_notifications(now=NOW) == 1
    assert sorted(Notification.objects.values_list("key", flat=True)) == ["race:1", "race:2"]


def test_news_that_nobody_reads_are_deleted_at_last(alice):
    for number, age in enumerate([181, 179]):
        Notification.objects.filter(pk=notified(alice, number).pk).update(created_at=NOW - timedelta(days=age))
    for number, age in enumerate([91, 89], 2):
        Notification.objects.filter(pk=notified(alice, number).pk).update(expires_at=NOW - timedelta(days=age))
    assert delete_old_notifications(now=NOW) == 2
    assert sorted(Notification.objects.values_list("key", flat=True)) == ["race:1", "race:3"]


def test_what_was_true_only_for_a_time_is_not_unread_after_it(alice, at):
    expiring, lasting, read = (notified(alice, number) for number in (1, 2, 3))
    Notification.objects.filter(pk=expiring.pk).update(expires_at=NOW + timedelta(hours=1))
    mark_read(notification=read, now=NOW)
    at(NOW + timedelta(minutes=59))
    assert set(notifications_of(alice, unread=True)) == {expiring, lasting}
    at(NOW + timedelta(hours=1))
    assert set(notifications_of(alice, unread=True)) == {lasting}
    assert set(notifications_of(alice, unread=False)) == {expiring, read}
    assert unread_count(alice, 99) == 1


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_lists_the_users_own_notifications_latest_first(alices_page, alice, bob):
    notified(alice, 1, body="Its lock moved.\nNothing else.", url="/races/1/")
    notified(alice, 2)
    notified(bob, 3)
    text = alices_page.get(NEWS).text
    assert text.index("Race 2 was moved") < text.index("Race 1 was moved")
    assert "Its lock moved.<br>Nothing else." in text
    assert "Race 3" not in text


def test_an_empty_page_says_what_will_appear(alices_page):
    assert "No news" in alices_page.get(NEWS).text


def test_notifications_of_others_are_not_found(alices_page, bob):
    bobs = notified(bob, 1, url="/races/1/")
    assert alices_page.get(reverse("notifications:open", args=[bobs.pk])).status_code == 404
    assert alices_page.post(reverse("notifications:mark_read", args=[bobs.pk])).status_code == 404


def test_following_the_link_marks_it_as_read(alices_page, alice):
    notification = notified(alice, 1, url="/races/1/")
    response = alices_page.get(reverse("notifications:open", args=[notification.pk]))
    assert response.headers["Location"] == "/races/1/"
    assert not alice.notifications.filter(read_at=None).exists()


@pytest.mark.parametrize("url", ["", "https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_links_never_redirect_off_the_site(alices_page, alice, url):
    notification = notified(alice, 1, url=url)
    assert alices_page.get(reverse("notifications:open", args=[notification.pk])).headers["Location"] == NEWS


def test_one_or_all_can_be_marked_as_read(alices_page, alice):
    first, _, last = (notified(alice, number) for number in (1, 2, 3))
    response = alices_page.post(reverse("notifications:mark_read", args=[first.pk]) + "?page=2")
    assert response.headers["Location"] == f"{NEWS}?page=2"
    assert alice.notifications.filter(read_at=None).count() == 2
    alices_page.post(reverse("notifications:mark_all_read"), {"up_to": last.pk})
    assert "Mark all as read" not in alices_page.get(NEWS).text


def test_opening_it_again_keeps_read_at(alices_page, alice, at):
    notification = notified(alice)
    for hours in (2, 3):
        at(NOW + timedelta(hours=hours))
        alices_page.post(reverse("notifications:mark_read", args=[notification.pk]))
    notification.refresh_from_db()
    assert notification.read_at == NOW + timedelta(hours=2)


def test_a_long_list_is_paginated(alices_page, alice):
    for number in range(30):
        notified(alice, number)
    assert "Page 1 of 2" in alices_page.get(NEWS).text
    assert "Race 0 was moved" in alices_page.get(NEWS, {"page": "2"}).text
    assert alices_page.get(NEWS, {"page": "nonsense"}).status_code == 200


def test_the_form_turns_channels_on_and_off(alices_page, alice):
    alices_page.post(PREFERENCES, {"race_changed.in_app": "on", "league_changed.in_app": "on"})
    wanted = {kind for kind, on in notification_preferences(alice).items() if on["in_app"]}
    assert wanted == {"race_changed", "league_changed"}
    channels = alices_page.get(PREFERENCES).text.partition("Pick from a message")[0]
    assert channels.count(" checked") == 2


def test_the_page_offers_the_channels_of_the_site(alices_page, settings):
    assert "E-mail</th>" not in alices_page.get(PREFERENCES).text
    settings.HAS_MAIL_SERVER = True
    assert "E-mail</th>" in alices_page.get(PREFERENCES).text


def test_the_page_lists_what_is_urgent_first(alices_page):
    sections = dict(alices_page.get(PREFERENCES).context["form"].sections)
    assert list(map(str, sections)) == ["Your turn and your picks", "Your drafts", "Your leagues", "Results"]
    assert "It is your turn in a draft" in [str(label) for label, _ in sections["Your turn and your picks"]]


def test_a_league_can_have_channels_of_its_own(alices_page, alice, league):
    of_league = {"league": league.pk}
    assert "Alpine Friends" in alices_page.get(PREFERENCES).text
    alices_page.post(f"{PREFERENCES}?league={league.pk}", {"race_changed.in_app": "on"})
    assert alices_page.get(PREFERENCES, of_league).text.count(" checked") == 1
    assert notification_preferences(alice)["driver_out"]["in_app"]
    assert not notification_preferences(alice, league=league.pk)["driver_out"]["in_app"]


@pytest.mark.parametrize("number", ["0", "99999", "all"])
def test_channels_of_other_leagues_are_not_found(alices_page, number):
    assert alices_page.get(PREFERENCES, {"league": number}).status_code == 404


def test_a_notification_can_be_marked_as_unread_and_deleted(alices_page, alice, bob):
    alices, bobs = notified(alice), notified(bob)
    mark_read(notification=alices, now=NOW)
    alices_page.post(reverse("notifications:mark_unread", args=[alices.pk]))
    assert alice.notifications.filter(read_at=None).exists()
    alices_page.post(reverse("notifications:delete", args=[alices.pk]))
    assert not alice.notifications.exists()
    assert alices_page.post(reverse("notifications:delete", args=[bobs.pk])).status_code == 404


def test_the_page_requires_signing_in(client):
    assert client.get(NEWS).status_code == 302


def test_the_header_of_every_page_counts_unread_notifications(alices_page, alice):
    calendar = reverse("races:calendar")
    assert 'class="count"' not in alices_page.get(calendar).text
    notified(alice, 1)
    notified(alice, 2)
    assert '<b class="count">2<span class="visually-hidden"> unread</span></b>' in alices_page.get(calendar).text


def test_a_visitors_header_takes_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "news-link" not in client.get(reverse("accounts:sign_in")).text


# -- the API -----------------------------------------------------------------------------------------------------------


def test_the_api_lists_the_users_own_notifications(api, alice, bob):
    notification = notified(alice, 1, url="/races/1/", body="Its lock moved.")
    notified(bob, 2)
    assert api(alice).get("/api/v1/notifications").json()["items"] == [
        {
            "id": notification.pk,
            "kind": "race_changed",
            "title": "Race 1 was moved",
            "body": "Its lock moved.",
            "league_id": None,
            "url": "/races/1/",
            "is_urgent": False,
            "created_at": "2025-07-03T12:01:00Z",
            "read_at": None,
        }
    ]


@pytest.mark.parametrize(("query", "numbers"), [({}, [2, 1]), ({"unread": "true"}, [2]), ({"unread": "false"}, [1])])
def test_the_api_filters_unread_notifications(api, alice, query, numbers):
    mark_read(notification=notified(alice, 1), now=NOW)
    notified(alice, 2)
    items = api(alice).get("/api/v1/notifications", query).json()["items"]
    assert [item["title"] for item in items] == [f"Race {number} was moved" for number in numbers]


def test_the_api_marks_one_or_all_as_read(api, alice, bob):
    first, second = notified(alice, 1), notified(alice, 2)
    notified(alice, 3)
    assert api(alice).post(f"/api/v1/notifications/{first.pk}/read").json()["read_at"]
    assert api(bob).post(f"/api/v1/notifications/{first.pk}/read").status_code == 404
    assert api(alice).post("/api/v1/notifications/read-all", {"up_to": second.pk}).json() == {"read": 1}
    assert api(alice).post("/api/v1/notifications/read-all").json() == {"read": 1}


def test_the_api_saves_preferences(api, alice):
    address = "/api/v1/notifications/preferences"
    before = api(alice).get(address).json()
    assert list(before) == [kind.name for kind in optional_kinds()]
    assert list(before)[:3] == ["race_scored", "season_over", "result_corrected"]
    assert before["race_changed"] == {"in_app": True, "email": True, "push": True}
    response = api(alice).put(address, {"race_changed": {"email": False}})
    assert response.json() == before | {"race_changed": {"in_app": True, "email": False, "push": True}}
    assert response.json() == api(alice).get(address).json()


def test_the_api_saves_preferences_of_a_league(api, alice, charlie, league):
    address = f"/api/v1/notifications/preferences?league_id={league.pk}"
    assert not api(alice).put(address, {"race_changed": {"push": False}}).json()["race_changed"]["push"]
    assert api(alice).get("/api/v1/notifications/preferences").json()["race_changed"]["push"]
    assert api(charlie).get(address).status_code == 404


def test_the_api_shows_counts_and_deletes(api, alice, bob):
    notification = notified(alice, 1)
    address = f"/api/v1/notifications/{notification.pk}"
    assert api(alice).get("/api/v1/notifications/summary").json() == {
        "unread": 1,
        "latest_notification_id": notification.pk,
    }
    assert api(alice).get(address).json()["title"] == "Race 1 was moved"
    mark_read(notification=notification, now=NOW)
    assert api(alice).post(f"{address}/unread").json()["read_at"] is None
    assert api(bob).delete(address).status_code == 404
    assert api(alice).delete(address).status_code == 204
    assert api(alice).get("/api/v1/notifications/summary").json() == {"unread": 0, "latest_notification_id": None}


@pytest.mark.parametrize(
    "body",
    [
        {"for_administrators": {"email": False}},
        {"race_changed": {"email": "perhaps"}},
        {"race_changed": {"pigeon": False}},
        {"race_changed": False},
        [],
    ],
)
def test_the_api_refuses_invalid_preferences(api, alice, body):
    assert api(alice).put("/api/v1/notifications/preferences", body).status_code == 400


@pytest.mark.parametrize("path", ["notifications", "notifications/preferences"])
def test_the_api_requires_a_token(api, db, path):
    assert api().get(f"/api/v1/{path}").status_code == 401
