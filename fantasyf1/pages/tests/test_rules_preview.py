"""The preview of a league's rules."""

import pytest
from django.urls import reverse

from leagues.models import SettingsVersion
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import results_for

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


def test_only_managers_try_rules(client, league, bob):
    client.force_login(bob)
    assert client.get(reverse("pages:rules_preview", args=[league.pk])).status_code == 404
