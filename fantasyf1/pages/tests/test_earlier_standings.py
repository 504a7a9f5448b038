"""The page of the standings, as they were on an earlier day, or with an earlier revision of results."""

from datetime import timedelta

import pytest
from django.urls import reverse

from constructors.services import rename_constructor
from races.models import Classification
from scoring.services import score_race
from tests.support.cast import OVER_AT
from tests.support.factories import results_for
from tests.support.stories import filled, fresh, opened, scored

HOUR = timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs, at):
    """Alice holds 1st and 3rd, Bob 2nd and 4th. The inverted points are 1, 2, 3, 4."""
    names = [f"driver_{number}" for number in (1, 2, 3, 4)]
    draft = scored(filled(opened(league, [alices, bobs]), names), names)
    at(OVER_AT + 9 * HOUR)
    return draft


def corrected(draft, at):
    """Record a correction that disqualifies the winner, so everyone else moves up, and score it."""
    names = [f"driver_{number}" for number in (2, 3, 4)]
    results_for(draft.race, names, retired=["driver_1"], recorded_at=at)
    score_race(race=fresh(draft).race, now=at + timedelta(minutes=5))


class TestAnEarlierDay:
    def standings(self, client, draft, as_of):
        page = client.get(reverse("pages:standings", args=[draft.league_id]), {"as_of": as_of})
        return page, [(row["constructor"], row["points"]) for row in page.context["rows"]]

    def test_a_day_ends_in_the_readers_time_zone(self, client, draft, bob):
        corrected(draft, at=OVER_AT + 2 * HOUR)  # 10:00 UTC on 16 March
        client.force_login(bob)
        before = [("Bob Motorsport", "6"), ("Alice Racing", "4")]
        page, rows = self.standings(client, draft, "2025-03-16T09:59:00Z")
        assert rows == before
        assert "Show current standings" in page.text
        bob.time_zone = "Pacific/Kiritimati"  # 14 hours ahead
        bob.save()
        page, rows = self.standings(client, draft, "2025-03-16")
        assert "Sun 16 Mar 2025, 23:59" in page.text
        assert rows == before

    def test_without_a_date_the_current_standings_are_shown(self, client, draft, bob):
        client.force_login(bob)
        for as_of in ("", "2099-01-01"):
            page, rows = self.standings(client, draft, as_of)
            assert rows == [("Bob Motorsport", "6"), ("Alice Racing", "4")]
            assert "Show current standings" not in page.text

    @pytest.mark.parametrize("as_of", ["yesterday", "2025-13-45", "2025-03-16T10:00", "0001-01-01", "9" * 99, "\0"])
    def test_an_invalid_date_shows_an_error(self, client, draft, bob, as_of):
        client.force_login(bob)
        bob.time_zone = "Pacific/Kiritimati"
        bob.save()
        page, rows = self.standings(client, draft, as_of)
        assert page.status_code == 200
        assert rows
        assert "Enter a date, such as 2025-07-06." in page.text or "Null characters" in page.text

    def test_before_the_league_existed_there_are_no_standings(self, client, draft, bob):
        client.force_login(bob)
        page, rows = self.standings(client, draft, "2020-01-01")
        assert rows == []
        assert "No standings yet" in page.text

    def test_the_spreadsheet_has_the_same_standings(self, client, draft, bob):
        corrected(draft, at=OVER_AT + 2 * HOUR)
        client.force_login(bob)
        address = reverse("pages:standings_csv", args=[draft.league_id])
        page, _ = self.standings(client, draft, "2025-03-16T09:59:00Z")
        assert f'href="{address}?as_of=2025-03-16T09%3A59%3A00Z"' in page.text
        points = [
            [line.split(",")[-1] for line in client.get(address, query).text.splitlines()[1:]]
            for query in ({}, {"as_of": "2025-03-16T09:59:00Z"}, {"race": draft.race_id, "revision": 1})
        ]
        assert points == [["4", "2"], ["6", "4"], ["6", "4"]]

    def test_old_links_to_the_home_page_of_the_league_lead_here(self, client, draft, bob, charlie):
        address = reverse("pages:league_home", args=[draft.league_id])
        client.force_login(bob)
        response = client.get(address, {"as_of": "2025-03-16&x=//evil.example"})
        expected = f"{reverse('pages:standings', args=[draft.league_id])}?as_of=2025-03-16%26x%3D%2F%2Fevil.example"
        assert (response.status_code, response.headers["Location"]) == (302, expected)
        client.force_login(charlie)
        assert client.get(address, {"as_of": "2025-03-16"}).status_code == 404


