"""No page shows a text that is not translated: each is rendered with a catalogue in full-width letters."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse

from accounts.models import User
from core import clock
from leagues.league_scoped_admin import LeagueScopedAdmin
from screenshots.pages import ADMINISTRATOR, NEWCOMER, PAGES, PLAYER, VISITOR
from tests.permissions.world import NOW, ZANZIBAR, make_world
from tests.support.pseudo_locale import names_in_database, texts_of, untranslated_texts, use_pseudo_locale

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch):
    world = make_world()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    User.objects.update(language="de", time_zone="UTC")
    use_pseudo_locale(monkeypatch)
    return world


def values(world):
    """The values of URLs by the names that `screenshots.pages` uses."""
    league = world.places[ZANZIBAR]
    return {
        "league": league.ids["league"],
        "new_league": league.ids["league"],
        "next_race": world.race.pk,
        "scored_race": world.scored.pk,
        "constructor": league.ids["constructor"],
        "driver": world.driver,
        "team": world.race.entries.first().team.ref,
        "code": league.ids["code"],
        "spectators": league.ids["token"],
    }


def faults_of(client, addresses):
    # What is searched for on the page of help, and how cron_descriptor says it in German.
    names = [*names_in_database(), "clock", "Jede Minute"]
    faults = []
    for address in addresses:
        response = client.get(address, headers={"Accept-Language": "de"}, follow=True)
        if response.status_code != 200:
            faults.append(f"{address}: {response.status_code}")
        faults += [f"{address}: {text}" for text in untranslated_texts(texts_of(response.text), names)]
    return faults


def addresses_for(person, found):
    for page in PAGES:
        # The style guide is for those who build pages.
        if person in page.people and page.route != "pages:styleguide":
            address = reverse(page.route, args=[found[name] for name in page.arguments])
            yield f"{address}?{page.query}" if page.query else address


@pytest.mark.parametrize("person", [VISITOR, NEWCOMER, PLAYER, ADMINISTRATOR])
def test_pages(client, world, person):
    user = {NEWCOMER: "stranger-z", PLAYER: "zanzibar-manager", ADMINISTRATOR: "root"}.get(person)
    if user:
        client.force_login(User.objects.get(username=user))
    faults = faults_of(client, addresses_for(person, values(world)))
    assert not faults, "\n".join(faults)


def admin_addresses(world) -> Iterator[str]:
    """The list of each table, and the forms for a row and for a new one."""
    for model, model_admin in admin.site._registry.items():
        table = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{table}_changelist")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield reverse(f"{table}_change", args=[quote(row.pk)])
        yield reverse(f"{table}_add")
        if isinstance(model_admin, LeagueScopedAdmin) and row is not None:
            yield from (reverse(f"{table}_act", args=[quote(row.pk), act]) for act in model_admin.object_actions)


def test_the_admin(client, world):
    client.force_login(world.administrator)
    addresses = [address for address in admin_addresses(world) if client.get(address).status_code == 200]
    faults = faults_of(client, addresses)
    assert not faults, "\n".join(faults)
