"""The activity log of a league: who changed what, in words, for all members and nobody else."""

import pytest
from django.urls import reverse

from accounts.services import change_display_name
from accounts.services.account_deletion import _delete
from core.transactions import atomic
from drafts.services import extend_turn, pause_draft, pick_for, resume_draft, set_order, start_draft, undo_picks
from leagues.activity_kinds import ARCHIVED
from leagues.models import ActivityLogEntry
from leagues.services import (
    archive_league,
    change_league,
    change_settings,
    invite,
    leave_league,
    log_activity,
    plan_first_draft,
    remove_member,
    set_role,
    transfer_management,
    unarchive_league,
)
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import entry


def log(league):
    """The sentences, oldest first, after those of the creation."""
    return [line.sentence for line in ActivityLogEntry.objects.filter(league=league).order_by("pk")[2:]]


def latest(league):
    return ActivityLogEntry.objects.filter(league=league).first()


def test_it_begins_with_the_creation_and_those_who_join(league):
    assert [line.sentence for line in league.activity.order_by("pk")] == ["alice created the league.", "bob joined."]


def test_changed_rules_are_listed_with_the_values_before_and_after(league, alice):
    change_settings(league=league, by=alice, changes={"picks_per_race": 1, "sprints": True}, now=FOUNDED_AT)
    line = latest(league)
    assert line.sentence == "alice changed the rules. Version 2 applies from the next draft that opens."
    assert line.details == ["Picks per race: 2 → 1", "Sprints count: No → Yes"]


def test_unchanged_rules_and_properties_have_no_entry(league, alice):
    change_settings(league=league, by=alice, changes={"picks_per_race": 2}, now=FOUNDED_AT)
    change_league(league=league, by=alice, name="Alpine Friends")
    assert log(league) == []


def test_changed_properties_are_listed_too(league, alice):
    change_league(league=league, by=alice, name="Lake Friends", visibility="public")
    assert latest(league).details == [
        "Name: Alpine Friends → Lake Friends",
        "Visibility: Private: people join with a code or a link → Public: anyone can find and join it",
    ]


def test_roles_and_the_management_are_logged_once_each(league, alice, bob):
    set_role(league=league, by=alice, user=bob, role="co_manager")
    transfer_management(league=league, by=alice, to=bob)
    assert log(league) == ["alice made bob a co-manager.", "alice made bob the manager."]


def test_a_removal_is_logged_with_its_reason(league, alice, bob):
    remove_member(league=league, by=alice, user=bob, reason="Never  shows up", ban=True, now=FOUNDED_AT)
    line = latest(league)
    assert (line.sentence, line.details) == ("alice removed bob, who cannot join again.", ["Reason: Never shows up"])


def test_an_invitation_does_not_name_its_recipient(league, alice):
    invite(league=league, by=alice, email="friend@example.org", now=FOUNDED_AT)
    assert log(league) == ["alice invited somebody."]
    assert "friend" not in str(latest(league).params)


def test_what_managers_do_in_drafts_is_logged(open_draft, league, alice, alices, bobs):
    now = DRAFTING_AT
    set_order(draft=open_draft, order=[bobs.pk, alices.pk], by=alice, now=now)
    pause_draft(draft=open_draft, by=alice, now=now)
    resume_draft(draft=open_draft, by=alice, now=now)
    extend_turn(draft=open_draft, by=alice, minutes=5, now=now)
    pick_for(draft=open_draft, constructor=bobs, entry=entry(open_draft.race, "driver_1"), by=alice, now=now)
    undo_picks(draft=open_draft, by=alice, count=1, now=now)
    race = open_draft.race.name
    assert log(league) == [
        f"alice set the order of the draft ({race}).",
        f"alice paused the draft ({race}).",
        f"alice resumed the draft ({race}).",
        f"alice extended the clock by 5 minutes ({race}).",
        f"alice picked {entry(open_draft.race, 'driver_1').driver} for Bob Motorsport ({race}).",
        f"alice undid the last pick ({race}).",
    ]


