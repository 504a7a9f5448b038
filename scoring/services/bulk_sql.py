"""Bulk SQL that scores many drafts at once. Each function runs one statement, however many drafts or leagues there are.

PostgreSQL and SQLite share the statements except for a few fragments, see `DIALECTS`. Callers hold the row locks of the
leagues and drafts, in one transaction. SQLite adds points up as floats, so sums are rounded to two decimals.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from leagues.rules import Effect, RuleSet, settings_affecting
from notifications.services import Query

from ..rules import CorrectionPolicy, InputVersion

Row = tuple[Any, ...]

# The columns of the league settings that decide about scores.
SCORING_SETTINGS = settings_affecting(Effect.POINTS, Effect.REVISION)


class DraftSheet(NamedTuple):
    """A draft to score, and the sheet to score it from."""

    draft: int
    sheet: int


@dataclass(frozen=True)
class Dialect:
    """SQL fragments of one database. `ids` and `chosen` are subqueries over the parameters that the functions build."""

    ids: str
    chosen: str
    for_update: str
    differs: str
    json: str
    json_object: str
    padded_rank: str
    string_agg: str
    bytewise: str
    parameters_of_ids: Callable[[Sequence[int]], dict[str, Any]]
    parameters_of_chosen: Callable[[Sequence[DraftSheet]], dict[str, Any]]


def _columns(chosen: Sequence[DraftSheet]) -> dict[str, Any]:
    return {"drafts": [pair.draft for pair in chosen], "sheets": [pair.sheet for pair in chosen]}


DIALECTS = {
    "postgresql": Dialect(
        ids="(SELECT unnest(%(ids)s::bigint[]) AS id)",
        chosen="(SELECT * FROM unnest(%(drafts)s::bigint[], %(sheets)s::bigint[]) AS pair (draft_id, sheet_id))",
        for_update="FOR NO KEY UPDATE OF held",
        differs="IS DISTINCT FROM",
        json="jsonb",
        json_object="jsonb_build_object",
        padded_rank="lpad(rank::text, 3, '0')",
        string_agg="string_agg",
        bytewise='COLLATE "C"',
        parameters_of_ids=lambda ids: {"ids": list(ids)},
        parameters_of_chosen=_columns,
    ),
    "sqlite": Dialect(
        ids="(SELECT value AS id FROM json_each(%(ids)s))",
        chosen=(
            "(SELECT json_extract(value, '$[0]') AS draft_id, json_extract(value, '$[1]') AS sheet_id"
            " FROM json_each(%(chosen)s))"
        ),
        for_update="",  # a write transaction locks the whole database
        differs="IS NOT",
        json="text",
        json_object="json_object",
        padded_rank="printf('%%03d', rank)",
        string_agg="group_concat",
        bytewise="",
        parameters_of_ids=lambda ids: {"ids": json.dumps(list(ids))},
        parameters_of_chosen=lambda chosen: {"chosen": json.dumps(chosen)},
    ),
}


def _run(
    sql: str, *, over: str = "", ids: Sequence[int] = (), chosen: Sequence[DraftSheet] = (), **parameters: Any
) -> list[Row]:
    """Run a statement on these `ids` or `chosen` drafts and return its rows, if any. `over` is inserted as `{over}`."""
    dialect = DIALECTS[connection.vendor]
    arguments = dialect.parameters_of_chosen(chosen) if chosen else dialect.parameters_of_ids(ids)
    with connection.cursor() as cursor:
        cursor.execute(_in_dialect(sql, over), {**arguments, **parameters})
        return cursor.fetchall() if cursor.description else []


def _in_dialect(sql: str, over: str = "") -> str:
    """The statement with the fragments of this database."""
    fragments = {name: value for name, value in vars(DIALECTS[connection.vendor]).items() if isinstance(value, str)}
    return sql.format(**fragments, over=over.format(**fragments))


def _query(sql: str, *, over: str, ids: Sequence[int], **parameters: Any) -> Query:
    """A query on these `ids`, for `notify_by_query`. `over` is inserted as `{over}`."""
    return Query(_in_dialect(sql, over), {**DIALECTS[connection.vendor].parameters_of_ids(ids), **parameters})


def _db_datetime(now: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(now)


# -- candidates and row locks ----------------------------------------------------------------------------------------


class ScoringPolicy(NamedTuple):
    """What the settings of a draft say about its scores: drafts with equal policies are scored from the same sheet."""

    rule_set: RuleSet
    correction_policy: CorrectionPolicy


class ScorableDraft(NamedTuple):
    """A draft that has locked. `scored_from` is what it was scored from, or None."""

    draft: int
    league: int
    policy: ScoringPolicy
    scored_from: InputVersion | None


def scorable_drafts(race: int) -> list[ScorableDraft]:
    """The drafts of a race that have locked, ordered by league."""
    rows = _run(
        """
        SELECT drafts_draft.id, drafts_draft.league_id, race_revision, sprint_revision, replacements_version, {over}
        FROM drafts_draft
        JOIN leagues_settingsversion AS settings ON settings.id = drafts_draft.settings_id
        LEFT JOIN scoring_draftscoring ON scoring_draftscoring.draft_id = drafts_draft.id
        LEFT JOIN scoring_scoresheet ON scoring_scoresheet.id = scoring_draftscoring.sheet_id
        WHERE drafts_draft.race_id = %(race)s AND drafts_draft.state IN ('locked', 'scored')
        ORDER BY drafts_draft.league_id
        """,
        over=", ".join(f"settings.{name}" for name in SCORING_SETTINGS),
        race=race,
    )
    # Thousands of leagues have a few different settings between them.
    policies = {settings: _policy(settings) for settings in {row[5:] for row in rows}}
    return [ScorableDraft(row[0], row[1], policies[row[5:]], _version(row[2:5])) for row in rows]


def _policy(settings: Row) -> ScoringPolicy:
    values = dict(zip(SCORING_SETTINGS, settings, strict=True))
    values["custom_points"] = json.loads(values["custom_points"])
    return ScoringPolicy(RuleSet.from_settings(values), CorrectionPolicy.from_settings(values))


def _version(row: Sequence[Any]) -> InputVersion | None:
    return None if row[0] is None else InputVersion(*row)


def lock_league_rows(leagues: Sequence[int]) -> None:
    """Lock the rows of the leagues, in the order of their ids."""
    _run(
        "SELECT id FROM leagues_league AS held WHERE id IN (SELECT id FROM {ids} AS chosen) ORDER BY id {for_update}",
        ids=leagues,
    )


class DraftRow(NamedTuple):
    """The state of a locked or scored draft. `scored_from` is what it was scored from, or None."""

    is_scored: bool
    scored_from: InputVersion | None


def lock_draft_rows(drafts: Sequence[int]) -> dict[int, DraftRow]:
    """Lock the rows of the drafts and return those that are still locked or scored, by id."""
    rows = _run(
        """
        SELECT held.id, held.state, race_revision, sprint_revision, replacements_version
        FROM drafts_draft AS held
        LEFT JOIN scoring_draftscoring ON scoring_draftscoring.draft_id = held.id
        LEFT JOIN scoring_scoresheet ON scoring_scoresheet.id = scoring_draftscoring.sheet_id
        WHERE held.id IN (SELECT id FROM {ids} AS chosen) AND held.state IN ('locked', 'scored')
        ORDER BY held.id {for_update}
        """,
        ids=drafts,
    )
    return {draft: DraftRow(state == "scored", _version(row)) for draft, state, *row in rows}


# -- one race --------------------------------------------------------------------------------------------------------


def set_bulk_session_options() -> None:
    """Tune PostgreSQL for bulk statements until the commit: more work memory, no JIT for statements that run once."""
    if connection.vendor == "postgresql":
        _run("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)")


def record_sheets(chosen: Sequence[DraftSheet], now: datetime) -> None:
    """Record which sheet each draft is scored from. The statements below read it."""
    _run(
        """
        INSERT INTO scoring_draftscoring (draft_id, sheet_id, scored_at)
        SELECT draft_id, sheet_id, %(now)s FROM {chosen} AS chosen WHERE true
        ON CONFLICT (draft_id) DO UPDATE SET sheet_id = excluded.sheet_id, scored_at = excluded.scored_at
        """,
        chosen=chosen,
        now=_db_datetime(now),
    )


# Rescored drafts update the rows that differ. The conflict check costs a quarter more, so drafts that are scored for
# the first time go without it.
UPSERT_PICK_SCORES = """
        ON CONFLICT (pick_id) DO UPDATE
        SET driver_id = excluded.driver_id, points = excluded.points, breakdown = excluded.breakdown
        WHERE (scoring_pickscore.driver_id, scoring_pickscore.points, scoring_pickscore.breakdown)
            {differs} (excluded.driver_id, excluded.points, excluded.breakdown)
