"""The admin shows commissioners only their own leagues, on every page and for every registered model.

Alice and Zara each run a league that has drafted and scored. Everything in Zara's league is called Zanzibar; Alice must
neither see nor change any of it. The tests cover newly registered models automatically.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from constructors.models import Constructor
from drafts.models import Draft, Pick
from drafts.services import make_pick, open_due_drafts
from leagues.league_scoped_admin import LeagueScopedAdmin, league_of
from leagues.models import Ban, League, SkippedRace
from leagues.services import add_webhook, create_league, join_league
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT, make_league, make_season
from tests.support.factories import UserFactory, results_for

pytestmark = pytest.mark.django_db

MARKER = "zanzibar"
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
SCOPED = [model for model in MODELS if isinstance(admin.site._registry[model], LeagueScopedAdmin)]


def model_label(model: type[Model]) -> str:
    return model._meta.label


def parametrize_models(models: list[type[Model]]) -> Any:
    return pytest.mark.parametrize("model", models, ids=model_label)


@pytest.fixture(scope="module")
def leagues(module_db: None) -> tuple[int, int]:
    """Return the IDs of Alice's league and Zara's, each with a scored draft."""
    season = make_season()
    league = make_league(season, UserFactory.create(username="alice"), UserFactory.create(username="bob"))
    race = season.races.get(round=1)
    zara = UserFactory.create(username=f"{MARKER}-zara", email=f"{MARKER}@example.org")
    foreign = create_league(
        creator=zara, season=league.season, name=f"{MARKER} league", constructor_name=f"{MARKER} gp", now=FOUNDED_AT
    )
    mate = UserFactory.create(username=f"{MARKER}-mate")
    join_league(user=mate, league=foreign, constructor_name=f"{MARKER} two", now=FOUNDED_AT)
    banned = UserFactory.create(username=f"{MARKER}-banned")
    Ban.objects.create(league=foreign, user=banned, reason=f"{MARKER} reason", by=zara, created_at=FOUNDED_AT)
    SkippedRace.objects.create(league=foreign, race=season.races.get(round=3), by=zara, created_at=FOUNDED_AT)
    add_webhook(
        league=foreign, by=zara, service="generic", name=f"{MARKER} hook", url="https://localhost/", now=FOUNDED_AT
    )
    open_due_drafts(now=DRAFTING_AT)
    for draft in Draft.objects.all():
        _pick_everything(draft)
        Draft.objects.filter(pk=draft.pk).update(state=Draft.State.LOCKED, void_reason=f"{MARKER}"[:200])
    Draft.objects.filter(league=league).update(void_reason="")
    results_for(race)
    score_race(race=race, now=OVER_AT)
    return league.pk, foreign.pk


@pytest.fixture
def league(db: None, leagues: tuple[int, int]) -> League:
    return League.objects.get(pk=leagues[0])


@pytest.fixture
def zaras_league(db: None, leagues: tuple[int, int]) -> League:
    """Return Zara's league."""
    return League.objects.get(pk=leagues[1])


@pytest.fixture
def alice(league: League) -> User:
    return User.objects.get(username="alice")


@pytest.fixture
def bob(league: League) -> User:
    return User.objects.get(username="bob")


def _pick_everything(draft: Draft) -> None:
    entries = iter(draft.race.entries.all())
    for slot in draft.slots.select_related("constructor__owner").order_by("number"):
        make_pick(constructor=slot.constructor, entry=next(entries), by=slot.constructor.owner, now=DRAFTING_AT)


@pytest.fixture
def alices_admin(zaras_league: League, alice: User, client: Client) -> Client:
    client.raise_request_exception = False
    client.force_login(alice)
    return client


def rows_of_league(model: type[Model], foreign: League) -> list[Any]:
    """Return the rows of a model that belong to a league, such as Zara's."""
    path = admin.site._registry[model].league_path  # type: ignore[attr-defined]
    return [row for row in model._default_manager.all() if league_of(row, path) == foreign]


