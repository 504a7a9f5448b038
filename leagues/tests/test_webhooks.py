"""Webhooks: managers connect services, events are announced in the transaction of the fact, addresses stay secret."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid, NotAllowed, Refused
from drafts.models import Draft
from drafts.services import change_own_pick, pause_draft, resume_draft, skip_race
from leagues.models import ActivityLogEntry, Webhook, WebhookDelivery
from leagues.services import (
    add_webhook,
    archive_league,
    change_webhook,
    delete_league,
    join_league,
    leave_league,
    remove_webhook,
    rotate_webhook_secret,
    turn_webhook_on_or_off,
    unarchive_league,
)
from leagues.webhook_events import choosable_names
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import results_for
from tests.support.stories import entry, filled, fresh, locked, pick

pytestmark = pytest.mark.django_db

DISCORD = "https://discord.com/api/webhooks/123/abc-DEF_9"
SLACK = "https://hooks.slack.com/services/T0/B0/secret"


def connect(league, by, service="generic", url="https://hooks.example.org/x", events=None) -> Webhook:
    return add_webhook(league=league, by=by, service=service, name="Hook", url=url, events=events, now=FOUNDED_AT)


def announced(*, webhook=None) -> list[str]:
    found = WebhookDelivery.objects.order_by("pk")
    return [delivery.event for delivery in (found.filter(webhook=webhook) if webhook else found)]


def last_data():
    return WebhookDelivery.objects.latest("pk").data


# -- managing --------------------------------------------------------------------------------------------------------


def test_signed_json_gets_a_secret_and_chats_none(league, alice):
    assert connect(league, alice).secret.startswith("whsec_")
    assert connect(league, alice, "discord", DISCORD).secret == ""
    with pytest.raises(Refused):
        rotate_webhook_secret(webhook=Webhook.objects.get(service="discord"), by=alice)


def test_rotating_replaces_the_secret(league, alice):
    webhook = connect(league, alice)
    assert rotate_webhook_secret(webhook=webhook, by=alice).secret != webhook.secret


def test_only_managers_manage_webhooks(league, alice, bob):
    webhook = connect(league, alice)
    for act in (
        lambda: connect(league, bob),
        lambda: change_webhook(webhook=webhook, by=bob, name="B"),
        lambda: rotate_webhook_secret(webhook=webhook, by=bob),
        lambda: turn_webhook_on_or_off(webhook=webhook, by=bob, is_active=False, now=FOUNDED_AT),
        lambda: remove_webhook(webhook=webhook, by=bob, now=FOUNDED_AT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_league_has_at_most_five(league, alice):
    for _ in range(5):
        connect(league, alice)
    with pytest.raises(Refused, match="at most 5"):
        connect(league, alice)


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("discord", "https://discord.com.evil.example/api/webhooks/1/a"),
        ("discord", "https://evil.example/?https://discord.com/api/webhooks/1/a"),
        ("discord", "https://discord.com/api/users/1"),
        ("discord", "https://discord.com/api/webhooks/../users/1"),
        ("slack", "https://hooks.slack.com.evil.example/services/T/B/x"),
        ("slack", "https://slack.com/services/T/B/x"),
        ("generic", "http://hooks.example.org/"),
        ("generic", "https://bob:secret@hooks.example.org/"),
        ("generic", "https://127.0.0.1/"),
        ("generic", "https://169.254.169.254/latest/meta-data/"),
        ("generic", "https://[::ffff:10.0.0.1]/"),
        ("generic", "https://10.0.0.1/"),
        ("generic", "file:///etc/passwd"),
        ("generic", ""),
    ],
)
def test_it_refuses_an_address_that_is_not_of_the_service_or_not_public(league, alice, service, url):
    with pytest.raises(Invalid) as refused:
        connect(league, alice, service, url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("service", "url"), [("discord", DISCORD), ("slack", SLACK), ("generic", "https://x.example/")]
)
def test_it_accepts_addresses_of_the_services(league, alice, service, url):
    assert connect(league, alice, service, url).url == url


def test_operators_can_admit_compatible_servers(league, alice, settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    assert connect(league, alice, "slack", "http://10.0.0.7/hooks/x").url
    with pytest.raises(Invalid):
        connect(league, alice, "slack", "http://192.168.0.7/hooks/x")


def test_it_refuses_unknown_events_and_none(league, alice):
    for events in (["draft.nothing"], ["webhook.test"], []):
        with pytest.raises(Invalid):
            connect(league, alice, events=events)


def test_members_read_in_the_log_what_was_connected_but_no_address(league, alice):
    webhook = connect(league, alice, "discord", DISCORD)
    remove_webhook(webhook=webhook, by=alice, now=FOUNDED_AT)
    removed, added = ActivityLogEntry.objects.order_by("-pk")[:2]
    assert added.sentence == "alice connected “Hook” (Discord)."
    assert removed.sentence == "alice disconnected “Hook” (Discord)."
    assert "abc" not in str([removed.params, added.params])


def test_an_archived_league_announces_nothing_and_keeps_its_webhooks(league, alice, bob):
    webhook = connect(league, alice)
    archive_league(league=league, by=alice, now=FOUNDED_AT)
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    assert announced() == []
    with pytest.raises(Refused):
        change_webhook(webhook=webhook, by=alice, name="New")
    unarchive_league(league=league, by=alice, now=FOUNDED_AT)
    assert change_webhook(webhook=webhook, by=alice, name="New").name == "New"


def test_a_deleted_league_takes_its_webhooks_along(league, alice, charlie):
    connect(league, alice)
    join_league(user=charlie, league=league, now=FOUNDED_AT)
    delete_league(league=league, by=alice, now=FOUNDED_AT)
    assert not Webhook.objects.exists()
    assert not WebhookDelivery.objects.exists()


# -- announcing ------------------------------------------------------------------------------------------------------


def test_members_are_announced(league, alice, charlie):
    connect(league, alice)
    join_league(user=charlie, league=league, now=FOUNDED_AT)
    assert last_data() == {
        "league_id": league.pk, "league": "Alpine Friends", "user_id": charlie.pk, "member": "charlie",
    }  # fmt: skip
    leave_league(user=charlie, league=league, now=FOUNDED_AT)
    assert announced() == ["member.joined", "member.left"]


def test_what_is_rolled_back_is_not_announced(league, alice, charlie):
    connect(league, alice)
    with transaction.atomic():
        join_league(user=charlie, league=league, now=FOUNDED_AT)
        transaction.set_rollback(True)
    assert announced() == []


def test_only_chosen_events_of_webhooks_that_are_on_are_announced(league, alice, charlie):
    connect(league, alice, events=["draft.pick"])
    off = connect(league, alice)
    turn_webhook_on_or_off(webhook=off, by=alice, is_active=False, now=FOUNDED_AT)
    join_league(user=charlie, league=league, now=FOUNDED_AT)
    assert announced() == []


def test_turning_a_webhook_off_drops_what_waits(league, alice, charlie):
    webhook = connect(league, alice)
    join_league(user=charlie, league=league, now=FOUNDED_AT)
    turn_webhook_on_or_off(webhook=webhook, by=alice, is_active=False, now=FOUNDED_AT)
    assert WebhookDelivery.objects.get().state == "dropped"


def test_a_draft_is_announced_from_its_first_pick_to_its_end(league, alice, open_draft):
    connect(league, alice)
    filled(open_draft, ["driver_1"])
    assert announced() == [*["draft.pick", "draft.turn"] * 3, "draft.pick", "draft.completed"]
    data = WebhookDelivery.objects.filter(event="draft.pick").earliest("pk").data
    assert (data["constructor"], data["slot"], data["source"]) == ("Alice Racing", 1, "player")
    assert (data["driver_id"], data["is_change"], data["previous_driver_id"]) == ("driver_1", False, None)


def test_a_changed_pick_is_announced_with_the_driver_before(league, alice, open_draft, alices):
    connect(league, alice)
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    change_own_pick(constructor=alices, entry=entry(open_draft.race, "driver_3"), by=alice, now=DRAFTING_AT)
    assert (last_data()["driver_id"], last_data()["previous_driver_id"]) == ("driver_3", "driver_1")
    assert last_data()["is_change"]


def test_a_draft_that_becomes_void_is_announced_with_the_reason(league, alice, open_draft):
    connect(league, alice)
    skip_race(league=league, race=open_draft.race, by=alice, now=DRAFTING_AT)
    assert announced() == ["draft.voided"]
    assert last_data()["reason"]


def test_the_opening_and_the_first_turn_are_announced(league, alice, request):
    connect(league, alice)
    draft = request.getfixturevalue("open_draft")
    assert announced() == ["draft.opened", "draft.turn"]
    turn = last_data()
    assert (turn["constructor"], turn["race"], turn["slot"]) == ("Alice Racing", draft.race.name, 1)
    assert turn["ends_at"]


def test_a_resumed_draft_announces_the_turn_with_its_new_end(league, alice, open_draft):
    connect(league, alice)
    pause_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
    resume_draft(draft=fresh(open_draft), by=alice, now=DRAFTING_AT + timedelta(hours=1))
    assert announced() == ["draft.turn"]


def test_turns_of_bots_are_not_announced(league, alice, open_draft, alices, bobs):
    connect(league, alice)
    type(bobs).objects.filter(pk=bobs.pk).update(is_bot=True, owner=None)
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    assert announced() == ["draft.pick"]


def score(draft, order=range(1, 23)):
    results_for(draft.race, [f"driver_{number}" for number in order])
    return score_race(race=fresh(draft).race, now=OVER_AT)


@pytest.fixture
def locked_draft(open_draft) -> Draft:
    return locked(filled(open_draft, [f"driver_{number}" for number in range(1, 5)]))


def test_a_scored_race_is_announced_with_its_places_and_the_standings(league, alice, locked_draft):
    connect(league, alice)
    score(locked_draft)
    assert announced() == ["race.scored"]
    places = [(place["rank"], place["constructor"], place["points"]) for place in last_data()["top"]]
    assert places == [(1, "Bob Motorsport", "6"), (2, "Alice Racing", "4")]
    assert [place["constructor"] for place in last_data()["standings"]] == ["Bob Motorsport", "Alice Racing"]


def test_a_correction_is_announced_with_what_changed(league, alice, locked_draft):
    score(locked_draft)
    connect(league, alice)
    score(locked_draft, order=range(22, 0, -1))
    assert announced() == ["result.corrected"]
    changes = {change["constructor"]: change for change in last_data()["changes"]}
    assert set(changes) == {"Alice Racing", "Bob Motorsport"}
    assert changes["Bob Motorsport"]["points_before"] == "6"


def test_leagues_without_webhooks_cost_one_query_for_each_announcement(locked_draft, league, alice):
    league.webhooks.all().delete()
    with CaptureQueriesContext(connection) as queries:
        score(locked_draft)
    asked = [query["sql"] for query in queries if "leagues_webhook" in query["sql"]]
    assert len(asked) == 1


def test_the_events_are_part_of_the_api():
    assert choosable_names() == [
        "member.joined", "member.left", "draft.opened", "draft.turn", "draft.pick", "draft.completed", "draft.voided",
        "race.scored", "result.corrected",
    ]  # fmt: skip
