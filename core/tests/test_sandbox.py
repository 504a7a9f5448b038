"""The temporary database has the tables of the migrated one, and leaves no trace."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler

from accounts.models import User
from core.sandbox import IN_MEMORY, temporary_database
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db


def tables_and_indexes() -> set[tuple[str, ...]]:
    """What each table and index is called, and the table that it belongs to."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name FROM sqlite_master WHERE name <> 'django_migrations'")
        return {tuple(row) for row in cursor.fetchall() if not row[1].startswith("sqlite_")}


def test_the_sandbox_has_the_tables_of_the_migrations():
    with temporary_database():
        created = tables_and_indexes()
    migrated_database = ConnectionHandler(IN_MEMORY)["default"]
    original, connections["default"] = connections["default"], migrated_database
    try:
        call_command("migrate", verbosity=0)
        migrated = tables_and_indexes()
    finally:
        migrated_database.close()
        connections["default"] = original
    assert created == migrated


def test_the_sandbox_leaves_the_database_alone():
    UserFactory.create(username="alice")
    with temporary_database():
        assert not User.objects.exists()
        User.objects.create_user("bob")
    assert list(User.objects.values_list("username", flat=True)) == ["alice"]