def test_how_the_first_draft_starts_is_logged_and_who_started_it(upcoming_draft, league, alice):
    plan_first_draft(league=league, by=alice, start="manual", bots_up_to=3, now=FOUNDED_AT)
    changed_rules, changed_league = league.activity.order_by("pk")[2:]
    assert changed_rules.details == ["Fill up with bots: None → Bots fill the league up to 3 constructors"]
    assert changed_league.details == ["First draft: By itself on Monday → When a manager starts it"]
    start_draft(draft=upcoming_draft, by=alice, now=DRAFTING_AT)
    assert latest(league).sentence == f"alice started the draft ({upcoming_draft.race.name})."


def test_a_draft_that_opens_by_itself_has_no_entry(open_draft, league):
    assert log(league) == []


def test_the_archive_is_logged_on_the_way_in_and_out(league, alice):
    archive_league(league=league, by=alice, now=FOUNDED_AT)
    unarchive_league(league=league, by=alice, now=FOUNDED_AT)
    assert log(league) == ["alice archived the league.", "alice restored the league from the archive."]


def test_administrators_from_outside_stay_unnamed(league):
    root = UserFactory.create(username="root", is_superuser=True)
    archive_league(league=league, by=root, now=FOUNDED_AT)
    assert log(league) == ["An administrator archived the league."]


def test_names_are_those_of_today_and_go_with_the_account(league, alice, bob):
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    change_display_name(user=bob, display_name="Bob the Great")
    assert log(league) == ["Bob the Great left."]
    _delete(bob, FOUNDED_AT)
    assert log(league) == ["A former member left."]


def test_an_entry_goes_with_a_change_that_fails(league, alice):
    with pytest.raises(ZeroDivisionError):
        _log_and_fail(league, alice)
    assert log(league) == []


@atomic
def _log_and_fail(league, alice):
    log_activity(league, ARCHIVED, by=alice, now=FOUNDED_AT)
    raise ZeroDivisionError


def test_an_entry_of_another_version_of_the_site_does_not_break_the_page(client, league, alice):
    ActivityLogEntry.objects.create(league=league, kind="unheard_of", happened_at=FOUNDED_AT)
    client.force_login(alice)
    page = client.get(reverse("leagues:activity", args=[league.pk]))
    assert "This entry is no longer available." in page.text


class TestThePage:
    def test_members_read_it_and_strangers_do_not(self, client, league, alice, bob, charlie):
        change_settings(league=league, by=alice, changes={"picks_per_race": 1}, now=FOUNDED_AT)
        for user, status in ((bob, 200), (charlie, 404)):
            client.force_login(user)
            page = client.get(reverse("leagues:activity", args=[league.pk]))
            assert page.status_code == status
            assert ("Picks per race: 2 → 1" in page.text) == (status == 200)

    def test_the_number_of_queries_does_not_grow_with_the_log(self, client, league, bob, django_assert_num_queries):
        client.force_login(bob)
        with django_assert_num_queries(6) as few:
            client.get(reverse("leagues:activity", args=[league.pk]))
        for _ in range(5):
            log_activity(league, ARCHIVED, by=bob, now=FOUNDED_AT)
        with django_assert_num_queries(len(few)):
            client.get(reverse("leagues:activity", args=[league.pk]))

    def test_apps_read_the_same(self, api, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        entries = api(bob).get(f"/api/v1/leagues/{league.pk}/activity").json()["items"]
        assert [(line["kind"], line["by"], line["by_user_id"], line["member_user_id"]) for line in entries[:1]] == [
            ("became_co_manager", "alice", alice.pk, bob.pk)
        ]
        assert entries[0]["sentence"] == "alice made bob a co-manager."

    def test_the_admin_lists_it(self, client, league, alice):
        client.force_login(alice)
        assert "alice created the league." in client.get(reverse("admin:leagues_activitylogentry_changelist")).text
