"""Rows that most tests start from: services write them once in a process, and each test gets them with plain SQL.

`RecordedRows.make(League, "league", season, alice, bob)` returns what the function of the step "league" returns. What
it writes is the same in every test, so it is recorded once and then repeated: a few INSERTs instead of a hundred
statements of the services. If the test has written anything else before, or is not in the usual transaction, the
function runs.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from core import clock

# What `core.clock` says while steps are recorded.
RECORDED_NOW = datetime(1999, 12, 31, 23, 59, 59, 123457, tzinfo=UTC)
# How statements begin that change no rows of a test.
READING_STATEMENTS = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


R = TypeVar("R", bound=Model)


class Moment(Enum):
    """A time in a recording that stands for the time at which it is repeated."""

    CLOCK = "@clock@"
    MACHINE = "@machine@"


StepFunction = Callable[..., Model]
Table = dict[Any, tuple[Any, ...]]
Times = dict[Moment, datetime]


@dataclass(frozen=True)
class Step:
    """A function that writes or reads rows and returns an instance, and the steps whose results are its arguments.

    No other step happens after a last one, so there can be several that exclude each other.
    """

    function: StepFunction
    needs: tuple[str, ...] = ()
    is_last: bool = False


@dataclass(frozen=True)
class Statement:
    """An SQL statement. Parameters that are moments are replaced when it runs."""

    sql: str
    parameters: list[Any]

    def run(self, times: Times) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [_stored(times[p]) if isinstance(p, Moment) else p for p in self.parameters])


@dataclass(frozen=True)
class Script:
    """Statements that PostgreSQL runs in one round trip, with the names of moments in their text."""

    sql: str

    def run(self, times: Times) -> None:
        sql = self.sql
        for moment, value in times.items():
            sql = sql.replace(moment.value, value.isoformat())
        with connection.cursor() as cursor:
            cursor.execute(sql)


@dataclass(frozen=True)
class Recording:
    """What a step wrote, the arguments that it got, what it returned, and the machine's time before it."""

    statements: list[Statement] | list[Script]
    arguments: tuple[Model, ...]
    result: Model
    started_at: datetime

    def repeat(self, arguments: tuple[Model, ...]) -> Model:
        """Write the rows, and return a copy of the result that refers to these arguments."""
        times = {Moment.CLOCK: clock.now(), Moment.MACHINE: timezone.now()}
        for statement in self.statements:
            statement.run(times)
        copies: dict[int, Any] = {id(old): new for old, new in zip(self.arguments, arguments, strict=True)}
        known = {id(argument) for argument in arguments}
        result: Model = copy.deepcopy(self.result, copies)
        for row in [row for row in copies.values() if isinstance(row, Model) and id(row) not in known]:
            self._update_times(row, times)
        return result

    def _update_times(self, row: Model, times: Times) -> None:
        for column in row._meta.concrete_fields:
            value = row.__dict__.get(column.attname)
            if isinstance(value, datetime) and (moment := _moment(value, self.started_at)):
                setattr(row, column.attname, times[moment])


