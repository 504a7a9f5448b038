"""The data export contains everything that is stored about a user, and no private data of other users."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.apps import apps
from django.conf import settings
from django.urls import reverse

from accounts.models import AccountInvitation, EmailChange, User
from accounts.selectors import exported_data
from accounts.services import issue_tokens
from accounts.services.email_kinds import RESET
from constructors.models import Constructor
from core import clock
from drafts.rules import Wish
from drafts.services import pick_for, set_wishes
from leagues.models import Ban
from leagues.services import add_webhook, block_sender, change_settings, create_league, invite
from notifications.services import enqueue_email, set_notification_preferences, subscribe_to_push
from races.models import Quarantine
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import grid, results_for
from tests.support.notifications import notified
from tests.support.stories import entry, filled, fresh, opened, pick, scored

pytestmark = pytest.mark.django_db

# Every column that references a user, and the section of the export that contains it.
EXPORT_SECTIONS = {
    "accounts.BrowserSession.user": "browsers",
    "accounts.TokenFamily.user": "apps",
    "account.EmailAddress.user": "addresses",
    "mfa.Authenticator.user": "second_factors",
    "notifications.Notification.user": "news",
    "notifications.ChannelPreference.user": "notification_preferences",
    "notifications.PushSubscription.user": "devices",
    "notifications.OutgoingEmail.user": "letters",
    "accounts.EmailChange.user": "email_changes",
    "accounts.AccountInvitation.invited_by": "invitations_to_the_site",
    "races.Classification.recorded_by": "results_entered",
    "races.Quarantine.settled_by": "quarantine_settled",
    "leagues.League.creator": "leagues_founded",
    "leagues.Membership.user": "leagues",
    "leagues.Invitation.user": "invitations",
    "leagues.Invitation.invited_by": "invitations_sent",
    "leagues.SettingsVersion.created_by": "rules_set",
    "leagues.Webhook.created_by": "webhooks_added",
    "leagues.Ban.user": "league_bans",
    "leagues.Block.user": "blocks",
    "leagues.ActivityLogEntry.by": "league_activity",
    "leagues.ActivityLogEntry.member": "league_activity",
    "constructors.Constructor.owner": "constructors",
    "constructors.Constructor.deputy": "deputy_of",
    "drafts.Pick.picked_by": "picks_for_others",
    "drafts.DraftEvent.by": "acts_in_drafts",
}
# Sections from tables that belong to the user but do not reference the user.
CONSTRUCTOR_SECTIONS = {"picks", "wishes", "ready_for_drafts", "race_scores", "season_scores"}
NOT_EXPORTED = {
    "core.IdempotencyKey.user": "Copies of API responses that the user received, deleted after a day.",
    "accounts.User_groups.user": "The site has no groups.",
    "accounts.User_user_permissions.user": "Permissions follow from roles and leagues, which are in it.",
    "leagues.Block.blocked_user": "Who has blocked somebody is not told to them.",
    "leagues.Ban.by": "The act is in league_activity; the row is about the person who is banned.",
    "leagues.SkippedRace.by": "The act is in league_activity.",
    "admin.LogEntry.user": "Notes about others and their leagues. What the user did to drafts is in acts_in_drafts.",
}


@pytest.fixture
def alices_client(league, open_draft, alice, bob, charlie, alices, bobs, client):
    """Return Alice's client, signed in, after Alice has done everything that a user can do."""
    client.force_login(alice)
    issue_tokens(user=alice, now=clock.now(), device="Pit Wall 2.1")
    _fill_account(alice)
    _draft(open_draft, alice, alices, bobs)
    _manage(league, alice, charlie)
    Constructor.objects.filter(pk=bobs.pk).update(deputy=alice)
    _handle_results(league.season.races.get(round=3), alice)
    other = create_league(creator=charlie, season=league.season, name="Charlie's", now=FOUNDED_AT)
    invite(league=other, by=charlie, username="alice", now=FOUNDED_AT)
    block_sender(user=alice, sender=charlie, now=FOUNDED_AT)
    Ban.objects.create(league=other, user=alice, reason="Snores", created_at=FOUNDED_AT)
    return client


def _fill_account(alice):
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": encrypt("GEZDGNBVGY3TQOJQ")})
    EmailChange.objects.create(user=alice, old_email="alice@old.example.org", changed_at=FOUNDED_AT)
    notified(alice, kind="race_changed", key="race:1", title="Moved", now=FOUNDED_AT)
    set_notification_preferences(user=alice, preferences={"draft_voided": {"email": False}})
    push = {"kind": "unifiedpush", "endpoint": "https://push.example/secret-endpoint", "name": "Phone"}
    subscribe_to_push(user=alice, **push, now=FOUNDED_AT)
    enqueue_email(kind=RESET, address="alice@example.org", user=alice, now=FOUNDED_AT)
    AccountInvitation.objects.create(
        invited_by=alice, email="secret-friend@example.org", created_at=FOUNDED_AT, expires_at=DRAFTING_AT
    )