def admin_url(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def snapshot() -> str:
    """Return everything that the admin could change, as text."""
    rows = (row for model in SCOPED for row in model._default_manager.order_by("pk"))
    text: str = serializers.serialize("json", rows)
    return text


def shows_nothing_foreign(response: Any) -> bool:
    return MARKER not in response.content.decode().lower()


def test_the_test_data_has_rows_of_every_model(zaras_league):
    """A model without a row in Zara's league would pass every test below."""
    assert {model.__name__ for model in SCOPED if not rows_of_league(model, zaras_league)} <= {
        "Invitation",
        "ScoreChange",
    }
    assert Pick.objects.filter(draft__league=zaras_league).count() == 4


class TestAccess:
    def test_a_visitor_is_redirected_to_the_sign_in_page_of_the_site(self, client):
        response = client.get("/admin/")
        assert response.status_code == 302
        response = client.get(response.url)
        assert response.url.startswith("/accounts/sign-in")
        assert "next=/admin/" in response.url

    def test_a_player_cannot_open_the_admin(self, league, bob, client):
        client.force_login(bob)
        assert client.get("/admin/login/").status_code == 403
        assert client.get(admin_url(League, "changelist")).status_code == 302

    def test_a_co_manager_can_open_the_admin_until_the_role_ends(self, league, alice, bob, client):
        membership = league.memberships.get(user=bob)
        client.force_login(bob)
        membership.role = "co_manager"
        membership.save()
        assert client.get(admin_url(League, "change", league.pk)).status_code == 200
        membership.role = "member"
        membership.save()
        assert client.get(admin_url(League, "change", league.pk)).status_code == 302

    def test_staff_without_a_league_cannot_open_the_admin(self, client):
        client.force_login(UserFactory.create(is_staff=True))
        assert client.get("/admin/").status_code == 302


@parametrize_models(MODELS)
class TestReading:
    def test_lists_filters_and_searches_are_scoped(self, alices_admin, model):
        model_admin = admin.site._registry[model]
        queries = ["", f"?q={MARKER[:-1]}", "?all=", "?o=1.2"]  # the page repeats the search term
        queries += [f"?{name}__exact=1" for name in model_admin.list_filter if isinstance(name, str)]
        for query in queries:
            response = alices_admin.get(admin_url(model, "changelist") + query)
            assert response.status_code in (200, 302, 400, 403)
            assert shows_nothing_foreign(response)

    def test_the_index_and_app_pages_are_scoped(self, alices_admin, model):
        for address in (reverse("admin:index"), reverse("admin:app_list", args=[model._meta.app_label])):
            response = alices_admin.get(address)
            assert response.status_code in (200, 404)
            assert shows_nothing_foreign(response)

    def test_autocomplete_choices_are_scoped(self, alices_admin, model):
        for field in model._meta.get_fields():
            if getattr(field, "many_to_one", False) or getattr(field, "many_to_many", False):
                query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                response = alices_admin.get("/admin/autocomplete/", {**query, "field_name": field.name, "term": ""})
                assert response.status_code in (200, 403, 404)
                assert shows_nothing_foreign(response)

    def test_the_view_on_site_redirect_is_off(self, alices_admin, model):
        first = model._default_manager.first()
        if first is not None:
            kind = ContentType.objects.get_for_model(model)
            assert alices_admin.get(f"/admin/r/{kind.pk}/{first.pk}/").status_code == 404

    def test_managers_cannot_add_rows(self, alices_admin, zaras_league, model):
        before = snapshot()
        assert alices_admin.get(admin_url(model, "add")).status_code == 403
        forged = {
            "league": zaras_league.pk,
            "user": zaras_league.creator_id,
            "name": "Forged",
            "role": "manager",
            "_save": "Save",
        }
        assert alices_admin.post(admin_url(model, "add"), forged).status_code == 403
        assert snapshot() == before


@parametrize_models(SCOPED)
class TestForeignRows:
    def test_foreign_rows_are_not_found(self, alices_admin, zaras_league, model):
        for row in [*rows_of_league(model, zaras_league), model(pk=999_999)]:
            for name in ("change", "history", "delete"):
                response = alices_admin.get(admin_url(model, name, quote(row.pk)))
                assert response.status_code in (403, 404), name
                assert shows_nothing_foreign(response)

    def test_foreign_rows_refuse_forged_posts(self, alices_admin, zaras_league, league, model):
        before = snapshot()
        for row in rows_of_league(model, zaras_league):
            forged = {"league": league.pk, "name": "Forged", "post": "yes", "_save": "Save"}
            for name in ("change", "delete"):
                assert alices_admin.post(admin_url(model, name, quote(row.pk)), forged).status_code in (403, 404)
        assert snapshot() == before

    def test_object_actions_do_not_reach_foreign_rows(self, alices_admin, zaras_league, model):
        before = snapshot()
        for act in admin.site._registry[model].object_actions:  # type: ignore[attr-defined]
            for row in rows_of_league(model, zaras_league):
                address = admin_url(model, "act", quote(row.pk), act)
                assert alices_admin.get(address).status_code == 404
                assert alices_admin.post(address, {"name": "Forged", "count": 1, "minutes": 5}).status_code == 404
        assert snapshot() == before

    def test_list_actions_do_not_reach_foreign_rows(self, alices_admin, zaras_league, model):
        before = snapshot()
        chosen = [row.pk for row in rows_of_league(model, zaras_league)]
        for action in ["delete_selected", *(admin.site._registry[model].actions or ())]:
            post = {"action": action, "_selected_action": chosen, "confirmed": "yes", "post": "yes"}
            response = alices_admin.post(admin_url(model, "changelist"), post)
            assert response.status_code in (200, 302, 403)
            assert shows_nothing_foreign(response)
        assert snapshot() == before

    def test_lookups_reveal_no_foreign_rows(self, alices_admin, zaras_league, model):
        path = admin.site._registry[model].league_path  # type: ignore[attr-defined]
        way = f"{path}__" if path else ""
        for lookup in (f"{way}memberships__user__email__startswith=z", f"{way}creator__password__startswith=a"):
            assert alices_admin.get(f"{admin_url(model, 'changelist')}?{lookup}").status_code == 400
        response = alices_admin.get(f"{admin_url(model, 'changelist')}?{way}id__exact={zaras_league.pk}")
        assert response.status_code in (200, 302, 400)
        assert shows_nothing_foreign(response)


@parametrize_models(SCOPED)
class TestOwnRows:
    def test_pages_of_own_rows_show_nothing_foreign(self, alices_admin, zaras_league, league, model):
        own = list(rows_of_league(model, league))
        for row in own:
            for name in ("change", "history"):
                response = alices_admin.get(admin_url(model, name, quote(row.pk)))
                assert response.status_code == 200
                assert shows_nothing_foreign(response)

    def test_own_rows_cannot_be_moved_to_another_league(self, alices_admin, zaras_league, league, model):
        before = snapshot()
        for row in rows_of_league(model, league):
            forged = {
                "league": zaras_league.pk,
                "constructor": Constructor.objects.filter(league=zaras_league)[0].pk,
                "_save": "Save",
            }
            assert alices_admin.post(admin_url(model, "change", quote(row.pk)), forged).status_code == 403
        assert snapshot() == before

    def test_own_rows_cannot_be_deleted(self, alices_admin, zaras_league, league, model):
        before = snapshot()
        for row in rows_of_league(model, league):
            assert alices_admin.post(admin_url(model, "delete", quote(row.pk)), {"post": "yes"}).status_code == 403
        assert snapshot() == before


def test_an_administrator_sees_every_list(zaras_league, admin_client):
    for model in MODELS:
        assert admin_client.get(admin_url(model, "changelist")).status_code == 200, model


def test_an_administrator_opens_every_row_of_a_league(zaras_league, admin_client):
    for model in SCOPED:
        for row in rows_of_league(model, zaras_league):
            assert admin_client.get(admin_url(model, "change", quote(row.pk))).status_code == 200, row
