"""The admin of results: settling quarantine cases, entering results, editing replacements."""

import pytest
from django.contrib.messages import get_messages

from races.models import Classification, Quarantine, Race, Replacement, ResultCheck
from races.selectors import latest_classification
from races.signals import replacements_changed
from races.tests.test_quarantine_and_manual_results import by_hand, record, refuse
from races.tests.test_results import ROWS, changed
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend

pytestmark = pytest.mark.django_db


@pytest.fixture
def race(db) -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


@pytest.fixture
def admin_user(db):
    return UserFactory.create(username="admin", is_superuser=True, is_staff=True)


@pytest.fixture
def admin(client, admin_user):
    client.force_login(admin_user)
    return client


def messages_of(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


class TestTheQuarantine:
    LIST = "/admin/races/quarantine/"

    def test_a_case_is_shown_next_to_the_current_results(self, admin, race):
        record(race)
        case = refuse(race, ROWS[:7], hours=5)
        page = admin.get(f"{self.LIST}{case.pk}/change/").content.decode()
        assert "It has 7 cars, but the accepted classification has 20" in page
        assert "Driver 20: no longer in the list" in page
        assert "<h3>Received from the source</h3>" in page
        assert "<h3>Revision 1</h3>" in page
        assert "<td>Driver 7</td>" in page

    def test_vanished_results_and_unknown_races_are_shown_too(self, admin, race):
        case = refuse(race, race_name="Another Grand Prix")
        empty = Quarantine.objects.create(
            season=race.season, race=race, kind="race", source="api", reason="Gone.", payload={}, digest="1",
            first_seen_at=race.expected_start, last_seen_at=race.expected_start,
        )  # fmt: skip
        for quarantined in (case, empty):
            assert admin.get(f"{self.LIST}{quarantined.pk}/change/").status_code == 200
        assert admin.get(self.LIST).status_code == 200

    @pytest.mark.parametrize(("action", "settlement"), [("accept", "accepted"), ("dismiss", "dismissed")])
    def test_a_case_is_settled_after_a_confirmation(self, admin, admin_user, race, action, settlement):
        case = refuse(race)
        data = {"action": action, "_selected_action": case.pk}
        asked = admin.post(self.LIST, data)
        assert "Yes, I’m sure" in asked.content.decode()
        assert not Classification.objects.exists()
        admin.post(self.LIST, data | {"confirmed": "yes"})
        case.refresh_from_db()
        assert (case.settlement, case.settled_by) == (settlement, admin_user)
        assert Classification.objects.count() == (action == "accept")

    def test_a_refusal_is_shown_as_a_message(self, admin, race):
        case = refuse(race, changed(19, position=20))
        response = admin.post(self.LIST, {"action": "accept", "_selected_action": case.pk, "confirmed": "yes"})
        assert "Place 20 appears twice." in messages_of(response)

    def test_only_administrators_see_cases(self, client, race):
        case = refuse(race)
        client.force_login(UserFactory.create(is_staff=True))
        assert client.get(f"{self.LIST}{case.pk}/change/").status_code in (302, 403)


def form_of(response) -> dict[str, str]:
    """The form data that a browser would submit for the page."""
    rows, sent = response.context["rows"], {}
    for form in [rows.management_form, *rows.forms]:
        for field in form:
            value = field.value()
            sent[field.html_name] = "" if value is None else str(value)
    return sent | {"reason": "Document 47", "official_points": "on"}


class TestManualResults:
    @pytest.fixture
    def address(self, race) -> str:
        return f"/admin/races/race/{race.pk}/results/race/"

    def test_the_form_starts_with_the_current_results_and_previews_changes(self, admin, race, address):
        record(race)
        sent = form_of(admin.get(address)) | {"row-4-place": "D"}
        page = admin.post(address, sent)
        assert "Driver 5: 5th → disqualified, 10 → 0 points" in "".join(page.context["changes"])
        assert "Driver 6: 6th → 5th, 8 → 10 points" in "".join(page.context["changes"])
        assert Classification.objects.count() == 1
        response = admin.post(address, sent | {"confirmed": "yes"})
        assert (response.status_code, response.url) == (302, f"/admin/races/race/{race.pk}/change/")
        made = latest_classification(race)
        assert made is not None
        assert (made.revision, made.is_held, made.reason) == (2, True, "Document 47")
        last = list(made.results.all())[-1]
        assert (last.driver.ref, last.position_text, last.status) == ("driver_5", "D", "Disqualified")

    def test_without_results_the_form_starts_with_the_entries(self, admin, race, address):
        sent = form_of(admin.get(address))
        assert sent["row-TOTAL_FORMS"] == "22"
        admin.post(address, sent | {"confirmed": "yes"})
        made = latest_classification(race)
        assert made is not None
        assert (made.results.count(), str(made.results.all()[0].points)) == (20, "25.00")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"row-4-place": "4"}, "Place 4 is used twice."),
            ({"row-4-place": "X"}, "Enter a number, or one of R, D, W, N, E or F."),
            ({"row-4-driver": ""}, "This field is required."),
            ({"reason": ""}, "This field is required."),
            ({"row-4-number": "0"}, "greater than or equal to 1"),
        ],
    )
    def test_errors_are_shown_on_the_page(self, admin, race, address, changes, sentence):
        record(race)
        response = admin.post(address, form_of(admin.get(address)) | changes | {"confirmed": "yes"})
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert Classification.objects.count() == 1

    def test_refusals_of_the_service_are_shown_on_the_page(self, admin, race, address):
        record(race)
        sent = form_of(admin.get(address)) | {"row-4-driver": form_of(admin.get(address))["row-3-driver"]}
        response = admin.post(address, sent | {"confirmed": "yes"})
        assert "appears twice" in response.content.decode()

    def test_the_race_page_shows_current_and_api_results(self, admin, admin_user, race):
        by_hand(race, admin_user, changed(20, status="Disqualified"))
        record(race, hours=6)
        page = admin.get(f"/admin/races/race/{race.pk}/change/").content.decode()
        assert "The F1 API does not replace it." in page
        assert "The F1 API returned different results" in page
        assert "Driver 20: disqualified → 20th" in page

    def test_a_league_manager_cannot_open_it(self, client, league, alice, race):
        client.force_login(alice)
        page = client.get(f"/admin/races/race/{race.pk}/change/")
        assert page.status_code == 200
        assert "correct results" not in page.content.decode()
        assert client.get(f"/admin/races/race/{race.pk}/results/race/").status_code == 403

    @pytest.mark.parametrize("kind", ["qualifying", "x"])
    def test_other_kinds_are_not_found(self, admin, race, kind):
        assert admin.get(f"/admin/races/race/{race.pk}/results/{kind}/").status_code == 404

    def test_releasing_and_polling_are_list_actions(self, admin, admin_user, race):
        by_hand(race, admin_user)
        for _ in range(2):
            response = admin.post(
                "/admin/races/race/", {"action": "release_results", "_selected_action": race.pk}, follow=True
            )
        assert "has no held results to release" in response.content.decode()
        ResultCheck.objects.all().delete()
        admin.post("/admin/races/race/", {"action": "ask_now", "_selected_action": race.pk})
        assert ResultCheck.objects.get().stage == "at once"
        assert admin.get("/admin/races/resultcheck/").status_code == 200