def _draft(draft, alice, alices, bobs):
    wished = entry(draft.race, "driver_7").driver_id
    set_wishes(constructor=alices, by=alice, wishes=[Wish(wished)], unwanted=[])
    pick(draft, alices, "driver_1")
    second = entry(draft.race, "driver_2")
    pick_for(draft=fresh(draft), constructor=bobs, entry=second, by=alice, now=DRAFTING_AT)
    scored(filled(fresh(draft)))


def _handle_results(race, alice):
    results_for(race)
    race.classifications.update(recorded_by=alice)
    case = {"reason": "Two cars on one place.", "payload": {}, "first_seen_at": FOUNDED_AT, "last_seen_at": FOUNDED_AT}
    Quarantine.objects.create(season=race.season, race=race, settled_by=alice, settled_at=DRAFTING_AT, **case)


def _manage(league, alice, charlie):
    change_settings(league=league, by=alice, changes={"picks_per_race": 1}, now=DRAFTING_AT)
    add_webhook(
        league=league, by=alice, service="generic", name="P", url="https://localhost/secret-guest", now=DRAFTING_AT
    )
    invite(league=league, by=alice, email="secret-guest@example.org", now=DRAFTING_AT)


def user_columns():
    """Return the columns of all models that reference a user, including the tables of many-to-many relations."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and not field.many_to_many and field.related_model is User
    }


def test_every_relation_to_a_user_is_exported_or_excluded_with_a_reason():
    assert user_columns() == {*EXPORT_SECTIONS, *NOT_EXPORTED}


def test_every_part_has_data_of_a_user_who_did_everything(alices_client, alice):
    data = exported_data(alice)
    assert set(data) == {"account", *EXPORT_SECTIONS.values(), *CONSTRUCTOR_SECTIONS}
    assert [name for name, part in data.items() if not part] == []


def test_drafts_and_scores_are_exported(alices_client, alice, alices):
    data = exported_data(alice)
    assert data["wishes"] == [
        {"constructor_id": alices.pk, "place": 1, "driver": "driver_7", "not_with_first_team": False}
    ]
    first = data["picks"][0]
    assert (first["race"], first["slot"], first["driver"]) == ("Grand Prix 1", 1, "driver_1")
    assert [pick["driver"] for pick in data["picks_for_others"]] == ["driver_2"]
    assert "picked" in {event["act"] for event in data["acts_in_drafts"]}
    assert [score["constructor_id"] for score in data["race_scores"]] == [alices.pk]


def test_the_export_has_no_private_data_of_others_and_no_secrets(alices_client, alice):
    parts = alices_client.get(reverse("accounts:own_data")).json()
    news = json.dumps(parts.pop("news"))
    for secret in ("secret-", "bob@", "charlie@", "GEZDGNBV", alice.password):
        assert secret not in json.dumps(parts) + news
    # The news says whose turn it was, as everyone in the league could see.
    assert "Bob Motorsport" not in json.dumps(parts)


def test_a_players_export_has_no_data_of_the_manager(alices_client, bob):
    data = exported_data(bob)
    assert [league["league"] for league in data["leagues"]] == ["Alpine Friends"]
    assert {name for name, part in data.items() if part} == {
        "account", "addresses", "news", "leagues", "league_activity", "constructors", "ready_for_drafts", "picks",
        "race_scores", "season_scores",
    }  # fmt: skip


def test_the_number_of_queries_does_not_grow(alices_client, league, alice, django_assert_num_queries):
    with django_assert_num_queries(30) as few:
        exported_data(alice)
    grid(league.season.races.get(round=2))
    filled(opened(league))
    with django_assert_num_queries(len(few)):
        assert len(exported_data(alice)["picks"]) > 2


def test_the_api_exports_the_same(alices_client, api, alice):
    answer = api(alice).get("/api/v1/auth/me/data")
    page = alices_client.get(reverse("accounts:own_data"))
    assert (answer.status_code, set(answer.json())) == (200, set(page.json()))
    assert answer.json()["picks"] == page.json()["picks"]
    assert api().get("/api/v1/auth/me/data").status_code == 401


def test_every_part_is_documented():
    words = (settings.BASE_DIR / "docs" / "own-data.md").read_text()
    described = set(re.findall(r"^\| `(\w+)`", words, re.MULTILINE))
    assert described == {"account", *EXPORT_SECTIONS.values(), *CONSTRUCTOR_SECTIONS}
