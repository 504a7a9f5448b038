"""Upgrades of a database that holds data: the migrations that fill new columns."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from constructors.models import Constructor
from leagues.models import League, Membership, Webhook
from tests.support.cast import FOUNDED_AT

# Before names were compared in Python, and before the addresses of webhooks were encrypted.
BEFORE = [
    ("accounts", "0005_encrypt_mfa_secrets"),
    ("leagues", "0006_webhooks"),
    ("constructors", "0003_deputies"),
]
# Cyrillic.
LOOK_ALIKE = "\u0430lice"


class OldDatabase:
    """The database as an earlier version left it."""

    def __init__(self) -> None:
        executor = MigrationExecutor(connection)
        self._latest = executor.loader.graph.leaf_nodes()
        executor.migrate(BEFORE)
        self.apps = executor.loader.project_state(BEFORE).apps

    def upgrade(self) -> None:
        MigrationExecutor(connection).migrate(self._latest)


@pytest.fixture
def old(transactional_db: None, league: League, alices: Constructor, bobs: Constructor) -> Iterator[OldDatabase]:
    database = OldDatabase()
    try:
        yield database
    finally:
        database.upgrade()


def test_people_whose_names_look_alike_keep_them(old, alice, bob, alices, bobs):
    old.apps.get_model("accounts", "User").objects.filter(pk=bob.pk).update(username=LOOK_ALIKE, display_name="")
    constructors = old.apps.get_model("constructors", "Constructor").objects
    constructors.filter(pk=alices.pk).update(name="Alice")
    constructors.filter(pk=bobs.pk).update(name=LOOK_ALIKE)
    old.upgrade()
    users = dict(User.objects.values_list("username", "username_skeleton"))
    assert (users["alice"], users[LOOK_ALIKE]) == ("alice", f"alice\n{bob.pk}")
    assert User.objects.get(pk=bob.pk).username_key == LOOK_ALIKE
    skeletons = dict(Constructor.objects.values_list("pk", "name_skeleton"))
    assert (skeletons[alices.pk], skeletons[bobs.pk]) == ("alice", f"alice\n{bobs.pk}")
    memberships = dict(Membership.objects.values_list("user", "name_skeleton"))
    assert (memberships[alice.pk], memberships[bob.pk]) == ("alice", "")


def test_webhooks_are_encrypted(old, league):
    url = "https://example.org/x/1234"
    old.apps.get_model("leagues", "Webhook").objects.create(
        league_id=league.pk, service="generic", name="Ours", url=url, secret="whsec_1", events=[], created_at=FOUNDED_AT
    )
    old.upgrade()
    webhook = Webhook.objects.get()
    assert (webhook.url, webhook.secret, webhook.url_ending) == (url, "whsec_1", "1234")
    assert "example.org" not in webhook.encrypted_url
