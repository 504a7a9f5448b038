"""The public pages: content, 404s and query budgets."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from core.formatting.datetimes import format_datetime
from races.models import Circuit, Classification, Race, Result
from races.services import load_pack
from races.sources.fixtures import read_pack
from races.tests.test_fixtures import LATER
from tests.support.factories import SeasonFactory, UserFactory, grid, results_for, weekend

pytestmark = pytest.mark.django_db


@pytest.fixture
def race() -> Race:
    race = weekend(SeasonFactory.create(year=2025, grid_size=20), sprint=True, name="Chinese Grand Prix")
    grid(race, teams=10)
    return race


def test_the_calendar_shows_a_season(client, race):
    following = weekend(race.season, round=2, name="Japanese Grand Prix", starts_at=LATER)
    Race.objects.filter(pk=race.pk).update(state=Race.State.CANCELLED)
    page = client.get(reverse("races:calendar"), {"season": 2025})
    assert [race.name for race in page.context["races"]] == [race.name, following.name]
    assert b"Cancelled" in page.content
    assert page.context["next_race"] == following


class TestCalendar:
    @pytest.fixture
    def lines(self, client, at):
        """Return a function: the page at a moment, and its lines by the name of the race."""

        def fetch(moment, **query):
            at(moment)
            page = client.get(reverse("races:calendar"), {"season": 2025, **query})
            return page, {line.race.name: line for line in [*page.context["ahead"], *page.context["over"]]}

        return fetch

    def test_the_next_race_comes_first_with_the_times_at_the_track(self, lines, race):
        Circuit.objects.filter(pk=race.circuit_id).update(ref="suzuka")
        page, _ = lines(race.starts_at - timedelta(days=4))
        assert page.context["next_race"] == race
        assert "Lights out in" in page.text
        assert format_datetime(race.starts_at.astimezone(ZoneInfo("Asia/Tokyo"))) in page.text

    @pytest.mark.parametrize(("zone", "shown"), [("Europe/Berlin", True), ("Asia/Seoul", False)])
    def test_times_at_the_track_are_left_out_where_clocks_show_the_same(self, client, race, zone, shown):
        Circuit.objects.filter(pk=race.circuit_id).update(ref="suzuka")
        client.force_login(UserFactory.create(time_zone=zone))
        page = client.get(reverse("races:race", args=[race.pk]))
        assert (" at the track" in page.text) is shown

    def test_a_circuit_without_a_known_zone_has_no_such_times(self, lines, race):
        page, _ = lines(race.starts_at - timedelta(days=4))
        assert {line.at_track for line in page.context["timetable"]} == {""}

    def test_past_races_have_their_winner_and_a_state_in_words(self, lines, race):
        results_for(race, ["driver_7"])
        page, found = lines(race.starts_at + timedelta(days=1))
        assert (found[race.name].winner.driver.ref, found[race.name].has_sprint) == ("driver_7", True)
        assert "Results in" in page.text
        assert "Provisional" not in page.text

    def test_a_race_that_has_started_waits_for_results(self, lines, race):
        page, found = lines(race.starts_at + timedelta(hours=1))
        assert found[race.name].state == "awaited"
        assert "Waiting for results" in page.text

    def test_after_a_correction_the_new_winner_is_shown(self, lines, race):
        results_for(race, ["driver_7"])
        results_for(race, ["driver_8"])
        _, found = lines(race.starts_at + timedelta(days=1))
        assert found[race.name].winner.driver.ref == "driver_8"

    def test_without_a_timetable_the_day_is_shown(self, lines, race):
        Race.objects.update(starts_at=None)
        race.sessions.update(starts_at=None)
        page, _ = lines(race.starts_at - timedelta(days=4))
        assert "time not known yet" in page.text
        assert "Lights out in" not in page.text

    def test_the_months_have_the_race_days(self, lines, race):
        page, _ = lines(race.starts_at - timedelta(days=4), view="month")
        (month,) = page.context["months"]
        marked = [day for week in month["weeks"] for day, line, _ in filter(None, week) if line]
        assert marked == [race.race_date]
        assert page.text.count("is-weekend-day") == 2

    def test_in_the_winter_there_is_no_next_race(self, client, lines, race):
        Race.objects.update(state=Race.State.FINAL)
        page, found = lines(race.starts_at + timedelta(days=60))
        assert page.context["next_race"] is None
        assert found[race.name].state == "final"
        assert "The season is over" in client.get(reverse("races:calendar")).text

    def test_after_a_week_nobody_waits_for_results(self, lines, race):
        page, found = lines(race.starts_at + timedelta(days=8))
        assert found[race.name].state == "missing"
        assert "No results yet" in page.text


@pytest.mark.parametrize("season", ["1999", "x", "٢٠٢٥", "20255"])
@pytest.mark.parametrize("name", ["races:calendar", "formula1:drivers", "formula1:teams"])
def test_an_unknown_season_is_not_found(client, race, name, season):
    assert client.get(reverse(name), {"season": season}).status_code == 404


@pytest.mark.parametrize("name", ["races:calendar", "formula1:drivers", "formula1:teams"])
def test_a_site_without_seasons_says_so(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_a_demonstration_is_not_in_the_calendar(client, race):
    weekend(SeasonFactory.create(year=2026, is_demonstration=True), name="Shown Grand Prix")
    page = client.get(reverse("races:calendar"))
    assert page.context["season"] == race.season
    assert b"Shown Grand Prix" not in page.content


def test_an_upcoming_race_shows_its_entries(client, race):
    race.entries.filter(number=7).update(is_withdrawn=True)
    page = client.get(reverse("races:race", args=[race.pk]))
    assert len(page.context["entries"]) == 20
    assert b"Will not take part" in page.content


def test_a_race_shows_its_current_classifications(client, race):
    results_for(race, ["driver_1"])
    results_for(race, ["driver_2"], retired=["driver_1"])
    results_for(race, ["driver_3"], kind=Classification.Kind.SPRINT)
    page = client.get(reverse("races:race", args=[race.pk]))
    assert page.context["classification"].revision == 2
    assert page.context["sprint"].results.all()[0].driver.ref == "driver_3"
    assert b"retired" in page.content


def test_names_are_escaped(client, race):
    entry = race.entries.get(number=1)
    entry.driver.family_name = "<script>alert(1)</script>"
    entry.driver.save()
    for address in (reverse("races:race", args=[race.pk]), reverse("formula1:driver", args=["driver_1"])):
        assert b"<script>alert" not in client.get(address).content


def test_drivers_are_listed_with_the_team_of_their_latest_entry(client, race):
    later = weekend(race.season, round=2)
    grid(later, teams=10)
    later.entries.filter(number=1).update(team=later.entries.get(number=20).team)
    page = client.get(reverse("formula1:drivers"), {"season": 2025})
    teams = {line.entry.driver.ref: line.entry.team.ref for line in page.context["lines"]}
    assert teams["driver_1"] == "team_10"
    assert len(teams) == 20


def test_the_page_of_a_driver_shows_their_results(client, race):
    results_for(race, ["driver_4"])
    later = weekend(race.season, round=2, state=Race.State.CANCELLED)
    page = client.get(reverse("formula1:driver", args=["driver_4"]))
    results = [line["result"] for line in page.context["results"]]
    assert [(result.classification.race, result.position) for result in results] == [(race, 1)]
    assert later not in [result.classification.race for result in results]


def test_an_unknown_driver_is_not_found(client, race):
    assert client.get(reverse("formula1:driver", args=["nobody"])).status_code == 404
    assert client.get(reverse("races:race", args=[race.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("name", "args", "most"),
    [
        ("races:calendar", [], 5),
        ("races:race", None, 9),
        ("formula1:drivers", [], 9),
        ("formula1:driver", ["norris"], 8),
        ("formula1:teams", [], 8),
        ("formula1:team", ["mclaren"], 9),
    ],
)
def test_a_full_season_takes_few_queries(client, django_assert_max_num_queries, name, args, most):
    season = load_pack(pack=read_pack(2025), now=LATER)
    place = [season.races.get(round=2).pk] if args is None else args
    with django_assert_max_num_queries(most):
        assert client.get(reverse(name, args=place)).status_code == 200


def test_a_race_shows_places_gained_and_who_gained_most(client, race):
    results_for(race, ["driver_1", "driver_2", "driver_3"])
    Result.objects.filter(driver__ref="driver_3").update(grid=19)
    Result.objects.filter(driver__ref="driver_2").update(grid=0)
    page = client.get(reverse("races:race", args=[race.pk]))
    gained = {row.driver.ref: row.gained for row in page.context["classification"].results.all()}
    assert (gained["driver_3"], gained["driver_2"]) == (16, None)
    assert page.context["gainers"][0].driver.ref == "driver_3"
    assert "up 16 places" in page.text


class TestRevisions:
    @pytest.fixture
    def corrected(self, race):
        results_for(race, ["driver_1"])
        second = results_for(race, ["driver_2"], retired=["driver_1"])
        Classification.objects.filter(pk=second.pk).update(difference=["Driver 1: 1st -> retired"])
        return race

    def test_each_revision_is_listed_with_its_changes(self, client, corrected):
        text = client.get(reverse("races:race", args=[corrected.pk])).text
        assert text.index("Revision 2") < text.index("Revision 1")
        assert "Driver 1: 1st -&gt; retired" in text
        assert text.count(">Current<") == 1

    def test_an_earlier_revision_says_that_it_is_not_current(self, client, corrected):
        page = client.get(reverse("races:race", args=[corrected.pk]), {"revision": "1"})
        assert page.context["classification"].revision == 1
        assert page.context["classification"].results.all()[0].driver.ref == "driver_1"
        assert "Not the current result" in page.text

    def test_the_current_revision_has_no_such_notice(self, client, corrected):
        page = client.get(reverse("races:race", args=[corrected.pk]), {"revision": "2"})
        assert "Not the current result" not in page.text

    def test_a_sprint_has_its_own_revisions(self, client, corrected):
        for ref in ("driver_5", "driver_6"):
            results_for(corrected, [ref], kind=Classification.Kind.SPRINT)
        page = client.get(reverse("races:race", args=[corrected.pk]), {"sprint": "1"})
        assert (page.context["classification"].revision, page.context["sprint"].revision) == (2, 1)
        assert "revision 1 of the sprint" in page.text

    @pytest.mark.parametrize("query", [{"revision": "3"}, {"revision": "0"}, {"revision": "²"}, {"sprint": "1"}])
    def test_an_unknown_revision_is_not_found(self, client, corrected, query):
        assert client.get(reverse("races:race", args=[corrected.pk]), query).status_code == 404

    def test_a_manual_revision_shows_its_reason_but_no_name(self, client, corrected):
        steward = UserFactory.create(username="hidden_hand")
        changes = {
            "source": Classification.Source.ADMINISTRATOR,
            "reason": "The stewards' decision 47",
            "is_held": True,
        }
        corrected.classifications.filter(revision=2).update(**changes, recorded_by=steward)
        text = client.get(reverse("races:race", args=[corrected.pk])).text
        assert "Entered by hand" in text
        assert "The stewards&#x27; decision 47" in text
        assert "until an administrator releases it" in text
        assert "hidden_hand" not in text


# -- admin -----------------------------------------------------------------------------------------------------------


def test_every_list_and_a_race_can_be_opened(admin_client, race):
    results_for(race)
    models = ("season", "circuit", "team", "driver", "race", "entry", "replacement", "classification", "result")
    pages = [reverse(f"admin:races_{model}_changelist") for model in models]
    pages += [reverse("admin:races_race_change", args=[race.pk]), reverse("admin:races_entry_add")]
    assert {admin_client.get(page).status_code for page in pages} == {200}


def test_results_cannot_be_changed(admin_client, race):
    result = results_for(race).results.all()[0]
    page = reverse("admin:races_result_change", args=[result.pk])
    assert admin_client.post(page, {"points": "25"}).status_code == 403
    assert admin_client.get(reverse("admin:races_result_add")).status_code == 403


def test_an_administrator_corrects_an_entry(admin_client, race):
    entry = race.entries.get(number=1)
    form = {"race": race.pk, "driver": entry.driver_id, "team": entry.team_id, "number": 33, "is_withdrawn": "on"}
    assert admin_client.post(reverse("admin:races_entry_change", args=[entry.pk]), form).status_code == 302
    entry.refresh_from_db()
    assert (entry.number, entry.is_withdrawn, entry.source) == (33, True, "administrator")


def test_a_driver_cannot_replace_themselves(admin_client, race):
    driver = race.entries.get(number=1).driver_id
    form = {"race": race.pk, "out_driver": driver, "in_driver": driver}
    page = admin_client.post(reverse("admin:races_replacement_add"), form)
    assert page.context["errors"] == [["A driver cannot replace themselves."]]


def test_an_administrator_cancels_races_that_have_not_been_run(admin_client, race):
    run = weekend(race.season, round=2)
    grid(run, teams=10)
    results_for(run)
    order = {"action": "cancel", "_selected_action": [race.pk, run.pk]}
    page = admin_client.post(reverse("admin:races_race_changelist"), order, follow=True)
    messages = sorted(str(message) for message in page.context["messages"])
    assert messages == [
        "Chinese Grand Prix 2025 is now cancelled.",
        f"The {run} already has results, so its state cannot change.",
    ]
    race.refresh_from_db()
    assert (race.state, race.state_is_held) == ("cancelled", True)


def test_an_administrator_withdraws_a_driver_on_the_page_of_the_race(admin_client, race):
    page = reverse("admin:races_race_change", args=[race.pk])
    form: dict[str, object] = {}
    for inline in admin_client.get(page).context["inline_admin_formsets"]:
        fields = [*inline.formset.management_form, *(field for form in inline.formset.forms for field in form)]
        form |= {field.html_name: "" if field.value() is None else field.value() for field in fields}
    withdrawn = race.entries.get(number=7)
    place = next(
        name for name, value in form.items() if re.fullmatch(r"entries-\d+-id", name) and value == withdrawn.pk
    )
    form[place.replace("-id", "-is_withdrawn")] = "on"
    assert admin_client.post(page, form).status_code == 302
    changed = race.entries.filter(source="administrator")
    assert [(entry.pk, entry.is_withdrawn) for entry in changed] == [(withdrawn.pk, True)]
