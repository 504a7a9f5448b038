"""The dashboard: turns first, the next lock, places and last scores, invitations, news, and the first steps."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from drafts.models import Draft
from drafts.services import expire_turn
from leagues.services import archive_league, create_league, invite
from notifications.models import Notification
from scoring.models import RaceScore
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.stories import filled, opened, scored

pytestmark = pytest.mark.django_db

MINE = reverse("pages:my_leagues")


@pytest.fixture
def scored_draft(league, alices, bobs, at):
    draft = scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_10"]), ["driver_1", "driver_2"])
    at(OVER_AT)
    return draft


@pytest.fixture
def dashboard(client):
    """Return a function that fetches the dashboard of a user."""

    def fetch(user):
        client.force_login(user)
        return client.get(MINE)

    return fetch


def new_league(creator, season, name, **settings):
    return create_league(creator=creator, season=season, name=name, settings=settings, now=FOUNDED_AT)


class TestTurns:
    def test_a_turn_comes_first_with_its_clock_and_the_way_to_pick(self, dashboard, open_draft, alice):
        page = dashboard(alice)
        assert [own.league for own in page.context["turns"]] == [open_draft.league]
        assert page.text.index("Your turn") < page.text.index('class="card"')
        assert open_draft.turn_ends_at.isoformat() in page.text
        assert reverse("drafts:room", args=[open_draft.league_id, open_draft.race_id]) in page.text

    def test_others_read_who_is_on_the_clock_and_when_it_locks(self, dashboard, open_draft, bob):
        page = dashboard(bob)
        assert page.context["turns"] == []
        assert "Alice Racing is on the clock" in page.text
        assert page.context["next_lock"].draft == open_draft

    def test_a_missed_turn_can_be_made_up(self, dashboard, open_draft, alice):
        open_draft.settings.autopicks = False
        open_draft.settings.save()
        expire_turn(draft=open_draft, now=open_draft.turn_ends_at)
        page = dashboard(alice)
        assert [own.turn.is_overdue for own in page.context["turns"]] == [True]
        assert "You can still pick" in page.text
        assert "Your turn" not in page.text

    def test_leagues_with_a_turn_come_before_those_that_lock_earlier(self, dashboard, open_draft, season, alice):
        other = new_league(alice, season, "Another league")
        Draft.objects.filter(league=other).update(locks_at=F("locks_at") - timedelta(days=1))
        names = [own.league.name for own in dashboard(alice).context["leagues"]]
        assert names == ["Alpine Friends", "Another league"]


class TestLeagues:
    def test_place_points_and_the_last_race_are_shown(self, dashboard, scored_draft, alice):
        (own,) = dashboard(alice).context["leagues"]
        assert (own.score.rank, own.score.points) == (2, 10)
        assert (own.last.race, own.last.points, own.last.rank, own.last.gain) == (scored_draft.race, 10, 2, 0)

    def test_movement_is_told_in_words_too(self, dashboard, scored_draft, alice, alices, bobs):
        RaceScore.objects.filter(constructor=alices).update(season_rank_before=1)
        RaceScore.objects.filter(constructor=bobs).update(season_rank_before=2)
        assert "down 1 place" in dashboard(alice).text

    def test_an_archived_league_comes_last_and_has_no_lock(self, dashboard, open_draft, season, alice, at):
        archived = new_league(alice, season, "A former league")
        archive_league(league=archived, by=alice, now=DRAFTING_AT)
        page = dashboard(alice)
        assert [own.league.name for own in page.context["leagues"]] == ["Alpine Friends", "A former league"]
        assert page.context["next_lock"].draft == open_draft

    def test_leagues_of_others_are_not_listed(self, dashboard, open_draft, charlie):
        page = dashboard(charlie).text
        assert "You are not in any league yet" in page
        assert "Alpine" not in page


class TestTheRest:
    def test_a_newcomer_is_offered_practice_a_league_and_a_code(self, dashboard, season, charlie, at):
        at(FOUNDED_AT)
        page = dashboard(charlie).text
        for name in ("pages:practice", "leagues:create", "leagues:join", "leagues:public"):
            assert f'"{reverse(name)}"' in page
        assert season.races.get(round=1).name in page

    def test_received_invitations_can_be_answered(self, dashboard, league, alice, charlie, at):
        at(FOUNDED_AT)
        invitation = invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
        page = dashboard(charlie).text
        assert invitation.path in page
        assert "alice invites you" in page

    def test_news_leave_out_what_the_page_says_anyway(self, dashboard, scored_draft, alice):
        kinds = {notification.kind for notification in dashboard(alice).context["news"]}
        assert "draft_complete" in kinds or "draft_opened" in kinds
        assert "your_turn" in Notification.objects.filter(user=alice).values_list("kind", flat=True)
        assert "your_turn" not in kinds

    @pytest.mark.parametrize("others", [0, 5])
    def test_it_takes_at_most_eight_queries(
        self, client, scored_draft, season, alice, others, django_assert_max_num_queries
    ):
        for number in range(others):
            new_league(alice, season, f"League {number}", bots_up_to=3)
        client.force_login(alice)
        with django_assert_max_num_queries(8):
            page = client.get(MINE)
        assert page.text.count('class="card"') == others + 1

    def test_a_newcomer_takes_at_most_eight_queries(self, client, season, charlie, django_assert_max_num_queries):
        client.force_login(charlie)
        with django_assert_max_num_queries(8):
            client.get(MINE)


def test_a_copy_for_offline_leaves_messages_to_the_page_that_is_seen(client, alice):
    client.force_login(alice)
    client.post(reverse("accounts:profile"), {"time_zone": "Asia/Tokyo"})
    message = "Saved. Times are now shown in this time zone."
    client.get(MINE, headers={"X-Offline-Copy": "yes"})
    assert message in client.get(MINE).text
    assert message not in client.get(MINE).text
