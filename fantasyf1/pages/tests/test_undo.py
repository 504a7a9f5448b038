"""Undo: the button in a message takes back an action, once, for the user who did it, and with their permissions."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from constructors.models import Constructor
from core.undo import LIFETIME
from drafts import rules
from drafts.models import Draft
from drafts.selectors import unwanted_of, wishes_of
from drafts.services import set_wishes, skip_race
from leagues.models import ActivityLogEntry, Ban, Block, Invitation, League, SkippedRace
from leagues.services import block_sender, invite, join_league, remove_member, set_role
from notifications.models import Notification
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.notifications import notified
from tests.support.stories import fresh, upcoming

pytestmark = pytest.mark.django_db

UNDO = reverse("pages:undo")
NEWS = reverse("notifications:list")


@pytest.fixture(autouse=True)
def now(at):
    at(FOUNDED_AT)


@pytest.fixture
def browser(client):
    """Return a function that posts as a user, and returns the form of the undo that the next page offers, if any."""

    def post(user, address, body=()):
        client.force_login(user)
        return undo_form(client.post(address, dict(body), follow=True))

    return post


def undo_form(page):
    names = ("undo", "next")
    fields = {name: re.search(rf'<input type="hidden" name="{name}" value="([^"]+)"', page.text) for name in names}
    return {name: html.unescape(found[1]) for name, found in fields.items() if found} if fields["undo"] else {}


def undone(client, form):
    return client.post(UNDO, form, follow=True)


# -- the button --------------------------------------------------------------------------------------------------------


@pytest.fixture
def renaming(browser, bob, bobs):
    """The form of the undo after Bob has renamed a constructor."""
    return browser(bob, reverse("constructors:rename", args=[bobs.pk]), {"name": "Bob Deluxe"})


def test_the_page_of_the_message_is_shown_again(client, renaming, bobs):
    page = undone(client, renaming)
    assert page.redirect_chain == [(reverse("pages:constructor", args=[bobs.pk]), 302)]
    assert f"Your constructor is called “{bobs.name}” again." in page.text
    assert Constructor.objects.get(pk=bobs.pk).name == bobs.name


def test_a_second_request_says_the_same_and_does_nothing(client, renaming, bobs):
    undone(client, renaming)
    Constructor.objects.filter(pk=bobs.pk).update(name="Bob Deluxe")
    assert "again." in undone(client, renaming).text
    assert Constructor.objects.get(pk=bobs.pk).name == "Bob Deluxe"


def test_what_has_changed_since_is_not_undone(client, renaming, bobs):
    Constructor.objects.filter(pk=bobs.pk).update(name="Bob Newer")
    assert "This has changed since, so it cannot be undone." in undone(client, renaming).text
    assert Constructor.objects.get(pk=bobs.pk).name == "Bob Newer"


def test_nobody_else_can_use_it(client, renaming, alice, charlie, bobs):
    for user in (alice, charlie):
        client.force_login(user)
        assert client.post(UNDO, renaming).status_code == 404
    client.logout()
    assert client.post(UNDO, renaming).url.startswith(reverse("accounts:sign_in"))
    assert Constructor.objects.get(pk=bobs.pk).name == "Bob Deluxe"


def test_it_is_for_an_hour(client, renaming, at, bobs):
    at(FOUNDED_AT + LIFETIME)
    assert "It is too late to undo this." in undone(client, renaming).text
    assert Constructor.objects.get(pk=bobs.pk).name == "Bob Deluxe"


def test_it_leads_to_no_other_site(client, renaming):
    assert client.post(UNDO, renaming | {"next": "https://example.org/"}).url == reverse("home")


def test_a_page_without_an_action_offers_none(client, alice):
    client.force_login(alice)
    assert undo_form(client.get(NEWS)) == {}


# -- leagues -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def invitation(league, alice, charlie):
    return invite(league=league, by=alice, username=charlie.username, now=FOUNDED_AT)


def is_pending(invitation):
    return Invitation.objects.pending().filter(pk=invitation.pk, answered_at=None).exists()


def test_a_declined_invitation_can_be_answered_again(client, browser, invitation, charlie):
    form = browser(charlie, invitation.path, {"decline": "1"})
    assert not is_pending(invitation)
    assert "is waiting for your answer again" in undone(client, form).text
    assert is_pending(invitation)


def test_but_not_if_it_would_be_the_second_one(client, browser, invitation, league, alice, charlie):
    form = browser(charlie, invitation.path, {"decline": "1"})
    invite(league=league, by=alice, username=charlie.username, now=FOUNDED_AT)
    assert "This has changed since" in undone(client, form).text
    assert not is_pending(invitation)


def test_a_cancelled_invitation_is_valid_again(client, browser, invitation, league, alice, charlie):
    form = browser(alice, reverse("leagues:cancel_invitation", args=[league.pk, invitation.pk]))
    undone(client, form)
    assert is_pending(invitation)
    kinds = ActivityLogEntry.objects.filter(league=league).order_by("-pk").values_list("kind", flat=True)
    assert list(kinds[:2]) == ["invitation_reopened", "invitation_cancelled"]


def test_a_manager_who_is_none_any_more_cannot_undo(client, browser, invitation, league, alice, bob):
    set_role(league=league, by=alice, user=bob, role="co_manager")
    form = browser(bob, reverse("leagues:cancel_invitation", args=[league.pk, invitation.pk]))
    set_role(league=league, by=alice, user=bob, role="member")
    assert "This has changed since" in undone(client, form).text
    assert not is_pending(invitation)


def test_a_block_is_lifted(client, browser, invitation, charlie):
    form = browser(charlie, reverse("leagues:block", args=[invitation.token]), {"what": "sender"})
    assert Block.objects.filter(user=charlie).exists()
    undone(client, form)
    assert not Block.objects.filter(user=charlie).exists()


def test_an_older_block_is_not(browser, invitation, alice, charlie, at):
    block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
    at(FOUNDED_AT + timedelta(minutes=5))
    assert browser(charlie, reverse("leagues:block", args=[invitation.token]), {"what": "sender"}) == {}


def test_who_was_unblocked_is_blocked_since_the_same_time(client, browser, alice, charlie, at):
    block = block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
    at(FOUNDED_AT + timedelta(days=3))
    form = browser(charlie, reverse("leagues:unblock", args=[block.pk]))
    assert not Block.objects.exists()
    undone(client, form)
    assert Block.objects.values_list("user", "blocked_user", "created_at").get() == (charlie.pk, alice.pk, FOUNDED_AT)


@pytest.fixture
def lifted_ban(browser, league, alice, bob):
    """The form of the undo after Alice has lifted the ban of Bob."""
    remove_member(league=league, by=alice, user=bob, now=FOUNDED_AT, reason="Spam", ban=True)
    return browser(alice, reverse("leagues:lift_ban", args=[league.pk, bob.pk]))


def test_a_ban_is_back_with_its_reason(client, lifted_ban, league, alice, bob):
    undone(client, lifted_ban)
    ban = Ban.objects.get(league=league, user=bob)
    assert (ban.reason, ban.by, ban.created_at) == ("Spam", alice, FOUNDED_AT)


def test_who_has_joined_meanwhile_stays(client, lifted_ban, league, bob):
    join_league(user=bob, league=league, now=FOUNDED_AT)
    assert "This has changed since" in undone(client, lifted_ban).text
    assert not Ban.objects.exists()


def test_an_archived_league_is_active_with_its_invitations(client, browser, invitation, league, alice):
    form = browser(alice, reverse("leagues:archive", args=[league.pk]))
    assert League.objects.get(pk=league.pk).archived_at is not None
    assert not is_pending(invitation)
    undone(client, form)
    assert League.objects.get(pk=league.pk).archived_at is None
    assert is_pending(invitation)


# -- drafts ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def wishes(upcoming_draft, alices, alice):
    """Alice's lists: three wishes, and a driver that she does not want."""
    drivers = [entry.driver_id for entry in upcoming_draft.race.entries.order_by("pk")[:4]]
    wished = [rules.Wish(drivers[0]), rules.Wish(drivers[1], not_with_first_team=True), rules.Wish(drivers[2])]
    set_wishes(constructor=alices, by=alice, wishes=wished, unwanted=[drivers[3]])
    return drivers


