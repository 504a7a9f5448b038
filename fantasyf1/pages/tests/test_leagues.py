"""Pages of leagues: league home, the standings as CSV, races in a league, and constructors."""

import csv
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from constructors.models import Constructor
from drafts.models import Draft
from drafts.services import lock_draft, make_pick
from leagues.models import League
from leagues.services import change_league, join_league, leave_league
from races.models import Entry, Race
from scoring.models import RaceScore
from scoring.services import score_race
from scoring.services.standings import rank_league
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import DriverFactory, EntryFactory, RaceFactory, UserFactory, results_for

pytestmark = pytest.mark.django_db


def page_of(league):
    return reverse("pages:league_home", args=[league.pk])


def race_page(draft):
    return reverse("pages:league_race", args=[draft.league_id, draft.race_id])


def constructor_page(constructor):
    return reverse("pages:constructor", args=[constructor.pk])


@pytest.fixture
def locked_draft(open_draft, alices, bobs, at):
    """Alice holds drivers 10 and 1, Bob 9 and, by autopick at the lock, 11."""
    for constructor, number in ((alices, 10), (bobs, 9), (alices, 1)):
        entry = Entry.objects.select_related("driver").get(race=open_draft.race, number=number)
        make_pick(constructor=constructor, entry=entry, now=DRAFTING_AT)
    ranked = [[entry.driver_id, "0"] for entry in Entry.objects.filter(race=open_draft.race, number=11)]
    Draft.objects.filter(pk=open_draft.pk).update(ranking=ranked)
    lock_draft(draft=open_draft, now=open_draft.locks_at)
    at(open_draft.locks_at + timedelta(minutes=1))
    return Draft.objects.get(pk=open_draft.pk)


@pytest.fixture
def scored_draft(locked_draft, at):
    results_for(locked_draft.race, retired=["driver_1"])
    score_race(race=Race.objects.get(pk=locked_draft.race_id), now=OVER_AT)
    at(OVER_AT)
    return Draft.objects.get(pk=locked_draft.pk)


def raced(draft, races):
    """Create `races` earlier scored drafts of the league, won by the constructors that joined first."""
    constructors = Constructor.objects.filter(league=draft.league).order_by("pk")
    for ago in range(1, races + 1):
        at = draft.race.starts_at - timedelta(weeks=ago)
        race = RaceFactory.create(season=draft.race.season, name=f"Former Grand Prix {ago}", starts_at=at)
        former = Draft.objects.create(
            league=draft.league,
            race=race,
            settings=draft.settings,
            state=Draft.State.SCORED,
            opens_at=at,
            opened_at=at,
            locks_at=at,
        )
        RaceScore.objects.bulk_create(
            RaceScore(draft=former, constructor=constructor, points=11 - rank, rank=rank)
            for rank, constructor in enumerate(constructors, 1)
        )
    rank_league(league=draft.league)


class TestTheLeague:
    def test_the_player_on_the_clock_is_asked_to_pick(self, client, open_draft, alice, bob):
        client.force_login(alice)
        page = client.get(page_of(open_draft.league)).text
        assert "Make your pick" in page
        assert "It is your turn" in page
        assert "It is their turn." not in page
        assert "passed without a pick" not in page
        client.force_login(bob)
        page = client.get(page_of(open_draft.league)).text
        assert "Make your pick" not in page
        assert "It is their turn." in page

    def test_it_says_what_happens_to_missing_picks(self, client, open_draft, alice):
        client.force_login(alice)
        assert "or the best one left" in client.get(page_of(open_draft.league)).text
        open_draft.settings.autopicks = False
        open_draft.settings.save()
        assert "this league has no autopicks" in client.get(page_of(open_draft.league)).text

    def test_the_standings_have_points_and_links(self, client, scored_draft, bob, alices, bobs):
        client.force_login(bob)
        page = client.get(page_of(scored_draft.league))
        assert [(row["constructor"], row["points"]) for row in page.context["rows"]] == [
            ("Bob Motorsport", "18"),
            ("Alice Racing", "9"),
        ]
        assert constructor_page(alices) in page.text
        assert race_page(scored_draft) in page.text

    def test_late_joiners_and_former_members_are_marked(self, client, scored_draft, alice, bob, charlie):
        join_league(user=charlie, league=scored_draft.league, now=OVER_AT)
        leave_league(user=bob, league=scored_draft.league, now=OVER_AT)
        client.force_login(alice)
        page = client.get(page_of(scored_draft.league)).text
        assert "charlie · joined late" in page
        assert "bob · left the league" in page

    def test_a_single_player_is_asked_to_invite_friends(self, client, league, alice, bob, at):
        at(DRAFTING_AT)
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        client.force_login(alice)
        page = client.get(page_of(league)).text
        assert "You are the only player" in page
        assert league.code in page

    def test_without_a_race_ahead_it_says_so(self, client, league, alice):
        Draft.objects.all().delete()
        client.force_login(alice)
        assert "No upcoming draft" in client.get(page_of(league)).text

    def test_a_visitor_of_a_public_league_sees_the_standings_but_no_code(self, client, scored_draft, alice):
        change_league(league=scored_draft.league, by=alice, visibility=League.Visibility.PUBLIC)
        page = client.get(page_of(scored_draft.league)).text
        assert "Bob Motorsport" in page
        assert scored_draft.league.code not in page
        assert "Sign in to join" in page

    def test_past_races_name_all_their_winners(self, client, open_draft, alice, alices, bobs):
        raced(open_draft, 2)
        drawn = Draft.objects.get(race__name="Former Grand Prix 1")
        RaceScore.objects.filter(draft=drawn).update(rank=1, points=12)
        client.force_login(alice)
        page = client.get(page_of(open_draft.league))
        assert [(line.draft.race.name, line.winners, line.points) for line in page.context["past"]] == [
            ("Former Grand Prix 1", ["Alice Racing", "Bob Motorsport"], 12),
            ("Former Grand Prix 2", ["Alice Racing"], 10),
        ]
        assert "Alice Racing and 1 more" in page.text

    @pytest.mark.parametrize("cached", [True, False])
    @pytest.mark.parametrize("races", [0, 24])
    @pytest.mark.parametrize("players", [2, 11])
    def test_it_takes_at_most_eight_queries_with_a_cache(
        self, client, open_draft, alice, players, races, cached, settings, django_assert_max_num_queries
    ):
        for _ in range(players - 2):
            join_league(user=UserFactory.create(), league=open_draft.league, now=DRAFTING_AT)
        raced(open_draft, races)
        client.force_login(alice)
        client.get(page_of(open_draft.league))
        if not cached:
            settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"cold-{uuid4().hex}"}}
        # Without a cache, the standings and the season are queried too.
        with django_assert_max_num_queries(8 if cached else 11):
            page = client.get(page_of(open_draft.league))
        assert (len(page.context["rows"]), len(page.context["past"])) == (players, races)


