"""The pages of leagues: list, create, join, members, settings, leave."""

import pytest
from django.urls import reverse

from accounts.models import User
from leagues.models import League, Membership, SettingsVersion
from leagues.selectors import current_settings
from leagues.services import change_league, join_league
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, results_for

pytestmark = pytest.mark.django_db

CREATE, JOIN, PUBLIC, MINE = (
    reverse(name) for name in ("leagues:create", "leagues:join", "leagues:public", "pages:my_leagues")
)


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


def page_of(league, part):
    return reverse(f"leagues:{part}", args=[league.pk])


def public(league, alice):
    return change_league(league=league, by=alice, visibility=League.Visibility.PUBLIC)


class TestWhoSeesWhat:
    @pytest.mark.parametrize("part", ["members", "settings"])
    def test_a_member_can_open_every_league_page(self, client, league, bob, part):
        client.force_login(bob)
        assert "Alpine Friends" in client.get(page_of(league, part)).text

    @pytest.mark.parametrize("part", ["members", "settings"])
    @pytest.mark.parametrize("is_public", [False, True])
    def test_a_stranger_gets_404(self, client, league, alice, charlie, part, is_public):
        if is_public:
            public(league, alice)
        client.force_login(charlie)
        assert client.get(page_of(league, part)).status_code == 404

    @pytest.mark.parametrize("part", ["members", "settings"])
    def test_a_visitor_is_redirected_to_sign_in(self, client, league, part):
        address = page_of(league, part)
        assert client.get(address).headers["Location"] == f"{reverse('accounts:sign_in')}?next={address}"

    @pytest.mark.parametrize("address", [CREATE, JOIN, MINE])
    def test_personal_pages_require_signing_in(self, client, address):
        assert client.get(address).headers["Location"] == f"{reverse('accounts:sign_in')}?next={address}"

    def test_names_are_escaped(self, client, league, alice):
        change_league(league=league, by=alice, name="<b>Bold & co</b>")
        client.force_login(alice)
        for address in (page_of(league, "members"), page_of(league, "settings"), MINE):
            text = client.get(address).text
            assert "&lt;b&gt;Bold &amp; co&lt;/b&gt;" in text
            assert "<b>Bold" not in text


class TestCreating:
    FORM = {
        "name": "Gravel Trap",
        "visibility": "private",
        "scoring": "standard_f1",
        "method": "snake",
        "order_strategy": "random",
        "constructor_name": "Late Brakers",
    }

    def test_a_form_sent_twice_creates_one_league(self, client, season, charlie):
        client.force_login(charlie)
        form = {**self.FORM, "key": client.get(CREATE).context["form"]["key"].value()}
        answers = [client.post(CREATE, form) for _ in range(2)]
        league = League.objects.get(name="Gravel Trap")
        assert {response.headers["Location"] for response in answers} == {reverse("drafts:lobby", args=[league.pk])}

    def test_a_used_form_is_refused_with_another_name_but_works_for_another_user(self, client, season, charlie, bob):
        client.force_login(charlie)
        form = {**self.FORM, "key": client.get(CREATE).context["form"]["key"].value()}
        client.post(CREATE, form)
        again = client.post(CREATE, {**form, "name": "Armco"})
        assert again.status_code == 422
        assert "You already created “Gravel Trap” with this form." in again.text
        client.force_login(bob)
        client.post(CREATE, form)
        assert [league.creator for league in League.objects.order_by("pk")] == [charlie, bob]

    def test_the_creator_is_redirected_to_the_new_league(self, client, season, charlie):
        client.force_login(charlie)
        response = client.post(CREATE, self.FORM)
        league = League.objects.get(name="Gravel Trap")
        assert response.headers["Location"] == reverse("drafts:lobby", args=[league.pk])
        assert current_settings(league).method == "snake"
        assert "Late Brakers" in client.get(response.headers["Location"]).text

    def test_the_clock_is_a_question_with_a_default(self, client, season, charlie):
        client.force_login(charlie)
        client.post(CREATE, self.FORM)
        client.post(CREATE, self.FORM | {"name": "Armco", "clock": "fixed", "clock_seconds": "90"})
        made = [current_settings(League.objects.get(name=name)) for name in ("Gravel Trap", "Armco")]
        assert [(settings.clock, settings.clock_seconds) for settings in made] == [("adaptive", 14400), ("fixed", 90)]

    def test_each_answer_says_what_it_means(self, client, season, charlie):
        client.force_login(charlie)
        page = client.get(CREATE).text
        assert "The order is drawn again for every race." in page
        assert "There is no pick clock: players pick in order" in page

    def test_examples_are_computed_from_the_last_race(self, client, season, charlie, at):
        results_for(season.races.get(round=1))
        at(OVER_AT)
        client.force_login(charlie)
        page = client.get(CREATE).text
        assert "Driver 9 (9th) scores 9 points, the winner Driver 1 1." in page
        assert "Driver 9 (9th) scores 2 points, the winner Driver 1 25." in page

    def test_a_refusal_is_shown_next_to_its_field(self, client, season, charlie):
        client.force_login(charlie)
        response = client.post(CREATE, self.FORM | {"name": "a\u202eb"})
        assert response.status_code == 422
        assert "The name contains a character that cannot be displayed." in response.text

    def test_without_a_season_no_league_can_be_created(self, client, charlie):
        client.force_login(charlie)
        assert "No season is loaded yet" in client.get(CREATE).text


