"""Data migrations of notifications."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from notifications.models import ChannelPreference, Notification

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
invitation_kind = import_module("notifications.migrations.0004_invitation_kind")


@pytest.fixture
def migrated(alice):
    ChannelPreference.objects.create(user=alice, kind="league_changed", channel="email", league_id=7, is_on=False)
    for key, message in (("1", "invited"), ("2", "removed")):
        Notification.objects.create(user=alice, kind="league_changed", message=message, key=key, created_at=NOW)
    invitation_kind.copy_choices_of_invitations(apps, None)
    invitation_kind.move_invitations(apps, None)


def test_invitations_keep_the_channels_that_users_chose_for_changes_of_leagues(migrated, alice):
    chosen = alice.channel_preferences.order_by("kind").values_list("kind", "channel", "league_id", "is_on")
    assert list(chosen) == [("invitation", "email", 7, False), ("league_changed", "email", 7, False)]


def test_stored_invitations_are_of_their_own_kind(migrated, alice):
    kinds = dict(alice.notifications.values_list("message", "kind"))
    assert kinds == {"invited": "invitation", "removed": "league_changed"}
