"""Admin of the schedules of periodic tasks, which django-celery-beat registers: with labels for every control."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import CrontabScheduleAdmin, IntervalScheduleAdmin, PeriodicTaskAdmin, PeriodicTaskInline
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from core.admin import TABULAR_INLINE

admin.site.unregister([CrontabSchedule, IntervalSchedule, PeriodicTask])


class TasksOfScheduleInline(PeriodicTaskInline):  # type: ignore[misc]  # the package has no types
    template = TABULAR_INLINE


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin):  # type: ignore[misc]
    inlines = (TasksOfScheduleInline,)


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

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for widget, part in zip(
            getattr(getattr(field, "widget", None), "widgets", ()), (gettext("date"), gettext("time")), strict=False
        ):
            widget.attrs["aria-label"] = f"{field.label}: {part}"
        return field
