"""Delivery by e-mail: who gets what and when, quiet hours, digests, groups, stale news, and what is recorded."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse

from notifications import kinds, tasks
from notifications.kinds import EMAIL, IN_APP, Message, NotificationKind, Priority, Timing
from notifications.models import Delivery, Notification
from notifications.services import (
    NewNotification,
    dispatch_notifications,
    notify,
    notify_each,
    retry_parked,
    send_due_deliveries,
    set_notification_preferences,
)
from notifications.services.delivery import GIVE_UP_AFTER, GROUP_DELAY

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def kind(name, timing, **fields):
    return NotificationKind(name, name, timing=timing, **fields)


def message(kind, **fields):
    return Message(kind, "plain", title="%(title)s", body="It is for %(who)s.", link=lambda _: "/races/", **fields)


TURN = message(kind("test_turn", Timing.AT_ONCE, priority=Priority.URGENT))
RESULT = message(kind("test_result", Timing.GROUPED))
ROLE = message(kind("test_role", Timing.DIGEST))
STALE = message(kind("test_stale", Timing.AT_ONCE), is_current=lambda recipient: recipient.params["is_true"])
UNCHECKED = message(kind("test_unchecked", Timing.AT_ONCE), is_current=lambda recipient: bool(1 // 0))
GONE = message(kind("test_gone", Timing.AT_ONCE), is_current=lambda _: bool(Notification.objects.get(pk=0)))
BROKEN = message(kind("test_broken", Timing.AT_ONCE), signed_link=lambda recipient: 1 // 0)
SIGNED = message(kind("test_signed", Timing.AT_ONCE), signed_link=lambda recipient: f"/pick/{recipient.user.pk}/")
MANDATORY = message(kind("test_mandatory", Timing.AT_ONCE, is_optional=False, defaults=frozenset({IN_APP, EMAIL})))


@pytest.fixture(autouse=True)
def registered(monkeypatch, settings):
    """Register the messages of these tests for the length of a test, on a site that sends e-mail."""
    settings.HAS_MAIL_SERVER = True
    settings.SITE_URL = "https://f1.example.org"
    for name in ("_kinds", "_messages"):
        monkeypatch.setattr(kinds, name, dict(getattr(kinds, name)))
    kinds.register(TURN, RESULT, ROLE, STALE, UNCHECKED, GONE, BROKEN, SIGNED, MANDATORY)


@pytest.fixture
def alice(alice):
    alice.email = "alice@example.org"
    alice.save()
    return alice


def told(user, message, *, number=1, title="Your turn", now=NOW, expires_at=None, group="", **params):
    params = {"title": title, "who": user.username, **params}
    new = NewNotification(user.pk, message, f"event:{number}", params, expires_at, group)
    return notify_each(notifications=[new], now=now)


def deliver(now):
    dispatch_notifications(now=now)
    return send_due_deliveries(now=now)


def delivery():
    return Delivery.objects.get()


def test_it_is_sent_once_by_email(alice, mailoutbox):
    told(alice, TURN)
    assert deliver(NOW) == 1
    assert deliver(NOW + DAY) == 0
    (mail,) = mailoutbox
    assert (mail.subject, mail.to) == ("Your turn", ["alice@example.org"])
    assert "It is for alice.\n\nhttps://f1.example.org/accounts/sign-in/?next=%2Fraces%2F" in mail.body
    assert (delivery().state, delivery().sent_at, delivery().attempts) == ("sent", NOW, 1)


def test_a_notification_is_dispatched_once(alice):
    told(alice, TURN)
    assert dispatch_notifications(now=NOW) == 1
    assert dispatch_notifications(now=NOW) == 0
    assert Notification.objects.get().dispatched_at == NOW


def test_nothing_is_sent_without_a_mail_server(alice, settings, mailoutbox):
    settings.HAS_MAIL_SERVER = False
    told(alice, TURN)
    deliver(NOW)
    settings.HAS_MAIL_SERVER = True
    assert (deliver(NOW), mailoutbox) == (0, [])


def test_users_without_an_address_or_account_get_no_email(alice, bob):
    bob.email = ""
    bob.save()
    alice.is_active = False
    alice.save()
    told(alice, TURN)
    told(bob, TURN)
    dispatch_notifications(now=NOW)
    assert not Delivery.objects.exists()


def test_a_channel_that_is_off_is_not_used(alice, mailoutbox):
    set_notification_preferences(user=alice, preferences={"test_turn": {"email": False}})
    told(alice, TURN)
    deliver(NOW)
    assert (mailoutbox, alice.notifications.count()) == ([], 1)


def test_email_alone_leaves_no_news_on_the_site(alice, client, mailoutbox):
    set_notification_preferences(user=alice, preferences={"test_turn": {"in_app": False}})
    told(alice, TURN)
    deliver(NOW)
    client.force_login(alice)
    assert len(mailoutbox) == 1
    assert "No news" in client.get(reverse("notifications:list")).text


def test_a_league_can_have_other_channels(alice, mailoutbox):
    set_notification_preferences(user=alice, preferences={"test_turn": {"email": False}})
    set_notification_preferences(user=alice, preferences={"test_turn": {"email": True}}, league=7)
    told(alice, TURN, number=1, league_id=7, title="Seven")
    told(alice, TURN, number=2, league_id=8, title="Eight")
    deliver(NOW)
    assert [mail.subject for mail in mailoutbox] == ["Seven"]


def test_mandatory_channels_cannot_be_turned_off(alice, mailoutbox):
    set_notification_preferences(user=alice, preferences={"test_mandatory": {"email": False, "in_app": False}})
    told(alice, MANDATORY)
    deliver(NOW)
    assert len(mailoutbox) == 1
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers


# -- quiet hours, groups and digests -----------------------------------------------------------------------------------


@pytest.fixture
def asleep(alice):
    """Alice's quiet hours are from 22:00 to 07:00 in Berlin, which is 20:00 to 05:00 UTC in summer."""
    alice.time_zone, alice.quiet_from, alice.quiet_until = "Europe/Berlin", time(22), time(7)
    alice.save()
    return alice


