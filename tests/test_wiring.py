"""Checks that named things exist: tasks in the schedule, addresses in templates, migrations for models."""

import re
from pathlib import Path

import pytest
from celery import Task
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from fantasyf1.celery import app

ROOT = Path(settings.BASE_DIR)
APPS = ("fantasyf1", "core", "notifications", "accounts", "races", "leagues", "constructors", "drafts", "scoring")
URL_TAG = re.compile(r"""{%\s*url\s+['"]([\w:-]+)['"]""")
LOCK_CALL = re.compile(r"\.(select_for_update|locked)\(([^)]*)")
# For example, `enqueue_on_commit(tasks.score_race, race.pk)`.
ENQUEUE_CALL = re.compile(r"\benqueue_on_commit\(\s*tasks\.(\w+)")


def sources(pattern: str) -> list[Path]:
    return [path for name in APPS for path in (ROOT / name).rglob(pattern) if "tests" not in path.parts]


def registered_tasks() -> dict[str, "Task"]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in APPS}


def enqueued_tasks() -> set[str]:
    """The dotted names of the tasks that an app's other modules enqueue."""
    return {
        f"{path.relative_to(ROOT).parts[0]}.tasks.{name}"
        for path in sources("*.py")
        for name in ENQUEUE_CALL.findall(path.read_text())
    }


def url_names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            names |= url_names(pattern.url_patterns, inner)
        elif pattern.name:
            names.add(f"{prefix}{pattern.name}")
    return names


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_beat_calls_a_task_that_exists(entry):
    assert settings.CELERY_BEAT_SCHEDULE[entry]["task"] in registered_tasks()


def test_every_task_is_called_by_beat_or_by_an_event():
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert set(registered_tasks()) - scheduled - enqueued_tasks() == set()


def test_every_enqueued_name_is_a_task():
    assert "scoring.tasks.score_race" in enqueued_tasks() <= set(registered_tasks())


def test_every_task_is_called_by_its_dotted_path():
    wrong = {name for name, task in registered_tasks().items() if name != f"{task.run.__module__}.{task.run.__name__}"}
    assert wrong == set()


def test_a_tick_that_could_not_run_is_dropped():
    assert all(entry["options"]["expire_seconds"] >= 30 for entry in settings.CELERY_BEAT_SCHEDULE.values())


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_url_name_in_a_template_exists():
    known = url_names(get_resolver().url_patterns)
    templates = [*(ROOT / "templates").rglob("*.html"), *sources("*.html")]
    named = {(name, path.name) for path in templates for name in URL_TAG.findall(path.read_text())}
    assert len(named) > 10
    assert {(name, path) for name, path in named if name not in known} == set()


def test_row_locks_do_not_block_foreign_key_checks():
    """FOR UPDATE blocks writers of rows that reference this one. They lock in another order, so it can deadlock."""
    text_by_name = {str(path.relative_to(ROOT)): path.read_text() for path in sources("*.py")}
    calls = [(name, *call) for name, text in text_by_name.items() for call in LOCK_CALL.findall(text)]
    assert len(calls) > 20
    assert [name for name, method, how in calls if method == "select_for_update" and "no_key=True" not in how] == []
    # `locked()` has no arguments, and one definition; that uses `select_for_update`, which the assertion above checks.
    assert [name for name, method, how in calls if method == "locked" and how] == []
    assert [name for name, text in text_by_name.items() if "def locked(" in text] == ["core/querysets.py"]
    managers = [model._default_manager for model in apps.get_models()]
    lockable = [manager.locked() for manager in managers if hasattr(manager, "locked")]
    assert len(lockable) > 5
    assert [rows.model for rows in lockable if not rows.query.select_for_no_key_update] == []


def test_no_link_is_built_from_the_host_of_a_request():
    """Links that leave the site begin with `SITE_URL` (core.web.site)."""
    forbidden = re.compile(r"build_absolute_uri|get_current_site|reverse\([^)]*request=")
    assert [path for path in sources("*.py") if forbidden.search(path.read_text())] == []