class TestStandingsCsv:
    def lines(self, client, league):
        answer = client.get(reverse("pages:standings_csv", args=[league.pk]))
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))

    def test_the_csv_equals_the_page(self, client, scored_draft, alice, bobs):
        client.force_login(alice)
        head, first, *_ = self.lines(client, scored_draft.league)
        assert head[0::7] == ["Place", "Points"]
        assert first[:3] == ["1", bobs.name, "bob"]
        assert first[7] in client.get(page_of(scored_draft.league)).content.decode()

    def test_a_name_is_not_a_formula(self, client, scored_draft, alice, bobs):
        Constructor.objects.filter(pk=bobs.pk).update(name='=HYPERLINK("https://example.org")')
        client.force_login(alice)
        assert self.lines(client, scored_draft.league)[1][1] == '\'=HYPERLINK("https://example.org")'

    def test_strangers_get_404(self, client, scored_draft, charlie):
        client.force_login(charlie)
        assert client.get(reverse("pages:standings_csv", args=[scored_draft.league_id])).status_code == 404


class TestARace:
    def test_every_pick_is_explained(self, client, scored_draft, alice):
        client.force_login(alice)
        page = client.get(race_page(scored_draft)).text
        assert "8th place <b>8</b>" in page
        assert "Did not finish <b>0</b>" in page
        assert page.count("Autopick at the lock") == 1

    def test_a_replacement_is_named(self, client, locked_draft, alice):
        entry = Entry.objects.get(race=locked_draft.race, number=9)
        newcomer = DriverFactory.create(ref="driver_tsunoda", family_name="Tsunoda")
        EntryFactory.create(race=locked_draft.race, driver=newcomer, team=entry.team, number=30)
        entry.is_withdrawn = True
        entry.save()
        results = results_for(locked_draft.race, [newcomer])
        results.results.filter(driver=entry.driver).delete()
        score_race(race=Race.objects.get(pk=locked_draft.race_id), now=OVER_AT)
        client.force_login(alice)
        assert "Tsunoda drove for 9" in client.get(race_page(locked_draft)).text

    def test_before_the_result_picks_have_no_points(self, client, locked_draft, alice):
        client.force_login(alice)
        page = client.get(race_page(locked_draft)).text
        assert "No points yet" in page
        assert "Driver 10" in page

    def test_it_links_to_the_result_and_the_draft(self, client, scored_draft, alice):
        client.force_login(alice)
        page = client.get(race_page(scored_draft)).text
        assert reverse("races:race", args=[scored_draft.race_id]) in page
        assert reverse("drafts:room", args=[scored_draft.league_id, scored_draft.race_id]) in page


class TestAConstructor:
    def test_the_season_is_shown_above_the_races(self, client, scored_draft, bob, alices):
        client.force_login(bob)
        page = client.get(constructor_page(alices))
        assert page.context["standing"]["points"] == "9"
        assert "9th place <b>9</b>" in page.text
        assert "Did not finish <b>0</b>" in page.text

    def test_only_its_player_can_rename_it(self, client, scored_draft, alice, bob, alices):
        client.force_login(alice)
        assert "Change name" in client.get(constructor_page(alices)).text
        client.force_login(bob)
        assert "Change name" not in client.get(constructor_page(alices)).text

    def test_without_picks_it_says_so(self, client, league, alice, alices):
        client.force_login(alice)
        assert "No picks yet" in client.get(constructor_page(alices)).text


class TestStrangers:
    def test_a_private_league_is_not_found(self, client, scored_draft, charlie, alices):
        client.force_login(charlie)
        missing = client.get(reverse("pages:league_home", args=[99999]))
        for address in (page_of(scored_draft.league), race_page(scored_draft), constructor_page(alices)):
            answer = client.get(address)
            assert answer.status_code == missing.status_code == 404
            assert "Alpine" not in answer.text
            assert len(answer.text) == len(missing.text)

    def test_a_visitor_gets_404_too(self, client, scored_draft):
        assert client.get(page_of(scored_draft.league)).status_code == 404

    def test_a_constructor_that_does_not_exist_is_not_found(self, client, alice):
        client.force_login(alice)
        missing = (Constructor.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        assert client.get(reverse("pages:constructor", args=[missing])).status_code == 404


def test_the_result_of_a_race_can_be_shared_and_each_constructor_linked_to(client, scored_draft, bob, bobs):
    client.force_login(bob)
    text = client.get(race_page(scored_draft)).text
    assert f'data-share="http://testserver{race_page(scored_draft)}"' in text
    assert "scored most" in text
    assert f'id="constructor-{bobs.pk}"' in text