NIGHT, MORNING = datetime(2025, 7, 3, 23, tzinfo=UTC), datetime(2025, 7, 4, 5, tzinfo=UTC)


def test_email_waits_for_the_end_of_quiet_hours(asleep, mailoutbox):
    told(asleep, TURN, now=NIGHT)
    assert asleep.notifications.count() == 1
    deliver(NIGHT)
    deliver(MORNING - MINUTE)
    assert mailoutbox == []
    deliver(MORNING)
    assert len(mailoutbox) == 1


def test_email_does_not_wait_if_it_would_be_too_late(asleep, mailoutbox):
    told(asleep, TURN, number=1, now=NIGHT, expires_at=MORNING - HOUR, title="Soon")
    told(asleep, TURN, number=2, now=NIGHT, expires_at=MORNING + HOUR, title="Later")
    deliver(NIGHT)
    assert [mail.subject for mail in mailoutbox] == ["Soon"]


def test_results_of_several_leagues_are_one_email(alice, mailoutbox):
    for number, league in enumerate(("Alpine", "Monza"), 1):
        told(alice, RESULT, number=number, title=f"Results of {league}", group="results:7")
    told(alice, RESULT, number=3, title="Results of another race", group="results:8")
    deliver(NOW)
    assert mailoutbox == []
    deliver(NOW + GROUP_DELAY)
    assert sorted(mail.subject for mail in mailoutbox) == ["Results of Alpine, and 1 more", "Results of another race"]
    both = min(mailoutbox, key=lambda mail: mail.subject)
    assert "Results of Alpine" in both.body
    assert "Results of Monza" in both.body


def test_the_rest_is_one_email_in_the_morning(alice, mailoutbox):
    alice.time_zone = "Europe/Berlin"
    alice.save()
    for number in (1, 2, 3):
        told(alice, ROLE, number=number, title=f"Role {number}", now=NOW + number * HOUR)
        deliver(NOW + number * HOUR)
    assert mailoutbox == []
    deliver(datetime(2025, 7, 4, 6, tzinfo=UTC))
    (mail,) = mailoutbox
    assert mail.subject == "Role 1, and 2 more"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_people_do_not_share_a_digest(alice, bob, mailoutbox):
    told(alice, ROLE)
    told(bob, ROLE)
    deliver(NOW)
    deliver(NOW + DAY)
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([alice.email, bob.email])