def lists_of(constructor):
    return wishes_of(constructor), unwanted_of(constructor)


@pytest.mark.parametrize("what", ["remove:1", "unwant:1", "up:1", "down:1", "remove:3", "order"])
def test_the_lists_are_as_before(client, browser, league, alice, alices, wishes, what):
    name, _, at = what.partition(":")
    change = {"change": f"{name}:{wishes[int(at)]}"} if at else {"order": ",".join(map(str, reversed(wishes[:3])))}
    before = lists_of(alices)
    form = browser(alice, reverse("drafts:wish_list", args=[league.pk]), change)
    assert lists_of(alices) != before
    undone(client, form)
    assert lists_of(alices) == before


def test_lists_that_changed_since_stay(client, browser, league, alice, alices, wishes):
    form = browser(alice, reverse("drafts:wish_list", args=[league.pk]), {"change": f"remove:{wishes[0]}"})
    set_wishes(constructor=alices, by=alice, wishes=[rules.Wish(wishes[2])])
    assert "This has changed since" in undone(client, form).text
    assert [wish.driver for wish in wishes_of(alices)] == [wishes[2]]


@pytest.mark.parametrize("change", ["add", "team"])
def test_a_change_with_its_opposite_beside_it_needs_no_undo(browser, league, alice, wishes, change):
    body = {"change": f"{change}:{wishes[3] if change == 'add' else wishes[0]}"}
    assert browser(alice, reverse("drafts:wish_list", args=[league.pk]), body) == {}


