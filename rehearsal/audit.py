"""What the database says about the picks that were acknowledged, about doubles, and about the events of the drafts."""

from collections import Counter
from dataclasses import dataclass

import psycopg

PICKS = """
SELECT slot.draft_id, slot.constructor_id, driver.ref
FROM drafts_pick pick
JOIN drafts_slot slot ON slot.id = pick.slot_id
JOIN races_entry entry ON entry.id = pick.entry_id
JOIN races_driver driver ON driver.id = entry.driver_id
"""
DOUBLES = """
SELECT (SELECT count(*) - count(DISTINCT slot_id) FROM drafts_pick)
     + (SELECT count(*) - count(DISTINCT (draft_id, entry_id)) FROM drafts_pick)
"""
GAPS = """
SELECT draft_id FROM drafts_draftevent GROUP BY draft_id
HAVING min(seq) <> 1 OR max(seq) <> count(*) OR count(*) <> count(DISTINCT seq)
"""
# A pick and its event are written in one transaction.
UNEXPLAINED = """
SELECT draft.id FROM drafts_draft draft
WHERE (SELECT count(*) FROM drafts_pick pick WHERE pick.draft_id = draft.id)
   <> (SELECT count(*) FROM drafts_draftevent event WHERE event.draft_id = draft.id AND event.kind = 'picked')
"""


@dataclass(frozen=True)
class Audit:
    """`lost`: acknowledged picks that are not in the database. `doubled`: slots, drivers and requests that count twice.

    `inconsistent` are the drafts whose events have a gap, or do not match their picks.
    """

    lost: int
    doubled: int
    inconsistent: list[int]


def audit(connection: psycopg.Connection, acknowledged: list[tuple[int, int, str]]) -> Audit:
    """Compare the database with the acknowledged picks (draft, constructor, driver), while nobody picks."""
    stored = Counter(connection.execute(PICKS).fetchall())
    expected = Counter(acknowledged)
    (doubles,) = connection.execute(DOUBLES).fetchone() or (0,)
    # A pick that nobody has acknowledged was made by a request that was sent again, and counts a second time.
    doubled = int(doubles) + (stored - expected).total()
    rows = [*connection.execute(GAPS).fetchall(), *connection.execute(UNEXPLAINED).fetchall()]
    return Audit((expected - stored).total(), doubled, sorted({draft for (draft,) in rows}))