def test_urgent_news_is_sent_before_the_rest(alice, mailoutbox):
    for number in range(30):
        told(alice, MANDATORY, number=number, title="Something")
    told(alice, TURN, number=99)
    deliver(NOW)
    assert mailoutbox[0].subject == "Your turn"


def test_many_deliveries_leave_at_a_limited_rate_and_urgent_news_in_between(alice, mailoutbox, at, settings):
    at(NOW)
    settings.NOTIFICATIONS_PER_SECOND = 2
    for number in range(35):
        told(alice, MANDATORY, number=number, title="Something")
    tasks.deliver_notifications()
    assert len(mailoutbox) == 20, "the task runs every 10 s"
    told(alice, TURN, number=999)
    tasks.deliver_new_notifications()
    assert mailoutbox[20].subject == "Your turn"
    tasks.deliver_notifications()
    assert len(mailoutbox) == 36


def test_the_site_sends_twenty_notifications_a_second_unless_told_otherwise(settings):
    assert settings.NOTIFICATIONS_PER_SECOND == 20
    assert settings.CELERY_BEAT_SCHEDULE["Deliver notifications"]["schedule"] == timedelta(seconds=10)


# -- what is no longer true, and what cannot be sent -------------------------------------------------------------------


def test_what_is_no_longer_true_is_dropped(alice, mailoutbox):
    told(alice, STALE, is_true=False)
    deliver(NOW)
    assert (mailoutbox, delivery().state, delivery().last_error) == ([], "dropped", "It was no longer true.")


def test_what_has_expired_is_dropped(alice, mailoutbox):
    told(alice, TURN, expires_at=NOW + HOUR)
    dispatch_notifications(now=NOW)
    send_due_deliveries(now=NOW + HOUR)
    assert (mailoutbox, delivery().state) == ([], "dropped")


def test_a_closed_account_gets_nothing(alice, mailoutbox):
    told(alice, TURN)
    dispatch_notifications(now=NOW)
    alice.is_active = False
    alice.save()
    send_due_deliveries(now=NOW)
    assert (mailoutbox, delivery().state) == ([], "dropped")


def test_a_message_that_cannot_be_rendered_is_parked_and_the_others_are_sent(alice, mailoutbox, caplog):
    told(alice, BROKEN, number=1)
    told(alice, TURN, number=2)
    deliver(NOW)
    assert len(mailoutbox) == 1
    assert Delivery.objects.get(notification__kind="test_broken").state == "parked"
    assert "ZeroDivisionError" in caplog.text


def test_what_is_about_something_deleted_is_dropped(alice, mailoutbox):
    told(alice, GONE)
    deliver(NOW)
    assert (mailoutbox, delivery().state) == ([], "dropped")


def test_a_check_that_fails_keeps_no_message_from_being_sent(alice, mailoutbox, caplog):
    told(alice, UNCHECKED, number=1)
    told(alice, TURN, number=2)
    deliver(NOW)
    assert len(mailoutbox) == 2
    assert "Cannot check whether" in caplog.text


def test_a_deleted_notification_is_not_sent(alice, mailoutbox):
    told(alice, TURN)
    dispatch_notifications(now=NOW)
    alice.notifications.all().delete()
    assert (send_due_deliveries(now=NOW), mailoutbox) == (0, [])


def test_parked_deliveries_can_be_sent_again(alice, mailoutbox):
    told(alice, TURN)
    dispatch_notifications(now=NOW)
    Delivery.objects.update(state="parked")
    assert send_due_deliveries(now=NOW) == 0
    assert retry_parked(Delivery.objects.all(), now=NOW + GIVE_UP_AFTER) == 1
    send_due_deliveries(now=NOW + GIVE_UP_AFTER)
    assert len(mailoutbox) == 1


