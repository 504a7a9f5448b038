"""League home, my leagues, the room, the spectators' page and the API give the same answer: whose turn it is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from drafts.models import Draft
from drafts.selectors import turn_of
from drafts.services import expire_turn, pause_draft, renew_spectator_link
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import fresh, pick

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(client, api, league, alice):
    """Return a function: what a user reads about the open draft on each page, and the API's answer."""
    link = renew_spectator_link(league=league, by=alice, now=FOUNDED_AT)

    def read(draft, user):
        client.force_login(user)
        urls = {
            "league": reverse("pages:league_home", args=[draft.league_id]),
            "leagues": reverse("pages:my_leagues"),
            "room": reverse("drafts:room", args=[draft.league_id, draft.race_id]),
            "watch": reverse("drafts:watch", args=[link.token]),
        }
        texts = {name: client.get(url).text for name, url in urls.items()}
        return texts | {"api": api(user).get(f"/api/v1/drafts/{draft.pk}").json()}

    return read


def test_the_player_on_the_clock_is_asked_everywhere(pages, open_draft, alice, alices):
    read = pages(open_draft, alice)
    assert "It is your turn" in read["league"]
    assert "Your turn" in read["leagues"]
    assert "It is your turn" in read["room"]
    assert "Alice Racing" in read["watch"]
    assert (read["api"]["on_the_clock"]["constructor_id"], read["api"]["can_pick"]) == (alices.pk, True)


def test_everybody_else_reads_who_it_is(pages, open_draft, bob, alices):
    read = pages(open_draft, bob)
    for page in ("league", "room"):
        assert "It is their turn." in read[page]
        assert "It is your turn" not in read[page]
    assert "Alice Racing is on the clock" in read["leagues"]
    assert (read["api"]["on_the_clock"]["constructor_id"], read["api"]["can_pick"]) == (alices.pk, False)


def test_a_player_whose_turn_has_passed_reads_that_they_can_still_pick(pages, open_draft, alice, bobs):
    open_draft.settings.autopicks = False
    open_draft.settings.save()
    expire_turn(draft=open_draft, now=open_draft.turn_ends_at)
    read = pages(fresh(open_draft), alice)
    for page in ("league", "room"):
        assert "Your turn passed without a pick." in read[page]
        assert "It is your turn" not in read[page]
    assert "You missed a turn and can still pick." in read["leagues"]
    assert (read["api"]["on_the_clock"]["constructor_id"], read["api"]["can_pick"]) == (bobs.pk, True)


def test_a_pause_keeps_the_turn_and_lets_nobody_pick(pages, open_draft, alice, alices):
    pause_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
    read = pages(open_draft, alice)
    for page in ("league", "room", "watch"):
        assert "The draft is paused" in read[page]
    assert "Paused" in read["leagues"]
    assert (read["api"]["on_the_clock"]["constructor_id"], read["api"]["can_pick"]) == (alices.pk, False)


def test_from_the_lock_on_it_is_nobodys_turn_even_before_the_draft_is_locked(pages, open_draft, alice, at):
    at(open_draft.locks_at + timedelta(seconds=1))
    Draft.objects.update(turn_ends_at=None)
    read = pages(fresh(open_draft), alice)
    for page in ("league", "room", "watch"):
        assert "Time is up" in read[page]
    assert "Your turn" not in read["leagues"]
    assert (read["api"]["on_the_clock"], read["api"]["can_pick"]) == (None, False)


@pytest.mark.parametrize("state", ["upcoming", "complete", "locked", "scored", "void"])
def test_a_draft_that_is_not_under_way_is_nobodys_turn(open_draft, alices, state):
    open_draft.state = state
    turn = turn_of(open_draft, alices, DRAFTING_AT)
    assert (turn.slot, turn.can_pick) == (None, False)


def test_the_turn_passes_on_with_every_pick(open_draft, alices, bobs):
    for constructor, number in [(alices, 1), (bobs, 2), (alices, 3), (bobs, 4)]:
        assert turn_of(fresh(open_draft), constructor, DRAFTING_AT).is_mine
        pick(open_draft, constructor, f"driver_{number}", DRAFTING_AT)
    assert turn_of(fresh(open_draft), alices, DRAFTING_AT).slot is None


def test_the_shortcut_of_the_app_leads_to_the_draft_in_which_it_is_the_players_turn(client, open_draft, alice, bob):
    room = reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id])
    for user, target, count in ((alice, room, 1), (bob, reverse("pages:my_leagues"), 0)):
        client.force_login(user)
        assert client.get(reverse("pages:next_turn")).url == target
        assert client.get(reverse("pages:turn_count")).json() == {"count": count}