class TestJoining:
    def test_an_invitation_names_the_league_and_asks_for_no_code(self, client, league, charlie):
        client.force_login(charlie)
        page = client.get(reverse("pages:invitation", args=[league.code.lower()])).text
        assert "Alpine Friends" in page
        assert 'name="code"' not in page
        assert "2 of 11 places taken" in page

    def test_the_code_makes_a_member(self, client, league, charlie):
        client.force_login(charlie)
        response = client.post(JOIN, {"code": league.code}, follow=True)
        assert "Welcome to “Alpine Friends”." in response.text
        assert Membership.objects.filter(league=league, user=charlie).exists()

    def test_a_wrong_code_shows_why_it_is_refused(self, client, league, charlie):
        client.force_login(charlie)
        response = client.post(JOIN, {"code": "NOSUCH22"})
        assert response.status_code == 422
        assert "No league has this code." in response.text

    def test_a_member_is_redirected_to_the_league(self, client, league, bob):
        client.force_login(bob)
        response = client.get(reverse("pages:invitation", args=[league.code]))
        assert response.headers["Location"] == reverse("pages:league_home", args=[league.pk])

    def test_a_public_league_is_found_and_joined_without_a_code(self, client, league, alice, charlie):
        public(league, alice)
        client.force_login(charlie)
        address = reverse("leagues:join_public", args=[league.pk])
        assert address in client.get(PUBLIC, {"q": "alpine"}).text
        assert address not in client.get(PUBLIC, {"q": "nobody"}).text
        assert "Welcome" in client.post(address, follow=True).text
        assert "You are a member" in client.get(PUBLIC).text

    def test_a_private_league_cannot_be_found_or_joined_without_its_code(self, client, league, charlie):
        client.force_login(charlie)
        assert "Alpine Friends" not in client.get(PUBLIC).text
        assert client.post(reverse("leagues:join_public", args=[league.pk])).status_code == 404