def test_what_could_not_be_sent_for_two_days_is_parked(alice, mailoutbox):
    told(alice, TURN)
    dispatch_notifications(now=NOW)
    send_due_deliveries(now=NOW + GIVE_UP_AFTER)
    assert (mailoutbox, delivery().state) == ([], "parked")


# -- the e-mail --------------------------------------------------------------------------------------------------------


def test_links_are_signed_in_email_only(alice, mailoutbox):
    told(alice, SIGNED)
    deliver(NOW)
    assert f"https://f1.example.org/pick/{alice.pk}/" in mailoutbox[0].body
    assert Notification.objects.get().url == "/races/"


def test_times_are_in_the_zone_of_the_recipient(asleep, mailoutbox):
    notify(
        users=[asleep],
        message=TURN,
        key="turn",
        params={"title": "Until", "who": "", "ends_at": NOW},
        now=NOW,
    )
    with_time = Message(TURN.kind, "plain", title="Until %(ends_at)s", body="")
    kinds._messages[TURN.kind.name, "plain"] = with_time
    deliver(NOW)
    assert "14:00" in mailoutbox[0].subject


def test_links_lead_through_the_page_to_sign_in(alice, client, mailoutbox):
    told(alice, TURN)
    deliver(NOW)
    (address,) = re.findall(r"https://f1\.example\.org(/accounts/sign-in/\S+)", mailoutbox[0].body)
    assert client.get(address).status_code == 200
    client.force_login(alice)
    assert client.get(address).headers["Location"] == "/races/"


def test_names_are_text_in_the_html(alice, mailoutbox):
    told(alice, TURN, title="<b>Bob</b>\nBcc: eve@localhost")
    deliver(NOW)
    (mail,) = mailoutbox
    assert mail.subject == "<b>Bob</b> Bcc: eve@localhost"
    assert "&lt;b&gt;Bob&lt;/b&gt;" in mail.alternatives[0].content
    assert mail.recipients() == ["alice@example.org"]


def unsubscribe_url(mail):
    return mail.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("https://f1.example.org")


def test_a_mail_program_can_unsubscribe_with_one_click(alice, client, mailoutbox):
    set_notification_preferences(user=alice, preferences={"test_turn": {"email": True}}, league=7)
    told(alice, TURN, number=1, league_id=7)
    deliver(NOW)
    assert mailoutbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.post(unsubscribe_url(mailoutbox[0]), {"List-Unsubscribe": "One-Click"}).status_code == 200
    told(alice, TURN, number=2, league_id=7)
    told(alice, SIGNED, number=3)
    deliver(NOW)
    assert len(mailoutbox) == 2
    assert alice.notifications.count() == 3


def test_opening_the_link_to_unsubscribe_changes_nothing(alice, client, mailoutbox):
    told(alice, TURN)
    deliver(NOW)
    assert "Stop this e-mail" in client.get(unsubscribe_url(mailoutbox[0])).text
    told(alice, TURN, number=2)
    deliver(NOW)
    assert len(mailoutbox) == 2


def test_a_forged_link_to_unsubscribe_is_not_found(client):
    assert (
        client.post(reverse("notifications:unsubscribe", args=["WzEsICJ0ZXN0X3R1cm4iXQ:1:forged"])).status_code == 404
    )


# -- administration ----------------------------------------------------------------------------------------------------


def test_administrators_see_what_waits_and_why(alice, admin_client):
    told(alice, BROKEN)
    deliver(NOW)
    text = admin_client.get(reverse("admin:notifications_delivery_changelist")).text
    assert "It could not be rendered. The log tells why." in text
    data = {"action": "retry", "_selected_action": [delivery().pk]}
    admin_client.post(reverse("admin:notifications_delivery_changelist"), data)
    assert delivery().state == "waiting"


def test_administrators_see_a_preview_without_the_signed_link(alice, admin_client):
    told(alice, SIGNED)
    dispatch_notifications(now=NOW)
    response = admin_client.get(reverse("admin:notifications_delivery_preview", args=[delivery().pk]))
    assert "https://f1.example.org/accounts/sign-in/?next=%2Fraces%2F" in response.text
    assert "/pick/" not in response.text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
