"""The database backend: `ENGINE` in the settings is the name of this package."""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

# The server could be restarted again meanwhile.
MAX_ATTEMPTS = 3


class DatabaseWrapper(base.DatabaseWrapper):
    """Checks each connection that the pool hands out, which costs a round trip.

    Django would let the pool do this (`CONN_HEALTH_CHECKS`). But the pool pauses for a second after two broken
    connections, for two after the next one, and so on (psycopg_pool 3.3.3). After a restart all of them are broken, so
    a request would time out. Here, all of them are replaced as soon as one is broken.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> "Connection[Any]":
        for _ in range(MAX_ATTEMPTS - 1):
            connection: Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or _works(connection):
                return connection
            self.pool.putconn(connection)  # it is discarded
            self.pool.check()
        return super().get_new_connection(conn_params)  # type: ignore[no-any-return]


def _works(connection: "Connection[Any]") -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        return False
    return True