"""
UPSERT_RACE_SCORES = """
        ON CONFLICT (draft_id, constructor_id) DO UPDATE
        SET points = excluded.points, best_pick = excluded.best_pick, autopicks = excluded.autopicks,
            rank = excluded.rank
        WHERE (scoring_racescore.points, scoring_racescore.best_pick, scoring_racescore.autopicks,
               scoring_racescore.rank)
            {differs} (excluded.points, excluded.best_pick, excluded.autopicks, excluded.rank)
"""


def score_picks(drafts: Sequence[int], no_part: str, *, overwrite: bool) -> None:
    """Copy the points of each pick from its draft's sheet. `no_part` is the breakdown for drivers not on the sheet."""
    _run(
        """
        INSERT INTO scoring_pickscore (pick_id, driver_id, points, breakdown)
        SELECT pick.id, line.scorer_id, COALESCE(line.points, 0),
               COALESCE(line.breakdown, CAST(%(no_part)s AS {json}))
        FROM {ids} AS chosen
        JOIN drafts_pick AS pick ON pick.draft_id = chosen.id
        JOIN races_entry AS entry ON entry.id = pick.entry_id
        JOIN scoring_draftscoring AS scoring ON scoring.draft_id = pick.draft_id
        LEFT JOIN scoring_sheetline AS line ON line.sheet_id = scoring.sheet_id AND line.driver_id = entry.driver_id
        WHERE true
        {over}
        """,
        over=UPSERT_PICK_SCORES if overwrite else "",
        ids=drafts,
        no_part=no_part,
    )


