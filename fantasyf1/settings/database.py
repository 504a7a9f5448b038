"""PostgreSQL by `DATABASE_URL`, else SQLite in the data directory."""

from typing import Any

from fantasyf1.settings.base import EMBEDDED, FANTASYF1_HOME
from fantasyf1.settings.env import TESTING, read

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _sqlite(path: str) -> dict[str, Any]:
    # Writers queue instead of failing half-way: every transaction takes the write lock when it begins and waits for it
    # if necessary; readers are not blocked (WAL). tests/test_database.py checks these options.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _database() -> dict[str, Any]:
    if EMBEDDED:
        return _sqlite(str(FANTASYF1_HOME / "fantasyf1.sqlite3"))
    configuration: dict[str, Any] = dict(read("dj_db_url", "DATABASE_URL"))
    if configuration["ENGINE"] == "django.db.backends.sqlite3":
        return _sqlite(configuration["NAME"])
    configuration["CONN_MAX_AGE"] = 0
    # It checks each connection of the pool: after a restart of PostgreSQL, a request waits for a new one.
    configuration["ENGINE"] = "core.postgresql"
    # In PgBouncer's transaction mode, a transaction cannot rely on what an earlier one did to its session. So there are
    # no server-side cursors, prepared statements or start-up options; the role has the timeouts (core.timeouts).
    configuration["DISABLE_SERVER_SIDE_CURSORS"] = True
    configuration["OPTIONS"] = {
        **configuration.get("OPTIONS", {}),
        "prepare_threshold": None,
        # The pool owns the connections; a thread that ends returns its connection.
        "pool": False if TESTING else {"min_size": 1, "max_size": read("int", "DATABASE_POOL_SIZE", 8), "timeout": 10},
    }
    return configuration


DATABASES = {"default": _database()}
