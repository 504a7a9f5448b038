"""The page of the standings, as they were on an earlier day."""

from datetime import timedelta

import pytest
from django.urls import reverse

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
        assert "Earlier standings" in page.text
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
            assert "Earlier standings" not in page.text

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
