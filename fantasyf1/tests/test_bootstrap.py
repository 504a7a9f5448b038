"""The bootstrap refuses a database that it cannot upgrade, in a sentence."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from fantasyf1.ops.bootstrap import prepare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.FANTASYF1_HOME = tmp_path


@pytest.fixture
def recorder():
    return MigrationRecorder(connection)


def test_it_refuses_a_database_with_unknown_migrations(recorder):
    recorder.record_applied("accounts", "0002_quiet_hours")
    with pytest.raises(CommandError, match=r"does not have, such as accounts\.0002_quiet_hours\. It was created by"):
        prepare(empty=True, say=print)


def test_it_refuses_a_database_from_before_rate_limits_moved_to_core(recorder):
    """Such a database has the table of users, but not the migration that comes before it."""
    recorder.record_unapplied("core", "0001_rate_limits")
    with pytest.raises(CommandError, match=r"lacks migrations that this version applies first\. It was created by"):
        prepare(empty=True, say=print)
