"""The timeouts of PostgreSQL: how long a statement may run, and how long it waits for a lock.

They belong to the site's role in its database, and a new session takes them over. Unlike options of the connection they
also hold behind PgBouncer, and unlike `SET LOCAL` they cost nothing and hold for statements outside of transactions.
"""

from typing import Any

# As PostgreSQL writes them.
TIMEOUTS = {"lock_timeout": "10s", "statement_timeout": "1min"}


def other_timeouts(cursor: Any) -> dict[str, str]:
    """The timeouts of a cursor's session that are not as they should be."""
    cursor.execute("SELECT current_setting(unnest(%s::text[]))", [list(TIMEOUTS)])
    found = dict(zip(TIMEOUTS, (value for (value,) in cursor.fetchall()), strict=True))
    return {name: value for name, value in found.items() if value != TIMEOUTS[name]}


def describe(timeouts: dict[str, str]) -> str:
    """Timeouts as they are written in a sentence.

    >>> describe({"lock_timeout": "0", "statement_timeout": "1h"})
    'lock_timeout is 0 and statement_timeout is 1h'
    """
    return " and ".join(f"{name} is {value}" for name, value in timeouts.items())