class TestMembers:
    def test_the_manager_makes_a_co_manager(self, client, league, alice, bob):
        client.force_login(alice)
        response = client.post(page_of(league, "members"), {"member": bob.pk, "role": "co_manager"}, follow=True)
        assert "bob has the new role." in response.text
        assert Membership.objects.get(user=bob).role == Membership.Role.CO_MANAGER

    def test_the_manager_hands_the_league_over_on_a_page_that_says_what_follows(self, client, league, alice, bob):
        client.force_login(alice)
        address = reverse("leagues:hand_over", args=[league.pk, bob.pk])
        assert f'href="{address}"' in client.get(page_of(league, "members")).text
        assert "Only bob can then assign roles" in client.get(address).text
        assert "bob has the new role." in client.post(address, follow=True).text
        assert Membership.objects.get(user=bob).role == Membership.Role.MANAGER

    def test_a_member_cannot_assign_roles(self, client, league, alice, bob):
        client.force_login(bob)
        assert "Change the role" not in client.get(page_of(league, "members")).text
        response = client.post(page_of(league, "members"), {"member": bob.pk, "role": "co_manager"}, follow=True)
        assert "Only the league&#x27;s manager can do this." in response.text
        assert Membership.objects.get(user=bob).role == Membership.Role.MEMBER

    def test_the_invitation_link_is_shown(self, client, league, bob):
        client.force_login(bob)
        link = f"http://testserver{reverse('pages:invitation', args=[league.code])}"
        assert link in client.get(page_of(league, "members")).text

    def test_a_full_league_says_so_beside_the_link(self, client, league, alice):
        change_league(league=league, by=alice, capacity=2)
        client.force_login(alice)
        for address in (page_of(league, "members"), reverse("pages:league_home", args=[league.pk])):
            page = client.get(address).text
            assert "The league is full" in page
            assert "Anyone who opens this link" not in page

    def test_members_read_what_others_say_about_themselves(self, client, league, alice, bob, bobs):
        User.objects.filter(pk=bob.pk).update(bio="Midfield <b>expert</b>")
        client.force_login(alice)
        pages = (page_of(league, "members"), reverse("pages:constructor", args=[bobs.pk]))
        assert all("Midfield &lt;b&gt;expert&lt;/b&gt;" in client.get(address).text for address in pages)
        User.objects.filter(pk=bob.pk).update(discoverable=False)
        assert not any("Midfield" in client.get(address).text for address in pages)

    def test_leaving_twice_is_not_found(self, client, league, bob):
        client.force_login(bob)
        client.post(page_of(league, "leave"))
        answers = [client.post(page_of(league, "leave")), client.post(reverse("leagues:leave", args=[999_999]))]
        assert [response.status_code for response in answers] == [404, 404]
        assert all("You are not in this league" in response.text for response in answers)

    def test_leaving_asks_in_a_dialog_and_without_scripts_on_a_page(self, client, league, bob, charlie):
        client.force_login(bob)
        members, asking = client.get(page_of(league, "members")).text, client.get(page_of(league, "leave")).text
        assert f'href="{page_of(league, "leave")}" data-opens="leave"' in members
        assert '<dialog class="dialog dialog-sheet" id="leave"' in members
        assert "Leave the league?" in asking
        assert f'action="{page_of(league, "leave")}"' in asking
        client.force_login(charlie)
        assert client.get(page_of(league, "leave")).status_code == 404

    def test_a_manager_of_others_cannot_leave_from_the_page(self, client, league, alice):
        client.force_login(alice)
        asking = client.get(page_of(league, "leave")).text
        assert "Make another member the manager before you leave" in asking
        assert f'action="{page_of(league, "leave")}"' not in asking

    def test_leaving_shows_a_confirmation(self, client, league, bob):
        client.force_login(bob)
        response = client.post(page_of(league, "leave"), follow=True)
        assert "You have left “Alpine Friends”." in response.text
        assert client.get(page_of(league, "members")).status_code == 404

    def test_the_manager_is_told_to_transfer_the_management_first(self, client, league, alice):
        client.force_login(alice)
        assert "make another member the manager" in client.get(page_of(league, "members")).text
        assert (
            "Make another member the manager before you leave"
            in client.post(page_of(league, "leave"), follow=True).text
        )

    def test_the_number_of_queries_does_not_grow_with_members(self, client, league, alice, django_assert_num_queries):
        client.force_login(alice)
        with django_assert_num_queries(8) as few:
            client.get(page_of(league, "members"))
        for _ in range(5):
            join_league(user=UserFactory.create(), league=league, now=FOUNDED_AT)
        with django_assert_num_queries(len(few)):
            client.get(page_of(league, "members"))


