"""The race of a practice draft: told in steps, the result and its story, other rules, and links for everyone."""

import re
from dataclasses import replace

import pytest
from django.core import signing
from django.urls import reverse

from drafts.rules.practice import to_json
from fantasyf1.pages import practice_links
from leagues.models import League
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import practice_board, results_for

# Driver 9 and 10 score 9 and 10 points, driver 1 and 2 one and two.
PICKS = ("driver_1", "driver_9", "driver_2", "driver_10")


@pytest.fixture
def run(race, at):
    """The first race, in which the drivers finished in the order of their numbers."""
    results_for(race, [f"driver_{number}" for number in range(1, 23)])
    at(OVER_AT)
    return race


def page(client, board, **query):
    return client.get(practice_links.path_of(board), query)


def own_page(client, user, board, **query):
    """The page as the player reads it, whose browser holds the draft."""
    client.force_login(user)
    client.cookies["practice"] = signing.dumps(to_json(board), salt="pages.practice")
    return page(client, board, **query)


class TestTheResult:
    def test_it_tells_the_story(self, client, run, charlie):
        text = own_page(client, charlie, practice_board(run, PICKS)).text
        for sentence in (
            "You came 2nd of 2",
            "Apex Hunters won with 19 points. You had 3 points.",
            "The best pick was Driver 10: 10 points for Apex Hunters.",
            "The steal of the draft went to Apex Hunters: Driver 10, picked 4th and 1st by points.",
            "With Driver 11 instead of Driver 1 it would have been 11 points, and the same place.",
            "You picked first and came 2nd; Apex Hunters picked last and came 1st.",
        ):
            assert sentence in text

    def test_every_point_is_explained(self, client, run):
        lines = page(client, practice_board(run, PICKS)).context["lines"]
        assert [line.name for line in lines] == ["Apex Hunters", "The player"]
        assert [shown.breakdown for shown in lines[0].picks] == [[("9th place", "9")], [("10th place", "10")]]

    def test_the_best_possible_has_drivers_whom_nobody_else_picked(self, client, run):
        best = page(client, practice_board(run, PICKS)).context["best_possible"]
        assert [entry.driver.ref for entry in best["drivers"]] == ["driver_11", "driver_8"]
        assert best["points"] == "17 points"

    def test_the_winner_reads_so(self, client, run, charlie):
        board = practice_board(run, ("driver_10", "driver_1"))
        text = own_page(client, charlie, board).text
        assert "You won with 10 points." in text
        assert "No driver who was left would have brought more." in text

    def test_a_tie_is_explained(self, client, run):
        board = practice_board(run, ("driver_10", "driver_9", "driver_1", "driver_2"))
        assert "the best single driver counts" in page(client, board).text

    def test_a_replacement_scores(self, client, open_draft, at):
        race = open_draft.race
        cars = [f"driver_{number}" for number in range(1, 22)]
        race.entries.filter(driver__ref="driver_22").update(in_line_up=False)
        results = results_for(race, ["driver_22", *cars])
        results.results.filter(driver__ref="driver_21").delete()
        at(OVER_AT)
        shown = page(client, practice_board(race, ("driver_21", "driver_2"))).context["lines"]
        assert {line.name: line.standing.points for line in shown}["The player"] == 1

    def test_sprints_count_where_the_rules_say_so(self, client, run):
        results_for(run, ["driver_1"], kind="sprint")
        without, counted = (page(client, practice_board(run, sprints=sprints)) for sprints in (False, True))
        assert [answer.context["points"] for answer in (without, counted)] == ["1 point", "9 points"]
        assert [label for label, _, is_current in counted.context["run"].other_rules() if is_current] == [
            "Inverted position with sprint"
        ]

    def test_the_same_picks_under_other_rules(self, client, run):
        rules = page(client, practice_board(run, PICKS)).context["run"].other_rules()
        assert [(label, is_current) for label, _, is_current in rules] == [
            ("Inverted position", True),
            ("Standard F1", False),
        ]
        assert client.get(rules[1][1]).context["points"] == "43 points"

    def test_a_league_can_be_created_with_these_rules(self, client, run, charlie, at):
        board = practice_board(run, PICKS, method="snake", scoring="standard_f1", sprints=True)
        text = own_page(client, charlie, board).text
        [link] = re.findall(r'href="(/leagues/new/\?[^"]+)"', text)
        at(FOUNDED_AT)
        form = client.get(link.replace("&amp;", "&")).context["form"]
        suggested = {field.name: field.value() for field in form if field.value() is not None}
        client.post(reverse("leagues:create"), suggested | {"name": "After practice"})
        settings = League.objects.get(name="After practice").settings_versions.get()
        assert (settings.scoring, settings.method, settings.picks_per_race, settings.sprints) == (
            "standard_f1",
            "snake",
            2,
            True,
        )

    def test_it_takes_few_queries(self, client, run, charlie, django_assert_max_num_queries):
        own_page(client, charlie, practice_board(run, PICKS))
        with django_assert_max_num_queries(8):
            page(client, practice_board(run, PICKS))


