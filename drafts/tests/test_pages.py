"""The draft room and the page of its order: what each user sees in each state, and picks without JavaScript."""

import pytest
from django.urls import reverse

from constructors.services import rename_constructor
from drafts.models import Draft, Pick
from drafts.rules import commitment, drawn_order
from drafts.services import lock_draft, make_pick, open_due_drafts, reschedule_drafts
from leagues.models import League
from leagues.services import change_league, join_league
from races.models import Entry, Race
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, results_for

pytestmark = pytest.mark.django_db


def url_of(draft, name="room"):
    return reverse(f"drafts:{name}", args=[draft.league_id, draft.race_id])


def entry(draft, number=1):
    return Entry.objects.select_related("driver").get(race=draft.race_id, number=number)


def pick(client, draft, number=1):
    return client.post(url_of(draft, "pick"), {"entry": entry(draft, number).pk})


def lock(draft):
    lock_draft(draft=draft, now=draft.locks_at)


class TestTheRoom:
    def test_an_upcoming_draft_shows_its_opening_and_the_commitment(self, client, upcoming_draft, alice, at):
        at(FOUNDED_AT)
        client.force_login(alice)
        page = client.get(url_of(upcoming_draft)).text
        assert "Opens in" in page
        assert upcoming_draft.order_commitment in page
        assert upcoming_draft.order_seed not in page

    def test_the_player_on_the_clock_gets_the_buttons(self, client, open_draft, alice):
        client.force_login(alice)
        page = client.get(url_of(open_draft)).text
        assert "It is your turn" in page
        assert f'name="entry" value="{entry(open_draft).pk}"' in page

    def test_a_waiting_player_sees_who_is_on_the_clock_and_no_button(self, client, open_draft, bob):
        client.force_login(bob)
        page = client.get(url_of(open_draft)).text
        assert "Alice Racing" in page
        assert "It is their turn." in page
        assert "1 more pick before your turn." in page
        assert 'name="entry"' not in page

    def test_a_spectator_of_a_public_league_watches(self, client, open_draft, alice, charlie):
        change_league(league=open_draft.league, by=alice, visibility=League.Visibility.PUBLIC)
        client.force_login(charlie)
        page = client.get(url_of(open_draft)).text
        assert "You are watching" in page
        assert 'name="entry"' not in page

    def test_a_late_joiner_waits_for_the_next_draft(self, client, open_draft, charlie, at):
        lock(open_draft)
        at(open_draft.locks_at)
        join_league(user=charlie, league=open_draft.league, now=open_draft.locks_at)
        client.force_login(charlie)
        assert "You can pick from the next race on" in client.get(url_of(open_draft)).text

    def test_a_full_board_is_complete_and_then_locked(self, client, open_draft, alices, bobs, at):
        client.force_login(alices.owner)
        for number, constructor in enumerate([alices, bobs, alices, bobs], 1):
            make_pick(constructor=constructor, entry=entry(open_draft, number), now=DRAFTING_AT)
        assert "All picks are made" in client.get(url_of(open_draft)).text
        lock(open_draft)
        at(open_draft.locks_at)
        assert "Waiting for the race" in client.get(url_of(open_draft)).text

    def test_an_autopick_is_marked(self, client, open_draft, alice, at):
        lock(open_draft)
        client.force_login(alice)
        assert client.get(url_of(open_draft)).text.count('title="Autopick"') == 4

    def test_a_scored_board_shows_the_points(self, client, open_draft, alice, alices, at):
        make_pick(constructor=alices, entry=entry(open_draft, 5), now=DRAFTING_AT)
        lock(open_draft)
        results_for(open_draft.race, [f"driver_{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 5)])
        score_race(race=Race.objects.get(pk=open_draft.race_id), now=OVER_AT)
        at(OVER_AT)
        client.force_login(alice)
        page = client.get(url_of(open_draft)).text
        assert "The points are in" in page
        assert '<b class="seat-points">10<' in page

    def test_a_void_draft_says_why_and_keeps_its_picks(self, client, open_draft, alice, alices):
        make_pick(constructor=alices, entry=entry(open_draft, 5), now=DRAFTING_AT)
        Race.objects.filter(pk=open_draft.race_id).update(state=Race.State.CANCELLED)
        reschedule_drafts(race=Race.objects.get(pk=open_draft.race_id), now=DRAFTING_AT)
        client.force_login(alice)
        page = client.get(url_of(open_draft)).text
        assert "The race was cancelled." in page
        assert "D05" in page

    def test_the_number_of_queries_does_not_grow_with_players(
        self, client, open_draft, alice, django_assert_num_queries, django_assert_max_num_queries
    ):
        client.force_login(alice)
        client.get(url_of(open_draft))  # Fills the cache of the drivers' form.
        with django_assert_max_num_queries(16) as few:
            client.get(url_of(open_draft))
        for _ in range(6):
            join_league(user=UserFactory.create(), league=open_draft.league, now=DRAFTING_AT)
        with django_assert_num_queries(len(few)):
            client.get(url_of(open_draft))

    def test_names_are_escaped(self, client, open_draft, alice, alices):
        rename_constructor(constructor=alices, by=alice, name="<i>Fast</i> & co")
        client.force_login(alice)
        for name in ("room", "order"):
            text = client.get(url_of(open_draft, name)).text
            assert "&lt;i&gt;Fast&lt;/i&gt; &amp; co" in text
            assert "<i>Fast" not in text


class TestPicking:
    def test_a_pick_is_made_and_confirmed(self, client, open_draft, alice, alices):
        client.force_login(alice)
        response = pick(client, open_draft, 5)
        assert response.headers["Location"] == url_of(open_draft)
        assert Pick.objects.get().slot.constructor == alices
        assert "You picked Driver 5." in client.get(url_of(open_draft)).text

    def test_a_pick_out_of_turn_shows_why_it_is_refused(self, client, open_draft, bob):
        client.force_login(bob)
        response = pick(client, open_draft)
        assert response.status_code == 422
        assert "It is Alice Racing&#x27;s turn." in response.text
        assert not Pick.objects.exists()

    def test_a_taken_driver_is_refused_and_the_current_board_shown(self, client, open_draft, bob, alices):
        make_pick(constructor=alices, entry=entry(open_draft), now=DRAFTING_AT)
        client.force_login(bob)
        response = pick(client, open_draft)
        assert response.status_code == 422
        assert "Alice Racing picked first" in response.text
        assert "It is your turn" in response.text

    @pytest.mark.parametrize("value", ["", "0", "x", "9" * 30])
    def test_invalid_input_shows_why_it_is_refused(self, client, open_draft, alice, value):
        client.force_login(alice)
        response = client.post(url_of(open_draft, "pick"), {"entry": value})
        assert response.status_code in (404, 422)
        assert not Pick.objects.exists()

    def test_an_entry_of_another_race_is_not_found(self, client, open_draft, alice):
        other = Race.objects.get(season=open_draft.race.season, round=2)
        foreign = Entry.objects.create(race=other, driver=entry(open_draft).driver)
        client.force_login(alice)
        assert client.post(url_of(open_draft, "pick"), {"entry": foreign.pk}).status_code == 404

    def test_a_pick_after_the_lock_is_refused(self, client, open_draft, alice, at):
        at(open_draft.locks_at)
        client.force_login(alice)
        response = pick(client, open_draft)
        assert response.status_code == 422
        assert "The draft is locked." in response.text

    def test_a_visitor_is_redirected_to_sign_in(self, client, open_draft):
        assert pick(client, open_draft).headers["Location"].startswith(reverse("accounts:sign_in"))
        assert not Pick.objects.exists()

    def test_a_get_request_does_not_pick(self, client, open_draft, alice):
        client.force_login(alice)
        assert client.get(url_of(open_draft, "pick")).status_code == 405


class TestTheOrder:
    @pytest.fixture
    def drawn(self, upcoming_draft, alices, bobs, at):
        at(DRAFTING_AT)
        open_due_drafts(now=DRAFTING_AT)
        return Draft.objects.get(pk=upcoming_draft.pk)

    def test_a_drawn_order_can_be_checked_with_the_revealed_seed(self, client, drawn, alice, alices, bobs):
        client.force_login(alice)
        page = client.get(url_of(drawn, "order"))
        assert drawn.order_seed in page.text
        assert commitment(drawn.order_seed) in page.text
        expected = drawn_order([alices.pk, bobs.pk], drawn.order_seed)
        assert [constructor.pk for constructor in page.context["order"]] == expected
        for pk in expected:
            assert commitment(f"{drawn.order_seed}:{pk}") in page.text

    def test_the_seed_is_secret_until_the_draft_opens(self, client, upcoming_draft, alice, at):
        at(FOUNDED_AT)
        client.force_login(alice)
        page = client.get(url_of(upcoming_draft, "order")).text
        assert upcoming_draft.order_seed not in page
        assert upcoming_draft.order_commitment in page

    def test_the_manager_sets_the_order_before_the_first_pick(self, client, drawn, alice, alices, bobs):
        client.force_login(alice)
        places = {f"place_{bobs.pk}": 1, f"place_{alices.pk}": 2}
        assert f'name="place_{bobs.pk}"' in client.get(url_of(drawn, "order")).text
        response = client.post(url_of(drawn, "set_order"), places, follow=True)
        assert "The order is set." in response.text
        assert [constructor.pk for constructor in response.context["order"]] == [bobs.pk, alices.pk]
        assert "Set by the manager" in response.text

    def test_a_planned_order_is_shown_before_the_draft_opens(self, client, upcoming_draft, alice, alices, bobs, at):
        at(FOUNDED_AT)
        Draft.objects.update(planned_order=[bobs.pk, alices.pk])
        client.force_login(alice)
        page = client.get(url_of(upcoming_draft, "order"))
        assert [constructor.pk for constructor in page.context["planned"]] == [bobs.pk, alices.pk]
        assert page.context["form"].initial == {f"place_{bobs.pk}": 1, f"place_{alices.pk}": 2}

    def test_an_order_from_an_outdated_page_is_refused(self, client, drawn, alice, alices, bobs):
        client.force_login(alice)
        places = {f"place_{bobs.pk}": 1, f"place_{alices.pk}": 2, "seen": drawn.last_seq}
        client.post(url_of(drawn, "set_order"), places)
        again = {f"place_{bobs.pk}": 2, f"place_{alices.pk}": 1, "seen": drawn.last_seq}
        response = client.post(url_of(drawn, "set_order"), again, follow=True)
        assert "The draft has changed" in response.text
        assert [constructor.pk for constructor in response.context["order"]] == [bobs.pk, alices.pk]

    def test_two_constructors_in_one_place_are_refused(self, client, drawn, alice, alices, bobs):
        client.force_login(alice)
        places = {f"place_{bobs.pk}": 1, f"place_{alices.pk}": 1}
        response = client.post(url_of(drawn, "set_order"), places, follow=True)
        assert "Give every constructor a different place." in response.text

    def test_after_the_first_pick_there_is_no_form(self, client, open_draft, alice, alices):
        make_pick(constructor=alices, entry=entry(open_draft), now=DRAFTING_AT)
        client.force_login(alice)
        assert client.get(url_of(open_draft, "order")).context["form"] is None

    def test_a_member_has_no_form_and_cannot_set_the_order(self, client, open_draft, bob, alices, bobs):
        client.force_login(bob)
        assert client.get(url_of(open_draft, "order")).context["form"] is None
        places = {f"place_{bobs.pk}": 1, f"place_{alices.pk}": 2}
        response = client.post(url_of(open_draft, "set_order"), places, follow=True)
        assert "Only the league&#x27;s managers can set the order." in response.text
        assert [constructor.pk for constructor in response.context["order"]] == [alices.pk, bobs.pk]


class TestStrangers:
    @pytest.mark.parametrize("name", ["room", "order"])
    def test_a_private_draft_is_not_found(self, client, open_draft, charlie, name):
        client.force_login(charlie)
        assert client.get(url_of(open_draft, name)).status_code == 404

    @pytest.mark.parametrize("name", ["pick", "set_order"])
    def test_a_private_draft_accepts_no_post(self, client, open_draft, charlie, name):
        client.force_login(charlie)
        assert client.post(url_of(open_draft, name), {"entry": entry(open_draft).pk}).status_code == 404
        assert not Pick.objects.exists()

    def test_a_race_without_a_draft_has_no_room(self, client, open_draft, alice):
        other = Race.objects.get(season=open_draft.race.season, round=3)
        client.force_login(alice)
        assert client.get(reverse("drafts:room", args=[open_draft.league_id, other.pk])).status_code == 404
