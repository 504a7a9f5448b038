"""Admin of results: the quarantine, result checks and manual classifications."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from core import clock
from core.admin import ReadOnlyMixin, SuperuserOnlyMixin, apply_to_each, confirmation_page
from core.errors import Refused
from core.formatting.points import format_points
from core.web.forms import add_refusal

from .. import selectors, services
from ..forms import ReasonForm, ResultRowFormSet, duplicate_place_error, initial_rows, results_from_rows
from ..models import Classification, Quarantine, Race, ResultCheck
from ..services import differences_to
from ..sources.dto import ResultDTO

COLUMNS = ("Place", "Driver", "Team", "Car", "Laps", "Status", "Points")


@admin.register(Quarantine)
class QuarantineAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[Quarantine]):
    """Implausible responses of a source, shown beside the accepted results, to be accepted or dismissed."""

    view_on_site = False
    change_form_template = "admin/races/quarantine/change_form.html"
    list_display = ("case", "reason", "first_seen_at", "last_seen_at", "times_seen", "settlement")
    list_filter = (("settled_at", admin.EmptyFieldListFilter), "season", "kind", "settlement")
    search_fields = ("race__name", "reason")
    list_select_related = ("race__season", "season")
    actions = ("accept", "dismiss")
    fields = (
        "season", "race", "kind", "source", "reason", "first_seen_at", "last_seen_at", "times_seen", "settlement",
        "settled_at", "settled_by", "what_would_change", "both",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="of", ordering="race__race_date")
    def case(self, case: Quarantine) -> str:
        return f"{case.get_kind_display()}, {case.race or case.season}"

    @admin.display(description="What it would change")
    def what_would_change(self, case: Quarantine) -> str | SafeString:
        last = selectors.latest_classification(case.race, case.kind) if case.race else None
        if not case.payload or last is None:
            return "–"
        return _paragraph(differences_to(last, selectors.quarantined_rows(case)))

    @admin.display(description="It, and what counts")
    def both(self, case: Quarantine) -> SafeString:
        last = selectors.latest_classification(case.race, case.kind) if case.race else None
        return format_html(
            '<div class="side-by-side">{}{}</div>',
            _table("The source", selectors.quarantined_rows(case)),
            _table(f"Revision {last.revision}", selectors.classification_rows(last)) if last else "",
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answers = [("accept", "Accept as a revision by hand"), ("dismiss", "Dismiss")]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "answers": answers})

    @admin.action(description="Accept as a revision by hand")
    def accept(self, request: HttpRequest, cases: QuerySet[Quarantine]) -> HttpResponse | None:
        question = "Accept what the source said? It counts at once, and is held until it is released."
        if (page := confirmation_page(self, request, cases, action="accept", question=question)) is not None:
            return page
        by, now = _user(request), clock.now()

        def act(case: Quarantine) -> None:
            services.accept_case(case=case, by=by, reason=f"Accepted from quarantine. {case.reason}", now=now)

        apply_to_each(self, request, cases, act, done="Accepted")
        return None

    @admin.action(description="Dismiss: the accepted classification stays")
    def dismiss(self, request: HttpRequest, cases: QuerySet[Quarantine]) -> HttpResponse | None:
        question = "Dismiss what the source said? What counts stays, and the same is not reported again."
        if (page := confirmation_page(self, request, cases, action="dismiss", question=question)) is not None:
            return page
        by, now = _user(request), clock.now()

        def act(case: Quarantine) -> None:
            services.dismiss_case(case=case, by=by, now=now)

        apply_to_each(self, request, cases, act, done="Dismissed")
        return None


@admin.register(ResultCheck)
class ResultCheckAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[ResultCheck]):
    """When results are polled, and with which outcome."""

    view_on_site = False
    list_display = ("race", "stage", "due_at", "not_before", "attempts", "done_at", "outcome")
    list_filter = (("done_at", admin.EmptyFieldListFilter), "race__season")
    search_fields = ("race__name", "outcome")
    list_select_related = ("race__season",)
    date_hierarchy = "due_at"


class ManualResultsAdmin(admin.ModelAdmin[Race]):
    """The results part of the race admin: the latest revision, open quarantine cases, and manual entry."""

    def get_urls(self) -> list[URLPattern]:
        enter = path(
            "<int:race_id>/results/<str:kind>/", self.admin_site.admin_view(self.enter_results), name="races_race_enter"
        )
        return [enter, *super().get_urls()]

    @admin.display(description="Results")
    def results(self, race: Race) -> SafeString:
        kinds = [Classification.Kind.RACE]
        if selectors.has_sprint(race):
            kinds.append(Classification.Kind.SPRINT)
        return format_html_join("", "{}", ((self._status_of_kind(race, kind),) for kind in kinds))

    def _status_of_kind(self, race: Race, kind: Classification.Kind) -> SafeString:
        last = selectors.latest_classification(race, kind)
        status = "no results yet"
        if last is not None:
            held = ", held against the feed" if last.is_held else ""
            status = (
                f"revision {last.revision} by {last.get_source_display()}, {last.recorded_at:%Y-%m-%d %H:%M} UTC{held}"
            )
        enter = format_html(
            '<a href="{}">Enter or correct it by hand</a>', reverse("admin:races_race_enter", args=[race.pk, kind])
        )
        cases = format_html_join(
            "", "{}", ((self._case(case, last),) for case in selectors.open_quarantine_cases(race, kind))
        )
        return format_html("<p><strong>{}</strong>: {}. {}</p>{}", kind.label, status, enter, cases)

    def _case(self, case: Quarantine, last: Classification | None) -> SafeString:
        differences = differences_to(last, selectors.quarantined_rows(case)) if last and case.payload else []
        address = reverse("admin:races_quarantine_change", args=[case.pk])
        return format_html(
            '<p>The feed says otherwise: <a href="{}">{}</a></p>{}', address, case.reason, _paragraph(differences)
        )

    @admin.action(permissions=["change"], description="Ask the feed for the results now")
    def ask_now(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        for race in races:
            services.schedule_immediate_check(race=race, now=clock.now())
            self.message_user(request, f"{race}: the feed is asked within a minute or two.")

    @admin.action(permissions=["change"], description="Release results entered by hand: the feed counts again")
    def release_results(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        for race in races:
            released = [kind for kind in Classification.Kind if self._release(request, race, kind)]
            if not released:
                self.message_user(request, f"{race}: nothing of it is held against the feed.", messages.WARNING)

    def _release(self, request: HttpRequest, race: Race, kind: Classification.Kind) -> bool:
        try:
            services.release_manual_classification(race=race, kind=kind, by=_user(request), now=clock.now())
        except Refused:
            return False
        self.log_change(request, race, f"Released the {kind.label.lower()} results.")
        self.message_user(request, f"{race}, {kind.label.lower()}: the feed counts again, and is asked at once.")
        return True

    def enter_results(self, request: HttpRequest, race_id: int, kind: str) -> HttpResponse:
        """Edit the whole classification as a table; shows the changes for confirmation before recording."""
        race = self.get_queryset(request).select_related("season", "circuit").filter(pk=race_id).first()
        if race is None or kind not in Classification.Kind.values:
            raise Http404("There is no such race.")
        if not self.has_change_permission(request, race):
            raise PermissionDenied("Only administrators enter results.")
        last = selectors.latest_classification(race, kind)
        data = request.POST if request.method == "POST" else None
        initial = initial_rows(race, last, selectors.expected_entries(race, clock.now()))
        rows, reason = ResultRowFormSet(data, initial=initial, prefix="row"), ReasonForm(data)
        changes: Sequence[str] | None = None
        if data is not None and rows.is_valid() and reason.is_valid():
            row_data = [form.cleaned_data for form in rows.forms]
            if problem := duplicate_place_error(row_data):
                reason.add_error(None, problem)
            else:
                results = results_from_rows(row_data, kind, official_points=reason.cleaned_data["official_points"])
                if data.get("confirmed") and self._record(request, race, kind, results, reason):
                    return redirect("admin:races_race_change", race.pk)
                changes = differences_to(last, results) if last else ["The first classification of it."]
        context = {
            **self.admin_site.each_context(request),
            "title": f"{Classification.Kind(kind).label} results by hand",
            "subtitle": str(race),
            "opts": self.opts,
            "original": race,
            "rows": rows,
            "reason": reason,
            "changes": changes,
            "last": last,
            "media": self.media,
        }
        is_invalid = data is not None and changes is None
        return TemplateResponse(
            request, "admin/races/race/enter_results.html", context, status=422 if is_invalid else 200
        )

    def _record(
        self, request: HttpRequest, race: Race, kind: str, results: Sequence[ResultDTO], form: ReasonForm
    ) -> bool:
        by, reason = _user(request), form.cleaned_data["reason"]
        try:
            classification = services.record_manual_classification(
                race=race, kind=kind, rows=results, by=by, reason=reason, now=clock.now()
            )
        except Refused as refused:
            add_refusal(form, refused)
            return False
        self.log_change(request, race, f"Entered revision {classification.revision} of the {kind} by hand: {reason}")
        self.message_user(request, f"Revision {classification.revision} counts now, and is held against the feed.")
        return True


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin requires a signed-in user"
    return request.user


def _paragraph(lines: Sequence[str]) -> SafeString:
    return format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)))


def _table(title: str, rows: Sequence[ResultDTO]) -> SafeString:
    if not rows:
        return format_html("<div><h3>{}</h3><p>No results.</p></div>", title)
    names = selectors.driver_names(row.driver for row in rows)
    head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in COLUMNS))
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row, names[row.driver]),) for row in rows))
    return format_html(
        "<div><h3>{}</h3><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>", title, head, body
    )


def _cells(row: ResultDTO, name: str) -> SafeString:
    cells = (row.position_text, name, row.team, row.number, row.laps, row.status, format_points(row.points))
    return format_html_join("", "<td>{}</td>", ((cell,) for cell in cells))