@dataclass
class RecordedRows:
    """The steps, their recordings, and the results that the current test has."""

    steps: dict[str, Step]
    recordings: dict[str, Recording] = field(default_factory=dict)
    given: dict[str, Model] = field(default_factory=dict)
    is_changed: bool = False
    _is_repeating: bool = False

    def start_test(self) -> None:
        self.given.clear()
        self.is_changed = False

    def forget(self, **kwargs: Any) -> None:
        """Forget the recordings: new tables start their ids again. Receiver of `post_migrate`."""
        self.recordings.clear()

    def record(self) -> None:
        """Run every step with the results of those that it needs, and roll everything back."""
        results: dict[str, Model] = {}
        with _recorded_clock(), transaction.atomic():
            for name, step in self.steps.items():
                with transaction.atomic():
                    before, started_at = _tables(), timezone.now()
                    arguments = tuple(results[need] for need in step.needs)
                    results[name] = step.function(*arguments)
                    statements = _as_script(list(_differences(before, _tables(), started_at)))
                    self.recordings[name] = Recording(statements, arguments, results[name], started_at)
                    transaction.set_rollback(step.is_last)
            transaction.set_rollback(True)

    def make(self, model: type[R], name: str, *arguments: Model) -> R:
        """The result of a step: repeated if only other steps have written in this test, else from its function."""
        step, recording = self.steps[name], self.recordings.get(name)
        if recording is None or not self._can_repeat(step, arguments):
            result = step.function(*arguments)
        else:
            result = self.given[name] = self._repeat(recording, arguments)
            self.is_changed = step.is_last
        assert isinstance(result, model)
        return result

    def _repeat(self, recording: Recording, arguments: tuple[Model, ...]) -> Model:
        self._is_repeating = True
        try:
            return recording.repeat(arguments)
        finally:
            self._is_repeating = False

    def _can_repeat(self, step: Step, arguments: tuple[Model, ...]) -> bool:
        is_usual = connection.in_atomic_block and not connection.savepoint_ids
        needed = zip(step.needs, arguments, strict=True)
        return is_usual and not self.is_changed and all(self.given.get(need) is given for need, given in needed)

    def notice(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper that notices when the test writes something itself."""
        if not self._is_repeating and not self.is_changed and not str(sql).startswith(READING_STATEMENTS):
            self.is_changed = True
        return execute(sql, params, many, context)


@contextmanager
def _recorded_clock() -> Iterator[None]:
    now = clock.now
    clock.now = lambda: RECORDED_NOW
    try:
        yield
    finally:
        clock.now = now


def _tables() -> dict[type[Model], Table]:
    """All rows of all tables by primary key, as the database driver returns them."""
    return {model: _rows(model) for model in apps.get_models(include_auto_created=True) if model._meta.managed}


def _rows(model: type[Model]) -> Table:
    names = _columns(model)
    key = names.index(_key(model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_quoted(*names)} FROM {_quoted(model._meta.db_table)}")  # noqa: S608 - our own tables
        return {row[key]: tuple(row) for row in cursor.fetchall()}


def _columns(model: type[Model]) -> list[str]:
    return [str(column.column) for column in model._meta.local_concrete_fields]


def _key(model: type[Model]) -> str:
    return str(model._meta.pk.column)


def _quoted(*names: str) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _differences(
    before: dict[type[Model], Table], after: dict[type[Model], Table], started_at: datetime
) -> Iterator[Statement]:
    """The statements that write what a step has written. Steps delete nothing."""
    for model, rows in after.items():
        old, names, table = before[model], _columns(model), _quoted(model._meta.db_table)
        assert old.keys() <= rows.keys(), f"a step deletes rows of {table}"
        new = [row for key, row in rows.items() if key not in old]
        if new:
            places = ", ".join([f"({', '.join(['%s'] * len(names))})"] * len(new))
            insert = f"INSERT INTO {table} ({_quoted(*names)}) VALUES {places}"  # noqa: S608 - our own tables
            yield Statement(insert, [_parameter(value, started_at) for row in new for value in row])
        for key, row in rows.items():
            if key in old and old[key] != row:
                values = ", ".join(f"{_quoted(name)} = %s" for name in names)
                update = f"UPDATE {table} SET {values} WHERE {_quoted(_key(model))} = %s"  # noqa: S608 - our own tables
                yield Statement(update, [*(_parameter(value, started_at) for value in row), key])


def _parameter(value: Any, started_at: datetime) -> Any:
    return _moment(value, started_at) or _stored(value) if isinstance(value, datetime) else value


def _moment(value: datetime, started_at: datetime) -> Moment | None:
    """What a time of the recording stands for; None for a time that the step was given."""
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    if value == RECORDED_NOW:
        return Moment.CLOCK
    assert abs(value - RECORDED_NOW).days > 1000, "a step computes a time from the clock: pass it `now`"
    return Moment.MACHINE if value >= started_at else None


def _stored(value: datetime) -> Any:
    """A time as the database driver takes it."""
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    return connection.ops.adapt_datetimefield_value(value)


def _as_script(statements: list[Statement]) -> list[Statement] | list[Script]:
    if connection.vendor != "postgresql" or not statements:
        return statements
    with connection.cursor() as cursor:
        rendered = [cursor.mogrify(statement.sql, _named(statement.parameters)) for statement in statements]
    return [Script(";\n".join(rendered))]


def _named(parameters: list[Any]) -> list[Any]:
    return [value.value if isinstance(value, Moment) else value for value in parameters]
