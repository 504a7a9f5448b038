"""The page of the driver rankings."""

import pytest
from django.urls import reverse

from tests.support.cast import OVER_AT
from tests.support.factories import SeasonFactory, results_for

pytestmark = pytest.mark.django_db

RANKINGS = reverse("scoring:rankings")


class TestRankingsPage:
    def test_anyone_can_choose_the_rules_of_the_ranking(self, client, race, at):
        at(OVER_AT)
        results_for(race, ["driver_7"])
        tenth_first = client.get(RANKINGS)
        assert tenth_first.context["rows"][0]["points"] == "10"
        winner_first = client.get(RANKINGS, {"season": "2025", "scoring": "standard_f1"})
        first = winner_first.context["rows"][0]
        assert (first["rank"], first["id"], first["points"]) == (1, "driver_7", "25")

    def test_drivers_have_their_numbers_and_the_marks_of_their_teams(self, client, race, at):
        at(OVER_AT)
        results_for(race, ["driver_7"])
        entry = client.get(RANKINGS).context["entry_of"]["driver_7"]
        page = client.get(RANKINGS).text
        assert f">{entry.number}<" in page
        assert f"team-{entry.team.ref}" in page

    def test_the_chosen_rules_are_marked_and_kept_in_links(self, client, race, at):
        at(OVER_AT)
        page = client.get(RANKINGS, {"scoring": "standard_f1", "sprints": "true"}).text
        assert '?scoring=standard_f1&amp;sprints=true" aria-current="true"' in page
        assert '?scoring=inverted_position&amp;sprints=true">' in page

    @pytest.mark.parametrize("query", ["season=x", "season=1900", "scoring=nonsense", "sprints=%00"])
    def test_invalid_parameters_fall_back_to_the_default(self, client, race, at, query):
        at(OVER_AT)
        assert client.get(f"{RANKINGS}?{query}").status_code == 200

    def test_a_season_without_results_says_so(self, client, at):
        at(OVER_AT)
        SeasonFactory.create(year=2025)
        assert "No results yet" in client.get(RANKINGS).text

    def test_without_a_season_it_says_so(self, client, db, at):
        at(OVER_AT)
        assert "No season yet" in client.get(RANKINGS).text
