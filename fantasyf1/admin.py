"""Admin of the schedules of periodic tasks, which django-celery-beat registers: with labels for every control. And of
tasks that failed, which django-celery-results keeps.
"""

import json
from typing import Any

import django_celery_results.admin  # noqa: F401 - registers the model that is registered again below
from cron_descriptor import FormatException, MissingFieldException, Options, WrongArgumentException, get_description
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import CrontabScheduleAdmin, IntervalScheduleAdmin, PeriodicTaskAdmin, PeriodicTaskInline
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from core.admin import TABULAR_INLINE, ReadOnlyAdmin

admin.site.unregister([CrontabSchedule, IntervalSchedule, PeriodicTask, TaskResult])


# The package's own label is not marked for translation.
PeriodicTask._meta.get_field("task").verbose_name = _("task")


class TasksOfScheduleInline(PeriodicTaskInline):  # type: ignore[misc]  # the package has no types
    template = TABULAR_INLINE


# What cron_descriptor calls the languages of the site; it says times of day in English otherwise.
LOCALES = {"de": "de_DE"}


def _in_words(crontab: CrontabSchedule) -> str:
    """When a schedule is due, in the reader's language; as an expression if it cannot be said."""
    fields = (crontab.minute, crontab.hour, crontab.day_of_month, crontab.month_of_year, crontab.day_of_week)
    expression = " ".join(field.replace(" ", "") for field in fields)
    options = Options()
    options.locale_code = LOCALES.get(get_language() or "", "en_US")
    options.use_24hour_time_format = True
    try:
        words = get_description(expression, options)
    except (FormatException, MissingFieldException, WrongArgumentException):
        words = expression
    return f"{words} {crontab.timezone}"


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin):  # type: ignore[misc]
    inlines = (TasksOfScheduleInline,)

    @admin.display(description=_("in words"))
    def human_readable(self, crontab: CrontabSchedule) -> str:
        return _in_words(crontab)


@admin.register(IntervalSchedule)
class IntervalAdmin(IntervalScheduleAdmin):  # type: ignore[misc]
    inlines = (TasksOfScheduleInline,)


@admin.register(PeriodicTask)
class ScheduledTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]
    list_display = ("name", "enabled", "scheduler", "last_run_at")
    fieldsets = (
        (None, {"fields": ("name", "regtask", "task", "enabled", "description")}),
        (
            _("Schedule"),
            {"fields": ("interval", "crontab", "crontab_translation", "start_time", "last_run_at", "one_off")},
        ),
        (
            _("Details"),
            {"fields": ("args", "kwargs", "expires", "expire_seconds", "queue", "priority"), "classes": ("collapse",)},
        ),
    )

    @admin.display(description=_("crontab in words"))
    def crontab_translation(self, task: PeriodicTask) -> str:
        return _in_words(task.crontab) if task.crontab else self.get_empty_value_display()

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for widget, part in zip(
            getattr(getattr(field, "widget", None), "widgets", ()), (gettext("date"), gettext("time")), strict=False
        ):
            widget.attrs["aria-label"] = f"{field.label}: {part}"
        return field


@admin.register(TaskResult)
class FailedTaskAdmin(ReadOnlyAdmin):
    list_display = ("task_name", "error", "date_done", "periodic_task_name")
    list_filter = ("date_done", "task_name")
    search_fields = ("task_name", "task_id", "result")
    date_hierarchy = "date_done"
    fields = (
        *("task_name", "error", "date_done", "periodic_task_name", "task_args", "task_kwargs", "worker", "task_id"),
        "log",
    )

    @admin.display(description=_("error"))
    def error(self, failed: TaskResult) -> str:
        try:
            raised = json.loads(failed.result or "")
            return f"{raised['exc_type']}: {' '.join(str(part) for part in raised['exc_message'])}"
        except (KeyError, TypeError, ValueError):
            return failed.result or self.get_empty_value_display()

    @admin.display(description=_("traceback"))
    def log(self, failed: TaskResult) -> str:
        return format_html("<pre>{}</pre>", failed.traceback or "")
