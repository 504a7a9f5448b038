"""Correction pages: of the race and of the league."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leagues.models import League
from leagues.services import change_league, change_settings
from races.models import Classification, Replacement
from scoring.corrections import corrections
from scoring.services import score_race
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import results_for
from tests.support.stories import filled, fresh, joined, opened, scored

HOUR = timedelta(hours=1)
STORY = "Driver 1: 1st -> disqualified"


def page_of(draft, name="scoring:league_corrections"):
    return reverse(name, args=[draft.league_id, draft.race_id])


@pytest.fixture
def draft(league, alices, bobs, at):
    """Alice holds 1st and 3rd, Bob 2nd and 4th. The inverted points are 1, 2, 3, 4."""
    names = [f"driver_{number}" for number in (1, 2, 3, 4)]
    draft = scored(filled(opened(league, [alices, bobs]), names), names)
    at(OVER_AT + 9 * HOUR)
    return draft


def corrected(draft, at=OVER_AT + HOUR, **facts):
    """Record a correction that disqualifies the winner, so everyone else moves up, and score it."""
    names = [f"driver_{number}" for number in (2, 3, 4)]
    revision = results_for(draft.race, names, retired=["driver_1"], recorded_at=at, **facts)
    Classification.objects.filter(pk=revision.pk).update(difference=[STORY])
    score_race(race=fresh(draft).race, now=at + timedelta(minutes=5))
    return revision


def changes(draft):
    ((correction,),) = [corrections(draft.race, [draft.league])]
    return {
        str(change.constructor): (
            change.points_before,
            change.points_after,
            change.season_rank_before,
            change.season_rank_after,
        )
        for change in correction.changes
    }


def test_a_correction_says_who_gained_and_lost_what(draft):
    corrected(draft)
    (correction,) = corrections(draft.race, [draft.league])
    assert correction.sentences == [STORY]
    assert changes(draft) == {"Bob Motorsport": (6, 4, 1, 1), "Alice Racing": (4, 2, 2, 2)}


def test_it_names_the_drivers_whose_points_changed(client, draft, bob):
    corrected(draft)
    client.force_login(bob)
    ((correction,),) = [corrections(draft.race, [draft.league])]
    picks = {
        (str(change.constructor), str(pick.pick.entry.driver), int(pick.points_before), int(pick.points_after))
        for change in correction.changes
        for pick in change.picks.all()
    }
    assert picks == {
        ("Alice Racing", "Driver 1", 1, 0), ("Alice Racing", "Driver 3", 3, 2),
        ("Bob Motorsport", "Driver 2", 2, 1), ("Bob Motorsport", "Driver 4", 4, 3),
    }  # fmt: skip


def test_a_draft_that_was_scored_once_has_no_correction(draft):
    assert corrections(draft.race, [draft.league]) == []


def test_a_correction_names_settled_replacements(draft, race):
    corrected(draft)
    bench = race.entries.get(driver__ref="driver_9")
    out = race.entries.get(driver__ref="driver_1")
    Replacement.objects.create(race=race, out_driver=out.driver, in_driver=bench.driver)
    type(race).objects.filter(pk=race.pk).update(replacements_version=5)
    score_race(race=fresh(draft).race, now=OVER_AT + 3 * HOUR)
    found = corrections(draft.race, [draft.league])
    assert [correction.sentences for correction in found][-1] == [STORY]
    assert all(correction.sentences == ["The replacements of drivers were changed."] for correction in found[:-1])


class TestTheLeaguesPage:
    def test_it_shows_each_correction_with_before_and_after(self, client, draft, bob):
        corrected(draft)
        client.force_login(bob)
        text = client.get(page_of(draft)).text
        assert STORY.replace(">", "&gt;") in text
        assert 'class="is-mine"' in text
        assert "All revisions" in text

    def test_it_says_so_if_there_are_no_corrections(self, client, draft, bob):
        client.force_login(bob)
        assert "Nothing has changed" in client.get(page_of(draft)).text

    def test_it_links_to_the_standings_before_the_correction(self, client, draft, bob):
        corrected(draft)
        client.force_login(bob)
        (correction,) = client.get(page_of(draft)).context["corrections"]
        page = client.get(reverse("pages:standings", args=[draft.league_id]), {"as_of": correction.before})
        assert [row["points"] for row in page.context["rows"]] == ["6", "4"]

    def test_it_links_to_the_standings_with_the_correction(self, client, draft, bob):
        corrected(draft)
        client.force_login(bob)
        address = f"{reverse('pages:standings', args=[draft.league_id])}?race={draft.race_id}&revision=2"
        assert f'href="{address.replace("&", "&amp;")}"' in client.get(page_of(draft)).text
        assert [row["points"] for row in client.get(address).context["rows"]] == ["4", "2"]

    def test_a_league_that_is_not_visible_is_not_found(self, client, draft, charlie):
        corrected(draft)
        client.force_login(charlie)
        assert client.get(page_of(draft)).status_code == 404
        change_league(league=draft.league, by=draft.league.creator, visibility=League.Visibility.PUBLIC)
        assert client.get(page_of(draft)).status_code == 200

    def test_it_takes_at_most_nine_queries(self, client, draft, bob, django_assert_max_num_queries):
        corrected(draft)
        client.force_login(bob)
        with django_assert_max_num_queries(9):
            client.get(page_of(draft))


class TestTheRacesPage:
    def test_a_player_sees_all_their_leagues(self, client, draft, bob, charlie):
        corrected(draft)
        address = reverse("scoring:race_corrections", args=[draft.race_id])
        assert client.get(address).status_code == 302
        client.force_login(bob)
        assert [found.league for found in client.get(address).context["corrections"]] == [draft.league]
        client.force_login(charlie)
        assert "No correction has changed anyone's points or place in your leagues" in client.get(address).text

    def test_the_race_page_links_to_them_once_there_are_some(self, client, draft, bob):
        client.force_login(bob)
        race_page = reverse("races:race", args=[draft.race_id])
        address = reverse("scoring:race_corrections", args=[draft.race_id])
        assert address not in client.get(race_page).text
        corrected(draft)
        assert f'<a href="{address}">' in client.get(race_page).text

    def test_a_visitors_race_page_has_no_link(self, client, draft):
        corrected(draft)
        assert "corrections/" not in client.get(reverse("races:race", args=[draft.race_id])).text


class TestThePolicy:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({}, "Corrections of the results count until the end of the season."),
            ({"corrections": "freeze", "freeze_days": 7}, "Results are frozen 7 days after the race"),
        ],
    )
    def test_it_is_shown_in_the_rules_and_next_to_the_result(
        self, client, league, alice, bob, alices, bobs, changes, sentence
    ):
        change_settings(league=league, by=alice, changes=changes, now=FOUNDED_AT)
        draft = scored(filled(opened(league, [alices, bobs])))
        client.force_login(bob)
        pages = [reverse("leagues:settings", args=[league.pk]), page_of(draft, "pages:league_race"), page_of(draft)]
        for address in pages:
            assert sentence in client.get(address).text.replace("&#x27;", "'")


def test_a_late_joiner_who_only_lost_a_place_has_no_points_in_the_race(draft, league):
    newcomer = joined(league, at=OVER_AT)
    corrected(draft)
    found = corrections(draft.race, [league])
    rows = {change.constructor_id: change for correction in found for change in correction.changes}
    assert newcomer.pk not in rows or rows[newcomer.pk].points_before is None