def release_duplicate_holders(drafts: Sequence[int]) -> None:
    """Undo replacements by drivers whom another pick of the same draft holds: they score for that pick only. Different
    drivers may have replaced the driver in the sprint and in the race.

    Few sheets have replacements, so this is a separate statement that starts from them. MATERIALIZED makes PostgreSQL
    start there even if its statistics say that every table is empty: the join of all tables at once then takes minutes.
    """
    _run(
        """
        WITH replaced AS MATERIALIZED (
            SELECT line.sheet_id, line.scorer_id, entry.id AS entry_id,
                   in_race.id AS race_entry_id, in_sprint.id AS sprint_entry_id,
                   line.points_if_race_held, line.breakdown_if_race_held,
                   line.points_if_sprint_held, line.breakdown_if_sprint_held,
                   line.points_if_held, line.breakdown_if_held
            FROM scoring_sheetline AS line
            JOIN scoring_scoresheet AS sheet ON sheet.id = line.sheet_id
            JOIN races_entry AS entry ON entry.race_id = sheet.race_id AND entry.driver_id = line.driver_id
            LEFT JOIN races_entry AS in_race
                ON in_race.race_id = sheet.race_id AND in_race.driver_id = line.scorer_id
                AND line.scorer_id <> line.driver_id
            LEFT JOIN races_entry AS in_sprint
                ON in_sprint.race_id = sheet.race_id AND in_sprint.driver_id = line.sprint_scorer_id
                AND line.sprint_scorer_id <> line.driver_id
            WHERE line.scorer_id <> line.driver_id OR line.sprint_scorer_id <> line.driver_id
        )
        UPDATE scoring_pickscore
        SET driver_id = CASE WHEN twice.in_race IS NULL THEN twice.scorer_id END,
            points = CASE
                WHEN twice.in_sprint IS NULL THEN twice.points_if_race_held
                WHEN twice.in_race IS NULL THEN twice.points_if_sprint_held
                ELSE twice.points_if_held
            END,
            breakdown = CASE
                WHEN twice.in_sprint IS NULL THEN twice.breakdown_if_race_held
                WHEN twice.in_race IS NULL THEN twice.breakdown_if_sprint_held
                ELSE twice.breakdown_if_held
            END
        FROM (
            SELECT pick.id AS pick_id, race_pick.id AS in_race, sprint_pick.id AS in_sprint, replaced.*
            FROM replaced
            JOIN scoring_draftscoring AS scoring ON scoring.sheet_id = replaced.sheet_id
            JOIN {ids} AS chosen ON chosen.id = scoring.draft_id
            JOIN drafts_pick AS pick ON pick.draft_id = chosen.id AND pick.entry_id = replaced.entry_id
            LEFT JOIN drafts_pick AS race_pick
                ON race_pick.draft_id = chosen.id AND race_pick.entry_id = replaced.race_entry_id
            LEFT JOIN drafts_pick AS sprint_pick
                ON sprint_pick.draft_id = chosen.id AND sprint_pick.entry_id = replaced.sprint_entry_id
            WHERE race_pick.id IS NOT NULL OR sprint_pick.id IS NOT NULL
        ) AS twice
        WHERE scoring_pickscore.pick_id = twice.pick_id
        """,
        ids=drafts,
    )