class TestARevision:
    def standings(self, client, draft, **query):
        page = client.get(reverse("pages:standings", args=[draft.league_id]), query)
        return page, [(row["constructor"], row["points"]) for row in page.context["rows"]]

    def test_each_revision_has_a_link(self, client, draft, bob):
        corrected(draft, at=OVER_AT + 2 * HOUR)
        client.force_login(bob)
        page, now = self.standings(client, draft)
        assert [(race.name, len(race.race_revisions)) for race in page.context["races"]] == [(draft.race.name, 2)]
        assert now == [("Bob Motorsport", "4"), ("Alice Racing", "2")]
        assert f'href="?race={draft.race_id}&amp;revision=1"' in page.text
        assert f'href="?race={draft.race_id}&amp;revision=2"' in page.text

    def test_the_page_says_which_one_it_shows(self, client, draft, bob):
        corrected(draft, at=OVER_AT + 2 * HOUR)
        Classification.objects.filter(revision=2).update(difference=["Driver 1: 1st -> disqualified"])
        client.force_login(bob)
        page, first = self.standings(client, draft, race=draft.race_id, revision=1)
        assert first == [("Bob Motorsport", "6"), ("Alice Racing", "4")]
        assert f"<b>revision 1 of the result, {draft.race.name}</b>" in page.text
        page, second = self.standings(client, draft, race=draft.race_id, revision=2)
        assert second == [("Bob Motorsport", "4"), ("Alice Racing", "2")]
        assert "Driver 1: 1st → disqualified" in page.text or "Driver 1: 1st -&gt; disqualified" in page.text
        assert f"{reverse('races:race', args=[draft.race_id])}?revision=2" in page.text

    def test_a_new_name_is_shown(self, client, draft, bob, bobs):
        client.force_login(bob)
        self.standings(client, draft, race=draft.race_id, revision=1)
        rename_constructor(constructor=bobs, by=bob, name="Bob Grand Prix")
        assert ("Bob Grand Prix", "6") in self.standings(client, draft, race=draft.race_id, revision=1)[1]

    @pytest.mark.parametrize(
        "query",
        [
            {"race": "1", "revision": "9"},
            {"race": "999", "revision": "1"},
            {"race": "1", "revision": "x"},
            {"race": "1", "sprint": "1"},
            {"race": "\0", "revision": "1"},
            {"race": "9" * 30, "revision": "1"},
            {"race": "1", "revision": "9" * 30},
            {"race": "１", "revision": "²"},
        ],
    )
    def test_an_unknown_one_is_not_found(self, client, draft, bob, query):
        client.force_login(bob)
        if query["race"] == "1":
            query = query | {"race": draft.race_id}
        assert client.get(reverse("pages:standings", args=[draft.league_id]), query).status_code == 404

    def test_sprints_are_listed_where_they_count(self, client, draft, bob):
        results_for(draft.race, ["driver_1"], kind="sprint")
        score_race(race=fresh(draft).race, now=OVER_AT + HOUR)
        client.force_login(bob)
        assert self.standings(client, draft)[0].text.count("Sprint, revision 1") == 0
        draft.league.settings_versions.update(sprints=True)
        score_race(race=fresh(draft).race, now=OVER_AT + 2 * HOUR)
        page, _ = self.standings(client, draft)
        assert page.text.count("Sprint, revision 1") == 1
        page, _ = self.standings(client, draft, race=draft.race_id, sprint=1)
        assert f"<b>revision 1 of the sprint, {draft.race.name}</b>" in page.text

    def test_strangers_see_none(self, client, draft, charlie):
        client.force_login(charlie)
        address = reverse("pages:standings", args=[draft.league_id])
        assert client.get(address, {"race": draft.race_id, "revision": 1}).status_code == 404

    def test_it_takes_few_queries(self, client, draft, bob, django_assert_max_num_queries):
        client.force_login(bob)
        self.standings(client, draft, race=draft.race_id, revision=1)
        with django_assert_max_num_queries(8):
            self.standings(client, draft, race=draft.race_id, revision=1)
