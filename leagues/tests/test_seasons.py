"""From one season to the next: who may continue a league and when, what the new league is like, and the archive."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from constructors.models import Constructor
from constructors.services import rename_constructor
from core.errors import Invalid, NotAllowed, Refused
from drafts.models import Draft
from drafts.services import schedule_drafts
from leagues.models import Invitation, League, Membership
from leagues.selectors import current_settings, seasons_of
from leagues.services import (
    accept_invitation,
    archive_league,
    change_league,
    change_settings,
    continue_league,
    create_league,
    delete_league,
    invite,
    join_league,
    set_role,
    transfer_management,
    unarchive_league,
)
from notifications.models import Notification
from races.models import Race, Season
from scoring.models import SeasonScore
from scoring.services import score_race
from tests.support.cast import FOUNDED_AT
from tests.support.factories import STARTS_AT, SeasonFactory, UserFactory, grid, results_for, weekend
from tests.support.stories import filled, joined, opened, order_of, scored

pytestmark = pytest.mark.django_db

OVER_AT = STARTS_AT + timedelta(days=2)
NEXT_START = datetime(2026, 3, 15, 4, tzinfo=UTC)


@pytest.fixture
def season() -> Season:
    """2025 with a single race."""
    season = SeasonFactory.create(year=2025)
    grid(weekend(season, 1))
    return season


@pytest.fixture
def doras(league) -> Constructor:
    return joined(league, UserFactory.create(username="dora"))


@pytest.fixture
def finished(league, alices, bobs, doras) -> League:
    """The season is over: Bob has 18 points, Dora 15, Alice 10."""
    draft = filled(opened(league, [alices, bobs, doras]), ["driver_1", "driver_10", "driver_8"])
    draft = scored(draft, [f"driver_{number}" for number in range(1, 23)])
    names = SeasonScore.objects.filter(league=league).order_by("rank")
    assert [score.constructor.name for score in names] == ["Bob Motorsport", "dora", "Alice Racing"]
    return League.objects.select_related("season").get(pk=league.pk)


@pytest.fixture
def continued(finished, alice) -> League:
    return continue_league(league=finished, by=alice, now=OVER_AT)


def next_calendar() -> Race:
    """Publish a race of the next season; returns it."""
    race = weekend(Season.objects.get(year=2026), 1, NEXT_START)
    grid(race)
    return race


def refusal(service, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        service(**kwargs)
    return refused.value.code


class TestContinue:
    def test_a_new_league_starts_in_the_next_season(self, finished, continued, alice):
        assert (continued.season.year, continued.season.grid_size) == (2026, 22)
        assert (continued.name, continued.capacity, continued.visibility) == ("Alpine Friends", 11, "private")
        assert (continued.predecessor, continued.origin, continued.creator) == (finished, finished, alice)
        assert Membership.objects.get(league=continued).role == Membership.Role.MANAGER
        assert Constructor.objects.get(league=continued).name == "Alice Racing"

    def test_its_settings_are_kept_unless_changed(self, finished, alice):
        change_settings(league=finished, by=alice, changes={"method": "snake", "lock_minutes": 30}, now=FOUNDED_AT)
        new = continue_league(league=finished, by=alice, now=OVER_AT, name="Next", settings={"lock_minutes": 10})
        settings = current_settings(new)
        assert (new.name, settings.method, settings.lock_minutes, settings.number) == ("Next", "snake", 10, 1)

    def test_the_capacity_shrinks_to_what_fits(self, finished, alice):
        new = continue_league(league=finished, by=alice, now=OVER_AT, settings={"picks_per_race": 4})
        assert new.capacity == 5

    def test_the_members_are_asked(self, continued, bob):
        invited = Invitation.objects.filter(league=continued)
        assert set(invited.values_list("user__username", flat=True)) == {"bob", "dora"}
        notification = Notification.objects.filter(user=bob).latest("pk")
        assert "“Alpine Friends” continues in 2026. Are you in?" in notification.title
        membership = accept_invitation(invitation=invited.get(user=bob), user=bob, now=NEXT_START - timedelta(days=300))
        assert Constructor.objects.get(league=continued, owner=bob).name == "Bob Motorsport"
        assert membership.role == Membership.Role.MEMBER

    def test_continuing_again_and_again_tells_nobody_more_often_than_invitations_do(self, finished, alice, bob):
        for _ in range(7):
            continued = continue_league(league=finished, by=alice, now=OVER_AT)
            invitation = Invitation.objects.get(league=continued, user=bob)
            delete_league(league=continued, by=alice, now=OVER_AT)
        assert invitation.expires_at > OVER_AT
        assert Notification.objects.filter(user=bob, message="continued").count() == 5

    def test_all_members_are_told_however_many_the_manager_has_invited_today(self, finished, alice, bob):
        for number in range(30):
            invite(league=finished, by=alice, email=f"guest-{number}@example.org", now=OVER_AT)
        continue_league(league=finished, by=alice, now=OVER_AT)
        assert Notification.objects.filter(user=bob, message="continued").exists()

    def test_it_is_refused_before_the_season_is_over(self, league, alice):
        assert refusal(continue_league, league=league, by=alice, now=STARTS_AT) == "results_missing"
        weekend(league.season, 2)
        assert refusal(continue_league, league=league, by=alice, now=OVER_AT) == "season_not_over"
        assert League.objects.count() == 1

    def test_it_waits_for_the_results_of_the_last_race_for_a_week(self, league, alice):
        assert refusal(continue_league, league=league, by=alice, now=OVER_AT) == "results_missing"
        assert continue_league(league=league, by=alice, now=STARTS_AT + timedelta(days=9)).season.year == 2026

    def test_it_happens_once(self, finished, continued, alice):
        assert refusal(continue_league, league=finished, by=alice, now=OVER_AT) == "already_continued"

    def test_only_the_manager_continues_it(self, finished, alice, bob):
        set_role(league=finished, by=alice, user=bob, role="co_manager")
        with pytest.raises(NotAllowed):
            continue_league(league=finished, by=bob, now=OVER_AT)
        transfer_management(league=finished, by=alice, to=bob)
        new = continue_league(league=finished, by=UserFactory.create(is_superuser=True), now=OVER_AT)
        assert Membership.objects.get(league=new, role="manager").user == bob

    def test_a_demonstration_and_an_unknown_order_are_refused(self, finished, alice):
        with pytest.raises(Invalid):
            continue_league(league=finished, by=alice, now=OVER_AT, first_order="alphabetical")
        Season.objects.update(is_demonstration=True)
        finished.refresh_from_db()
        assert refusal(continue_league, league=finished, by=alice, now=OVER_AT) == "demonstration"


class TestFirstDraft:
    def test_it_appears_with_the_calendar(self, continued):
        assert not Draft.objects.filter(league=continued).exists()
        race = next_calendar()
        assert schedule_drafts(now=OVER_AT) == 1
        assert Draft.objects.get(league=continued).race == race

    def open_with_everyone(self, continued, bob, *more) -> Draft:
        for user in (bob, *more):
            join_league(user=user, league=continued, now=OVER_AT)
        next_calendar()
        schedule_drafts(now=OVER_AT)
        return opened(continued)

    def names(self, draft) -> list[str]:
        constructors = Constructor.objects.in_bulk(order_of(draft))
        return [constructors[pk].name for pk in order_of(draft)[: len(constructors)]]

    def test_the_last_of_the_old_season_picks_first_and_newcomers_last(self, continued, bob, charlie, doras):
        draft = self.open_with_everyone(continued, charlie, bob, doras.owner)
        assert self.names(draft) == ["Alice Racing", "dora", "Bob Motorsport", "charlie"]
        assert draft.order_source == Draft.OrderSource.REVERSE_STANDINGS

    def test_later_corrections_do_not_change_it(self, finished, continued, bob, doras):
        race = finished.season.races.get()
        results_for(race, [f"driver_{number}" for number in (10, *range(1, 10), *range(11, 23))])
        score_race(race=race, now=OVER_AT)
        names = SeasonScore.objects.filter(league=finished).order_by("rank")
        assert names[0].constructor.name != "Bob Motorsport", "the archive is still rescored"
        draft = self.open_with_everyone(continued, bob, doras.owner)
        assert self.names(draft) == ["Alice Racing", "dora", "Bob Motorsport"]

    def test_it_is_drawn_if_the_manager_wants(self, finished, alice, bob):
        drawn = continue_league(league=finished, by=alice, now=OVER_AT, first_order="random")
        assert drawn.opening_order is None
        assert self.open_with_everyone(drawn, bob).order_source == Draft.OrderSource.RANDOM


class TestArchive:
    def test_the_old_league_is_archived_and_read_only(self, finished, continued, alice, bob, alices):
        finished.refresh_from_db()
        assert finished.archived_at == OVER_AT
        for change in (
            lambda: change_league(league=finished, by=alice, name="Other"),
            lambda: change_settings(league=finished, by=alice, changes={"method": "snake"}, now=OVER_AT),
            lambda: set_role(league=finished, by=alice, user=bob, role="co_manager"),
            lambda: rename_constructor(constructor=alices, by=alice, name="Other"),
            lambda: join_league(league=finished, user=UserFactory.create(), now=OVER_AT),
        ):
            assert refusal(change) == "archived"

    def test_it_cannot_be_restored(self, finished, continued, alice):
        assert refusal(unarchive_league, league=finished, by=alice, now=OVER_AT) == "already_continued"

    def test_it_can_be_continued_again_once_the_new_league_is_deleted(self, finished, continued, alice, bob):
        next_calendar()
        schedule_drafts(now=OVER_AT)
        delete_league(league=continued, by=alice, now=OVER_AT)
        assert continue_league(league=finished, by=alice, now=OVER_AT).predecessor == finished

    def test_the_activity_log_says_so(self, finished, continued):
        assert finished.activity.first().sentence == "alice continued the league in 2026."
        assert continued.activity.first().sentence == "alice created the league."

    def test_any_other_league_can(self, finished, alice, bob):
        assert refusal(unarchive_league, league=finished, by=alice, now=OVER_AT) == "not_archived"
        archive_league(league=finished, by=alice, now=OVER_AT)
        with pytest.raises(NotAllowed):
            unarchive_league(league=finished, by=bob, now=OVER_AT)
        assert unarchive_league(league=finished, by=alice, now=OVER_AT).archived_at is None


class TestSeasonsOf:
    def test_members_see_the_seasons_before_theirs(self, finished, continued, bob, charlie):
        assert list(seasons_of(continued, continued.creator)) == [continued, finished]
        assert list(seasons_of(finished, bob)) == [finished], "not a later season of which Bob is not a member"
        join_league(user=charlie, league=continued, now=OVER_AT)
        assert list(seasons_of(continued, charlie)) == [continued, finished]

    def test_visitors_of_a_public_league_see_public_seasons_only(self, finished, continued, charlie):
        League.objects.filter(pk=continued.pk).update(visibility="public")
        assert list(seasons_of(continued, charlie)) == [continued]
        League.objects.update(visibility="public")
        assert list(seasons_of(continued, charlie)) == [continued, finished]

    def test_a_third_season_belongs_to_the_same_series(self, finished, continued, alice):
        race = next_calendar()
        results_for(race)
        third = continue_league(league=continued, by=alice, now=NEXT_START + timedelta(days=2))
        assert (third.season.year, third.predecessor, third.origin) == (2027, continued, finished)
        assert list(seasons_of(finished, alice)) == [third, continued, finished]


class TestCreate:
    def test_a_finished_season_is_refused(self, finished, alice):
        values = {"creator": alice, "season": finished.season, "name": "Late"}
        assert refusal(create_league, **values, now=STARTS_AT) == "season_over"
        assert refusal(create_league, **values, now=OVER_AT) == "season_over"

    def test_a_repeated_form_returns_its_league_even_after_the_season(self, season, alice):
        values = {"creator": alice, "season": season, "name": "Twice", "key": "6b1b36cb-0ee0-4ac8-8f4e-2dd2ae4b7bd3"}
        assert create_league(**values, now=FOUNDED_AT) == create_league(**values, now=OVER_AT)

    def test_the_page_creates_it_for_the_next_season(self, client, at, finished, alice):
        at(OVER_AT)
        client.force_login(alice)
        page = client.get(reverse("leagues:create")).content.decode()
        assert "The calendar of 2026 is not published yet." in page
        form = {"name": "Winter", "visibility": "private", "scoring": "standard_f1", "method": "snake"}
        client.post(reverse("leagues:create"), form | {"order_strategy": "rotation"})
        assert League.objects.get(name="Winter").season.year == 2026

    def test_the_api_creates_it_for_the_next_season(self, api, at, finished, alice):
        at(OVER_AT)
        for body in ({"name": "Winter"}, {"name": "Named", "season": 2026}):
            assert api(alice).post("/api/v1/leagues", body, format="json").json()["season"] == 2026
        response = api(alice).post("/api/v1/leagues", {"name": "Late", "season": 2025}, format="json")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "season_over")


class TestDoors:
    def test_the_page_continues_it(self, client, at, finished, alice):
        at(OVER_AT)
        client.force_login(alice)
        assert "Continue the league" in client.get(reverse("pages:league_home", args=[finished.pk])).content.decode()
        url = reverse("leagues:continue", args=[finished.pk])
        assert 'value="Alpine Friends"' in client.get(url).content.decode()
        form = {"name": "Alpine 2026", "first_order": "random", "picks_per_race": 2, "scoring": "standard_f1"}
        page = client.post(url, form | {"method": "snake", "order_strategy": "random"}, follow=True).content.decode()
        assert "“Alpine 2026” continues in 2026." in page
        assert f'href="{reverse("pages:league_home", args=[finished.pk])}">Season 2025</a>' in page
        settings = current_settings(League.objects.get(predecessor=finished))
        assert (settings.scoring, settings.method, settings.order_strategy) == ("standard_f1", "snake", "random")
        assert "already continues" in client.get(url).content.decode()
        assert (
            "This league continues in 2026"
            in client.get(reverse("pages:league_home", args=[finished.pk])).content.decode()
        )

    def test_members_cannot(self, client, at, finished, bob, charlie):
        at(OVER_AT)
        for user, status in ((bob, 403), (charlie, 404)):
            client.force_login(user)
            assert client.get(reverse("leagues:continue", args=[finished.pk])).status_code == status

    def test_the_api_continues_it(self, api, at, finished, alice, bob):
        at(OVER_AT)
        url = f"/api/v1/leagues/{finished.pk}/continue"
        assert api(bob).post(url, {}, format="json").status_code == 403
        response = api(alice).post(url, {"settings": {"method": "snake"}}, format="json")
        data = response.json()
        assert (response.status_code, data["season"], data["predecessor_id"]) == (201, 2026, finished.pk)
        assert data["settings"]["method"] == "snake"
        response = api(alice).post(f"/api/v1/leagues/{finished.pk}/unarchive")
        assert (response.status_code, response.json()["error"]["code"]) == (409, "already_continued")

    def test_the_admin_continues_it(self, client, at, finished, alice):
        at(OVER_AT)
        client.force_login(alice)
        url = reverse("admin:leagues_league_act", args=[finished.pk, "continue"])
        form = {"name": "Admin 2026", "first_order": "reverse_standings", "picks_per_race": 2, "method": "snake"}
        client.post(url, form | {"scoring": "inverted_position", "order_strategy": "rotation"})
        assert League.objects.get(predecessor=finished).name == "Admin 2026"

    def test_an_archived_league_is_restored_on_its_page(self, client, at, finished, alice):
        at(OVER_AT)
        archive_league(league=finished, by=alice, now=OVER_AT)
        client.force_login(alice)
        settings = reverse("leagues:settings", args=[finished.pk])
        page = client.get(settings).content.decode()
        assert "Restore the league" in page
        assert "Save the league" not in page
        client.post(reverse("leagues:unarchive", args=[finished.pk]))
        finished.refresh_from_db()
        assert finished.archived_at is None