class TestReplacements:
    @pytest.fixture
    def heard(self):
        received: list[tuple[int, int]] = []

        def listen(*, race: Race, **_: object) -> None:
            received.append((race.pk, race.replacements_version))

        replacements_changed.connect(listen)
        yield received
        replacements_changed.disconnect(listen)

    def ids(self, race: Race) -> dict[str, int]:
        entries = race.entries.select_related("driver").order_by("number")
        return {"race": race.pk, "out_driver": entries[0].driver_id, "in_driver": entries[1].driver_id}

    def test_each_change_raises_the_version_and_sends_a_signal(self, admin, race, heard):
        admin.post("/admin/races/replacement/add/", self.ids(race))
        replacement = Replacement.objects.get()
        third = race.entries.order_by("number")[2].driver_id
        admin.post(f"/admin/races/replacement/{replacement.pk}/change/", self.ids(race) | {"in_driver": third})
        admin.post(f"/admin/races/replacement/{replacement.pk}/delete/", {"post": "yes"})
        assert not Replacement.objects.exists()
        assert heard == [(race.pk, 1), (race.pk, 2), (race.pk, 3)]

    def test_deleting_in_the_list_raises_the_version_too(self, admin, race, heard):
        admin.post("/admin/races/replacement/add/", self.ids(race))
        data = {"action": "delete_selected", "_selected_action": Replacement.objects.get().pk, "post": "yes"}
        admin.post("/admin/races/replacement/", data)
        assert len(heard) == 2

    def test_moving_a_replacement_raises_the_version_of_both_races(self, admin, race, heard):
        other = weekend(race.season, round=2)
        grid(other, teams=10)
        admin.post("/admin/races/replacement/add/", self.ids(race))
        replacement = Replacement.objects.get()
        admin.post(f"/admin/races/replacement/{replacement.pk}/change/", self.ids(other))
        assert heard == [(race.pk, 1), (race.pk, 2), (other.pk, 1)]

    def test_replacements_are_edited_on_the_race_page(self, admin, race, heard):
        page = admin.get(f"/admin/races/race/{race.pk}/change/")
        sent = {}
        for formset in page.context["inline_admin_formsets"]:
            for form in [formset.formset.management_form, *formset.formset.forms]:
                for field in form:
                    value = field.value()
                    sent[field.html_name] = "" if value is None or value is False else str(value)
        sent |= {"replacements-TOTAL_FORMS": "1", "replacements-0-race": str(race.pk)}
        sent |= {f"replacements-0-{name}": str(value) for name, value in self.ids(race).items()}
        response = admin.post(f"/admin/races/race/{race.pk}/change/", sent)
        assert response.status_code == 302, response.context["errors"]
        assert heard == [(race.pk, 1)]
