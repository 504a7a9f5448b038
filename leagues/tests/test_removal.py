"""Removing members, with a reason that they read, and refusing them re-entry."""

import pytest
from django.urls import reverse

from core.errors import Invalid, NotAllowed, Refused
from leagues.models import Ban, Membership
from leagues.selectors import is_member
from leagues.services import invite, join_by_code, lift_ban, remove_member, set_role
from tests.support.cast import FOUNDED_AT
from tests.support.stories import joined

REASON = "Picks for three friends"


def banned(league, alice, bob, reason=REASON):
    remove_member(league=league, by=alice, user=bob, reason=reason, ban=True, now=FOUNDED_AT)


def test_the_member_reads_the_reason(league, alice, bob):
    remove_member(league=league, by=alice, user=bob, reason=REASON, now=FOUNDED_AT)
    assert "The reason: Picks for three friends" in bob.notifications.get().body


def test_who_is_only_removed_can_join_again(league, alice, bob):
    remove_member(league=league, by=alice, user=bob, reason=REASON, now=FOUNDED_AT)
    join_by_code(user=bob, code=league.code, now=FOUNDED_AT)
    assert is_member(bob, league)


@pytest.mark.parametrize("reason", [REASON, ""])
def test_who_is_banned_cannot_and_reads_why(league, alice, bob, reason):
    banned(league, alice, bob, reason)
    with pytest.raises(Refused) as refused:
        join_by_code(user=bob, code=league.code, now=FOUNDED_AT)
    assert refused.value.code == "banned"
    assert reason in refused.value.sentence
    assert "you cannot join it again" in bob.notifications.get().body
    assert reason in bob.notifications.get().body


def test_a_banned_person_is_not_invited(league, alice, bob):
    banned(league, alice, bob)
    with pytest.raises(Refused, match="cannot join again"):
        invite(league=league, by=alice, username="bob", now=FOUNDED_AT)


def test_managers_lift_a_ban(league, alice, bob):
    banned(league, alice, bob)
    with pytest.raises(NotAllowed):
        lift_ban(league=league, by=bob, user=bob, now=FOUNDED_AT)
    lift_ban(league=league, by=alice, user=bob, now=FOUNDED_AT)
    join_by_code(user=bob, code=league.code, now=FOUNDED_AT)
    assert is_member(bob, league)


def test_a_long_reason_is_refused_and_a_manager_cannot_be_removed(league, alice, bob):
    with pytest.raises(Invalid, match="at most 200"):
        remove_member(league=league, by=alice, user=bob, reason="x" * 201, now=FOUNDED_AT)
    set_role(league=league, by=alice, user=bob, role="co_manager")
    with pytest.raises(Refused, match="manager cannot be removed"):
        remove_member(league=league, by=bob, user=alice, ban=True, now=FOUNDED_AT)
    assert is_member(alice, league)


class TestThePages:
    def test_a_manager_removes_a_member_with_a_reason(self, client, league, alice, bob):
        client.force_login(alice)
        url = reverse("leagues:remove", args=[league.pk, bob.pk])
        assert url in client.get(reverse("leagues:members", args=[league.pk])).text
        assert "Remove bob?" in client.get(url).text
        client.post(url, {"reason": REASON, "ban": "on"})
        page = client.get(reverse("leagues:members", args=[league.pk]))
        assert REASON in page.text
        assert not is_member(bob, league)
        client.post(reverse("leagues:lift_ban", args=[league.pk, bob.pk]))
        assert not Ban.objects.exists()

    def test_a_refusal_keeps_the_reason(self, client, league, alice):
        client.force_login(alice)
        response = client.post(reverse("leagues:remove", args=[league.pk, alice.pk]), {"reason": REASON})
        assert response.status_code == 422
        assert REASON in response.text

    def test_members_are_offered_neither(self, client, league, alice, bob, charlie):
        joined(league, charlie)
        client.force_login(charlie)
        page = client.get(reverse("leagues:members", args=[league.pk]))
        assert reverse("leagues:remove", args=[league.pk, bob.pk]) not in page.text
        assert client.get(reverse("leagues:remove", args=[league.pk, bob.pk])).status_code == 404


def test_apps_remove_list_and_lift(api, league, alice, bob):
    base = f"/api/v1/leagues/{league.pk}"
    body = {"reason": REASON, "ban": True}
    assert api(alice).post(f"{base}/members/{bob.pk}/remove", body, format="json").status_code == 204
    assert [ban["reason"] for ban in api(alice).get(f"{base}/bans").json()["items"]] == [REASON]
    refused = api(bob).post("/api/v1/leagues/join", {"code": league.code}, format="json")
    assert (refused.status_code, REASON in str(refused.data)) == (409, True)
    assert api(alice).delete(f"{base}/bans/{bob.pk}").status_code == 204
    assert api(bob).post("/api/v1/leagues/join", {"code": league.code}, format="json").status_code == 201


def test_the_admin_removes_with_a_reason_and_lifts(client, league, alice, bob):
    client.force_login(alice)
    membership = Membership.objects.get(league=league, user=bob)
    client.post(
        reverse("admin:leagues_membership_act", args=[membership.pk, "remove"]), {"reason": REASON, "ban": "on"}
    )
    ban = Ban.objects.get(league=league)
    assert ban.reason == REASON
    response = client.post(reverse("admin:leagues_ban_act", args=[ban.pk, "lift"]))
    assert response.headers["Location"] == reverse("admin:leagues_ban_changelist")
    assert not Ban.objects.exists()