class TestTheSteps:
    def test_they_lead_from_the_fewest_points_to_the_result(self, client, run):
        board = practice_board(run, PICKS)
        parts = [page(client, board, step=number) for number in range(1, 5)]
        assert [part.context["picks"][0].pick.score.points for part in parts] == [1, 2, 9, 10]
        assert 'href="?step=2"' in parts[0].text
        assert "Driver 10" not in parts[2].text
        assert f'href="{practice_links.path_of(board)}"' in parts[3].text
        assert [(bar.name, bar.points, bar.share) for bar in parts[3].context["bars"]] == [
            ("Apex Hunters", 19, 100),
            ("The player", 3, 15),
        ]

    @pytest.mark.parametrize("step", ["0", "5", "x", "-1", "٣", "1" * 5000])
    def test_an_unknown_step_is_the_result(self, client, run, step):
        assert "sentences" in page(client, practice_board(run, PICKS), step=step).context


class TestLinks:
    def test_everyone_with_the_link_reads_it_and_nobody_is_named(self, client, run, charlie):
        own_page(client, charlie, practice_board(run, PICKS))
        client.logout()
        answer = page(client, practice_board(run, PICKS))
        assert "2nd of 2" in answer.text
        assert "charlie" not in answer.text
        assert "Sign up and start a league" in answer.text

    @pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "9" * 4000])
    def test_a_bad_link_says_so(self, client, run, token):
        answer = client.get(f"/practice/race/{token}/")
        assert (answer.status_code, "This link does not work" in answer.text) == (404, True)

    def test_a_changed_link_says_so(self, client, run):
        path = practice_links.path_of(practice_board(run, PICKS))
        assert client.get(path[:-2] + ("A/" if path[-2] != "A" else "B/")).status_code == 404

    @pytest.mark.parametrize(
        "change",
        [
            {"picks": ()},
            {"picks": (1, 2)},
            {"race": 999},
            {"method": "auction"},
            {"order": (1, 1)},
            {"scoring": "custom"},
        ],
    )
    def test_a_draft_that_does_not_fit_the_game_has_no_race(self, client, run, change):
        board = replace(practice_board(run, PICKS), **change)
        assert page(client, board).status_code == 404

    def test_a_race_without_results_is_not_shown(self, client, race):
        assert page(client, practice_board(race, PICKS)).status_code == 404

    def test_the_largest_link_is_read(self, client, run):
        picks = [f"driver_{number}" for number in range(1, 21)]
        board = practice_board(run, picks, order=tuple(range(1, 11)), picks_each=2)
        assert len(practice_links.token_of(board)) < practice_links.MAX_LENGTH
        assert page(client, board).status_code == 200


def test_the_draft_leads_to_its_race(client, run, charlie):
    client.force_login(charlie)
    answer = client.post(reverse("pages:practice"), {"opponents": 1, "picks_each": 1, "method": "snake"}, follow=True)
    entry = answer.context["free"][0][0].pk
    answer = client.post(reverse("pages:practice_pick"), {"entry": entry}, follow=True)
    assert "Run the race" in answer.text
    assert client.get(f"{answer.context['race_url']}?step=1").context["run"].story.is_own
