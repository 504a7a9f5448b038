"""The preview of a league's rules."""

import pytest
from django.urls import reverse

from leagues.models import SettingsVersion
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import results_for
from tests.support.stories import filled, opened, scored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


def form_of(client, league):
    """The settings form data that a browser would submit for the page."""
    form = client.get(reverse("leagues:settings", args=[league.pk])).context["rules_form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False} | {
        "save_rules": "1"
    }


def test_rules_are_tried_on_the_last_race_without_being_saved(client, league, race, alice, at):
    results_for(race, ["driver_7"])
    at(OVER_AT)
    client.force_login(alice)
    tried = form_of(client, league) | {"scoring": "custom", "places": "33 7"}
    page = client.post(reverse("pages:rules_preview", args=[league.pk]), tried)
    assert [row["points"] for row in page.context["rows"]][:3] == ["33", "7", "0"]
    assert 'value="33 7"' in page.text
    assert SettingsVersion.objects.filter(league=league).count() == 1


class TestTheLeaguesTable:
    @pytest.fixture
    def draft(self, league, alices, bobs, at):
        """Alice has the winner, Bob the tenth."""
        draft = filled(opened(league, [alices, bobs]), ["driver_1", "driver_10", "driver_11", "driver_2"])
        scored(draft, [f"driver_{number}" for number in range(1, 23)])
        at(OVER_AT)
        return draft

    def test_it_has_the_points_before_and_after(self, client, league, draft, alice):
        client.force_login(alice)
        tried = form_of(client, league) | {"scoring": "standard_f1"}
        page = client.post(reverse("pages:rules_preview", args=[league.pk]), tried)
        shown = [
            (score.constructor.name, score.before.points, score.after.points, score.gain)
            for score in page.context["standings"]
        ]
        assert shown == [("Alice Racing", 10, 25, 1), ("Bob Motorsport", 12, 19, -1)]
        assert "up 1 place" in page.text

    def test_unchanged_rules_change_nothing(self, client, league, draft, alice):
        client.force_login(alice)
        page = client.post(reverse("pages:rules_preview", args=[league.pk]), form_of(client, league))
        assert all(score.before == score.after for score in page.context["standings"])

    def test_it_can_be_another_race_of_the_league_only(self, client, league, draft, alice):
        client.force_login(alice)
        other = league.season.races.get(round=2)
        tried = form_of(client, league) | {"race": str(other.pk)}
        page = client.post(reverse("pages:rules_preview", args=[league.pk]), tried)
        assert page.context["race"] == draft.race


def test_only_managers_try_rules(client, league, bob):
    client.force_login(bob)
    assert client.get(reverse("pages:rules_preview", args=[league.pk])).status_code == 404
