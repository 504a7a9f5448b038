"""The registries of notification kinds and e-mail kinds, and how a stored notification is rendered for its reader."""

import logging
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone, translation

from accounts.services import change_time_zone
from notifications import email_kinds, kinds
from notifications.email_kinds import EmailKind
from notifications.kinds import Message, NotificationKind
from notifications.models import Notification, OutgoingEmail
from notifications.services import enqueue_email, notify, send_due_emails

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
MOVED = Message(NotificationKind("moved", "Moved"), "moved", title="It moved", body="It locks on %(locks_at)s.")


@pytest.fixture
def own_registries(monkeypatch):
    """Copies of both registries, which the test may change."""
    monkeypatch.setattr(kinds, "_messages", dict(kinds._messages))
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(email_kinds, "_kinds", dict(email_kinds._kinds))


@pytest.fixture
def moved(db, alice, own_registries):
    """A notification whose message shows a datetime, which lives in the database."""
    kinds.register(MOVED)
    notify(users=[alice], message=MOVED, key="race:7", params={"locks_at": NOW}, now=NOW)
    return lambda: Notification.objects.get(user=alice)


def declared(pattern, kind_of_object):
    """Everything of this type in the modules whose paths match."""
    paths = [path.relative_to(settings.BASE_DIR).with_suffix("") for path in settings.BASE_DIR.glob(pattern)]
    modules = [import_module(".".join(path.parts)) for path in paths]
    return [thing for module in modules for thing in vars(module).values() if isinstance(thing, kind_of_object)]


def declared_messages():
    return declared("*/notification_kinds.py", Message)


def declared_email_kinds():
    return declared("*/services/email_kinds.py", EmailKind)


# -- registering -----------------------------------------------------------------------------------------------------


def test_every_message_that_an_app_declares_is_registered():
    messages = declared_messages()
    assert len(messages) > 10
    assert [message for message in messages if not kinds.is_registered(message)] == []


def test_every_kind_of_email_that_an_app_declares_is_registered_and_has_a_template():
    email_kinds_of_apps = declared_email_kinds()
    assert len(email_kinds_of_apps) > 5
    assert [kind for kind in email_kinds_of_apps if not email_kinds.is_registered(kind)] == []
    assert all(get_template(kind.template) for kind in email_kinds_of_apps)


def test_every_name_fits_into_its_column():
    assert all(len(kind.name) <= 20 for kind in (*kinds.kinds(), *declared_email_kinds()))
    assert all(len(message.name) <= 40 for message in declared_messages())


def test_registering_twice_is_refused(own_registries):
    kinds.register(MOVED)
    with pytest.raises(ValueError, match="registered already"):
        kinds.register(MOVED)


def test_another_kind_of_the_same_name_is_refused(own_registries):
    with pytest.raises(ValueError, match="registered already"):
        kinds.register(Message(NotificationKind("league_changed", "Mine"), "moved", title="It moved"))


def test_a_kind_of_email_cannot_be_registered_twice(own_registries):
    with pytest.raises(ValueError, match="registered already"):
        email_kinds.register(EmailKind("reset", "Mine", "accounts/emails/reset.txt", lambda _: None))


def test_an_unregistered_kind_cannot_be_sent(db, alice):
    with pytest.raises(LookupError, match="not registered"):
        notify(users=[alice], message=MOVED, key="race:7", now=NOW)
    kind = EmailKind("moved", "Moved", "accounts/emails/reset.txt", lambda _: None)
    with pytest.raises(LookupError, match="not registered"):
        enqueue_email(kind=kind, address="alice@example.org", now=NOW)


# -- rendering -------------------------------------------------------------------------------------------------------


def test_times_are_in_the_readers_current_time_zone(moved, alice):
    assert moved().body == "It locks on Thu 3 Jul, 12:00 UTC."
    change_time_zone(user=alice, time_zone="Asia/Tokyo")
    with timezone.override("America/New_York"):
        assert moved().body == "It locks on Thu 3 Jul, 21:00 JST."


def test_the_text_is_translated_when_it_is_read(moved, monkeypatch):
    title = translation.gettext_lazy("Yes")
    monkeypatch.setitem(kinds._messages, ("moved", "moved"), Message(MOVED.kind, "moved", title=title))
    assert moved().title == "Yes"
    with translation.override("de"):
        assert moved().title == "Ja"


def test_a_percent_sign_in_a_name_is_kept(db, alice, own_registries):
    message = Message(MOVED.kind, "named", title="Welcome to %(league)s")
    kinds.register(message)
    notify(users=[alice], message=message, key="k", params={"league": "100%s"}, now=NOW)
    assert Notification.objects.get().title == "Welcome to 100%s"


@pytest.mark.parametrize("change", [{"message": "gone"}, {"kind": "gone"}, {"params": {}}])
def test_a_notification_of_another_version_breaks_no_page(client, moved, alice, caplog, change):
    Notification.objects.update(**change)
    client.force_login(alice)
    with caplog.at_level(logging.ERROR):
        assert "This notification is no longer available." in client.get("/accounts/news/").text
    assert "cannot be rendered" in caplog.text


def test_an_email_of_an_unregistered_kind_is_dropped(db, mailoutbox):
    times = {"created_at": NOW, "due_at": NOW, "give_up_at": datetime(2025, 7, 5, tzinfo=UTC)}
    OutgoingEmail.objects.create(kind="gone", address="a@example.org", site="https://f1.example", **times)
    assert send_due_emails(now=NOW) == 0
    assert (mailoutbox, OutgoingEmail.objects.get().state) == ([], "dropped")