def test_autodraft_is_switched_back(client, browser, league, upcoming_draft, alice, alices):
    form = browser(alice, reverse("drafts:wish_list", args=[league.pk]), {"autodraft": "on"})
    assert "Autodraft: Off" in undone(client, form).text
    assert Constructor.objects.get(pk=alices.pk).autodraft == "off"


def test_autodraft_that_has_picked_cannot_be_undone(browser, league, open_draft, alice, at):
    at(DRAFTING_AT)
    assert browser(alice, reverse("drafts:wish_list", args=[league.pk]), {"autodraft": "on"}) == {}
    assert open_draft.picks.count() == 1


def test_a_skipped_race_is_drafted_for_with_the_same_draft(client, browser, league, upcoming_draft, race, alice):
    form = browser(alice, reverse("drafts:skip_race", args=[league.pk, race.pk]))
    assert fresh(upcoming_draft).race != race
    undone(client, form)
    assert (fresh(upcoming_draft).race, SkippedRace.objects.exists()) == (race, False)


def test_a_race_that_is_drafted_for_again_is_skipped_again(client, browser, league, upcoming_draft, race, alice):
    skip_race(league=league, race=race, by=alice, now=FOUNDED_AT)
    form = browser(alice, reverse("drafts:skip_race", args=[league.pk, race.pk]), {"restore": "1"})
    undone(client, form)
    assert SkippedRace.objects.get().race == race
    assert upcoming(league).race != race


def test_a_skip_that_voids_a_draft_has_no_undo(browser, league, open_draft, race, alice, at):
    at(DRAFTING_AT)
    assert browser(alice, reverse("drafts:skip_race", args=[league.pk, race.pk])) == {}
    assert fresh(open_draft).state == Draft.State.VOID


# -- accounts and notifications ----------------------------------------------------------------------------------------


def test_a_display_name_is_the_one_before(client, browser, alice):
    form = browser(alice, reverse("accounts:display_name"), {"display_name": "Alice the Great"})
    assert "Others see you as" in undone(client, form).text
    assert User.objects.get(pk=alice.pk).display_name == alice.display_name


def test_what_was_unread_is_unread_again(client, browser, alice):
    read_before, unread = (
        notified(alice, kind="race_changed", key=f"race:{number}", title="Moved", now=FOUNDED_AT) for number in (1, 2)
    )
    Notification.objects.filter(pk=read_before.pk).update(read_at=FOUNDED_AT - timedelta(hours=1))
    form = browser(alice, reverse("notifications:mark_all_read"), {"up_to": unread.pk})
    assert not Notification.objects.filter(read_at=None).exists()
    undone(client, form)
    assert list(Notification.objects.filter(read_at=None)) == [unread]


def test_nothing_unread_leaves_nothing_to_undo(browser, alice):
    assert browser(alice, reverse("notifications:mark_all_read"), {"up_to": 1}) == {}
