"""Commissioner tools in the admin: actions on a draft, the event log and the admin history."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from drafts.models import Draft
from drafts.services import make_pick
from tests.support.cast import DRAFTING_AT
from tests.support.stories import withdrawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def post_action(client, alice, open_draft):
    """Post an action as Alice."""
    client.force_login(alice)

    def post(action, **values):
        url = reverse("admin:drafts_draft_act", args=[open_draft.pk, action])
        assert client.get(url).status_code == 200
        seen = Draft.objects.get(pk=open_draft.pk).last_seq
        return client.post(url, {"seen": seen, **values})

    return post


def state_of(draft):
    return Draft.objects.get(pk=draft.pk).state


def test_a_manager_pauses_and_resumes_and_the_admin_history_records_it(post_action, open_draft):
    assert post_action("pause").status_code == 302
    assert state_of(open_draft) == "paused"
    post_action("resume")
    assert state_of(open_draft) == "open"
    assert [str(entry) for entry in LogEntry.objects.order_by("pk")] == [
        f"Changed “{open_draft}” — The draft is paused. The clock has stopped.",
        f"Changed “{open_draft}” — The draft is resumed.",
    ]


def test_a_manager_extends_the_clock(post_action, open_draft):
    before = open_draft.turn_ends_at
    post_action("extend", minutes=30)
    open_draft.refresh_from_db()
    assert open_draft.turn_ends_at > before


def test_a_manager_picks_for_the_player_on_the_clock(post_action, open_draft, alice):
    slot, entry = open_draft.slots.order_by("number")[0], open_draft.race.entries.all()[3]
    post_action("pick-for", slot=slot.pk, entry=entry.pk)
    pick = open_draft.picks.get()
    assert (pick.slot, pick.entry, pick.source, pick.picked_by) == (slot, entry, "manager", alice)


def test_a_manager_substitutes_a_driver_who_is_out(post_action, client, open_draft, alice, alices):
    pick = make_pick(constructor=alices, entry=open_draft.race.entries.all()[0], by=alice, now=DRAFTING_AT)
    change = reverse("admin:drafts_draft_change", args=[open_draft.pk])
    assert "Substitute a driver who is out" not in client.get(change).content.decode()
    out = withdrawn(open_draft, pick.entry.driver.ref, DRAFTING_AT)
    assert "Substitute a driver who is out" in client.get(change).content.decode()
    taken = open_draft.race.entries.select_related("driver").get(driver__ref="driver_9")
    assert post_action("swap", out=out.pk, entry=taken.pk).status_code == 302
    pick.refresh_from_db()
    assert (pick.entry, pick.source, pick.picked_by) == (taken, "manager", alice)
    message = f"Alice Racing now has {taken.driver} instead of {out.driver}."
    assert LogEntry.objects.get().get_change_message() == message


def test_a_manager_previews_and_confirms_an_undo(post_action, client, open_draft, alice, alices):
    entry = open_draft.race.entries.select_related("driver").all()[0]
    make_pick(constructor=alices, entry=entry, by=alice, now=DRAFTING_AT)
    page = client.get(reverse("admin:drafts_draft_act", args=[open_draft.pk, "undo"]))
    assert f"{entry.driver}, picked by Alice Racing" in page.content.decode()
    post_action("undo", count=1)
    assert not open_draft.picks.exists()


def test_a_manager_sets_the_order(post_action, open_draft, alices, bobs):
    post_action("order", **{f"place_{alices.pk}": 2, f"place_{bobs.pk}": 1})
    assert open_draft.slots.order_by("number")[0].constructor == bobs


def test_an_action_on_an_outdated_page_is_refused(post_action, open_draft):
    response = post_action("pause", seen=0)
    assert response.status_code == 422
    assert "The draft has changed" in response.content.decode()
    assert state_of(open_draft) == "open"


def test_a_refusal_is_shown_on_the_page(post_action, open_draft):
    response = post_action("resume")
    assert response.status_code == 422
    assert "You cannot do this while the draft is open." in response.content.decode()
    assert not LogEntry.objects.exists()


def test_only_possible_actions_are_offered(client, alice, open_draft):
    client.force_login(alice)
    page = client.get(reverse("admin:drafts_draft_change", args=[open_draft.pk])).content.decode()
    assert "Pause the draft" in page
    assert "Resume the draft" not in page
    assert "The draft opened." in page
    assert "Alice Racing" in page, "the board"


def test_an_unknown_action_is_not_found(client, alice, open_draft):
    client.force_login(alice)
    assert client.get(reverse("admin:drafts_draft_act", args=[open_draft.pk, "cheat"])).status_code == 404
