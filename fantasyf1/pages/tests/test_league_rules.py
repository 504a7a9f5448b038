"""The rules page of a league: sentences, worked examples on the last race, versions, and links to its sections."""

from datetime import timedelta

import pytest
from django.urls import reverse

from leagues.models import SettingsVersion
from leagues.services import change_settings
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import results_for


@pytest.fixture
def page(client, league, alice):
    def page(user=alice):
        if user:
            client.force_login(user)
        return client.get(reverse("pages:league_rules", args=[league.pk]))

    return page


@pytest.fixture
def run(race, at):
    results_for(race, [f"driver_{number}" for number in range(1, 22)], retired=["driver_22"])
    at(OVER_AT)
    return race


def examples(answer):
    return {section.name: section.examples for section in answer.context["sections"]}


def test_every_section_has_an_anchor_and_sentences(page):
    answer = page()
    for section in answer.context["sections"]:
        assert f'id="{section.name}"' in answer.text
        assert f'href="#{section.name}"' in answer.text
        assert section.sentences


def test_the_examples_are_from_the_last_race(page, run):
    found = examples(page())
    assert f"Driver 9 finished 9th in the {run.name}: 9 points." in found["points"]
    assert f"Driver 22 did not finish the {run.name}: 0 points." in found["points"]
    assert found["draft"] == ["With the players A, B and C, the picks are A B C, A B C."]
    # Qualifying is at 05:00 UTC on Saturday, and Alice's zone is UTC.
    assert found["lock"] == [
        f"For the {run.name}, the draft opens on Mon 10 Mar, 12:00 UTC and locks on Sat 15 Mar, 04:55 UTC."
    ]
    assert found["clock"][0] == (
        f"With 2 players, the first one to pick for the {run.name} has until Mon 10 Mar, 18:00 UTC: 6 hours."
    )


def test_times_are_in_the_time_zone_of_the_reader(page, run, alice):
    alice.time_zone = "Europe/Berlin"
    alice.save()
    found = examples(page())
    assert "locks on Sat 15 Mar, 05:55 CET" in found["lock"][0]
    assert "Mon 10 Mar, 20:00 CET" in found["clock"][1]
    assert "for a player with quiet hours from 22:00 to 08:00" in found["clock"][1]


def test_without_results_there_are_no_examples(page):
    assert not any(examples(page()).values())


def test_versions_show_what_changed_and_from_which_race(page, league, open_draft, alice):
    change_settings(
        league=league, by=alice, changes={"clock": "fixed", "clock_seconds": 7200}, now=DRAFTING_AT + timedelta(hours=1)
    )
    change_settings(league=league, by=alice, changes={"clock_seconds": 3600}, now=DRAFTING_AT + timedelta(hours=2))
    answer = page()
    changes = [change.changes for change in answer.context["history"]]
    assert changes[0] == ["Time per pick: 1 hour instead of 2 hours"]
    assert "Time per pick: 2 hours" in changes[1]
    for words in ("From the next draft on", "Never used in a draft", f"From the {open_draft.race.name} on", "alice"):
        assert words in answer.text


def test_a_setting_that_no_longer_applies_is_named():
    before = SettingsVersion(scoring="standard_f1", fastest_lap_point=True)
    changes = SettingsVersion().changes_since(before)
    assert "Point for the fastest lap no longer applies; it was Yes" in changes
    assert SettingsVersion().changes_since(SettingsVersion()) == []


def test_only_those_who_see_the_league_read_its_rules(page, league, charlie):
    assert page(charlie).status_code == 404
    league.visibility = "public"
    league.save()
    answer = page(charlie)
    assert answer.status_code == 200
    assert "Change the rules" not in answer.text
    assert "Change the rules" in page().text


def test_it_takes_few_queries(page, run, django_assert_max_num_queries):
    page()
    with django_assert_max_num_queries(8):
        page(user=None)  # still signed in
