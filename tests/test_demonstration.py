"""The demonstration league of a fresh installation, as `script/server` creates it when it first starts."""

import pytest
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection

from accounts.models import User
from constructors.selectors import constructors_in
from drafts.models import Draft
from leagues.models import League
from scoring.services.demonstration import BOTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh_database():
    """The ids begin with 1, as in a new database: the names of bots and the order of the draft depend on them.

    On SQLite only: PostgreSQL would keep the reset of its sequences when the test is rolled back.
    """
    if connection.vendor != "sqlite":
        pytest.skip("The ids of a database that was used before cannot begin with 1 again.")
    with connection.cursor() as cursor:
        sequences = connection.introspection.sequence_list()
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), sequences):
            cursor.execute(statement)


def test_a_fresh_installation_gets_a_league_with_an_open_draft(fresh_database, settings, tmp_path):
    settings.FANTASYF1_HOME = tmp_path
    call_command("make_demonstration")
    league = League.objects.get()
    assert league.pk == 1
    bots = constructors_in(league).filter(is_bot=True)
    assert sorted(bots.values_list("name", flat=True)) == sorted(BOTS)
    assert Draft.objects.get(league=league, state=Draft.State.OPEN).turn_ends_at is not None
    assert User.objects.get(username="demo").check_password((tmp_path / "demo-password").read_text().strip())