def score_constructors(drafts: Sequence[int], *, overwrite: bool) -> None:
    """Sum the picks of each constructor, and rank constructors by points, then by the best single pick.

    The season is ranked after this, so the rank that it has now is the one before the race.
    """
    _run(
        """
        INSERT INTO scoring_racescore
            (draft_id, constructor_id, points, best_pick, autopicks, rank, season_rank_before)
        SELECT draft_id, sums.constructor_id, sums.points, best_pick, sums.autopicks,
               RANK() OVER (PARTITION BY draft_id ORDER BY sums.points DESC, best_pick DESC),
               CASE WHEN season.races > 0 THEN season.rank END
        FROM (
            SELECT slot.draft_id, slot.constructor_id, COALESCE(ROUND(SUM(score.points), 2), 0) AS points,
                   COALESCE(MAX(score.points), 0) AS best_pick,
                   COUNT(CASE WHEN pick.source = 'autopick' THEN 1 END) AS autopicks
            FROM {ids} AS chosen
            JOIN drafts_slot AS slot ON slot.draft_id = chosen.id
            LEFT JOIN drafts_pick AS pick ON pick.slot_id = slot.id
            LEFT JOIN scoring_pickscore AS score ON score.pick_id = pick.id
            GROUP BY slot.draft_id, slot.constructor_id
        ) AS sums
        LEFT JOIN scoring_seasonscore AS season ON season.constructor_id = sums.constructor_id
        WHERE true
        {over}
        """,
        over=UPSERT_RACE_SCORES if overwrite else "",
        ids=drafts,
    )


def delete_scores_without_slot(drafts: Sequence[int]) -> None:
    """Delete the race scores of constructors that have no slot in the draft."""
    _run(
        """
        DELETE FROM scoring_racescore
        WHERE draft_id IN (SELECT id FROM {ids} AS chosen) AND NOT EXISTS (
            SELECT 1 FROM drafts_slot AS slot
            WHERE slot.draft_id = scoring_racescore.draft_id
              AND slot.constructor_id = scoring_racescore.constructor_id
        )
        """,
        ids=drafts,
    )


def mark_scored(drafts: Sequence[int]) -> list[tuple[int, int]]:
    """Mark the drafts as scored and take the number of their next event. Returns (draft id, event number) pairs."""
    rows = _run(
        """
        UPDATE drafts_draft SET state = 'scored', last_seq = last_seq + 1
        WHERE id IN (SELECT id FROM {ids} AS chosen) RETURNING id, last_seq
        """,
        ids=drafts,
    )
    return [(draft, seq) for draft, seq in rows]


