"""Which database errors mean that PostgreSQL could not be reached, or that the connection to it was lost."""

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

# SQLSTATEs: connection exceptions, operator interventions such as a shutdown, too many connections, and a transaction
# that was idle for too long. https://www.postgresql.org/docs/current/errcodes-appendix.html
UNAVAILABLE_CLASSES = ("08", "57P")
UNAVAILABLE_STATES = ("53300", "25P03")


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database did not respond, so that the same request may succeed later."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    # Only errors of psycopg have a SQLSTATE. It is None if the server did not send the error.
    state = getattr(error.__cause__, "sqlstate", "")
    return state is None or state.startswith(UNAVAILABLE_CLASSES) or state in UNAVAILABLE_STATES


def is_connection_lost(error: BaseException | None) -> bool:
    """Whether a connection was lost, and not only that the pool has waited for a new one in vain."""
    return error is not None and is_unavailable(error) and not isinstance(error.__cause__, PoolTimeout)
