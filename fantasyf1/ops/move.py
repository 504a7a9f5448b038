"""Copy an installation on SQLite into an empty PostgreSQL database, in one transaction, with every id as it was."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import dj_database_url
import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import Error as DatabaseError
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler

from fantasyf1.ops.backups.restoring import check_scores

Say = Callable[[str], None]
Model = type[models.Model]

SOURCE, TARGET = "default", "target"
BATCH_SIZE = 1000
# What decides points and places. Both databases must have the same rows.
STANDINGS = ("scoring.PickScore", "scoring.RaceScore", "scoring.SeasonScore")


class MoveError(Exception):
    """Why the data cannot be moved, as a sentence for the operator."""


@dataclass(frozen=True)
class Moved:
    """The number of rows of each table."""

    rows: Mapping[str, int]


def move_to_postgresql(url: str, *, say: Say) -> Moved:
    """Copy everything from the site's SQLite database to the PostgreSQL database at `url`.

    Nobody may write to the source meanwhile. If anything fails, the target has tables and no rows. Raises `MoveError`.
    """
    source = connections[SOURCE]
    if source.vendor != "sqlite":
        raise MoveError("This site does not use SQLite. Run the command without DATABASE_URL in the environment.")
    if _pending(source):
        raise MoveError("The SQLite database lacks migrations of this version. Run manage.py prepare first.")
    with _target_database(url) as target:
        try:
            _require_empty(target)
            say("Creating the tables.")
            # Migrations that fill tables use the default database.
            with _as_default(target):
                call_command("migrate", verbosity=0, interactive=False)
            rows = _copy_all(source, target, say)
            say("Verifying the scores in the new database.")
            with _as_default(target):
                check_scores(say)
        except (DatabaseError, psycopg.Error) as error:
            raise MoveError(f"The data could not be copied: {error}") from error
    return Moved(rows)


# -- the databases ----------------------------------------------------------------------------------------------------


@contextmanager
def _target_database(url: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection with the name TARGET, as the site itself would have it with this DATABASE_URL."""
    configuration: dict[str, Any] = _parse(url)
    if configuration.get("ENGINE") != "django.db.backends.postgresql":
        raise MoveError("The address must be like postgresql://user:password@host:5432/name.")
    configuration["ENGINE"] = "core.postgresql"
    configuration["DISABLE_SERVER_SIDE_CURSORS"] = True
    configuration["OPTIONS"] = {**configuration.get("OPTIONS", {}), "prepare_threshold": None, "pool": False}
    connections[TARGET] = ConnectionHandler({SOURCE: {}, TARGET: configuration})[TARGET]
    try:
        yield connections[TARGET]
    finally:
        connections[TARGET].close()
        del connections[TARGET]


def _parse(url: str) -> dict[str, Any]:
    try:
        return dict(dj_database_url.parse(url))
    except ValueError:
        return {}


@contextmanager
def _as_default(target: BaseDatabaseWrapper) -> Iterator[None]:
    """Let queries without the name of a database use the target."""
    source = connections[SOURCE]
    target.alias, connections[SOURCE] = SOURCE, target
    try:
        yield
    finally:
        target.alias, connections[SOURCE] = TARGET, source


def _pending(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _require_empty(target: BaseDatabaseWrapper) -> None:
    """Raise `MoveError` if the database has tables with rows that are not those of a new installation."""
    tables = target.introspection.table_names()
    if not tables:
        return
    if "django_migrations" not in tables or _pending(target):
        raise MoveError(
            "The PostgreSQL database has tables of something else, or of another version. Use an empty one."
        )
    filled = [model._meta.label for model in _models() if not _is_from_migrations(model) and _has_rows(model)]
    if filled:
        raise MoveError(f"The PostgreSQL database is not empty: it has rows of {filled[0]}. Use an empty one.")


def _has_rows(model: Model) -> bool:
    return model._base_manager.using(TARGET).exists()


def _is_from_migrations(model: Model) -> bool:
    """Whether a new installation has rows of this model."""
    return model._meta.app_label in ("contenttypes", "auth")


def _models() -> list[Model]:
    """All models with tables of their own, those between many-to-many fields included."""
    return [model for model in apps.get_models(include_auto_created=True) if _has_table(model)]


def _has_table(model: Model) -> bool:
    return bool(model._meta.managed and not model._meta.proxy and not model._meta.swapped)


# -- copying ----------------------------------------------------------------------------------------------------------


def _copy_all(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, say: Say) -> dict[str, int]:
    """Copy all rows in one transaction. Foreign keys are checked at its end, so the order of the tables is free."""
    copied = _models()
    # The source is locked for writers as long as the block lasts.
    with transaction.atomic(using=SOURCE), transaction.atomic(using=TARGET), target.cursor() as cursor:
        for name in ("lock_timeout", "statement_timeout"):
            cursor.execute("SELECT set_config(%s, '0', true)", [name])
        names = ", ".join(target.ops.quote_name(model._meta.db_table) for model in copied)
        cursor.execute(f"TRUNCATE {names}")
        rows = {model._meta.db_table: _copy(model) for model in copied}
        for statement in target.ops.sequence_reset_sql(no_style(), copied):
            cursor.execute(statement)
        _compare(copied, rows)
        _compare_standings()
    say(f"Copied {sum(rows.values())} rows of {len(rows)} tables.")
    return rows


def _copy(model: Model) -> int:
    """Copy the rows of a table as they are: without `save`, signals or automatic values. Returns their number."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    rows = model._base_manager.using(SOURCE).order_by("pk").iterator(chunk_size=BATCH_SIZE)
    count = 0
    while batch := list(islice(rows, BATCH_SIZE)):
        model._base_manager._insert(batch, fields=fields, using=TARGET, raw=True)  # type: ignore[attr-defined]
        count += len(batch)
    return count


def _compare(copied: list[Model], rows: Mapping[str, int]) -> None:
    for model in copied:
        found = model._base_manager.using(TARGET).count()
        if not rows[model._meta.db_table] == found == model._base_manager.using(SOURCE).count():
            raise MoveError(f"{model._meta.db_table} has {found} rows instead of {rows[model._meta.db_table]}.")


def _compare_standings() -> None:
    """Raise `MoveError` unless every score is the same in both databases."""
    for label in STANDINGS:
        model = apps.get_model(label)
        both = (model._base_manager.using(name).order_by("pk").values_list() for name in (SOURCE, TARGET))
        for before, after in zip(*(rows.iterator(chunk_size=BATCH_SIZE) for rows in both), strict=True):
            if before != after:
                raise MoveError(f"{label} {before[0]} differs in the new database.")


def next_steps() -> list[str]:
    """What to do after the move, one line for each step."""
    home = settings.FANTASYF1_HOME
    return [
        "Next:",
        "1. Put the address of the new database into the environment: DATABASE_URL, and with Redis REDIS_URL.",
        "2. Set SITE_URL to the address of the site, and ALLOWED_HOSTS to its name.",
        "3. Keep the keys. If the site moves to another folder or machine, set SECRET_KEY to what is in"
        f" {home}/secret-key, JWT_SIGNING_KEY to jwt-signing-key, ENCRYPTION_KEYS to encryption-key and"
        " VAPID_PRIVATE_KEY to vapid-private-key.",
        "4. Run manage.py prepare and start the site. The SQLite file stays as it was: keep it until you have looked"
        " around.",
    ]