def insert_scored_events(drafts: Sequence[int], now: datetime) -> None:
    """Insert a “scored” event per draft, with the number that `mark_scored` took."""
    _run(
        """
        INSERT INTO drafts_draftevent (draft_id, seq, kind, payload, happened_at)
        SELECT draft.id, draft.last_seq, 'scored',
               {json_object}('race_revision', sheet.race_revision, 'sprint_revision', sheet.sprint_revision), %(now)s
        FROM {ids} AS chosen
        JOIN drafts_draft AS draft ON draft.id = chosen.id
        JOIN scoring_draftscoring AS scoring ON scoring.draft_id = draft.id
        JOIN scoring_scoresheet AS sheet ON sheet.id = scoring.sheet_id
        """,
        ids=drafts,
        now=_db_datetime(now),
    )


# -- season standings ------------------------------------------------------------------------------------------------


def rank_seasons(leagues: Sequence[int]) -> None:
    """Sum the races of each constructor and rank constructors (the game's rules, Ties).

    To compare places in SQL, a constructor's places are joined into one text, best first, three digits each, followed
    by `~`, which sorts after all digits: the smaller text has more wins, or as many and more second places, and so on.

    Only scored drafts have race scores, and void ones do not count. Filtering by the state “scored” would mislead the
    PostgreSQL planner: its statistics do not know yet that these drafts have that state.
    """
    _run(
        """
        WITH counted AS (
            SELECT score.constructor_id, score.points, score.rank, score.autopicks,
                   {string_agg}({padded_rank}, '') OVER (
                       PARTITION BY score.constructor_id ORDER BY score.rank
                       ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                   ) AS places
            FROM {ids} AS chosen
            JOIN drafts_draft AS draft ON draft.league_id = chosen.id AND draft.state <> 'void'
            JOIN scoring_racescore AS score ON score.draft_id = draft.id
        ), sums AS (
            SELECT constructor_id, ROUND(SUM(points), 2) AS points, COUNT(*) AS races,
                   COUNT(CASE WHEN rank = 1 THEN 1 END) AS wins, MAX(points) AS best_race,
                   SUM(autopicks) AS autopicks, MAX(places) AS places
            FROM counted GROUP BY constructor_id
        ), lines AS (
            SELECT constructor.league_id, constructor.id AS constructor_id, COALESCE(points, 0) AS points,
                   COALESCE(races, 0) AS races, COALESCE(wins, 0) AS wins, COALESCE(best_race, 0) AS best_race,
                   COALESCE(autopicks, 0) AS autopicks, COALESCE(places, '') || '~' AS places
            FROM {ids} AS chosen
            JOIN constructors_constructor AS constructor ON constructor.league_id = chosen.id
            LEFT JOIN sums ON sums.constructor_id = constructor.id
            WHERE constructor.left_at IS NULL OR sums.constructor_id IS NOT NULL
        )
        INSERT INTO scoring_seasonscore (league_id, constructor_id, points, races, wins, best_race, autopicks, rank)
        SELECT league_id, constructor_id, points, races, wins, best_race, autopicks,
               RANK() OVER (
                   PARTITION BY league_id ORDER BY points DESC, places {bytewise}, best_race DESC, autopicks
               )
        FROM lines
        WHERE true
        ON CONFLICT (constructor_id) DO UPDATE
        SET points = excluded.points, races = excluded.races, wins = excluded.wins, best_race = excluded.best_race,
            autopicks = excluded.autopicks, rank = excluded.rank
        WHERE (scoring_seasonscore.points, scoring_seasonscore.races, scoring_seasonscore.wins,
               scoring_seasonscore.best_race, scoring_seasonscore.autopicks, scoring_seasonscore.rank)
            {differs} (excluded.points, excluded.races, excluded.wins, excluded.best_race, excluded.autopicks,
                       excluded.rank)
        """,
        ids=leagues,
    )


