"""Spectator pages under a secret URL: what they show, to whom, and how managers control the link."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core.errors import NotAllowed
from drafts.models import Draft, SpectatorLink
from drafts.services import end_spectator_link, pause_draft, renew_spectator_link
from leagues.models import League, Membership
from leagues.services import set_role
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import fresh, locked, pick, scored

MINUTE = timedelta(minutes=1)
PAGES = ["watch", "wall"]


@pytest.fixture
def link(league, alice):
    return renew_spectator_link(league=league, by=alice, now=FOUNDED_AT)


def url_of(page, link):
    return reverse(f"drafts:{page}", args=[link.token])


def manager_page(league, what="spectators"):
    return reverse(f"drafts:{what}", args=[league.pk])


class TestTheLink:
    def test_the_first_renewal_creates_the_link(self, league, link):
        assert len(link.token) == 43
        assert SpectatorLink.objects.get().league == league

    @pytest.mark.parametrize("page", PAGES)
    def test_renewing_the_link_revokes_the_old_one(self, client, league, link, alice, page):
        new = renew_spectator_link(league=league, by=alice, now=FOUNDED_AT + MINUTE)
        assert client.get(url_of(page, new)).status_code == 200
        assert client.get(url_of(page, link)).status_code == 404
        assert new.renewed_at == FOUNDED_AT + MINUTE

    @pytest.mark.parametrize("page", PAGES)
    def test_an_ended_link_is_not_found(self, client, league, link, alice, page):
        end_spectator_link(league=league, by=alice, now=FOUNDED_AT)
        assert client.get(url_of(page, link)).status_code == 404

    def test_a_wrong_token_is_not_found(self, client, link, at):
        at(FOUNDED_AT)
        wrong = client.get(address := reverse("drafts:watch", args=["x" * 43]))
        missing = client.get(other := reverse("pages:league_home", args=[999]))
        assert (wrong.status_code, missing.status_code) == (404, 404)
        assert wrong.text.replace(address, "") == missing.text.replace(other, "")
        assert set(wrong.headers) == set(missing.headers)

    def test_co_managers_can_manage_the_link(self, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role=Membership.Role.CO_MANAGER)
        assert renew_spectator_link(league=league, by=bob, now=FOUNDED_AT).token

    def test_members_cannot_manage_the_link(self, league, link, bob):
        with pytest.raises(NotAllowed, match="decide who may watch"):
            renew_spectator_link(league=league, by=bob, now=FOUNDED_AT)
        with pytest.raises(NotAllowed):
            end_spectator_link(league=league, by=bob, now=FOUNDED_AT)
        assert SpectatorLink.objects.get().token == link.token


class TestWhatIsSeen:
    @pytest.mark.parametrize("page", PAGES)
    def test_it_shows_who_is_on_the_clock_and_the_last_picks(self, client, open_draft, link, alices, page):
        pick(open_draft, alices, "driver_7", DRAFTING_AT)
        text = client.get(url_of(page, link)).text
        league_and_race = ("Grand Prix", "Alpine Friends", "Bob Motorsport")
        for words in (*league_and_race, "Time left for this pick", "1 of 4 picked", "7"):
            assert words in text
        assert f'data-draft="{open_draft.pk}"' in text

    @pytest.mark.parametrize("page", PAGES)
    def test_it_shows_nothing_private(self, client, open_draft, link, alices, alice, page):
        pick(open_draft, alices, "driver_7", DRAFTING_AT)
        client.force_login(alice)
        text = client.get(url_of(page, link)).text
        for secret in (
            "alice",
            "bob",
            "@",
            open_draft.league.code,
            open_draft.order_seed,
            "<form",
            "csrf",
            "/leagues/",
        ):
            assert secret not in text

    @pytest.mark.parametrize("page", PAGES)
    def test_it_stays_out_of_search_engines_caches_and_referrers(self, client, open_draft, link, page):
        response = client.get(url_of(page, link))
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("page", PAGES)
    def test_it_reloads_without_javascript(self, client, open_draft, link, page):
        assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in client.get(url_of(page, link)).text

    @pytest.mark.parametrize("page", PAGES)
    def test_the_stream_is_authorized_by_the_token(self, client, open_draft, link, page):
        stream = f"/live/drafts/{open_draft.pk}/?watch={link.token}&amp;after=1"
        assert f'sse-connect="{stream}"' in client.get(url_of(page, link)).text

    @pytest.mark.parametrize("page", PAGES)
    def test_it_refuses_post(self, client, open_draft, link, page):
        assert client.post(url_of(page, link)).status_code == 405

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (Draft.State.PAUSED, "The draft is paused"),
            (Draft.State.COMPLETE, "All picks are made"),
            (Draft.State.LOCKED, "Waiting for the race"),
            (Draft.State.SCORED, "The points are in"),
        ],
    )
    @pytest.mark.parametrize("page", PAGES)
    def test_every_state_has_its_own_text(self, client, open_draft, link, page, state, words):
        Draft.objects.filter(pk=open_draft.pk).update(state=state, turn_ends_at=None)
        Draft.objects.exclude(pk=open_draft.pk).delete()
        assert words in client.get(url_of(page, link)).text

    def test_an_upcoming_draft_says_so(self, client, upcoming_draft, link, at):
        at(upcoming_draft.opens_at - MINUTE)
        assert "Not open yet" in client.get(url_of("wall", link)).text
        at(upcoming_draft.opens_at + MINUTE)
        assert "Opening soon" in client.get(url_of("wall", link)).text

    def test_a_draft_past_its_lock_is_locking(self, client, open_draft, link, at):
        at(open_draft.locks_at + MINUTE)
        assert "Time is up" in client.get(url_of("watch", link)).text

    def test_viewing_ends_an_expired_turn(self, client, open_draft, link, at):
        at(open_draft.turn_ends_at + MINUTE)
        client.get(url_of("watch", link))
        assert fresh(open_draft).picks.count() == 1

    @pytest.mark.parametrize("page", PAGES)
    def test_a_league_without_a_draft_says_so(self, client, league, link, page):
        Draft.objects.all().delete()
        assert "Nothing to watch yet" in client.get(url_of(page, link)).text

    def test_names_are_escaped(self, client, open_draft, link, alices):
        League.objects.update(name="<i>League</i>")
        alices.name = "<b>Bold & co</b>"
        alices.save(update_fields=["name"])
        for page in PAGES:
            text = client.get(url_of(page, link)).text
            assert "&lt;b&gt;Bold &amp; co&lt;/b&gt;" in text
            assert "<b>Bold" not in text
            assert "<i>League" not in text

    @pytest.mark.parametrize("page", PAGES)
    def test_it_takes_a_bounded_number_of_queries(
        self, client, open_draft, link, page, alices, bobs, django_assert_max_num_queries
    ):
        pick(open_draft, alices, "driver_7", DRAFTING_AT)
        pick(open_draft, bobs, "driver_8", DRAFTING_AT)
        with django_assert_max_num_queries(8):
            client.get(url_of(page, link))


class TestPolling:
    def mark(self, response):
        return response.context["page_version"]

    def test_an_up_to_date_page_gets_204(self, client, open_draft, link):
        first = client.get(url_of("wall", link))
        again = client.get(url_of("wall", link), {"seen": self.mark(first)})
        assert (again.status_code, again.content) == (204, b"")

    def test_an_outdated_page_gets_the_new_one(self, client, open_draft, link, alice):
        first = client.get(url_of("wall", link))
        pause_draft(draft=open_draft, by=alice, now=DRAFTING_AT)
        again = client.get(url_of("wall", link), {"seen": self.mark(first)})
        assert "The draft is paused" in again.text
        assert self.mark(again) != self.mark(first)
        assert "HX-Refresh" not in again

    def test_the_next_draft_reloads_the_page(self, client, open_draft, link):
        first = client.get(url_of("wall", link))
        locked(open_draft)
        again = client.get(url_of("wall", link), {"seen": self.mark(first)})
        assert again.context["draft"] != open_draft
        assert again["HX-Refresh"] == "true"

    def test_passing_time_alone_can_change_the_page(self, client, open_draft, link, at):
        scored(open_draft)
        upcoming = Draft.objects.get(state=Draft.State.UPCOMING)
        at(upcoming.opens_at - MINUTE)
        first = client.get(url_of("wall", link))
        at(upcoming.opens_at + MINUTE)
        assert client.get(url_of("wall", link), {"seen": self.mark(first)}).status_code == 200


class TestTheManagersPage:
    def test_the_manager_creates_renews_and_ends_the_link(self, client, league, alice):
        client.force_login(alice)
        assert "No spectator link yet" in client.get(manager_page(league)).text
        made = client.post(manager_page(league, "renew_link"), follow=True).text
        assert url_of("watch", SpectatorLink.objects.get()) in made
        client.post(manager_page(league, "renew_link"))
        assert url_of("wall", SpectatorLink.objects.get()) in client.get(manager_page(league)).text
        assert "No spectator link yet" in client.post(manager_page(league, "end_link"), follow=True).text

    @pytest.mark.parametrize("who", ["bob", "charlie"])
    @pytest.mark.parametrize("is_public", [False, True])
    def test_others_cannot_open_it(self, client, league, link, who, is_public, request):
        League.objects.update(visibility=League.Visibility.PUBLIC if is_public else League.Visibility.PRIVATE)
        client.force_login(request.getfixturevalue(who))
        assert client.get(manager_page(league)).status_code == 404
        assert client.post(manager_page(league, "renew_link")).status_code == 404
        assert client.post(manager_page(league, "end_link")).status_code == 404
        assert SpectatorLink.objects.get().token == link.token

    def test_a_visitor_is_redirected_to_sign_in(self, client, league):
        assert client.get(manager_page(league)).headers["Location"].startswith(reverse("accounts:sign_in"))

    @pytest.mark.parametrize("what", ["renew_link", "end_link"])
    def test_get_requests_change_nothing(self, client, league, alice, what):
        client.force_login(alice)
        assert client.get(manager_page(league, what)).status_code == 405

    def test_only_managers_have_the_link_on_the_members_page(self, client, league, alice, bob):
        members = reverse("leagues:members", args=[league.pk])
        client.force_login(alice)
        assert manager_page(league) in client.get(members).text
        client.force_login(bob)
        assert manager_page(league) not in client.get(members).text