class TestRules:
    def form_of(self, client, league):
        """The settings form data that a browser would submit for the page."""
        form = client.get(page_of(league, "settings")).context["rules_form"]
        values = {name: form[name].value() for name in form.fields}
        return {name: value for name, value in values.items() if value is not None and value is not False} | {
            "save_rules": "1"
        }

    def test_saving_rules_creates_a_version_with_its_author(self, client, league, alice):
        client.force_login(alice)
        response = client.post(
            page_of(league, "settings"), self.form_of(client, league) | {"scoring": "standard_f1"}, follow=True
        )
        assert "They apply from the next draft that opens." in response.text
        assert "Version 2" in response.text
        version = current_settings(league)
        assert (version.number, version.scoring, version.created_by) == (2, "standard_f1", alice)

    def test_choices_say_what_they_mean(self, client, league, alice, race, at):
        at(OVER_AT)
        results_for(race, [f"driver_{number}" for number in range(1, 11)])
        client.force_login(alice)
        page = client.get(page_of(league, "settings")).text
        assert 'type="radio" name="scoring" value="inverted_position" checked' in page
        assert "The order turns around after each round" in page
        assert "You have 4 hours for each pick" in page
        assert "own points, which you set below" in page
        assert "(9th) scores 9 points" in page

    def test_saving_the_unchanged_form_changes_nothing(self, client, league, alice):
        client.force_login(alice)
        client.post(page_of(league, "settings"), self.form_of(client, league))
        assert SettingsVersion.objects.filter(league=league).count() == 1

    @pytest.mark.parametrize(
        ("number", "unit", "seconds"), [("90", "60", 5400), ("2", "86400", 172_800), ("45", "", 45)]
    )
    def test_the_time_per_pick_is_a_number_with_a_unit(self, client, league, alice, number, unit, seconds):
        client.force_login(alice)
        time = {"clock": "fixed", "clock_seconds": number, "clock_seconds_unit": unit}
        client.post(page_of(league, "settings"), self.form_of(client, league) | time)
        assert current_settings(league).clock_seconds == seconds

    @pytest.mark.parametrize(
        ("number", "unit", "sentence"),
        [
            ("8", "86400", "Give players at most 7 days."),
            ("29", "1", "Give players at least 30 seconds."),
            ("4", "5", "This field is required."),
            ("half", "3600", "Enter a whole number."),
        ],
    )
    def test_an_invalid_time_per_pick_is_refused(self, client, league, alice, number, unit, sentence):
        client.force_login(alice)
        time = {"clock": "fixed", "clock_seconds": number, "clock_seconds_unit": unit}
        response = client.post(page_of(league, "settings"), self.form_of(client, league) | time)
        assert response.status_code == 422
        assert sentence in response.text

    def test_the_form_shows_times_in_the_largest_unit(self, client, league, alice):
        client.force_login(alice)
        page = client.get(page_of(league, "settings")).text
        assert 'name="clock_seconds" value="4"' in page
        assert '<option value="3600" selected>hours</option>' in page

    def test_invalid_custom_points_show_why_they_are_refused(self, client, league, alice):
        client.force_login(alice)
        changes = {"scoring": "custom", "places": "10 1000"}
        response = client.post(page_of(league, "settings"), self.form_of(client, league) | changes)
        assert response.status_code == 422
        assert "Place 2: 1000 is too much. Points range from -100 to 100." in response.text

    def test_more_picks_than_cars_are_refused(self, client, league, alice):
        client.force_login(alice)
        response = client.post(page_of(league, "settings"), self.form_of(client, league) | {"picks_per_race": "5"})
        assert response.status_code == 422
        assert "at most 4 fit" in response.text

    def test_a_member_reads_the_rules_and_has_no_form(self, client, league, bob):
        client.force_login(bob)
        page = client.get(page_of(league, "settings"))
        assert "Inverted position: 10th place scores most" in page.text
        assert "save_rules" not in page.text

    def test_the_rules_are_explained_to_everyone_in_the_league(self, client, league, alice, bob):
        for user in (alice, bob):
            client.force_login(user)
            page = client.get(page_of(league, "settings")).text
            assert "You have at most 6 hours for a pick." in page
            assert "players share a place." in page

    def test_a_form_sent_by_a_member_is_refused(self, client, league, bob):
        client.force_login(bob)
        client.post(page_of(league, "settings"), {"save_league": "1", "name": "Bob's", "visibility": "public"})
        assert League.objects.get().name == "Alpine Friends"