def remove_former_members(leagues: Sequence[int]) -> None:
    """Delete the season scores of constructors that have left without a race that counts."""
    _run(
        """
        DELETE FROM scoring_seasonscore WHERE constructor_id IN (
            SELECT constructor.id
            FROM {ids} AS chosen JOIN constructors_constructor AS constructor ON constructor.league_id = chosen.id
            WHERE constructor.left_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM scoring_racescore AS score JOIN drafts_draft AS draft ON draft.id = score.draft_id
                WHERE score.constructor_id = constructor.id AND draft.state <> 'void'
            )
        )
        """,
        ids=leagues,
    )


def increment_versions(leagues: Sequence[int]) -> None:
    """Increment the score version of each league."""
    _run(
        """
        INSERT INTO scoring_scoreversion (league_id, version) SELECT id, 1 FROM {ids} AS chosen WHERE true
        ON CONFLICT (league_id) DO UPDATE SET version = scoring_scoreversion.version + 1
        """,
        ids=leagues,
    )


# -- score changes ---------------------------------------------------------------------------------------------------


def snapshot_scores(drafts: Sequence[int]) -> None:
    """Snapshot the scores in the leagues of rescored drafts into a temporary table, for `record_changes`."""
    _run(
        """
        CREATE TEMPORARY TABLE scoring_before AS
        SELECT draft.id AS draft_id, season.constructor_id, race.points, race.rank, season.rank AS season_rank,
               sheet.race_revision, sheet.sprint_revision, sheet.replacements_version
        FROM {ids} AS chosen
        JOIN drafts_draft AS draft ON draft.id = chosen.id
        JOIN scoring_draftscoring AS scoring ON scoring.draft_id = draft.id
        JOIN scoring_scoresheet AS sheet ON sheet.id = scoring.sheet_id
        JOIN scoring_seasonscore AS season ON season.league_id = draft.league_id
        LEFT JOIN scoring_racescore AS race ON race.draft_id = draft.id AND race.constructor_id = season.constructor_id
        """,
        ids=drafts,
    )


def snapshot_picks(drafts: Sequence[int]) -> None:
    """Snapshot the points of the picks of rescored drafts into a temporary table, for `record_changes`."""
    _run(
        """
        CREATE TEMPORARY TABLE scoring_picks_before AS
        SELECT pick.draft_id, slot.constructor_id, score.pick_id, score.points
        FROM {ids} AS chosen
        JOIN drafts_pick AS pick ON pick.draft_id = chosen.id
        JOIN drafts_slot AS slot ON slot.id = pick.slot_id
        JOIN scoring_pickscore AS score ON score.pick_id = pick.id
        """,
        ids=drafts,
    )


def record_changes(now: datetime) -> None:
    """Insert a score change for every constructor whose scores, or those of its picks, differ from the snapshots."""
    _run(
        """
        WITH changed_picks AS MATERIALIZED (
            SELECT DISTINCT past.draft_id, past.constructor_id
            FROM scoring_picks_before AS past
            JOIN scoring_pickscore AS score ON score.pick_id = past.pick_id
            WHERE past.points <> score.points
        )
        INSERT INTO scoring_scorechange (
            draft_id, constructor_id, seq, points_before, points_after, rank_before, rank_after,
            season_rank_before, season_rank_after, race_revision_before, race_revision_after,
            sprint_revision_before, sprint_revision_after,
            replacements_version_before, replacements_version_after, changed_at
        )
        SELECT draft.id, past.constructor_id, draft.last_seq, past.points, race.points, past.rank, race.rank,
               past.season_rank, season.rank, past.race_revision, sheet.race_revision,
               past.sprint_revision, sheet.sprint_revision,
               past.replacements_version, sheet.replacements_version, %(now)s
        FROM scoring_before AS past
        JOIN drafts_draft AS draft ON draft.id = past.draft_id
        JOIN scoring_draftscoring AS scoring ON scoring.draft_id = draft.id
        JOIN scoring_scoresheet AS sheet ON sheet.id = scoring.sheet_id
        JOIN scoring_seasonscore AS season ON season.constructor_id = past.constructor_id
        LEFT JOIN scoring_racescore AS race ON race.draft_id = draft.id AND race.constructor_id = past.constructor_id
        LEFT JOIN changed_picks ON changed_picks.draft_id = draft.id
            AND changed_picks.constructor_id = past.constructor_id
        WHERE changed_picks.draft_id IS NOT NULL
            OR (past.points, past.rank, past.season_rank) {differs} (race.points, race.rank, season.rank)
        """,
        now=_db_datetime(now),
    )


def record_pick_changes() -> None:
    """Insert the picks whose points differ from the snapshot, each with the score change of its constructor."""
    _run(
        """
        INSERT INTO scoring_pickscorechange (change_id, pick_id, points_before, points_after)
        SELECT change.id, past.pick_id, past.points, score.points
        FROM scoring_picks_before AS past
        JOIN scoring_pickscore AS score ON score.pick_id = past.pick_id
        JOIN drafts_draft AS draft ON draft.id = past.draft_id
        JOIN scoring_scorechange AS change ON change.draft_id = past.draft_id AND change.seq = draft.last_seq
            AND change.constructor_id = past.constructor_id
        WHERE past.points <> score.points
        """
    )


def drop_snapshots() -> None:
    """Drop the snapshots."""
    _run("DROP TABLE scoring_before")
    _run("DROP TABLE scoring_picks_before")


# -- notifications ---------------------------------------------------------------------------------------------------

# Bots and former players are told nothing.
TO_PLAYERS = "constructor.owner_id IS NOT NULL AND NOT constructor.is_bot AND constructor.left_at IS NULL"


def race_score_news(drafts: Sequence[int]) -> Query:
    """What the players of scored drafts are told: points, places, and their best pick."""
    return _query(
        """
        SELECT constructor.owner_id AS user_id, draft.league_id, 'race-scored:' || draft.id AS key,
               'results:' || draft.race_id AS batch,
               {json_object}(
                   'league_id', draft.league_id, 'league', league.name, 'race_id', race.id, 'race', race.name,
                   'points', CAST(score.points AS text), 'rank', score.rank,
                   'season_points', CAST(season.points AS text), 'season_rank', season.rank,
                   'season_rank_before', score.season_rank_before, 'best_points', CAST(best.points AS text),
                   'best_driver', driver.given_name || ' ' || driver.family_name
               ) AS params
        FROM {ids} AS listed
        JOIN drafts_draft AS draft ON draft.id = listed.id AND draft.state = 'scored'
        JOIN leagues_league AS league ON league.id = draft.league_id
        JOIN races_race AS race ON race.id = draft.race_id
        JOIN scoring_racescore AS score ON score.draft_id = draft.id
        JOIN constructors_constructor AS constructor ON constructor.id = score.constructor_id
        JOIN scoring_seasonscore AS season ON season.constructor_id = constructor.id
        LEFT JOIN (
            SELECT slot.draft_id, slot.constructor_id, entry.driver_id, pick_score.points, ROW_NUMBER() OVER (
                       PARTITION BY slot.draft_id, slot.constructor_id ORDER BY pick_score.points DESC, slot.number
                   ) AS place
            FROM {ids} AS listed
            JOIN drafts_pick AS pick ON pick.draft_id = listed.id
            JOIN drafts_slot AS slot ON slot.id = pick.slot_id
            JOIN races_entry AS entry ON entry.id = pick.entry_id
            JOIN scoring_pickscore AS pick_score ON pick_score.pick_id = pick.id
        ) AS best ON best.draft_id = draft.id AND best.constructor_id = constructor.id AND best.place = 1
        LEFT JOIN races_driver AS driver ON driver.id = best.driver_id
        WHERE {over}
        """,
        over=TO_PLAYERS,
        ids=drafts,
    )


def season_end_news(leagues: Sequence[int], scored_since: datetime) -> Query:
    """What the players of leagues are told after the season: the champion, their place and points, their best week.

    Only of leagues with a race that was scored since `scored_since`.
    """
    return _query(
        """
        SELECT constructor.owner_id AS user_id, league.id AS league_id, 'season-over:' || league.id AS key, '' AS batch,
               {json_object}(
                   'league_id', league.id, 'league', league.name, 'season', real_season.year,
                   'champion', champion.names, 'constructor', constructor.name, 'rank', season.rank,
                   'points', CAST(season.points AS text), 'best_race', best.race,
                   'best_points', CAST(best.points AS text)
               ) AS params
        FROM {ids} AS listed
        JOIN leagues_league AS league ON league.id = listed.id
        JOIN races_season AS real_season ON real_season.id = league.season_id
        JOIN scoring_seasonscore AS season ON season.league_id = league.id
        JOIN constructors_constructor AS constructor ON constructor.id = season.constructor_id
        JOIN (
            SELECT season.league_id, {string_agg}(constructor.name, ', ') AS names
            FROM {ids} AS listed
            JOIN scoring_seasonscore AS season ON season.league_id = listed.id AND season.rank = 1
            JOIN constructors_constructor AS constructor ON constructor.id = season.constructor_id
            GROUP BY season.league_id
        ) AS champion ON champion.league_id = league.id
        LEFT JOIN (
            SELECT score.constructor_id, score.points, race.name AS race, ROW_NUMBER() OVER (
                       PARTITION BY score.constructor_id ORDER BY score.points DESC, race.race_date, race.id
                   ) AS place
            FROM {ids} AS listed
            JOIN drafts_draft AS draft ON draft.league_id = listed.id AND draft.state <> 'void'
            JOIN races_race AS race ON race.id = draft.race_id
            JOIN scoring_racescore AS score ON score.draft_id = draft.id
        ) AS best ON best.constructor_id = constructor.id AND best.place = 1
        WHERE {over} AND EXISTS (
            SELECT 1 FROM drafts_draft AS draft JOIN scoring_draftscoring AS scoring ON scoring.draft_id = draft.id
            WHERE draft.league_id = league.id AND scoring.scored_at >= %(scored_since)s
        )
        """,
        over=TO_PLAYERS,
        ids=leagues,
        scored_since=_db_datetime(scored_since),
    )


# -- reading ---------------------------------------------------------------------------------------------------------


def season_rows(leagues: Sequence[int]) -> list[Row]:
    """The rows of the leagues' season standings, by league and rank, each with the league's score version."""
    return _run(
        """
        WITH opened AS (
            SELECT draft.id, draft.league_id,
                   ROW_NUMBER() OVER (PARTITION BY draft.league_id ORDER BY draft.opened_at, draft.id) AS place
            FROM {ids} AS chosen
            JOIN drafts_draft AS draft ON draft.league_id = chosen.id
            WHERE draft.state <> 'void' AND draft.opened_at IS NOT NULL
        )
        SELECT season.league_id, score.version, season.rank, constructor.id, constructor.name, constructor.owner_id,
               COALESCE(NULLIF(owner.display_name, ''), owner.username), owner.mark_colour, owner.mark_badge,
               constructor.is_bot, CAST(season.points AS text), season.autopicks, season.races, season.wins,
               CAST(season.best_race AS text),
               opened.id IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM drafts_slot AS slot
                   WHERE slot.draft_id = opened.id AND slot.constructor_id = constructor.id
               ),
               constructor.left_at IS NOT NULL
        FROM {ids} AS chosen
        JOIN scoring_scoreversion AS score ON score.league_id = chosen.id
        JOIN scoring_seasonscore AS season ON season.league_id = chosen.id
        JOIN constructors_constructor AS constructor ON constructor.id = season.constructor_id
        LEFT JOIN accounts_user AS owner ON owner.id = constructor.owner_id
        LEFT JOIN opened ON opened.league_id = chosen.id AND opened.place = 1
        ORDER BY season.league_id, season.rank, constructor.name
        """,
        ids=leagues,
    )
